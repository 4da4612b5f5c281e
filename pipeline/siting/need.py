"""Measure need: how far a unit is below the targets, 0 (all met) to 100 (nothing of what they ask is there)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.scoring.weights import Floats, Weights


def shortfalls(points: Floats, weights: Weights) -> Floats:
    """Return how far points (…, unit, indicator) lie below the target's points, in percent of these.

    An indicator whose target is worth no points asks for nothing: nan.
    """
    target = weights.target_points
    asked = np.where(target > 0, target, np.nan)
    result: Floats = 100 * np.clip(asked - points, 0, None) / asked
    return result


def scenario_needs(
    points: Floats, known: NDArray[np.bool_], weights: Weights
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the weighted mean shortfall (…, unit, scenario) of known indicators, and where there is one (0 elsewhere)."""
    short = shortfalls(points, weights)
    counted = known & ~np.isnan(short)
    by_scenario = "...ui,si->...us"  # einsum runs in one fixed order, so the same input gives the same bits
    known_weight = np.einsum(by_scenario, counted.astype(float), weights.of_indicators)
    total = np.einsum(by_scenario, np.where(counted, short, 0.0), weights.of_indicators)
    has: NDArray[np.bool_] = known_weight > 0
    mean: Floats = total / np.where(has, known_weight, 1.0)
    return mean, has


def need(
    points: Floats, known: NDArray[np.bool_], weights: Weights, of_scenarios: Floats | None = None
) -> Floats:
    """Return the need of units: the weighted mean shortfall of known indicators by scenario, then over scenarios.

    Parameters
    ----------
    points, known
        (…, unit, indicator).
    of_scenarios
        (…, scenario) weights in place of the set ones.

    Returns
    -------
    (…, unit); nan where nothing is known.
    """
    mean, has = scenario_needs(points, known, weights)
    weight = (weights.of_scenarios if of_scenarios is None else of_scenarios)[..., None, :] * has
    whole = weight.sum(axis=-1)
    result: Floats = np.where(
        whole > 0, (mean * weight).sum(axis=-1) / np.where(whole > 0, whole, 1.0), np.nan
    )
    return result
