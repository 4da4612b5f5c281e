"""Lay out what a page needs to score and rank the candidates anew, as `scoring` and `siting` do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.scoring.mean import Aggregate
from pipeline.scoring.points import points_of
from pipeline.scoring.weights import Weights
from pipeline.siting.chance import tiers

Numbers = list[float | None]


@dataclass(frozen=True)
class Candidate:
    """Points 0–100 of a candidate by indicator, in the catalogue's order, unrounded; None where it is not known.

    `tier` as in `siting.chance.tiers`; `fails`: a rule bars it, whatever the weights.
    """

    points: Numbers
    low: Numbers
    high: Numbers
    evidence: Numbers
    readiness: float | None
    tier: int
    fails: bool


@dataclass(frozen=True)
class Model:
    """Weights and limits of the run, and the candidates in the page's order.

    `scenario_of` is the scenario's place in the catalogue for each indicator.
    """

    scenario_weights: Numbers
    need_weight: float
    aggregate: Aggregate
    coverage_floor: float
    scenario_of: list[int]
    indicator_weights: Numbers
    target_points: Numbers
    candidates: list[Candidate]


def model(
    units: Sequence[str],
    indicators: pd.DataFrame,
    candidates: pd.DataFrame,
    weights: Weights,
    need_weight: float,
    aggregate: Aggregate,
    coverage_floor: float,
) -> Model:
    """Return the model of some units, in their order.

    Parameters
    ----------
    indicators, candidates
        Tables of those names.
    """
    points = points_of(indicators, weights.indicators, units)
    known = np.where(points.known, points.points, np.nan)
    table = candidates.set_index("unit_id").loc[list(units)]
    return Model(
        scenario_weights=_numbers(weights.of_scenarios),
        need_weight=need_weight,
        aggregate=aggregate,
        coverage_floor=coverage_floor,
        scenario_of=weights.scenario_of.tolist(),
        indicator_weights=_numbers(weights.of_indicators.sum(axis=0)),
        target_points=_numbers(weights.target_points),
        candidates=[
            Candidate(
                points=_numbers(known[row]),
                low=_numbers(points.low[row]),
                high=_numbers(points.high[row]),
                evidence=_numbers(points.evidence[row]),
                readiness=None if pd.isna(ready) else float(ready),
                tier=int(tier),
                fails=verdict == "fail",
            )
            for row, (ready, tier, verdict) in enumerate(
                zip(table["readiness"], tiers(table["eligible"]), table["eligible"], strict=True)
            )
        ],
    )


def _numbers(values: NDArray[np.float64]) -> Numbers:
    return [None if np.isnan(value) else value for value in np.asarray(values, float).tolist()]
