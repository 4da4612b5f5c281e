"""Say of each candidate how surely it stands before the next, and what it would take to turn the two round."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.catalogue.indicators import Scenario
from pipeline.eligibility.texts import EN, ZH, Both, fill
from pipeline.scoring.points import points_of
from pipeline.scoring.weights import Floats, Weights
from pipeline.settings import Label, SitingParams
from pipeline.siting.chance import Doubt, draws, tiers
from pipeline.siting.errors import shifts_of
from pipeline.siting.flip import Flip, Standing, flip, flip_need_weight, weights_before
from pipeline.siting.need import scenario_needs

_CHANCE = Label(
    zh="{unit} 排在 {other} 之前的概率 {chance:.1f}%。",
    en="{unit} stands before {other} in {chance:.1f}% of draws. ",
)
_READINESS = Label(zh="成熟度", en="readiness")
_VERDICT = Label(
    zh="两者资格结果不同，任何权重都不改变次序。",
    en="Their verdicts differ: no weights turn the order round.",
)
_NEVER = Label(zh="任何权重都不改变次序。", en="No weights turn the order round.")
_NOT_FOUND = Label(
    zh="有场景完全未知，未找到会改变次序的权重。",
    en="A scenario is wholly unknown; no weights were found that turn the order round.",
)
_SMALLEST = Label(
    zh="至少需移动 {moved:.1f}% 的权重才会互换，其中{changes}。",
    en="To turn the order round takes {moved:.1f}% of the weight moved at least: {changes}.",
)
_FOUND = Label(
    zh="移动 {moved:.1f}% 的权重即会互换（可能还有更小的改变），其中{changes}。",
    en="{moved:.1f}% of the weight moved turns the order round (less may do): {changes}.",
)
_LEVEL = Label(
    zh="两者几乎并列：移动不到 0.1% 的权重即会互换。",
    en="They are all but level: less than 0.1% of the weight moved turns the order round.",
)
_CHANGE = Label(zh="{name} {before:.1f}%→{after:.1f}%", en="{name} {before:.1f}% to {after:.1f}%")
_SEEN = 5e-4  # changes of a weight smaller than this are not told


def ranked_in_id_order(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the ranked candidates in the order in which their samples are drawn, with their `tier`."""
    ranked = candidates[candidates["rank"].notna()].sort_values("unit_id").reset_index(drop=True)
    return ranked.assign(tier=tiers(ranked["eligible"]))


def rank_pairs(
    candidates: pd.DataFrame,
    indicators: pd.DataFrame,
    errors: pd.DataFrame,
    weights: Weights,
    scenarios: Mapping[str, Scenario],
    params: SitingParams,
) -> pd.DataFrame:
    """Return table `rank_pairs`: each ranked candidate but the last with the next, best first."""
    ranked = ranked_in_id_order(candidates)
    points = points_of(indicators, weights.indicators, ranked["unit_id"])
    shifts = shifts_of(errors, points, weights.indicators)
    doubt = Doubt(points, shifts, ranked["readiness"].to_numpy(), ranked["tier"].to_numpy())
    order = np.argsort(ranked["rank"].to_numpy(int))
    first, second = order[:-1], order[1:]
    chance = _chance_before(doubt, first, second, weights, params)
    needs, known = scenario_needs(points.points, points.known, weights)
    before = weights_before(weights.of_scenarios, params.need_weight)
    called = list(zip(ranked["name"], ranked["name_en"].fillna(ranked["name"]), strict=True))
    names = [(f"{key} {scenario.zh}", f"{key} {scenario.en}") for key, scenario in scenarios.items()]
    names.append((_READINESS.zh, _READINESS.en))
    rows = []
    for a, b, share in zip(first, second, chance, strict=True):
        pair = Standing(needs[[a, b]], known[[a, b]], doubt.readiness[[a, b]])
        same_tier = doubt.tier[a] == doubt.tier[b]
        found = (
            flip(pair, weights.of_scenarios, params.need_weight)
            if same_tier
            else Flip("never", np.nan, before)
        )
        level = flip_need_weight(pair, weights.of_scenarios) if same_tier else np.nan
        told = {"unit": called[a], "other": called[b], "chance": 100 * share}
        zh, en = fill(_CHANCE, told, {})
        how = _say(found, before, names) if same_tier else fill(_VERDICT, {}, {})
        standing = (ranked["rank"][a], points.units[a], points.units[b], share)
        rows.append((*standing, found.result, found.distance, level, zh + how[ZH], en + how[EN]))
    columns = (
        "rank unit_id next_unit_id chance_before flip_result flip_distance flip_need_weight sentence sentence_en"
    ).split()
    kinds = dict.fromkeys(columns, "str") | {"rank": "Int64"}
    kinds |= dict.fromkeys(("chance_before", "flip_distance", "flip_need_weight"), "float64")
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _chance_before(
    doubt: Doubt, first: NDArray[np.intp], second: NDArray[np.intp], weights: Weights, params: SitingParams
) -> Floats:
    """Return the share of samples in which the first of each pair stands before the second."""
    counts = np.zeros(len(first))
    if not len(first):
        return counts
    for some in draws(
        doubt, weights, params.need_weight, params.top_k, params.samples, params.concentration, params.seed
    ):
        lead = some.priority[:, first] - some.priority[:, second]
        counts += ((lead > 0) | ((lead == 0) & (first < second))).sum(axis=0)
    ahead = doubt.tier[first] < doubt.tier[second]
    return np.where(ahead, 1.0, counts / params.samples)


def _say(found: Flip, before: Floats, names: list[Both]) -> Both:
    if found.result == "never":
        return fill(_NEVER, {}, {})
    if found.result == "not_found":
        return fill(_NOT_FOUND, {}, {})
    step = np.abs(found.weights - before)
    largest = [i for i in np.argsort(-step, kind="stable") if step[i] >= _SEEN]
    if not largest:
        return fill(_LEVEL, {}, {})
    changes = [
        fill(_CHANGE, {"name": names[i], "before": 100 * before[i], "after": 100 * found.weights[i]}, {})
        for i in largest
    ]
    listed = ("、".join(change[ZH] for change in changes), ", ".join(change[EN] for change in changes))
    label = _SMALLEST if found.result == "smallest" else _FOUND
    return fill(label, {"moved": 100 * found.distance / 2, "changes": listed}, {})
