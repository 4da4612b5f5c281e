"""Sum up the rules on a subject: the worst of those that decide.

A condition that is not met weighs like a deferral: it has to be shown before confirmation and can still be cured, while
what a rule excludes, or a unit of the wrong size, cannot.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.eligibility.rules import Rule, rule_catalogue

# A known fail outweighs what may still come: no paper can cure it. Deferred outweighs unknown likewise.
_WORSE = ("pass", "unknown", "defer", "fail")


def deciding(
    eligibility: pd.DataFrame, subject_kind: str, rules: Iterable[Rule] | None = None
) -> pd.DataFrame:
    """Return the rows of table `eligibility` that decide on subjects of a kind, with what each amounts to (`weighs`).

    Rules of effect priority or record, and those that the catalogue takes out (`decides: false`), do not decide.
    """
    decide = {rule.id for rule in (rule_catalogue().rules if rules is None else rules) if rule.in_verdict}
    rows = eligibility[(eligibility["subject_kind"] == subject_kind) & eligibility["rule_id"].isin(decide)]
    unmet = rows["effect"].eq("condition") & rows["result"].eq("fail")
    return rows.assign(weighs=rows["result"].mask(unmet, "defer"))


def verdicts(eligibility: pd.DataFrame, subject_kind: str, rules: Iterable[Rule] | None = None) -> pd.Series:
    """Return the verdict on every subject of a kind (compound, unit), by subject_id.

    fail outweighs defer outweighs unknown outweighs pass.
    """
    rows = deciding(eligibility, subject_kind, rules)
    worst = rows["weighs"].map(_WORSE.index).groupby(rows["subject_id"]).max()
    return worst.map(dict(enumerate(_WORSE))).astype("str")


def unit_verdict(eligibility: pd.DataFrame) -> pd.Series:
    """Return pass, fail, defer or unknown for every unit, by unit_id."""
    return verdicts(eligibility, "unit")


def excluded_compounds(eligibility: pd.DataFrame) -> frozenset[str]:
    """Return the compounds that a rule of effect exclude bars."""
    bars = eligibility["effect"].eq("exclude") & eligibility["result"].eq("fail")
    return frozenset(eligibility.loc[bars & eligibility["subject_kind"].eq("compound"), "subject_id"])


def papers(eligibility: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return table `papers`: what each unit still has to produce, one row a rule that decides and is unknown.

    The rule is of the unit itself, or of one of its compounds (`pairs`: unit_id, compound_id) that is not excluded.
    """
    members = pairs.loc[
        ~pairs["compound_id"].isin(excluded_compounds(eligibility)), ["unit_id", "compound_id"]
    ]
    lacking = {kind: deciding(eligibility, kind) for kind in ("unit", "compound")}
    lacking = {kind: rows[rows["weighs"] == "unknown"] for kind, rows in lacking.items()}
    own = lacking["unit"].assign(unit_id=lacking["unit"]["subject_id"])
    theirs = lacking["compound"].merge(members, left_on="subject_id", right_on="compound_id")
    columns = ["unit_id", "subject_kind", "subject_id", "rule_id", "reason", "reason_en"]
    found = pd.concat([own[columns], theirs[columns]])
    return found.sort_values(columns[:4], ignore_index=True)


def papers_missing(eligibility: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Return how many `papers` each unit still lacks, by unit_id."""
    units = eligibility.loc[eligibility["subject_kind"] == "unit", "subject_id"].drop_duplicates()
    lacking = papers(eligibility, pairs)["unit_id"].value_counts()
    return lacking.reindex(units, fill_value=0).astype("Int64").sort_index()
