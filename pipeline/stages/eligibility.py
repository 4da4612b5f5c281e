"""Decide the notice's rules for every compound and unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.eligibility.judge import Subjects, judge
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import compound_subjects, unit_compounds, unit_subjects
from pipeline.eligibility.verdict import verdicts
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `eligibility`: compounds first, since units ask whether any compound of theirs may take part."""
    units_params = settings.params.units
    thresholds = {
        **settings.params.eligibility.thresholds,
        "residents_min": units_params.residents_min,
        "residents_max": units_params.residents_max,
        "near_miss_share": units_params.near_miss_share,
    }
    catalogue = rule_catalogue()
    compounds = Subjects(
        "compound",
        compound_subjects(inputs["compounds"], inputs["register"], settings.district.date),
        thresholds,
    )
    of_compounds = judge(catalogue, compounds)
    pairs = unit_compounds(inputs["residents"], inputs["address_areas"])
    units = unit_subjects(
        inputs["units"], inputs["reach"], pairs, compounds.fields, verdicts(of_compounds, "compound")
    )
    of_units = judge(catalogue, Subjects("unit", units, thresholds, pairs, compounds))
    return {"eligibility": pd.concat([of_compounds, of_units], ignore_index=True)}
