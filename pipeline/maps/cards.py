"""Gather what the card of a unit, compound or address shows: one record each, small enough to embed by the thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.load import facility_classes, walker
from pipeline.eligibility.rules import rule_catalogue
from pipeline.maps.text import Both, both, percent, say

SUPPRESSED = -1
Number = float | None
Finding = tuple[str, str, str, str]
"""Rule id, result, reason in Chinese and in English."""


@dataclass(frozen=True)
class Unit:
    """A proposed unit or a committee, with its size, scores, evidence and rules.

    `score` and each of `scenarios` are (score, low, high, coverage); `reach` holds class to (share within 10 minutes,
    share for whom it cannot be known); people are whole numbers, −1 where they must not be shown.
    """

    unit_id: str
    kind: str
    name: Both
    subdistrict: Both
    rank: int | None
    unranked: Both
    people: tuple[int | None, int | None, int | None]
    size_result: str
    near_miss: bool
    connected: bool
    size_reason: Both
    score: tuple[Number, Number, Number, Number]
    scenarios: list[tuple[Number, Number, Number, Number]]
    need: Number
    readiness: Number
    chance: Number
    eligible: str
    pilot_type: str
    papers: int | None
    reasons: Both
    reach: dict[str, tuple[Number, Number]]
    rules: list[Finding]
    indicators: list[list[Any]]
    compounds: list[int]


@dataclass(frozen=True)
class Compound:
    """A compound with the people at its addresses and the rules applied to it."""

    compound_id: str
    name: Both
    subdistrict: Both
    people: int | None
    reach: dict[str, tuple[Number, Number]]
    rules: list[Finding]


def unit_table(tables: Mapping[str, pd.DataFrame], scenarios: Sequence[str]) -> pd.DataFrame:
    """Return one row a unit: candidates best first, then unranked proposed units, then committees.

    Columns of `units`, of `candidates` (missing for committees), and a score column for each scenario.
    """
    scores = tables["scores"].pivot(index="unit_id", columns="scenario", values="score")
    chosen = [
        "unit_id", "rank", "score", "low", "high", "coverage", "need", "readiness", "eligible", "pilot_type",
        "chance_top_k", "papers_missing", "reasons", "reasons_en",
    ]  # fmt: skip
    units = tables["units"].merge(tables["candidates"][chosen], on="unit_id", how="left")
    units = units.join(scores.reindex(columns=list(scenarios)), on="unit_id")
    best_first = pd.Index(tables["candidates"]["unit_id"]).get_indexer(units["unit_id"])
    order = units.assign(is_committee=units["kind"] == "committee", place=best_first)
    order = order.sort_values(["is_committee", "rank", "place", "unit_id"])
    return units.loc[order.index].reset_index(drop=True)


def unit_cards(
    table: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    scenarios: Sequence[str],
    members: Mapping[str, list[int]],
    coverage_floor: float,
    suppress_below: int,
) -> list[Unit]:
    """Return the cards of `unit_table`'s rows; `members` maps a unit to the rows of its compounds."""
    totals = _quads(tables["scores"])
    reach = _reach(tables["reach"], ("unit", "committee"))
    rules = _findings(tables["eligibility"], "unit")
    evidence = _indicators(tables["indicators"])
    cards = []
    for row in table.to_dict("records"):
        unit = row["unit_id"]
        cards.append(
            Unit(
                unit_id=unit,
                kind=row["kind"],
                name=both(row["name"], row["name_en"]),
                subdistrict=both(row["subdistrict"]),
                rank=_int(row["rank"]),
                unranked=_why_unranked(row, rules.get(unit, []), coverage_floor),
                people=tuple(  # type: ignore[arg-type]
                    people(row[c], suppress_below) for c in ("residents", "residents_low", "residents_high")
                ),
                size_result=row["size_result"],
                near_miss=bool(row["near_miss"]),
                connected=bool(row["connected"]),
                size_reason=both(row["reason"], row["reason_en"]),
                score=totals.get((unit, "total"), (None, None, None, None)),
                scenarios=[totals.get((unit, s), (None, None, None, None)) for s in scenarios],
                need=number(row["need"]),
                readiness=number(row["readiness"]),
                chance=number(row["chance_top_k"]),
                eligible="" if pd.isna(row["eligible"]) else row["eligible"],
                pilot_type="" if pd.isna(row["pilot_type"]) else row["pilot_type"],
                papers=_int(row["papers_missing"]),
                reasons=both(row["reasons"], row["reasons_en"]),
                reach=reach.get(unit, {}),
                rules=rules.get(unit, []),
                indicators=evidence.get(unit, []),
                compounds=members.get(unit, []),
            )
        )
    return cards


