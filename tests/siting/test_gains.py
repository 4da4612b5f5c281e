"""Who lives in the pilots: by hand, and that groups add up on the demo."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.siting.gains import gains, worst_tenth
from pipeline.tables import check
from tests.runs import Chain

BOTH = {"kindergarten": True, "elderly_station": True}


def _district() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, pd.DataFrame, pd.DataFrame]:
    """Four addresses: 60, 30, 5, 5 people; the last two walk farthest, one of them beyond the limit.

    Compound X (a and b) has 9 low-income households, of Y (c) nobody knows, d is in no compound.
    """
    points = ["a", "b", "c", "d"]
    residents = pd.DataFrame(
        {
            "point_id": points,
            "compound_id": pd.Series(["X", "X", "Y", None], dtype="str"),
            "residents": [60.0, 30, 5, 5],
            "elderly": [6.0, 9, 1, 4],
            "child_3_6": [2.0, 1, 1, 0],
        }
    )
    areas = pd.DataFrame({"point_id": points, "unit_id": ["P1", "P2", "P2", None]})
    minutes = {"kindergarten": [3, 5, 20, 4], "elderly_station": [4, 6, 3, np.nan]}
    walks = pd.concat(
        pd.DataFrame({"point_id": points, "class": name, "walker": walker, "minutes": minutes[name]})
        for name, walker in (("kindergarten", "child"), ("elderly_station", "elderly"))
    )
    plans = pd.DataFrame({"plan": [1, 2, 2], "unit_id": ["P2", "P1", "P2"]})
    low_income = pd.Series({"X": 9, "Y": pd.NA}, dtype="Int64")
    return plans, residents, low_income, areas, walks


def test_by_hand() -> None:
    table = check("portfolio_gains", gains(*_district(), BOTH)).set_index(["plan", "people_group"])
    assert table.loc[(1, "residents")].tolist() == [35, 0.35, 1]
    assert table.loc[(1, "elderly")].tolist() == [10, 0.5, 1]
    assert table.loc[(1, "worst_tenth")].tolist() == [5, 0.5, 1]  # c and d are the tenth; c is in P2
    assert table.loc[(2, "child_3_6")].tolist() == [4, 1, 1]


def test_low_income_households_go_with_residents_and_say_for_how_many_they_are_known() -> None:
    table = gains(*_district(), BOTH).set_index(["plan", "people_group"])
    known = pytest.approx([3, 1 / 3, 30 / 35])  # b has 30 of X's 90 residents; c, unknown, has 5 of P2's 35
    assert table.loc[(1, "low_income_households")].tolist() == known
    assert table.loc[(2, "low_income_households")].tolist() == pytest.approx([9, 1, 90 / 95])


def test_low_income_households_that_nobody_states_are_not_none() -> None:
    plans, residents, low_income, *rest = _district()
    table = gains(plans, residents, low_income.where(low_income.isna()), *rest, BOTH)
    table = table.set_index("people_group").loc["low_income_households"]
    assert table[["people_served", "people_share"]].isna().all(axis=None)
    assert table["known_residents_share"].eq(0).all()


def test_where_a_list_is_not_complete_nobody_knows_who_walks_farthest() -> None:
    table = gains(*_district(), BOTH | {"kindergarten": False}).set_index("people_group")
    assert table.loc["worst_tenth", "people_served"].isna().all()
    assert table.loc["worst_tenth", "known_residents_share"].eq(0).all()
    assert table.loc["residents", "people_served"].notna().all()


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1))
def test_it_is_a_tenth_and_nobody_outside_it_walks_farther(seed: int) -> None:
    random = np.random.default_rng(seed)
    people, minutes = random.uniform(0, 9, 40), random.choice([2.0, 5, 9, np.inf], 40)
    taken = worst_tenth(people, minutes)
    assert taken.sum() == pytest.approx(people.sum() / 10)
    assert ((taken >= 0) & (taken <= people + 1e-12)).all()
    left = people - taken > 1e-9
    assert minutes[taken > 0].min() >= minutes[left].max()


def test_without_plans_the_table_is_empty() -> None:
    plans, *rest = _district()
    assert len(check("portfolio_gains", gains(plans.head(0), *rest, BOTH))) == 0


def test_in_the_demo_every_plan_tells_of_every_group(demo: Chain) -> None:
    table, plans = demo["portfolio_gains"], demo["portfolio"]
    assert len(table) == 5 * plans["plan"].nunique()
    everyone = table[table["people_group"] == "residents"].set_index("plan")["people_served"]
    assert everyone.to_dict() == pytest.approx(plans.groupby("plan")["residents"].sum().to_dict())
    low_income = table[table["people_group"] == "low_income_households"]
    assert low_income["known_residents_share"].between(0.01, 1 + 1e-9).all()
    assert (low_income["people_served"] > 0).all()
