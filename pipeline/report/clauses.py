"""Write the table of clauses: where each clause of the notice is carried out, so that a committee member can look it up."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pydantic import Field

from pipeline.catalogue.load import checked, each_once
from pipeline.eligibility.rules import Rule, rule_catalogue
from pipeline.settings import Label, Strict

CLAUSES_FILE = Path(str(files("pipeline.catalogue").joinpath("clauses.yaml")))
_HEAD = """# 条款对照 Clauses

Generated from `pipeline/catalogue/clauses.yaml` and `rules.yaml` by `python -m pipeline clauses`. A: plan A
(老旧小区改造工作实施方案), B: plan B (美好社区创建试点工作方案) of 烟芝政办发〔2022〕2号. Where a rule decides,
`python -m pipeline explain DISTRICT --rule ID --subject C017` tells why on one compound or unit. The tables are those of the
[data dictionary](data-dictionary.md), the parameters those of [`params.yaml`](../params.yaml).

| id | 条款 clause | 通知原文 the notice says | 规则 rule | 表 tables | 参数 parameters | 另见 also |
|---|---|---|---|---|---|---|
"""


class Clause(Strict):
    """A clause; its names, place and words are given where no rule of this id has them."""

    id: str = Field(pattern=r"^[AB]\d+$")
    zh: str | None = None
    en: str | None = None
    clause: str | None = None
    quote: str | None = None
    tables: tuple[str, ...] = Field(min_length=1)
    parameters: tuple[str, ...] = ()
    how: Label | None = None


class Clauses(Strict):
    """`clauses.yaml`."""

    clauses: tuple[Clause, ...]


def read_clauses(path: Path = CLAUSES_FILE) -> tuple[Clause, ...]:
    """Read and check the list of clauses.

    Raises
    ------
    SettingsError
        An entry is wrong; the message names file, line and entry.
    """
    clauses: Clauses = checked(Clauses, path)
    each_once(path, "clauses", [clause.id for clause in clauses.clauses])
    return clauses.clauses


def clause_table(thresholds: frozenset[str]) -> str:
    """Return the table as Markdown, a row a clause; `thresholds` are the names of those that rules compare with."""
    rules = {rule.id: rule for rule in rule_catalogue().rules}
    return _HEAD + "".join(_row(clause, rules.get(clause.id), thresholds) for clause in read_clauses())


def _row(clause: Clause, rule: Rule | None, thresholds: frozenset[str]) -> str:
    told = rule or clause
    named = (rule.names | {rule.share_of_residents or ""}) & thresholds if rule else frozenset()
    cells = [
        clause.id,
        told.clause,
        f"{told.zh} {told.en}: “{told.quote}”",
        f"{rule.effect}, {rule.level}" if rule else "",
        ", ".join(f"`{name}`" for name in clause.tables),
        ", ".join(f"`{name}`" for name in [*sorted(named), *clause.parameters]),
        f"{clause.how.zh} {clause.how.en}" if clause.how else "",
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"
