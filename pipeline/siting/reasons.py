"""Say in three sentences why a candidate stands where it does: size and reach, what is missing, what the rules say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.indicators import Indicator
from pipeline.eligibility.rules import RuleCatalogue
from pipeline.eligibility.texts import Both, fill, listing, sentences
from pipeline.eligibility.verdict import deciding
from pipeline.scoring.points import Points
from pipeline.scoring.weights import Weights
from pipeline.settings import Label
from pipeline.siting.need import shortfalls

_RESULTS: Mapping[str, Both] = {
    "pass": ("通过", "pass"),
    "fail": ("不通过", "fail"),
    "defer": ("暂缓", "deferred"),
    "unknown": ("待定", "unknown"),
}
_GAP = Label(
    zh="{name}（{points:.0f} 分，目标 {target:.0f} 分）",
    en="{name} ({points:.0f} points, target {target:.0f})",
)
_GAPS = Label(zh="主要短板：{gaps}；需求 {need:.0f}", en="Main gaps: {gaps}; need {need:.0f}")
_NO_GAPS = Label(zh="已知指标都达到目标", en="All known indicators reach their targets")
_NOTHING = Label(zh="没有已知指标，需求不明", en="No indicator is known, so neither is the need")
_VERDICT = Label(zh="资格{result}{rules}", en="Eligibility: {result}{rules}")
_PAPERS = Label(zh="缺材料 {papers} 项", en="papers missing: {papers}")
_READY = Label(zh="成熟度 {readiness:.0f}", en="readiness {readiness:.0f}")
_TYPE = Label(zh="建议{name}：{because}", en="proposed type: {name}, {because}")
_UNRANKED = {
    "fail": Label(zh="不通过，不参加排名", en="not ranked, since a rule fails"),
    "coverage": Label(
        zh="数据覆盖率 {coverage:.0f}%，低于 {floor:.0f}%，不参加排名",
        en="not ranked: coverage {coverage:.0f}% is below {floor:.0f}%",
    ),
    "priority": Label(zh="需求或成熟度不明，不参加排名", en="not ranked: need or readiness is not known"),
}


def size_and_reach(eligibility: pd.DataFrame, unit: str) -> Both:
    """Return what the rules on size (B1) and walks (B2) found."""
    rows = eligibility[(eligibility["subject_kind"] == "unit") & (eligibility["subject_id"] == unit)]
    found = rows.set_index("rule_id")
    return sentences(
        [
            (found.at[rule, "reason"], found.at[rule, "reason_en"])
            for rule in ("B1", "B2")
            if rule in found.index
        ]
    )


def gaps(
    points: Points,
    weights: Weights,
    indicators: Mapping[str, Indicator],
    need: float,
    row: int,
    most: int = 3,
) -> Both:
    """Return the known indicators of a unit that lie furthest below their targets, and its need."""
    if np.isnan(need):
        return fill(_NOTHING, {}, {})
    short = np.where(points.known[row], shortfalls(points.points, weights)[row], np.nan)
    worst = [i for i in np.argsort(-short, kind="stable") if short[i] > 0][:most]
    if not worst:
        return fill(_NO_GAPS, {}, {})
    named = []
    for i in worst:
        entry = indicators[weights.indicators[i]]
        values = {
            "name": (entry.zh, entry.en),
            "points": float(points.points[row, i]),
            "target": float(weights.target_points[i]),
        }
        named.append(fill(_GAP, values, {}))
    return fill(_GAPS, {"gaps": listing(named, most), "need": need}, {})


def standing(
    eligibility: pd.DataFrame, catalogue: RuleCatalogue, candidate: Mapping[str, Any], coverage_floor: float
) -> Both:
    """Return the verdict with the rules behind it, papers missing, readiness, the type, and why it is not ranked.

    `candidate` holds unit_id, eligible, papers_missing, readiness, coverage, unranked (a key, or empty), and name and
    because of the type.
    """
    verdict = candidate["eligible"]
    rows = deciding(eligibility, "unit", catalogue.rules)
    behind = set(
        rows.loc[(rows["subject_id"] == candidate["unit_id"]) & (rows["weighs"] == verdict), "rule_id"]
    )
    named = [
        (f"{rule.id} {rule.zh}", f"{rule.id} {rule.en}") for rule in catalogue.rules if rule.id in behind
    ]
    zh, en = listing(named, most=2)
    rules = ("", "") if verdict == "pass" else (f"（{zh}）", f" ({en})")
    parts = [fill(_VERDICT, {"result": _RESULTS[verdict], "rules": rules}, {})]
    if candidate["papers_missing"]:
        parts.append(fill(_PAPERS, {"papers": candidate["papers_missing"]}, {}))
    readiness = candidate["readiness"]
    parts.append(fill(_READY, {"readiness": None if pd.isna(readiness) else readiness}, {}))
    parts.append(fill(_TYPE, {"name": candidate["type_name"], "because": candidate["type_because"]}, {}))
    if candidate["unranked"]:
        percent = {"coverage": 100 * candidate["coverage"], "floor": 100 * coverage_floor}
        parts.append(fill(_UNRANKED[candidate["unranked"]], percent, {}))
    return sentences(parts)
