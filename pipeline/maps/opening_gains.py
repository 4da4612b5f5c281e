"""Tell what opening a gate or a wall would bring: by opening for the map, by unit for its card, and the best in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.load import facility_classes
from pipeline.maps.cards import people
from pipeline.maps.place_themes import MAIN_WALKS, class_label
from pipeline.maps.text import Both, both, hundreds, say, strong
from pipeline.maps.themes import Entry, Theme, coded, colours

Gain = tuple[str, int | None, int | None, float]
"""Facility class; people who come within reach; people who walk less; minutes that each of these saves, at least."""
LIMITS = (1, 100, 500, 1000)
"""People gained, where the map's classes part."""
ANY = "any"


def gains_by_subject(table: pd.DataFrame, suppress_below: int) -> dict[str, list[Gain]]:
    """Return, by opening or compound, what opening it brings for each class, most people first.

    Parameters
    ----------
    table
        Table `gates_to_open`.
    """
    sums = table.groupby(["subject_id", "class"], sort=True)[list(table.columns[4:])].sum().reset_index()
    sums = sums.sort_values(["people_gained", "people_nearer", "class"], ascending=[False, False, True])
    found: dict[str, list[Gain]] = {}
    for row in sums.to_dict("records"):
        found.setdefault(row["subject_id"], []).append(
            (
                row["class"],
                people(row["people_gained"], suppress_below),
                people(row["people_nearer"], suppress_below),
                round(row["person_minutes_saved"] / row["people_nearer"], 1),
            )
        )
    return found


def gains_by_unit(table: pd.DataFrame, suppress_below: int, most: int = 5) -> dict[str, list[list[Any]]]:
    """Return, by unit, [kind, opening or compound, class, people of the unit who come within reach], best first."""
    rows = table[(table["people_gained"] >= 1) & table["unit_id"].notna()]
    rows = rows.sort_values(
        ["unit_id", "people_gained", "subject_kind", "subject_id"], ascending=[True, False, False, True]
    )
    # two openings that bring the same people the same facility are alternatives: the first stands for both
    rows = rows.assign(count=rows["people_gained"].round(3)).drop_duplicates(["unit_id", "class", "count"])
    return {
        str(unit): [
            [kind, subject, name, people(gained, suppress_below)]
            for kind, subject, name, gained in part.head(most)[
                ["subject_kind", "subject_id", "class", "people_gained"]
            ].itertuples(index=False)
        ]
        for unit, part in rows.groupby("unit_id")
    }


def gain_themes(table: pd.DataFrame, openings: pd.DataFrame) -> list[Theme]:
    """Return the openings by whom opening them brings within reach: of any class, then of each class that gains.

    `openings` keeps the order of the page's gates. What lets everyone pass already is not painted.
    """
    sums = table[table["subject_kind"] == "opening"].groupby(["subject_id", "class"])["people_gained"].sum()
    wide = sums.unstack(fill_value=0.0)
    order = [name for name in facility_classes() if name in wide and (wide[name] >= 1).any()]
    best = wide.max(axis=1) if len(wide.columns) else pd.Series(dtype=float)
    shut = openings["status"].eq("blocked") | openings["gate_users"].isin(["residents", "permit", "closed"])
    return [_theme(ANY, say("gates_any"), best, openings, shut)] + [
        _theme(name, class_label(name), wide[name], openings, shut) for name in order
    ]


def _theme(key: str, label: Both, gained: pd.Series, openings: pd.DataFrame, shut: pd.Series) -> Theme:
    count = openings["opening_id"].map(gained).fillna(0.0).to_numpy(float)
    tried = (shut & openings["node_id"].notna()).to_numpy()
    classes = np.where(tried, np.searchsorted(LIMITS, count, side="right"), -1)
    classes = np.where(shut & ~tried, len(LIMITS) + 1, classes)
    ramp = colours()["gains"]
    labels = [say(f"gains_{i}") for i in range(len(LIMITS) + 1)]
    numbers = np.bincount(classes[classes >= 0], minlength=len(LIMITS) + 2)
    entries = [
        Entry(text, colour, f"gain_{i}", str(numbers[i]))
        for i, (text, colour) in enumerate(zip(labels, ramp, strict=True))
    ]
    entries.reverse()  # most people on top
    entries.append(Entry(say("gains_unknown"), colours()["unknown"], "gain_unknown", str(numbers[-1])))
    top = len(LIMITS)
    order = np.where(classes > top, classes, np.where(classes >= 0, top - classes, -1))
    name = label if key == ANY else say("gates_class", name=label)
    return Theme(
        f"gates_{key}",
        "gates",
        name,
        say("about_gates"),
        "gates",
        coded(order),
        entries,
        say("legend_gates"),
        facilities="" if key == ANY else key,
        walls=True,
    )


def best_opening(
    table: pd.DataFrame, openings: pd.DataFrame, compounds: pd.DataFrame, units: Sequence[str]
) -> Both | None:
    """Say which opening brings most people of these units within reach; None where none brings anybody.

    The notice names kindergarten and elderly station (B2): another class is told only where neither gains.
    """
    rows = table[table["unit_id"].isin(units) & (table["subject_kind"] == "opening")]
    rows = rows[rows["people_gained"] >= 1]
    named = rows[rows["class"].isin(MAIN_WALKS)]
    sums = (rows if named.empty else named).groupby(["subject_id", "class"])["people_gained"].sum()
    if sums.empty:
        return None
    subject, name = sums.sort_values(ascending=False, kind="stable").index[0]
    opening = openings.set_index("opening_id").loc[subject]
    where = opening["compound_id"]
    at = compounds.set_index("compound_id")
    compound = both(at.at[where, "name"], at.at[where, "name_en"]) if where in at.index else say("gate_plain")
    return say(
        "say_gate",
        gate=strong(opening_name(opening.to_dict(), compound)),
        people=strong(hundreds(sums.max())),
        group=say(f"who_{facility_classes()[name].who}"),
        name=class_label(name),
    )


def opening_name(opening: Mapping[str, Any], compound: Both) -> Both:
    """Name an opening by its compound, what it is and its number."""
    number = opening["gate_id"] if isinstance(opening["gate_id"], str) else ""
    kind = "name_gate" if number or opening["status"] == "gate" else "name_wall"
    return say(kind, compound=compound, number=number)
