"""Show progress on long work, and nothing where nobody watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")
console = Console(stderr=True)


def track(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items, with a bar on the terminal (none when standard error is not one)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield from progress.track(items, total=total, description=label)


def working(label: str) -> AbstractContextManager[object]:
    """Show on the terminal that something is being done, until it is."""
    return console.status(label) if console.is_terminal else nullcontext()


def say(text: str) -> None:
    """Print one line of what is being done, on standard error."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
