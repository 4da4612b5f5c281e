"""Lay out the weights of scenarios and indicators, and the points that an indicator's target is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.catalogue.indicators import Indicator
from pipeline.errors import SettingsError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """Weights, in the catalogue's order.

    Attributes
    ----------
    of_indicators
        (scenario, indicator): weight of an indicator in its scenario, 0 in the others.
    of_scenarios
        (scenario): weight in the total.
    target_points
        (indicator): points that a value on target has.
    """

    scenarios: tuple[str, ...]
    indicators: tuple[str, ...]
    of_indicators: Floats
    of_scenarios: Floats
    target_points: Floats

    @property
    def scenario_of(self) -> NDArray[np.intp]:
        """(indicator): row of its scenario."""
        return self.of_indicators.argmax(axis=0)


def catalogue_weights(
    scenarios: Mapping[str, object],
    indicators: Mapping[str, Indicator],
    scenario_weights: Mapping[str, float],
) -> Weights:
    """Return the weights that the catalogue and `params.yaml` set.

    Raises
    ------
    SettingsError
        `scenario_weights` lacks a scenario, names another, is negative, or is zero throughout.
    """
    where = "params.yaml, score.scenario_weights"
    if set(scenario_weights) != set(scenarios):
        wrong = sorted(set(scenario_weights) ^ set(scenarios))
        raise SettingsError(
            where, f"lacks or adds {', '.join(wrong)}", f"one weight for each of {', '.join(scenarios)}"
        )
    if min(scenario_weights.values()) < 0 or not any(scenario_weights.values()):
        raise SettingsError(where, "has a negative weight, or none over zero", "weights of zero and more")
    of_indicators = np.array(
        [[i.weight if i.scenario == scenario else 0.0 for i in indicators.values()] for scenario in scenarios]
    )
    return Weights(
        scenarios=tuple(scenarios),
        indicators=tuple(indicators),
        of_indicators=of_indicators,
        of_scenarios=np.array([float(scenario_weights[scenario]) for scenario in scenarios]),
        target_points=np.array([_points_on_target(indicator) for indicator in indicators.values()]),
    )


def _points_on_target(indicator: Indicator) -> float:
    values, points = np.array(indicator.score).T
    return float(np.interp(indicator.target, values, points))
