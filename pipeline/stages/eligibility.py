"""Decide the notice's rules for every compound and unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.eligibility.assemble import judged
from pipeline.eligibility.checklist import renovation, renovation_items
from pipeline.eligibility.projects import joint_projects, neighbouring_compounds
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import thresholds
from pipeline.eligibility.verdict import verdicts
from pipeline.settings import Settings
from pipeline.store import Content
from pipeline.units.seams import barrier_lines


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `eligibility`, the items of every compound's renovation, and the joint projects."""
    compounds, units = inputs["compounds"], settings.params.units
    named = thresholds(settings.params.eligibility, units)
    found = judged(rule_catalogue(), inputs, named, settings.district.date)
    verdict = verdicts(found.of_compounds, "compound")
    pairs = neighbouring_compounds(
        compounds,
        inputs["residents"],
        inputs["nodes"],
        inputs["edges"],
        barrier_lines(inputs["ways"], inputs["land"]),
        units,
        named["project_gap_m"],
    )
    return {
        "eligibility": pd.concat([found.of_compounds, found.of_units], ignore_index=True),
        "renovation_items": renovation_items(renovation(), found.compounds, inputs["register"]),
        "projects": joint_projects(compounds, verdict, pairs),
    }
