"""The steps of an expression, with every value that is known and every one that is not."""

from __future__ import annotations

import numpy as np

from pipeline.eligibility.expression import evaluate
from pipeline.eligibility.kleene import Column
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.trace import steps
from tests.eligibility.cases import compounds


def _columns(**of: int | None) -> dict[str, Column]:
    return {k: Column(np.array([v or 0]), np.array([v is not None])) for k, v in of.items()}


def test_steps_by_hand() -> None:
    """False and unknown is false, and both sides say why."""
    found = steps("a * 3 >= b * 2 and b < c", _columns(a=10, b=16, c=None))
    assert [tuple(step) for step in found] == [
        (0, "a * 3 >= b * 2 and b < c", False),
        (1, "a * 3 >= b * 2", False),
        (2, "a * 3", 30),
        (2, "b * 2", 32),
        (1, "b < c", None),
    ]


def test_the_first_step_is_the_whole_for_every_rule() -> None:
    subjects = compounds(C1={})
    for rule in rule_catalogue().rules:
        for check in rule.checks if rule.level == "compound" else ():
            first = steps(check.holds, subjects.columns)[0]
            assert first.value == evaluate(check.holds, subjects.columns, 1).items()[0]
