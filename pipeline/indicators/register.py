"""Measure what compounds state of themselves: resident-weighted means of a register column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.catalogue.indicators import RegisterShare
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Measure, evidence_text, mean_of_people, unknown
from pipeline.tables import FIELDS


def register_share(entry: RegisterShare, facts: Facts) -> Measure:
    """Mean of a column over the unit's residents, each counted with the compound's figure.

    True and false count as 100 and 0. Residents of compounds that do not state it, and people outside compounds, are
    unknown and widen the interval.
    """
    figure = compound_figures(entry, facts.register, facts.compound_residents)
    if figure.isna().all():
        return unknown(facts.members.units, f"登记表无此项 not in the register: {entry.column}", "register")
    per_point = facts.of_compound(figure)
    weight = facts.people("all")
    known = facts.members.total(weight * ~np.isnan(per_point))
    evidence = evidence_text(f"register.{entry.column}", known, "residents")
    found = mean_of_people(facts.members, weight, per_point, entry.bounds, evidence)
    missing = (found.evidence_share < 1) & (facts.members.total(weight) > 0)
    return found.noted(
        missing,
        "部分小区未填或居民不在小区内 some compounds do not state it, or people live outside compounds",
    )


def compound_figures(entry: RegisterShare, register: pd.DataFrame, residents: pd.Series) -> pd.Series:
    """Return the figure of each compound, by compound_id; NaN where the register does not state it.

    Parameters
    ----------
    residents
        Residents by compound_id, for figures per head.
    """
    rows = register.set_index("compound_id")
    cell = rows[entry.column]
    if entry.none_value is not None:
        return (cell != entry.none_value).astype("float64").where(cell.notna()) * 100.0
    figure = cell.astype("Float64").astype("float64")
    if FIELDS[entry.column].type == "boolean":
        return figure * 100.0
    if entry.over is None:
        return figure * entry.scale
    whole = residents.reindex(rows.index) if entry.over == "residents" else rows[entry.over]
    whole = whole.astype("Float64").astype("float64")
    return entry.scale * (figure / whole).where(whole > 0)
