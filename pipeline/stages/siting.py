"""Rank the candidate units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import indicators, scenarios
from pipeline.eligibility.judge import Subjects
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import unit_compounds
from pipeline.eligibility.verdict import papers
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Settings
from pipeline.siting.candidates import candidates
from pipeline.siting.pilot_type import pilots
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `candidates`, best first; what each would be as a pilot; and the papers that are missing."""
    register = inputs["register"].set_index("compound_id").sort_index()
    compounds = Subjects("compound", register, settings.params.eligibility.thresholds)
    pairs = unit_compounds(inputs["residents"], inputs["address_areas"])
    rules = rule_catalogue()
    table = candidates(
        units=inputs["units"],
        indicators=inputs["indicators"],
        errors=inputs["indicator_errors"],
        scores=inputs["scores"],
        eligibility=inputs["eligibility"],
        compounds=compounds,
        pairs=pairs,
        rules=rules,
        catalogue=indicators(),
        weights=catalogue_weights(scenarios(), indicators(), settings.params.score.scenario_weights),
        coverage_floor=settings.params.score.coverage_floor,
        params=settings.params.siting,
    )
    return {
        "candidates": table,
        "pilots": pilots(table, rules.pilot_types, compounds, pairs, settings.params.siting.top_k),
        "papers": papers(inputs["eligibility"], pairs),
    }
