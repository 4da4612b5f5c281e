"""Take weighted means of what is known, with the interval that the unknown leaves.

A scenario's score is the weighted mean of its known indicators. An unknown one is taken to be as good as the known
ones of its scenario, as far as its own interval allows: for the usual interval 0–100 that is the same as to leave it
out, and it puts the score inside [low, high] whatever the intervals are. The total does the same with scenarios.
Sums run in one fixed order, without threads, so the same input gives the same bits.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from pipeline.scoring.points import Points
from pipeline.scoring.weights import Floats, Weights

Aggregate = Literal["arithmetic", "geometric"]


class Scores(NamedTuple):
    """Score (nan: nothing known), low, high and coverage, one shape."""

    score: Floats
    low: Floats
    high: Floats
    coverage: Floats


def scenario_scores(points: Points, weights: Weights) -> Scores:
    """Return the scores of units (rows) in scenarios (columns).

    Coverage is the share of the scenario's weight that is known, times the share of evidence behind each indicator.
    Where nothing is known the score is nan, between 0 and 100, with coverage 0.
    """
    whole = weights.of_indicators.sum(axis=1)

    def sums(values: Floats) -> Floats:
        return np.einsum("ui,si->us", values, weights.of_indicators)

    known_weight = sums(points.known.astype(float))
    nothing = known_weight == 0
    whole = np.where(whole == 0, 1.0, whole)  # a scenario without indicators: nothing is known
    of_known = sums(np.where(points.known, points.points, 0.0)) / np.where(nothing, 1.0, known_weight)
    as_known = np.clip(of_known[:, weights.scenario_of], points.low, points.high)
    score = sums(np.where(points.known, points.points, as_known)) / whole
    return Scores(
        score=np.where(nothing, np.nan, score),
        low=np.where(nothing, 0.0, sums(points.low) / whole),
        high=np.where(nothing, 100.0, sums(points.high) / whole),
        coverage=sums(np.where(points.known, points.evidence, 0.0)) / whole,
    )


def total_scores(scenarios: Scores, weights: Weights, aggregate: Aggregate) -> Scores:
    """Return the total of each unit over its scenarios.

    The geometric mean is of points + 1, less 1: a scenario of 0 points costs much and is not made up by others, but
    does not wipe out the rest.
    """
    known = ~np.isnan(scenarios.score)
    weight = weights.of_scenarios

    def mean(values: Floats, of: Floats) -> Floats:
        shaped = np.log1p(values) if aggregate == "geometric" else values
        total = of.sum(axis=-1)
        sums = (shaped * of).sum(axis=-1) / np.where(total == 0, 1.0, total)
        result: Floats = np.expm1(sums) if aggregate == "geometric" else sums
        return result

    known_weight = known * weight
    nothing = known_weight.sum(axis=-1) == 0
    of_known = mean(np.where(known, scenarios.score, 0.0), known_weight)
    as_known = np.where(known, scenarios.score, of_known[:, None])
    everywhere = np.broadcast_to(weight, known.shape)
    return Scores(
        score=np.where(nothing, np.nan, mean(as_known, everywhere)),
        low=mean(scenarios.low, everywhere),
        high=mean(scenarios.high, everywhere),
        coverage=(scenarios.coverage * weight).sum(axis=-1) / weight.sum(),
    )
