"""Say which walkers' times are wanted for which facility classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.settings import Walker


def walker_classes(walkers: Mapping[str, Walker], classes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the sorted pairs (class, walker) for which times are wanted."""
    return sorted(
        (name, key)
        for name in classes
        for key, walker in walkers.items()
        if walker.classes is None or name in walker.classes
    )
