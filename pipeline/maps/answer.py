"""Say the district's answer in three sentences, every number of them from the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.load import walker
from pipeline.maps.text import Both, both, hundreds, percent, say, strong, whole
from pipeline.maps.walking import CANNOT_KNOW, SERVED, Walk

WALKS = ("kindergarten", "elderly_station")


def answer(
    units: pd.DataFrame, reach: pd.DataFrame, walks: Mapping[str, Walk], top_k: int, coverage_floor: float
) -> list[Both]:
    """Return the sentences: how many units and people, the first of them, why it leads, how sure and what is missing.

    Where no unit is ranked they say so, and say what the data does show.

    Parameters
    ----------
    units
        As `cards.unit_table` makes it.
    reach
        The table of that name; shares of the first unit are read from it.
    walks
        Walks of all addresses, for what can be said of the district as a whole.
    """
    proposed = units[units["kind"] == "proposed"]
    ranked = proposed[proposed["rank"].notna()]
    if proposed.empty:
        return [say("say_no_units"), *_reach_of_district(walks)]
    if ranked.empty:
        return [_why_none(proposed, coverage_floor), *_reach_of_district(walks), _next_papers(proposed)]
    best = ranked.head(top_k)
    first = best.iloc[0]
    few = "say_best" if len(best) == top_k else "say_best_few"
    return [
        say(few, k=len(best), n=len(proposed), people=strong(hundreds(best["residents"].sum()))),
        _first(first, reach),
        say(
            "say_why",
            verdict=strong(say(f"short_{first['eligible']}")),
            need=strong(whole(first["need"])),
            readiness=strong(whole(first["readiness"])),
            chance=strong(percent(first["chance_top_k"])),
            k=top_k,
            papers=strong(whole(best["papers_missing"].sum())),
        ),
    ]


def _first(first: pd.Series, reach: pd.DataFrame) -> Both:
    rows = reach[(reach["area_kind"] == "unit") & (reach["area_id"] == first["unit_id"])]
    shares = {}
    for name in WALKS:
        found = rows[(rows["class"] == name) & (rows["walker"] == walker(name))]
        if len(found) == 1 and found[["share_10", "unknown_10"]].notna().all(axis=None):
            shares[name] = _range(found["share_10"].iloc[0], found["unknown_10"].iloc[0])
    name_and_people = {
        "name": strong(both(first["name"], first["name_en"])),
        "residents": whole(first["residents"]),
    }
    if len(shares) < len(WALKS):
        return say("say_first_plain", **name_and_people)
    return say("say_first", **name_and_people, **shares)


def _range(share: float, unknown: float) -> Any:
    """A share that may be higher is written as a range, or as a least where it may be all."""
    low, high = percent(share), percent(min(share + unknown, 1.0))
    if low == high:
        return strong(low)
    return strong(say("at_least", share=low) if high == "100%" else (f"{low.rstrip('%')}–{high}",) * 2)


def _reach_of_district(walks: Mapping[str, Walk]) -> list[Both]:
    shares = {}
    for name in WALKS:
        if name not in walks or not walks[name].people.sum():
            return []
        walk = walks[name]
        state = walk.state(10)
        shares[name] = _range(
            float(np.average(state == SERVED, weights=walk.people)),
            float(np.average(state == CANNOT_KNOW, weights=walk.people)),
        )
    return [say("say_open_first", **shares)]


def _why_none(proposed: pd.DataFrame, coverage_floor: float) -> Both:
    highest = proposed["coverage"].max()
    if highest < coverage_floor:
        return say(
            "say_none", n=len(proposed), coverage=strong(percent(highest)), floor=percent(coverage_floor)
        )
    return say("say_none_other", n=len(proposed))


def _next_papers(proposed: pd.DataFrame) -> Both:
    return say("say_open_next", papers=strong(whole(proposed["papers_missing"].fillna(0).median())))
