"""Say how sure the order of candidates is, what would turn it round, and what would be worth finding out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import unit_compounds
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Settings
from pipeline.siting.methods import methods
from pipeline.siting.pairwise import read_pairwise
from pipeline.siting.rank_pairs import rank_pairs
from pipeline.siting.survey import Evidence, survey, survey_csv
from pipeline.siting.uncertain_gates import GatesOnTheWay
from pipeline.store import Content


def evidence(inputs: Any) -> Evidence:
    """Return what the survey list asks about, from the tables by name."""
    return Evidence(
        indicators=inputs["indicators"],
        errors=inputs["indicator_errors"],
        eligibility=inputs["eligibility"],
        class_status=inputs["class_status"],
        compounds=inputs["compounds"],
        places=inputs["places"],
        register=inputs["register"],
        pairs=unit_compounds(inputs["residents"], inputs["address_areas"]),
        gates=inputs["gates"],
        on_the_way=GatesOnTheWay.of(
            inputs["openings"], inputs["residents"], inputs["address_areas"], inputs["walk_times"]
        ),
    )


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `rank_pairs`, `methods`, `method_ranks`, `survey`, and the survey as a sheet to fill in."""
    weights = catalogue_weights(scenarios(), indicators(), settings.params.score.scenario_weights)
    candidates, params = inputs["candidates"], settings.params.siting
    known = evidence(inputs)
    facts = survey(candidates, known, rule_catalogue(), indicators(), facility_classes(), weights, params)
    layer = settings.district.layers.pairwise
    pairwise = (
        None if layer is None else read_pairwise(settings.district.file(layer), layer, list(scenarios()))
    )
    agreement, places = methods(candidates, known.indicators, weights, params, pairwise)
    return {
        "methods": agreement,
        "method_ranks": places,
        "rank_pairs": rank_pairs(candidates, known.indicators, known.errors, weights, scenarios(), params),
        "survey": facts,
        "survey.csv": survey_csv(facts, settings.district.mark),
    }
