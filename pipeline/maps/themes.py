"""Say what each map theme paints: a class for every feature, and a legend that counts the people of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from pipeline.maps.text import Both, say, whole

Paints = Literal["units", "compounds", "addresses", "catchments", "gates", ""]
NOT_DRAWN = "-"


@dataclass(frozen=True)
class Entry:
    """A line of a legend: what the mark means and how many it stands for.

    `mark` is fill, hatch (cannot be known), dash (outlined, dashed), outline, line, or the shape of a sign:
    open, residents, closed, inferred, blocked, pass, defer, fail, unknown, number, glyph.
    """

    label: Both
    colour: str
    mark: str = "fill"
    count: str = ""


@dataclass(frozen=True)
class Theme:
    """One choropleth (or none) with its sentence and legend.

    `classes` holds a character a feature of the painted list: the legend's line as '0', '1', …, or '-' for none.
    """

    theme: str
    group: str
    title: Both
    sentence: Both
    paints: Paints = ""
    classes: str = ""
    legend: list[Entry] = field(default_factory=list)
    legend_title: Both = ("", "")
    grid: bool = False
    facilities: str = ""
    walls: bool = False
    committees: bool = False


@cache
def colours() -> dict[str, Any]:
    """Return the table of colours (`colours.yaml`)."""
    return dict(yaml.safe_load(files("pipeline.maps").joinpath("colours.yaml").read_text(encoding="utf-8")))


def coded(classes: npt.NDArray[np.int64]) -> str:
    """Return one character a feature; negative classes are not drawn."""
    return "".join(chr(48 + c) if c >= 0 else NOT_DRAWN for c in classes.tolist())


def count_people(classes: npt.NDArray[np.int64], people: npt.NDArray[np.float64], lines: int) -> list[float]:
    """Return the people of each class 0 … lines − 1; people of unknown number are left out."""
    drawn = classes >= 0
    return np.bincount(classes[drawn], np.nan_to_num(people[drawn]), lines).tolist()


def shown_people(number: float, suppress_below: int) -> str:
    """Write a number of people; 1 … `suppress_below` − 1 becomes "<10" (or what the limit is)."""
    rounded = round(number)
    return f"<{suppress_below}" if 0 < rounded < suppress_below else whole(rounded)


def counted(
    entries: Sequence[Entry],
    classes: npt.NDArray[np.int64],
    people: npt.NDArray[np.float64],
    suppress_below: int,
) -> list[Entry]:
    """Return the legend's lines with the people of each class."""
    totals = count_people(classes, people, len(entries))
    return [
        Entry(entry.label, entry.colour, entry.mark, shown_people(total, suppress_below))
        for entry, total in zip(entries, totals, strict=True)
    ]


def by_limits(values: pd.Series, limits: Sequence[float], unknown: int) -> npt.NDArray[np.int64]:
    """Return the class of each value: i where value < limits[i], the last above all; `unknown` where missing."""
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(numbers), unknown, np.searchsorted(limits, numbers, side="right"))


def score_entries() -> list[Entry]:
    """Return the legend of scores 0–100 by 20s, and unknown."""
    ramp = colours()["score"]
    lines = [Entry((f"{20 * i}–{20 * i + 20}",) * 2, colour) for i, colour in enumerate(ramp)]
    return [*lines, Entry(say("unknown"), colours()["unknown"], "hatch")]


SCORE_LIMITS = (20, 40, 60, 80)


def result_entries() -> list[Entry]:
    """Return the legend of rule results: colour and shape."""
    return [Entry(say(f"result_{name}"), colour, name) for name, colour in colours()["result"].items()]
