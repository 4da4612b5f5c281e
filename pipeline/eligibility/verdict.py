"""Sum up the rules on a subject: the worst of those that decide."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.eligibility.rules import Rule, rule_catalogue

# A known fail outweighs what may still come: no paper can cure it. Deferred outweighs unknown likewise.
_WORSE = ("pass", "unknown", "defer", "fail")


def verdicts(eligibility: pd.DataFrame, subject_kind: str, rules: Iterable[Rule] | None = None) -> pd.Series:
    """Return the verdict on every subject of a kind (compound, unit), by subject_id.

    fail outweighs defer outweighs unknown outweighs pass; rules of effect priority or record, and those that the
    catalogue takes out (`decides: false`), do not count.
    """
    decide = {rule.id for rule in (rule_catalogue().rules if rules is None else rules) if rule.in_verdict}
    rows = eligibility[(eligibility["subject_kind"] == subject_kind) & eligibility["rule_id"].isin(decide)]
    worst = rows["result"].map(_WORSE.index).groupby(rows["subject_id"]).max()
    return worst.map(dict(enumerate(_WORSE))).astype("str")


def unit_verdict(eligibility: pd.DataFrame) -> pd.Series:
    """Return pass, fail, defer or unknown for every unit, by unit_id."""
    return verdicts(eligibility, "unit")


def excluded_compounds(eligibility: pd.DataFrame) -> frozenset[str]:
    """Return the compounds that a rule of effect exclude bars."""
    bars = eligibility["effect"].eq("exclude") & eligibility["result"].eq("fail")
    return frozenset(eligibility.loc[bars & eligibility["subject_kind"].eq("compound"), "subject_id"])


def papers_missing(eligibility: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Return how many papers each unit still lacks, by unit_id.

    A paper is a rule that decides and is unknown: of the unit itself, or of one of its compounds (`pairs`: unit_id,
    compound_id) that is not excluded.
    """
    decide = {rule.id for rule in rule_catalogue().rules if rule.in_verdict}
    rows = eligibility[eligibility["result"].eq("unknown") & eligibility["rule_id"].isin(decide)]
    is_unit = eligibility["subject_kind"] == "unit"
    units = eligibility.loc[is_unit, "subject_id"].drop_duplicates()
    own = rows[is_unit.reindex(rows.index)].groupby("subject_id").size()
    of_compound = rows[~is_unit.reindex(rows.index)].groupby("subject_id").size()
    members = pairs[~pairs["compound_id"].isin(excluded_compounds(eligibility))]
    lacking = of_compound.reindex(members["compound_id"], fill_value=0).to_numpy()
    theirs = pd.Series(lacking, members.index).groupby(members["unit_id"]).sum()
    total = own.reindex(units, fill_value=0) + theirs.reindex(units, fill_value=0)
    return total.astype("Int64").sort_index()
