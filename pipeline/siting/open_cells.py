"""Find the empty cells of the register that keep a rule open, and say how a cell is to be filled in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.eligibility.expression import parse
from pipeline.eligibility.rules import Rule
from pipeline.siting.answers import Open
from pipeline.tables import FIELDS, REGISTER_COLUMNS

Cell = tuple[str, str]  # compound_id, column
_HOW = {"boolean": "是 / 否 yes / no", "date": "日期 date (2026-05-31)", "str": "文字 text"}


def open_cells(
    fact: Open,
    rules: Sequence[Rule],
    eligibility: pd.DataFrame,
    register: pd.DataFrame,
    members: pd.DataFrame,
) -> dict[Cell, float]:
    """Return the empty cells that a rule waits for, with the share of its openness that is booked to each.

    For a compound's rule the shares are even; for a unit's they go by the square of the residents of the compounds, as
    its shares of the variance. A unit's rule that counts compounds waits for what their own open rules wait for.

    Parameters
    ----------
    register
        Table `register`, by compound_id.
    members
        unit_id, compound_id, residents of the unit, if the rule is a unit's.
    """
    by_id = {rule.id: rule for rule in rules}
    columns = _columns(by_id[fact.rule_id])
    if fact.subject_kind == "compound":
        empty = [(fact.subject_id, name) for name in columns if _is_empty(register, fact.subject_id, name)]
        return {cell: 1 / len(empty) for cell in empty}
    weighed: dict[Cell, float] = {}
    for compound, residents in zip(members["compound_id"], members["residents"], strict=True):
        asked = columns or _waiting(compound, eligibility, by_id)
        for name in asked:
            if _is_empty(register, compound, name):
                weighed[compound, name] = float(residents) ** 2 / len(asked)
    total = sum(weighed.values())
    return {cell: weight / total for cell, weight in weighed.items()} if total > 0 else {}


def how_to_answer(fact: str) -> str:
    """Say what an answer about a column looks like."""
    field = FIELDS[fact]
    if fact == "completeness":
        return "complete / partial / unknown"
    if fact == "gate_users":
        return "public / residents / permit / closed"
    if fact == "open_hours":
        return "06:00-22:00 / 24/7 / off"
    if field.codes:
        return " / ".join(field.codes)
    return _HOW.get(field.type, f"数字 number {field.unit}".rstrip())


def _columns(rule: Rule) -> list[str]:
    names = set().union(*(parse(check.holds).names for check in rule.checks))
    return sorted(names & set(REGISTER_COLUMNS))


def _waiting(compound: str, eligibility: pd.DataFrame, by_id: dict[str, Rule]) -> list[str]:
    """Return the columns that a compound's own open, deciding rules look at."""
    open_ = eligibility[
        (eligibility["subject_kind"] == "compound")
        & (eligibility["subject_id"] == compound)
        & (eligibility["result"] == "unknown")
    ]
    rules = [by_id[rule] for rule in open_["rule_id"] if by_id[rule].in_verdict]
    return sorted({name for rule in rules for name in _columns(rule)})


def _is_empty(register: pd.DataFrame, compound: str, column: str) -> bool:
    return compound in register.index and bool(pd.isna(register.at[compound, column]))
