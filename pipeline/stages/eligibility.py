"""Decide the notice's rules for every compound and unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.eligibility.assemble import judged
from pipeline.eligibility.checklist import renovation, renovation_items
from pipeline.eligibility.projects import joint_projects
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import thresholds
from pipeline.eligibility.verdict import verdicts
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `eligibility`, the items of every compound's renovation, and the joint projects."""
    named = thresholds(settings.params.eligibility, settings.params.units)
    found = judged(rule_catalogue(), inputs, named, settings.district.date)
    verdict = verdicts(found.of_compounds, "compound")
    return {
        "eligibility": pd.concat([found.of_compounds, found.of_units], ignore_index=True),
        "renovation_items": renovation_items(renovation(), found.compounds, inputs["register"]),
        "projects": joint_projects(inputs["compounds"], verdict, named["project_gap_m"]),
    }
