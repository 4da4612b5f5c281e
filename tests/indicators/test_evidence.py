"""More evidence only narrows what can be said, and what is not known moves no result unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalogue.load import indicators
from pipeline.indicators.evaluate import indicator_table
from pipeline.indicators.facts import Facts
from pipeline.indicators.land import near_wide_way
from pipeline.indicators.measure import Measure
from pipeline.indicators.register import register_share
from pipeline.indicators.supply import catchment_supply
from pipeline.indicators.walking import share_within, variety
from tests.indicators.street import entry, street, table, with_facilities, with_people

WEST = 1
PLACES = st.one_of(
    st.none(), st.floats(180, 360)
)  # the range that F02 takes for a capacity that is not stated
WIDTHS = st.one_of(st.none(), st.floats(1, 10))


def test_an_unknown_neighbour_widens_the_interval_and_leaves_the_value(town: Facts) -> None:
    """One of two people is within 2 minutes; a third is not linked: 33–67 %, value still 50 %."""
    doors = [{"x": 0, "class": "bus_stop"}]
    known = [{"x": 100}, {"x": 300}]
    two = with_facilities(with_people(town, known), doors, bus_stop="complete")
    three = with_facilities(
        with_people(town, [*known, {"x": 50, "linked": False}]), doors, bus_stop="complete"
    )
    before, after = (share_within(entry("T01", minutes=2), facts) for facts in (two, three))
    assert (before.low[WEST], before.value[WEST], before.high[WEST]) == (50, 50, 50)
    assert after.low[WEST] == pytest.approx(100 / 3) and after.high[WEST] == pytest.approx(200 / 3)
    assert after.value[WEST] == 50 and after.evidence_share[WEST] == pytest.approx(2 / 3)


def narrower(less: Measure, more: Measure) -> None:
    """The interval on more evidence lies in the interval on less."""
    low, high = np.nan_to_num(less.low, nan=-np.inf), np.nan_to_num(less.high, nan=np.inf)
    assert (low <= np.nan_to_num(more.low, nan=-np.inf) + 1e-9).all()
    assert (np.nan_to_num(more.high, nan=np.inf) <= high + 1e-9).all()
    assert (less.evidence_share <= more.evidence_share + 1e-9).all()


def fill(data: Any, cells: list[Any], values: Any) -> list[Any]:
    """Fill some of the unknown cells."""
    return [data.draw(values) if cell is None else cell for cell in cells]


@given(st.lists(st.tuples(st.floats(0, 499), PLACES), min_size=1, max_size=4), st.data())
@settings(max_examples=12)
def test_stating_a_capacity_only_narrows(doors: Any, data: Any) -> None:
    town = with_people(street(), [{"x": x, "child_3_6": 10.0} for x in (50, 150, 250, 450)])
    cells = [capacity for _, capacity in doors]
    less, more = (
        catchment_supply(
            entry("F02", minutes=2),
            with_facilities(
                town,
                [
                    {"x": x, "class": "kindergarten", "capacity": c}
                    for (x, _), c in zip(doors, column, strict=True)
                ],
                kindergarten="complete",
            ),
        )
        for column in (cells, fill(data, cells, PLACES))
    )
    narrower(less, more)


@given(st.lists(WIDTHS, min_size=10, max_size=10), st.data())
@settings(max_examples=12)
def test_stating_a_width_only_narrows(widths: Any, data: Any) -> None:
    """On footways no width is too narrow by kind; on these streets an unstated one is unknown."""
    town = with_people(street(), [{"x": 50.0 + 100 * i} for i in range(10)])
    one = entry("S04", within_m=20, narrow_highways=["footway"], wide_highways=["primary"])
    less, more = (
        near_wide_way(one, replace(town, edges=town.edges.assign(width_m=pd.array(column, dtype="float64"))))
        for column in (
            [np.nan if w is None else w for w in widths],
            [np.nan if w is None else w for w in fill(data, widths, WIDTHS)],
        )
    )
    narrower(less, more)


@given(
    st.lists(
        st.tuples(st.floats(0, 999), st.floats(1, 50), st.booleans(), st.booleans()), min_size=1, max_size=6
    ),
    st.tuples(*[st.sampled_from(["unknown", "partial", "complete"])] * 2),
    st.tuples(*[st.booleans()] * 2),
)
@settings(max_examples=12)
def test_tying_an_address_to_the_streets_or_completing_a_list_only_narrows(
    people: Any, lists: tuple[str, str], completed: tuple[bool, bool]
) -> None:
    """Of both shops all is in the lists already; an address is tied where the first or the second flag says so."""
    shops = [{"x": 200, "class": "food_shop"}, {"x": 700, "class": "pharmacy"}]
    both = ("food_shop", "pharmacy")
    states = [
        (lists, [first for *_, first, _ in people]),
        (
            tuple("complete" if done else how for how, done in zip(lists, completed, strict=True)),
            [first or second for *_, first, second in people],
        ),
    ]
    towns = []
    for how, tied in states:
        rows = [
            {"x": x, "residents": n, "linked": link} for (x, n, *_), link in zip(people, tied, strict=True)
        ]
        towns.append(with_facilities(with_people(street(), rows), shops, **dict(zip(both, how, strict=True))))
    for one, measure in (
        (entry("F08", minutes=2), share_within),
        (entry("F09", minutes=2, classes=list(both), score=[[0, 0], [2, 100]]), variety),
    ):
        narrower(*(measure(one, town) for town in towns))


@given(
    st.lists(st.tuples(st.floats(0, 999), st.floats(1, 50), st.booleans()), min_size=2, max_size=12),
    st.floats(0, 999),
    st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=12, max_size=12),
)
@settings(max_examples=12)
def test_a_unit_lies_in_the_range_of_its_parts(people: Any, shop: float, cells: Any) -> None:
    """A proposed unit of both committees: shares and register means lie between those of the two."""
    town = street()
    whole = town.units.iloc[[0]].assign(unit_id="whole", kind="proposed")
    units = pd.concat([town.units, whole], ignore_index=True).astype({"unit_id": "str", "kind": "str"})
    rows = [
        {"x": x, "residents": n, "linked": tie, "compound_id": f"C{i}", "unit_id": "whole"}
        for i, (x, n, tie) in enumerate(people)
    ]
    town = with_people(replace(town, units=units), rows)
    town = with_facilities(town, [{"x": shop, "class": "food_shop"}], food_shop="complete")
    register = [{"compound_id": f"C{i}", "satisfaction": cell} for i, cell in enumerate(cells[: len(people)])]
    town = replace(town, register=table("register", register))
    for found in (share_within(entry("F08", minutes=2), town), register_share(entry("C01"), town)):
        for ends in (found.value, found.low, found.high):
            parts = ends[:2][~np.isnan(ends[:2])]
            if len(parts) and not np.isnan(ends[2]):
                assert parts.min() - 1e-9 <= ends[2] <= parts.max() + 1e-9


@pytest.mark.parametrize(
    ("linked", "list_is"),
    [((True, True, True), "partial"), ((True, False, True), "complete"), ((False, False), "complete")],
)
def test_nothing_unknown_goes_unsaid(town: Facts, linked: tuple[bool, ...], list_is: str) -> None:
    """Of all 66: a value lies in its interval; where it has none, or not all was known, the row says why or how wide."""
    people = [{"x": 100.0 + i, "linked": tie, "compound_id": f"C{i}"} for i, tie in enumerate(linked)]
    kinds = ("food_shop", "kindergarten", "bus_stop")
    doors = [{"x": 200 * (i + 1), "class": kind} for i, kind in enumerate(kinds)]
    town = with_facilities(with_people(town, people), doors, **dict.fromkeys(kinds, list_is))
    register = table("register", [{"compound_id": "C0", "satisfaction": 80.0}, {"compound_id": "C1"}])
    found = indicator_table(indicators(), replace(town, register=register), 0.5)
    known = found[found["known"]]
    assert (known["value_low"].fillna(-np.inf) <= known["value"] + 1e-9).all()
    assert (known["value"] <= known["value_high"].fillna(np.inf) + 1e-9).all()
    assert (found.loc[~found["known"], "note"] != "").all()
    thin = found[found["evidence_share"] < 1 - 1e-9]
    settled = thin["value_high"] - thin["value_low"] <= 1e-9
    silent = thin[settled & (thin["note"] == "")]
    assert silent.empty, silent[["unit_id", "indicator_id", "value", "evidence_share"]].to_dict("records")
