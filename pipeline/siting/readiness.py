"""Measure readiness: the share of the notice's conditions that are shown to be met, 0 to 100."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.eligibility.rules import Rule
from pipeline.eligibility.verdict import excluded_compounds


def readiness(eligibility: pd.DataFrame, pairs: pd.DataFrame, rules: Iterable[Rule]) -> pd.Series:
    """Return the readiness of every unit, by unit_id; missing where every condition is unknown.

    Each rule marked `readiness` weighs the same. A rule on compounds counts with the share of the unit's residents
    whose compound passes, among its compounds that are not excluded; a rule on units counts whole. What is unknown is
    not shown, and so does not count.

    Parameters
    ----------
    pairs
        unit_id, compound_id, residents.
    """
    units = (
        eligibility.loc[eligibility["subject_kind"] == "unit", "subject_id"].drop_duplicates().sort_values()
    )
    members = pairs[~pairs["compound_id"].isin(excluded_compounds(eligibility))]
    met = pd.DataFrame(index=pd.Index(units, name="unit_id"))
    unknown = met.copy()
    for rule in rules:
        if not rule.readiness:
            continue
        rows = eligibility[(eligibility["subject_kind"] == rule.level) & (eligibility["rule_id"] == rule.id)]
        result = rows.set_index("subject_id")["result"]
        for shares, wanted in ((met, "pass"), (unknown, "unknown")):
            found = result.eq(wanted).astype(float)
            shares[rule.id] = (found if rule.level == "unit" else _by_residents(found, members)).reindex(
                met.index
            )
    # a unit without any compound has nothing known of them; one with excluded compounds only has nothing to be ready
    no_compound = pd.Series(~met.index.isin(pairs["unit_id"]), met.index, dtype=float)
    unknown = unknown.apply(lambda shares: shares.fillna(no_compound))
    return (100 * met.fillna(0.0).mean(axis=1)).where(unknown.min(axis=1) < 1)


def _by_residents(of_compounds: pd.Series, members: pd.DataFrame) -> pd.Series:
    """Mean over the compounds of each unit, weighted by its residents in them."""
    weighted = members["residents"] * of_compounds.reindex(members["compound_id"]).to_numpy()
    by_unit = members["unit_id"]
    return weighted.groupby(by_unit).sum() / members["residents"].groupby(by_unit).sum()