def compound_cards(
    compounds: pd.DataFrame, tables: Mapping[str, pd.DataFrame], suppress_below: int
) -> list[Compound]:
    """Return the cards of `compounds` (with a column `people`: residents at its addresses)."""
    reach = _reach(tables["reach"], ("compound",))
    rules = _findings(tables["eligibility"], "compound")
    return [
        Compound(
            compound_id=row["compound_id"],
            name=both(row["name"], row["name_en"]),
            subdistrict=both(row["subdistrict"]),
            people=people(row["people"], suppress_below),
            reach=reach.get(row["compound_id"], {}),
            rules=rules.get(row["compound_id"], []),
        )
        for row in compounds.drop(columns="geometry").to_dict("records")
    ]


def people(count: Any, suppress_below: int) -> int | None:
    """Return a count as whole number, −1 where it is 1 … `suppress_below` − 1, None where it is missing."""
    if pd.isna(count):
        return None
    whole = round(count)
    return SUPPRESSED if 0 < whole < suppress_below else whole


def number(value: Any) -> Number:
    """Return a number with more digits than are shown, so that the page rounds once; None where it is missing."""
    return None if pd.isna(value) or not np.isfinite(value) else round(float(value), 4)


def _int(value: Any) -> int | None:
    return None if pd.isna(value) else round(value)


def _why_unranked(row: Mapping[str, Any], findings: Sequence[Finding], coverage_floor: float) -> Both:
    if row["kind"] != "proposed" or not pd.isna(row["rank"]):
        return "", ""
    if row["eligible"] == "fail":
        deciding = {rule.id for rule in rule_catalogue().rules if rule.in_verdict}
        failed = [rule for rule, result, _, _ in findings if result == "fail" and rule in deciding]
        return say("unranked_fail", rules=("、".join(failed), ", ".join(failed)))
    if pd.notna(row["coverage"]) and row["coverage"] < coverage_floor:
        return say("unranked_coverage", coverage=percent(row["coverage"]), floor=percent(coverage_floor))
    return say("unranked_other")


def _quads(scores: pd.DataFrame) -> dict[tuple[str, str], tuple[Number, Number, Number, Number]]:
    return {
        (row.unit_id, row.scenario): (
            number(row.score),
            number(row.low),
            number(row.high),
            number(row.coverage),
        )
        for row in scores.itertuples()
    }


def _reach(reach: pd.DataFrame, kinds: Sequence[str]) -> dict[str, dict[str, tuple[Number, Number]]]:
    found: dict[str, dict[str, tuple[Number, Number]]] = {}
    whose_legs = {name: walker(name) for name in facility_classes()}
    rows = reach[reach["area_kind"].isin(kinds) & (reach["walker"] == reach["class"].map(whose_legs))]
    for area, name, share, unknown in zip(
        rows["area_id"], rows["class"], rows["share_10"], rows["unknown_10"], strict=True
    ):
        found.setdefault(area, {})[name] = (number(share), number(unknown))
    return found


def _findings(eligibility: pd.DataFrame, kind: str) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for row in eligibility[eligibility["subject_kind"] == kind].itertuples():
        found.setdefault(row.subject_id, []).append((row.rule_id, row.result, row.reason, row.reason_en))
    return found


def _indicators(indicators: pd.DataFrame) -> dict[str, list[list[Any]]]:
    """[id, value, low, high, points, share with evidence, evidence or note] by unit."""
    found: dict[str, list[list[Any]]] = {}
    for row in indicators.itertuples():
        found.setdefault(row.unit_id, []).append(
            [
                row.indicator_id,
                number(row.value),
                number(row.value_low),
                number(row.value_high),
                number(row.points),
                number(row.evidence_share),
                "; ".join(filter(None, (row.evidence, row.note))),
            ]
        )
    return found
