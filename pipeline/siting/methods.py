"""Rank the candidates by other methods, as a check: what they make of the same needs and readiness.

Priority is a weighted sum. Here the same criteria (the need of each scenario, and readiness; more is first) go through
methods of a library: its own weighted sum (which must give our order), TOPSIS, VIKOR and PROMETHEE II with the set
weights, and the weighted sum with weights that the data (entropy, CRITIC) or pairwise comparisons (AHP) give. These
methods need complete data: a ranked candidate with a scenario of which nothing is known is left out and counted, and
within a scenario the known indicators stand for all, as in the ranking. Verdicts do not enter: our order here is that of
priority alone. A criterion in which all are equal tells nothing and is dropped.

Source
------
Kizielewicz, Shekhovtsov & Sałabun (2023), pymcdm: the universal library for solving multi-criteria decision-making
problems, SoftwareX 22, 101368.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pymcdm.methods import PROMETHEE_II, TOPSIS, VIKOR, WSM
from pymcdm.weights import critic_weights, entropy_weights
from scipy.stats import kendalltau, rankdata, spearmanr

from pipeline.scoring.points import points_of
from pipeline.scoring.weights import Floats, Weights
from pipeline.settings import SitingParams
from pipeline.siting.flip import weights_before
from pipeline.siting.need import scenario_needs
from pipeline.siting.pairwise import Pairwise
from pipeline.tables import empty

_TINY = 1e-9  # the library takes the entropy of a column with a zero for 0; 0·log 0 is 0 only for that entry


def methods(
    candidates: pd.DataFrame,
    indicators: pd.DataFrame,
    weights: Weights,
    params: SitingParams,
    pairwise: Pairwise | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables `methods` (how far each agrees with ours) and `method_ranks` (where each puts a candidate)."""
    ranked = candidates[candidates["rank"].notna()].sort_values("unit_id").reset_index(drop=True)
    points = points_of(indicators, weights.indicators, ranked["unit_id"])
    needs, known = scenario_needs(points.points, points.known, weights)
    complete = known[:, weights.of_scenarios > 0].all(axis=1)
    matrix = np.column_stack([needs, ranked["readiness"].to_numpy(float)])[complete]
    units = ranked["unit_id"][complete].tolist()
    set_weights = weights_before(weights.of_scenarios, params.need_weight)
    ours = rankdata(-(matrix @ set_weights), method="min")
    by_method = _values(matrix, set_weights, params.need_weight, pairwise) if len(units) > 1 else {}
    names = ["weighted_sum", "topsis", "vikor", "promethee_2", "entropy_weights", "critic_weights"]
    rows, places = [], []
    for name in names + (["ahp_weights"] if pairwise else []):
        row = {"method": name, "compared": len(units), "left_out": int((~complete).sum())}
        if name == "ahp_weights" and pairwise:
            row["consistency_ratio"] = pairwise.consistency_ratio
        if name in by_method:
            place = rankdata(-by_method[name], method="min")
            row |= _agreement(ours, place, params.top_k)
            places += [
                (name, unit, value, int(here), int(there))
                for unit, value, here, there in zip(units, by_method[name], place, ours, strict=True)
            ]
        rows.append(row)
    blank, blank_places = empty("methods"), empty("method_ranks")
    return (
        pd.DataFrame(rows, columns=list(blank.columns)).astype(blank.dtypes.to_dict()),
        pd.DataFrame(places, columns=list(blank_places.columns)).astype(blank_places.dtypes.to_dict()),
    )


def _values(
    matrix: Floats, set_weights: Floats, need_weight: float, pairwise: Pairwise | None
) -> dict[str, Floats]:
    """Return the value of every candidate by method, more is first; a method that cannot tell them apart is left out."""
    tells = np.ptp(matrix, axis=0) > 0
    matrix, weight = matrix[:, tells], set_weights[tells]
    if matrix.shape[1] < 2 or weight.sum() == 0:
        return {}
    weight = weight / weight.sum()
    found = {
        "weighted_sum": _sum(matrix, weight),
        "topsis": _run(TOPSIS(), matrix, weight),
        "vikor": -_run(VIKOR(), matrix, weight),  # of VIKOR the least is best
        "promethee_2": _run(PROMETHEE_II("usual"), matrix, weight),
        "entropy_weights": _sum(matrix, entropy_weights(np.maximum(matrix, _TINY))),
        "critic_weights": _sum(matrix, critic_weights(matrix)),
    }
    if pairwise:
        found["ahp_weights"] = _sum(matrix, weights_before(pairwise.weights, need_weight)[tells])
    return {
        name: np.round(value, 12) for name, value in found.items()
    }  # equal is equal, whatever the last bit


def _run(method: Any, matrix: Floats, weight: Floats) -> Floats:
    """Return a method's value of every candidate; that one leads in all criteria is no fault (`validation`)."""
    value: Floats = np.asarray(method(matrix, weight, np.ones(len(weight)), validation=False), float)
    return value


def _as_it_is(column: Floats, cost: bool = False) -> Floats:
    return column


def _sum(matrix: Floats, weight: Floats) -> Floats:
    result: Floats = _run(WSM(normalization_function=_as_it_is), matrix, weight / weight.sum())
    return result


def _agreement(ours: Floats, place: Floats, k: int) -> dict[str, float]:
    if len(ours) < 3:
        return {}
    return {
        "spearman": float(spearmanr(ours, place).statistic),
        "kendall_tau": float(kendalltau(ours, place).statistic),
        "top_k_shared": int(((ours <= k) & (place <= k)).sum()),
    }
