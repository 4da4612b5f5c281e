"""The choice of pilots: by hand, against all subsets, and what each limit costs."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.siting.plans import portfolio
from pipeline.siting.portfolio import Limits, Pool, choose, plans
from pipeline.tables import check
from tests.runs import Chain

FREE = Limits(max_pilots=2, budget_cny=None, award_cny=6e6, min_subdistricts=0, must=(), must_not=())


def _pool(
    priority: list[float], passes: str, subdistrict: list[str | None], types: str | None = None
) -> Pool:
    """Types by letter."""
    units = tuple(f"P{i}" for i in range(len(priority)))
    passing, kinds = np.array([c == "p" for c in passes]), pd.Series(list(types or "a" * len(units)))
    return Pool(units, np.array(priority), passing, pd.Series(subdistrict, dtype="str"), kinds)


POOL = _pool([60, 50, 40, 30], "..p.", ["东", "东", "东", "西"], "aaab")


def _chosen(limits: Limits, pool: Pool = POOL) -> list[str] | None:
    plan = choose(pool, limits)
    return None if plan is None else [unit for unit, here in zip(pool.units, plan, strict=True) if here]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (FREE, ["P0", "P2"]),  # the one that passes goes before the better one that does not
        (replace(FREE, verdict_first=False), ["P0", "P1"]),
        (replace(FREE, min_subdistricts=2), ["P2", "P3"]),
        (replace(FREE, min_subdistricts=3), None),  # there are two
        (replace(FREE, budget_cny=11.9e6), ["P2"]),  # one award
        (replace(FREE, budget_cny=12e6), ["P0", "P2"]),
        (replace(FREE, must=("P3",)), ["P2", "P3"]),
        (replace(FREE, must_not=("P2",)), ["P0", "P1"]),
        (replace(FREE, max_pilots=1, must=("P0", "P1")), None),
        (replace(FREE, max_pilots=9), ["P0", "P1", "P2", "P3"]),
        (replace(FREE, of_type={"b": (1, 2)}), ["P2", "P3"]),
        (replace(FREE, max_pilots=9, of_type={"a": (0, 1)}), ["P2", "P3"]),
        (replace(FREE, of_type={"c": (1, 1)}), None),  # there is none
    ],
)
def test_by_hand(limits: Limits, expected: list[str] | None) -> None:
    assert _chosen(limits) == expected


def test_a_candidate_of_unknown_sub_district_adds_nothing_to_the_spread() -> None:
    pool = _pool([60, 50, 40], "...", ["东", None, "西"])
    assert _chosen(replace(FREE, min_subdistricts=2), pool) == ["P0", "P2"]


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_subset_is_better(seed: int) -> None:
    """All subsets, best first, are what the solver finds one after the other."""
    random = np.random.default_rng(seed)
    size = int(random.integers(1, 8))
    names = random.choice(np.array(["东", "西", "南", None], object), size)
    pool = _pool(
        random.uniform(1, 100, size).tolist(),
        "".join(random.choice(["p", "."], size)),
        names.tolist(),
        "".join(random.choice(["a", "b"], size)),
    )
    of_type = {"a": (int(random.integers(0, 2)), int(random.integers(1, 3)))}
    limits = Limits(
        max_pilots=int(random.integers(1, 5)),
        budget_cny=[None, 6e6 * float(random.integers(1, 5))][random.integers(2)],
        award_cny=6e6,
        min_subdistricts=int(random.integers(0, 3)),
        must=("P0",) if random.random() < 0.3 else (),
        of_type=of_type if random.random() < 0.5 else {},
        must_not=(pool.units[-1],) if size > 1 and random.random() < 0.3 else (),
        verdict_first=bool(random.random() < 0.7),
    )
    worth = []
    for subset in product([False, True], repeat=size):
        here = np.array(subset)
        ids = {unit for unit, inside in zip(pool.units, here, strict=True) if inside}
        paid = limits.budget_cny is None or here.sum() * limits.award_cny <= limits.budget_cny
        spread = pool.subdistrict[here].nunique() >= limits.min_subdistricts
        named = set(limits.must) <= ids and not ids & set(limits.must_not)
        typed = all(
            least <= pool.pilot_type[here].eq(kind).sum() <= most
            for kind, (least, most) in limits.of_type.items()
        )
        if here.sum() <= limits.max_pilots and paid and spread and typed and named:
            passing = pool.passes[here].sum() if limits.verdict_first else 0
            worth.append((float(passing), float(pool.priority[here].sum())))
    best = sorted(worth, reverse=True)[:4]
    found = plans(pool, limits, 4)
    assert len({plan.tobytes() for plan in found}) == len(found)
    told = [
        (float(pool.passes[p].sum()) if limits.verdict_first else 0.0, float(pool.priority[p].sum()))
        for p in found
    ]
    assert len(told) == len(best)
    assert np.allclose(told, best) if best else found == []


def _candidates() -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = list(POOL.units)
    candidates = pd.DataFrame(
        {
            "rank": pd.array([2, 3, 1, None], "Int64"), "unit_id": ids, "name": ids, "need": [60.0, 50.0, 40.0, 30.0],
            "readiness": [60.0, 50.0, 40.0, 30.0], "eligible": ["defer", "unknown", "pass", "fail"],
            "pilot_type": ["comprehensive_upgrade", "planned_new", "planned_new", "undetermined"],
        }
    )  # fmt: skip
    units = pd.DataFrame({"unit_id": ids, "subdistrict": ["东", "东", "西", "西"], "residents": 5000.0})
    return candidates, units


def test_tables_and_prices_by_hand() -> None:
    limits = replace(FREE, must=("P1",))
    table, prices = portfolio(*_candidates(), limits, need_weight=0.5, runner_ups=2)
    check("portfolio", table)
    check("portfolio_prices", prices)
    assert table.loc[table["plan"] == 1, "unit_id"].tolist() == ["P2", "P1"]
    assert table.groupby("plan")["plan_priority"].first().tolist() == [
        90.0,
        110.0,
        50.0,
    ]  # of two, none, none passing
    price = prices.set_index("limit")["price"]
    assert price.to_dict() == {
        "max_pilots": 60.0,
        "min_subdistricts": 0.0,
        "verdict_first": 20.0,
        "must": 10.0,
    }
    assert prices.set_index("limit").loc["verdict_first", "passing_without"] == 0
    assert "+10.0" in prices.set_index("limit").loc["must", "sentence"]


def test_bounds_on_a_type_have_their_price() -> None:
    """Without P0 (60) the best two are P1 (50) and P2 (40); with it P0 and P1: better by 20."""
    limits = replace(FREE, verdict_first=False, of_type={"comprehensive_upgrade": (0, 0)})
    table, prices = portfolio(*_candidates(), limits, need_weight=0.5, runner_ups=0)
    assert table["unit_id"].tolist() == ["P2", "P1"]
    price = check("portfolio_prices", prices).set_index(["limit", "limit_unit"])
    assert price.loc[("of_type", "comprehensive_upgrade"), "price"] == pytest.approx(20)
    assert "comprehensive_upgrade" in price.loc[("of_type", "comprehensive_upgrade"), "sentence_en"]


def test_limits_that_cannot_be_kept_together_say_which_to_lift() -> None:
    table, prices = portfolio(*_candidates(), replace(FREE, max_pilots=1, min_subdistricts=2), 0.5, 3)
    assert len(check("portfolio", table)) == 0
    said = check("portfolio_prices", prices).set_index("limit")["sentence_en"]
    assert said["min_subdistricts"].endswith("they can") and said["max_pilots"].endswith("they can")
    assert "still cannot" in said["verdict_first"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"must": ("P9",)}, "no candidate"),
        ({"must": ("P3",)}, "not ranked"),
        ({"must": ("P0",), "must_not": ("P0",)}, "must and in must_not"),
    ],
)
def test_names_that_cannot_be_meant_are_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        portfolio(*_candidates(), replace(FREE, **change), 0.5, 3)


def test_the_demo_chooses_within_its_limits(demo: Chain) -> None:
    plan = demo["portfolio"]
    first = plan[plan["plan"] == 1]
    assert len(first) <= 5 and first["subdistrict"].nunique() >= 2
    assert sorted(plan["plan"].unique()) == [1, 2, 3, 4]
    assert set(demo["portfolio_prices"]["limit"]) == {"max_pilots", "min_subdistricts", "verdict_first"}
