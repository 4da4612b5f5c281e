"""Every clause is in the table, and what the table names is there."""

from __future__ import annotations

from pipeline.eligibility.rules import rule_catalogue
from pipeline.report.clauses import clause_table, read_clauses
from pipeline.settings import load_params
from pipeline.tables import TABLES
from tests.runs import ROOT

PARAMS = load_params(ROOT / "params.yaml")
CLAUSES = {clause.id: clause for clause in read_clauses()}


def test_all_clauses_of_both_plans_are_listed_in_order() -> None:
    assert list(CLAUSES) == [f"A{i}" for i in range(1, 19)] + [f"B{i}" for i in range(1, 24)]


def test_a_clause_is_decided_by_a_rule_or_says_how_it_is_done() -> None:
    rules = {rule.id for rule in rule_catalogue().rules}
    assert {rule.partition("-")[0] for rule in rules} <= set(CLAUSES)
    for name, clause in CLAUSES.items():
        told = (clause.zh, clause.en, clause.clause, clause.quote)
        assert all(text is None for text in told) if name in rules else all(told) and clause.how, name
    typed = {kind.clause.split()[0] for kind in rule_catalogue().pilot_types}
    assert typed == {"B7", "B8", "B9"} and typed.isdisjoint(rules)


def test_what_the_table_names_is_there() -> None:
    for name, clause in CLAUSES.items():
        assert set(clause.tables) <= set(TABLES), name
        for parameter in clause.parameters:
            at = PARAMS.model_dump()
            for key in parameter.split("."):
                assert key in at, (name, parameter)
                at = at[key]


def test_the_page_in_the_docs_is_up_to_date() -> None:
    fresh = clause_table(frozenset(PARAMS.eligibility.thresholds))
    assert (ROOT / "docs/clauses.md").read_text(encoding="utf-8") == fresh
    consent = next(line for line in fresh.splitlines() if line.startswith("| A11 |"))
    assert (
        "征求三分之二以上业主意见" in consent
        and "`consulted_numerator`" in consent
        and "condition, compound" in consent
    )
    assert "`condition_share_min`" in fresh.split("| B10 |")[1].splitlines()[0]
