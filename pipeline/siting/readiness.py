"""Measure readiness: the share of the notice's conditions that are shown to be met, 0 to 100."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipeline.eligibility.rules import Rule
from pipeline.eligibility.verdict import excluded_compounds


def readiness(eligibility: pd.DataFrame, pairs: pd.DataFrame, rules: Iterable[Rule]) -> pd.DataFrame:
    """Return the readiness of every unit.

    Each rule marked `readiness` weighs the same. A rule on compounds counts with the share of the unit's residents
    whose compound passes, among its compounds that are not excluded; a rule on units counts whole. What is unknown is
    not shown, and so does not count: readiness is the lower end of what it may turn out to be.

    Parameters
    ----------
    pairs
        unit_id, compound_id, residents.

    Returns
    -------
    DataFrame
        By unit_id: readiness (missing where every condition is unknown), readiness_low, readiness_high (if every
        unknown condition were met).
    """
    rules = [rule for rule in rules if rule.readiness]
    units = (
        eligibility.loc[eligibility["subject_kind"] == "unit", "subject_id"].drop_duplicates().sort_values()
    )
    members = pairs[~pairs["compound_id"].isin(excluded_compounds(eligibility))]
    peopled = set(pairs["unit_id"])
    met = pd.DataFrame(index=pd.Index(units, name="unit_id"))
    open_ = met.copy()
    for rule in rules:
        rows = eligibility[(eligibility["subject_kind"] == rule.level) & (eligibility["rule_id"] == rule.id)]
        result = rows.set_index("subject_id")["result"]
        for shares, wanted in ((met, "pass"), (open_, "unknown")):
            is_wanted = result.eq(wanted).astype(float)
            if rule.level == "unit":
                shares[rule.id] = is_wanted.reindex(shares.index)
                continue
            weighted = members["residents"] * is_wanted.reindex(members["compound_id"]).to_numpy()
            totals = members["residents"].groupby(members["unit_id"]).sum()
            shares[rule.id] = (weighted.groupby(members["unit_id"]).sum() / totals).reindex(shares.index)
        # without any compound nothing is known; with excluded ones only, nothing is there to be ready
        none = met[rule.id].isna()
        no_compound = ~met.index.isin(peopled)
        open_.loc[none, rule.id] = np.where(no_compound[none], 1.0, 0.0)
        met.loc[none, rule.id] = 0.0
    low, high = 100 * met.mean(axis=1), 100 * (met + open_).mean(axis=1)
    return pd.DataFrame(
        {
            "readiness": low.where(open_.min(axis=1) < 1),
            "readiness_low": low,
            "readiness_high": high.clip(upper=100),
        }
    )
