"""Put together the compounds and units of a run as subjects of rules, and judge them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from pipeline.eligibility.checklist import checklist_counts, renovation
from pipeline.eligibility.judge import Subjects, judge
from pipeline.eligibility.rules import RuleCatalogue
from pipeline.eligibility.subjects import compound_subjects, unit_compounds, unit_subjects
from pipeline.eligibility.verdict import verdicts
from pipeline.procedure.reached import steps_reached
from pipeline.procedure.steps import procedure


class Judged(NamedTuple):
    """Compounds and units as subjects, and the rows of table `eligibility` on each."""

    compounds: Subjects
    units: Subjects
    of_compounds: pd.DataFrame
    of_units: pd.DataFrame


def judged(
    catalogue: RuleCatalogue, tables: Mapping[str, Any], thresholds: Mapping[str, float], as_of: date
) -> Judged:
    """Judge compounds first, since units ask whether any of theirs may take part.

    Parameters
    ----------
    tables
        compounds, register, residents, address_areas, units, reach, procedure.
    """
    steps = procedure()
    register = tables["register"]
    fields = compound_subjects(tables["compounds"], register, checklist_counts(renovation(), register), as_of)
    compounds = Subjects("compound", fields, thresholds)
    of_compounds = judge(catalogue, compounds)
    pairs = unit_compounds(tables["residents"], tables["address_areas"])
    fields = unit_subjects(
        tables["units"],
        tables["reach"],
        pairs,
        compounds.fields,
        verdicts(of_compounds, "compound"),
        as_of,
        steps.trial_months,
    )
    fields = fields.join(steps_reached(tables["procedure"], "unit", fields.index, steps))
    units = Subjects("unit", fields, thresholds, pairs, compounds)
    return Judged(compounds, units, of_compounds, judge(catalogue, units))
