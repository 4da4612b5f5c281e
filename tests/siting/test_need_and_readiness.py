"""Need and readiness by hand, and how they answer to what becomes known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.eligibility.rules import rule_catalogue
from pipeline.scoring.points import points_of
from pipeline.siting.need import need
from pipeline.siting.readiness import readiness
from tests.scoring.cases import SMALL, random_points, random_weights, sheet


def _need(*entries: float | None) -> float:
    points = points_of(sheet(A=list(entries)), SMALL.indicators)
    return float(need(points.points, points.known, SMALL)[0])


def test_need_by_hand() -> None:
    """Targets are worth 80, 100, 60. X: (1·50 % + 2·20 %)/3 = 30; Y: 30 of 60 is 50 %; (1·30 + 3·50)/4 = 45."""
    assert _need(40, 80, 30) == pytest.approx(45)


def test_on_target_there_is_no_need_and_points_beyond_do_not_make_up() -> None:
    assert _need(80, 100, 60) == 0
    assert _need(100, 80, 60) == pytest.approx(40 / 3 / 4)


def test_what_is_unknown_is_neither_need_nor_none() -> None:
    assert _need(40, None, 30) == pytest.approx((1 * 50 + 3 * 50) / 4)
    assert _need(40, 80, None) == pytest.approx(30)
    assert np.isnan(_need(None, None, None))


def test_a_target_that_is_worth_no_points_asks_for_nothing() -> None:
    no_target = replace(SMALL, target_points=np.zeros(3))
    points = points_of(sheet(A=[0, 0, 0]), SMALL.indicators)
    assert np.isnan(need(points.points, points.known, no_target)[0])


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_more_points_never_raise_the_need(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    points = random_points(random, weights, 5)
    before = need(points.points, points.known, weights)
    after = need(
        np.minimum(points.points + 20 * random.random(points.points.shape), 100), points.known, weights
    )
    known = ~np.isnan(before)
    assert (after[known] <= before[known] + 1e-9).all()
    assert ((before[known] >= 0) & (before[known] <= 100 + 1e-9)).all()


RULES = {rule.id: rule for rule in rule_catalogue().rules}
CONDITIONS = [rule.id for rule in rule_catalogue().rules if rule.readiness]
PAIRS = pd.DataFrame(
    {
        "unit_id": ["U1"] * 3 + ["U3"],
        "compound_id": ["C1", "C2", "C3", "C3"],
        "residents": [600.0, 400.0, 500.0, 9.0],
    }
)


def _eligibility(**results: dict[str, str]) -> pd.DataFrame:
    """Every readiness rule passes, and no rule excludes, unless given: {subject: {rule: result}}."""
    rows = []
    for subject, kind in {
        "C1": "compound",
        "C2": "compound",
        "C3": "compound",
        "U1": "unit",
        "U2": "unit",
        "U3": "unit",
    }.items():
        for rule in (*CONDITIONS, "A1"):
            if RULES[rule].level == kind:
                given_ = results.get(subject, {}).get(rule, "pass")
                rows.append((kind, subject, rule, RULES[rule].effect, given_))
    return pd.DataFrame(rows, columns=["subject_kind", "subject_id", "rule_id", "effect", "result"])


def test_readiness_by_hand() -> None:
    """Seven conditions; A8 holds for 600 of 1,000 residents, B12 does not, C3 is excluded: (5 + 0.6 + 0)/7."""
    assert CONDITIONS == ["A8", "A9", "A10", "A11", "A12", "B10", "B12"]
    table = _eligibility(C2={"A8": "defer"}, C3={"A1": "fail", "A9": "defer"}, U1={"B12": "fail"})
    assert readiness(table, PAIRS, RULES.values())["U1"] == pytest.approx(100 * 5.6 / 7)


def test_what_is_unknown_is_not_shown() -> None:
    table = _eligibility(C1={"A8": "unknown"}, C3={"A1": "fail"}, U1={"B12": "unknown"})
    assert readiness(table, PAIRS, RULES.values())["U1"] == pytest.approx(100 * 5.4 / 7)


def test_with_nothing_known_readiness_is_unknown_not_zero() -> None:
    unknown = dict.fromkeys(CONDITIONS, "unknown")
    assert np.isnan(readiness(_eligibility(U2=unknown), PAIRS, RULES.values())["U2"])
    one_known = unknown | {"B10": "fail"}
    assert readiness(_eligibility(U2=one_known), PAIRS, RULES.values())["U2"] == 0


def test_where_all_compounds_are_excluded_nothing_is_there_to_be_ready() -> None:
    found = readiness(_eligibility(C3={"A1": "fail"}), PAIRS, RULES.values())["U3"]
    assert found == pytest.approx(100 * 2 / 7)  # B10 and B12 alone


def test_a_condition_found_to_be_met_never_lowers_readiness() -> None:
    before = readiness(_eligibility(C1={"A8": "unknown", "A9": "defer"}), PAIRS, RULES.values())
    after = readiness(_eligibility(C1={"A9": "defer"}), PAIRS, RULES.values())
    assert (after >= before).all() and after["U1"] > before["U1"]
