"""Sum the indicators up into scenarios and a total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import indicators, scenarios
from pipeline.scoring.table import score_table
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `scores` of every unit, scenario and the total."""
    weights = catalogue_weights(scenarios(), indicators(), settings.params.score.scenario_weights)
    return {"scores": score_table(inputs["indicators"], weights, settings.params.score.aggregate)}
