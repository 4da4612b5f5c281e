"""Say how sure the order of candidates is, what would turn it round, and what would be worth finding out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import unit_compounds
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Settings
from pipeline.siting.rank_pairs import rank_pairs
from pipeline.siting.survey import Evidence, survey, survey_csv
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `rank_pairs`, `survey`, and the survey as a sheet to fill in."""
    weights = catalogue_weights(scenarios(), indicators(), settings.params.score.scenario_weights)
    candidates, params = inputs["candidates"], settings.params.siting
    evidence = Evidence(
        indicators=inputs["indicators"],
        eligibility=inputs["eligibility"],
        class_status=inputs["class_status"],
        compounds=inputs["compounds"],
        register=inputs["register"],
        pairs=unit_compounds(inputs["residents"], inputs["address_areas"]),
    )
    facts = survey(candidates, evidence, rule_catalogue(), indicators(), facility_classes(), weights, params)
    return {
        "rank_pairs": rank_pairs(candidates, evidence.indicators, weights, scenarios(), params),
        "survey": facts,
        "survey.csv": survey_csv(facts, settings.district.mark),
    }
