"""Explain a verdict: the clause, the values with the file and row they came from, and each step to the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from pipeline.eligibility.expression import parse
from pipeline.eligibility.judge import Subjects
from pipeline.eligibility.kleene import Column
from pipeline.eligibility.rules import Rule, RuleCatalogue
from pipeline.eligibility.shares import resident_shares
from pipeline.eligibility.trace import steps
from pipeline.errors import SettingsError
from pipeline.report import origin
from pipeline.settings import District
from pipeline.tables import FIELDS, TABLES

_TRUTH = {True: "是 true", False: "否 false", None: "未知 unknown"}
_RESULT = {"pass": "通过 pass", "fail": "不通过 fail", "defer": "暂缓 defer", "unknown": "未知 unknown"}
_PLANS = {"A": "老旧小区改造工作实施方案 plan A", "B": "美好社区创建试点工作方案 plan B"}


class _Read(NamedTuple):
    """Where values were read: rows of the register's file by compound_id, answers that won over it, the files."""

    rows: pd.Series
    answers: dict[tuple[str, str], str]
    district: District


def explain_rule(
    catalogue: RuleCatalogue,
    rule_id: str,
    subjects: Subjects,
    subject_id: str,
    row: pd.Series,
    register: pd.DataFrame,
    answers: pd.DataFrame,
    district: District,
) -> str:
    """Return the explanation of a rule's result on one subject, in Chinese and English.

    Parameters
    ----------
    subjects
        Those of the rule's level.
    row
        The row of table `eligibility` on it.
    register
        Table `register`, for the rows of the register's file.
    answers
        Table `answers`, which won over these.
    """
    rule = find_rule(catalogue, rule_id)
    i = subjects.fields.index.get_loc(subject_id)
    columns = {name: Column(of.values[[i]], of.known[[i]]) for name, of in subjects.columns.items()}
    rows = register.set_index("compound_id")["source_row"]
    read = _Read(rows, origin.answered(answers), district)
    lines = [
        f"{rule.id} {rule.zh} / {rule.en}",
        f"条款 clause: {_clause(rule)}: “{rule.quote}”",
        f"效力 effect: {rule.effect}",
        f"对象 subject: {subject_id} {_name(subjects, subject_id)}".rstrip(),
        "",
        "用到的值 values:",
    ]
    if rule.share_of_residents is None:
        for name in sorted(rule.names):
            place = _origin(name, subjects, subject_id, read)
            lines.append(f"  {_label(name, catalogue)} = {_written(columns[name].items()[0])}  [{place}]")
    else:
        lines += _compounds(rule, subjects, subject_id, read)
    lines += ["", "步骤 steps:"]
    if rule.consistent is not None:
        lines.append("  数据是否一致 do the data agree with themselves?")
        lines += _walk(rule.consistent.holds, columns)
    for number, check in enumerate(rule.checks, start=1):
        lines.append(f"  条件 check {number} / {len(rule.checks)}")
        if rule.share_of_residents is None:
            lines += _walk(check.holds, columns)
        else:
            lines += _share(check.holds, rule.share_of_residents, subjects, subject_id)
    if rule.defer_when is not None:
        lines.append("  不通过时是否暂缓 deferred where it does not pass?")
        lines += _walk(rule.defer_when, columns)
    near = "（接近达标 near miss）" if row["near_miss"] else ""
    return "\n".join(
        [
            *lines,
            "",
            f"结论 result: {_RESULT[row['result']]}{near}",
            f"  {row['reason']}",
            f"  {row['reason_en']}",
        ]
    )


def find_rule(catalogue: RuleCatalogue, rule_id: str) -> Rule:
    """Return a rule by its id.

    Raises
    ------
    SettingsError
        There is none of that id.
    """
    for rule in catalogue.rules:
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in catalogue.rules)
    raise SettingsError(f"--rule {rule_id}", "is no rule of rules.yaml", f"one of {known}")


def _walk(text: str, columns: Mapping[str, Column]) -> list[str]:
    return [f"    {'  ' * step.depth}{step.text} → {_written(step.value)}" for step in steps(text, columns)]


def _clause(rule: Rule) -> str:
    """Name the clause with its plan; a rule that stands beside another (A11-278) quotes a law."""
    return rule.clause if "-" in rule.id else f"{_PLANS[rule.id[0]]}, {rule.clause}"


def _share(text: str, threshold: str, units: Subjects, unit: str) -> list[str]:
    """Say for which share of the unit's residents a check holds, and whether that is enough."""
    assert units.pairs is not None and units.compounds is not None
    truth = units.compounds.evaluate(text)
    shares = resident_shares(truth, units.compounds.fields.index, units.pairs, pd.Index([unit]))
    held, failed, open_ = (100 * float(of[0]) for of in (shares.held, shares.failed, shares.open))
    asked = float(units.thresholds[threshold])
    enough = _written(shares.at_least(asked).items()[0])
    return [
        f"    {text}",
        f"      居民占比 share of residents: 是 {held:.1f}%, 否 {failed:.1f}%, 未知 {open_:.1f}%",
        f"      ≥ {100 * asked:.0f}% → {enough}",
    ]


def _compounds(rule: Rule, units: Subjects, unit: str, where: _Read) -> list[str]:
    """List the unit's compounds, most people first, with what each check finds for them and where it was read."""
    assert units.pairs is not None and units.compounds is not None
    of_unit = units.pairs[units.pairs["unit_id"] == unit]
    members = of_unit.sort_values(["residents", "compound_id"], ascending=[False, True])
    found = [units.compounds.evaluate(check.holds).items() for check in rule.checks]
    lines = []
    for compound, residents in zip(members["compound_id"], members["residents"], strict=True):
        lines.append(f"  {compound} {_name(units.compounds, compound)}, {residents:,.0f} 人 residents")
        at = units.compounds.fields.index.get_loc(compound)
        for check, values in zip(rule.checks, found, strict=True):
            names = sorted(parse(check.holds).names - set(units.compounds.thresholds))
            place = _origin(names[0], units.compounds, compound, where)
            read = ", ".join(f"{n} = {_written(units.compounds.columns[n].items()[at])}" for n in names)
            lines.append(f"    {check.holds} → {_written(values[at])}  ({read})  [{place}]")
    return lines


def _origin(name: str, subjects: Subjects, subject: str, read: _Read) -> str:
    """Say where a value was read: file, sheet and row of the register, a table of the run, or the parameters."""
    if name in subjects.thresholds:
        return "params.yaml"
    if name == "as_of":
        return "district.yaml, date"
    if subjects.kind == "unit":
        if name.startswith(("step", "rows_refused", "all_steps_done")):
            return _progress(read.district)
        if name in TABLES["units"].nullable:
            return "processed/units.parquet"
        if name.rpartition("_")[0].endswith(("_share", "_unknown")):
            return "processed/reach.parquet"
        return "小区合计 added up over its compounds"
    return origin.cell(name, subject, read.rows.get(subject), read.district, read.answers)


def _progress(district: District) -> str:
    layer = district.layers.progress
    return "未提供 not in any file" if layer is None else origin.file_of(layer)


def _label(name: str, catalogue: RuleCatalogue) -> str:
    label = catalogue.fields.get(name) or FIELDS.get(name)
    return name if label is None else f"{name} {label.zh} {label.en}"


def _name(subjects: Subjects, subject: str) -> str:
    return str(subjects.fields.at[subject, "name"]) if "name" in subjects.fields else ""


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return _TRUTH[value]
    return f"{value:.10g}" if isinstance(value, float) else str(value)
