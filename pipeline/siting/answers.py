"""Work out what candidates would be, were an open rule met or not: every answer is a world of its own, judged at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from pipeline.eligibility.rules import Rule
from pipeline.eligibility.verdict import unit_verdict
from pipeline.siting.readiness import readiness


class Open(NamedTuple):
    """A rule that is unknown for a candidate or one of its compounds."""

    subject_kind: str
    subject_id: str
    rule_id: str


def open_rules(eligibility: pd.DataFrame, pairs: pd.DataFrame, rules: Sequence[Rule]) -> list[Open]:
    """Return what is unknown of the units of `pairs` and of their compounds, and counts: in a verdict or in readiness."""
    counts = {rule.id for rule in rules if rule.in_verdict or rule.readiness}
    rows = eligibility[eligibility["result"].eq("unknown") & eligibility["rule_id"].isin(counts)]
    concerned = rows["subject_id"].isin(set(pairs["unit_id"])) | rows["subject_id"].isin(
        set(pairs["compound_id"])
    )
    keys = rows.loc[concerned, ["subject_kind", "subject_id", "rule_id"]].sort_values(list(Open._fields))
    return [Open(*key) for key in keys.itertuples(index=False)]


def answered(
    facts: Sequence[Open], eligibility: pd.DataFrame, pairs: pd.DataFrame, rules: Sequence[Rule]
) -> pd.DataFrame:
    """Return readiness and verdict of every candidate that a fact concerns, for either answer.

    A compound's answer acts through readiness and through what it bars; the unit's own rules keep their results.

    Returns
    -------
    DataFrame
        fact (its place in `facts`), met (bool), unit_id, readiness, verdict.
    """
    effects = {rule.id: rule.effect for rule in rules}
    by_subject = dict(list(eligibility.groupby(["subject_kind", "subject_id"])))
    members = {str(unit): rows for unit, rows in pairs.groupby("unit_id")}
    of_compound = pairs.groupby("compound_id")["unit_id"].agg(list).to_dict()
    tables: list[pd.DataFrame] = []
    all_pairs: list[pd.DataFrame] = []
    worlds: list[tuple[int, bool, str, str]] = []
    for number, fact in enumerate(facts):
        units = [fact.subject_id] if fact.subject_kind == "unit" else of_compound[fact.subject_id]
        for unit in units:
            subjects = [("unit", unit)] + [("compound", c) for c in members[unit]["compound_id"]]
            rows = pd.concat([by_subject[key] for key in subjects if key in by_subject])
            here = rows["rule_id"].eq(fact.rule_id) & rows["subject_id"].eq(fact.subject_id)
            here &= rows["subject_kind"].eq(fact.subject_kind)
            for met in (True, False):
                world = f"{len(worlds)} "
                result = "pass" if met else "defer" if effects[fact.rule_id] == "defer" else "fail"
                tables.append(
                    rows.assign(
                        result=rows["result"].mask(here, result), subject_id=world + rows["subject_id"]
                    )
                )
                theirs = members[unit]
                all_pairs.append(
                    theirs.assign(
                        unit_id=world + theirs["unit_id"], compound_id=world + theirs["compound_id"]
                    )
                )
                worlds.append((number, met, unit, world + unit))
    found = pd.DataFrame(worlds, columns=["fact", "met", "unit_id", "world"])
    if not tables:
        return found.drop(columns="world").assign(
            readiness=pd.Series(dtype=float), verdict=pd.Series(dtype="str")
        )
    table = pd.concat(tables, ignore_index=True)
    ready = readiness(table, pd.concat(all_pairs, ignore_index=True), rules)
    verdict = unit_verdict(table)
    return found.assign(
        readiness=ready.reindex(found["world"]).to_numpy(), verdict=verdict.reindex(found["world"]).to_numpy()
    ).drop(columns="world")
