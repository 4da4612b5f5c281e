"""Shares within minutes, variety and the gap between people, on a street that is walked at 100 m a minute."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Membership
from pipeline.indicators.walking import quantile_of_people, share_within, time_gap, variety
from tests.indicators.street import entry, street, with_facilities, with_people, with_walks

EAST, WEST = 0, 1  # units are in order of their id


def test_the_share_within_minutes_by_hand(town: Facts) -> None:
    """A kindergarten at 300 m; 10 children at 100 m (2 min), 30 at 450 m (1.5 min), 20 at 950 m (6.5 min)."""
    town = with_people(
        town,
        [
            {"x": 100, "child_3_6": 10.0},
            {"x": 450, "child_3_6": 30.0},
            {"x": 500, "child_3_6": 20.0},
            {"x": 950, "child_3_6": 20.0},
        ],
    )
    town = with_facilities(town, [{"x": 300, "class": "kindergarten"}], kindergarten="complete")
    found = share_within(entry("F01", minutes=1.8), town)
    assert found.value[WEST] == pytest.approx(100 * 30 / 40)
    assert found.value[EAST] == 0
    assert list(found.evidence_share) == [1, 1]
    assert found.evidence[WEST] == (
        "walk_times[kindergarten, child], class_status=complete (1); 40 3—6岁学前儿童 children 3–6"
    )
    assert share_within(entry("F01", minutes=2.0), town).value[EAST] == 50, "served at exactly 2 minutes"
    assert share_within(entry("F01", minutes=6.5), town).value[EAST] == 100


def test_a_tenth_slower_or_faster_by_hand(town: Facts) -> None:
    """30 children at 1.5 minutes, 10 at 2: 1.67 and 2.22 a tenth slower, 1.36 and 1.82 a tenth faster."""
    town = with_people(town, [{"x": 100, "child_3_6": 10.0}, {"x": 450, "child_3_6": 30.0}])
    town = with_facilities(town, [{"x": 300, "class": "kindergarten"}], kindergarten="complete")
    for minutes, shares in ((1.6, (0, 75, 75)), (1.9, (75, 75, 100)), (1.4, (0, 0, 75))):
        slower, faster = town.errors["pace"]
        for facts, share in zip((slower, town, faster), shares, strict=True):
            assert share_within(entry("F01", minutes=minutes), facts).value[WEST] == share


def test_who_is_near_a_listed_one_is_served_though_the_list_is_incomplete(town: Facts) -> None:
    town = with_people(town, [{"x": 100, "residents": 30.0}, {"x": 450, "residents": 10.0}])
    town = with_facilities(town, [{"x": 100, "class": "health_station"}], health_station="partial")
    found = share_within(entry("F06", minutes=2), town)
    assert np.isnan(found.value[WEST]), "nobody could have been found to be unserved"
    assert (found.low[WEST], found.high[WEST]) == (75, 100)
    assert found.evidence_share[WEST] == pytest.approx(0.75)
    assert "not complete" in found.note[WEST]
    everybody = share_within(entry("F06", minutes=4), town)
    assert (everybody.value[WEST], everybody.low[WEST], everybody.evidence_share[WEST]) == (100, 100, 1)


def test_no_list_is_unknown_and_an_empty_complete_list_is_nobody(town: Facts) -> None:
    unlisted = share_within(entry("C03"), with_facilities(town, []))
    assert np.isnan(unlisted.value).all()
    assert (unlisted.low == 0).all() and (unlisted.high == 100).all() and (unlisted.evidence_share == 0).all()
    empty_list = share_within(entry("C03"), with_facilities(town, [], cultural_room="complete"))
    assert (empty_list.value == 0).all() and (empty_list.high == 0).all()


def test_near_the_edge_of_the_data_and_off_the_network_it_cannot_be_known(town: Facts) -> None:
    """Of five people one is served, one is not, one is beyond 2 minutes but 1 from the edge, one unlinked.

    The fifth, next to the facility and to the edge, is served; but since it could only be found to be served, the value
    is that of the first two.
    """
    people = [{"x": 100}, {"x": 350}, {"x": 400}, {"x": 10, "linked": False}, {"x": 120}]
    town = with_facilities(with_people(town, people), [{"x": 50, "class": "bus_stop"}], bus_stop="complete")
    town = with_walks(town, {"p02": 1.0, "p04": 0.5})
    found = share_within(entry("T01", minutes=2), town)
    assert found.low[WEST] == pytest.approx(40)
    assert found.high[WEST] == pytest.approx(80)
    assert found.value[WEST] == pytest.approx(50)
    assert found.evidence_share[WEST] == pytest.approx(0.6)
    assert np.isnan(found.value[EAST]) and "no such people" in found.note[EAST]


def test_a_constraint_walks_with_other_legs_and_says_so_where_nobody_walked(town: Facts) -> None:
    town = with_facilities(town, [{"x": 100, "class": "elderly_station"}], elderly_station="complete")
    times = town.walk_times[town.walk_times["walker"] != "elderly_step_free"]
    with pytest.raises(SettingsError, match="elderly_step_free"):
        share_within(entry("T05"), replace(town, walk_times=times))


def test_variety_by_hand(town: Facts) -> None:
    """Two of four kinds are within 1 minute for one person, one for the other; one kind has no complete list."""
    town = with_people(town, [{"x": 100}, {"x": 300}])
    doors = [
        {"x": 100, "class": "bank"},
        {"x": 200, "class": "pharmacy"},
        {"x": 900, "class": "repair"},
        {"x": 100, "class": "parcel"},
    ]
    known = {"bank": "complete", "pharmacy": "complete", "repair": "complete"}
    four = entry("F09", classes=["bank", "pharmacy", "repair", "parcel"], minutes=1)
    found = variety(four, with_facilities(town, doors, **known, parcel="complete"))
    assert found.value[WEST] == pytest.approx((3 + 1) / 2)
    assert found.evidence_share[WEST] == 1
    found = variety(four, with_facilities(town, doors, **known, parcel="partial"))
    assert (found.low[WEST], found.high[WEST]) == (2.0, 2.5)
    assert found.value[WEST] == pytest.approx(4 * (0.5 + 1 + 0) / 3), (
        "the three listed kinds stand for the fourth"
    )
    assert found.evidence_share[WEST] == pytest.approx(1 - 0.5 / 4)


def test_the_gap_between_the_worst_served_tenth_and_the_median_by_hand(town: Facts) -> None:
    """Ten people, 0, 20 … 180 m from the only shop: median 0.8 minutes, nine in ten within 1.6."""
    town = with_people(town, [{"x": 20.0 * i} for i in range(10)])
    town = with_facilities(town, [{"x": 0, "class": "food_shop"}], food_shop="complete")
    one = entry("C06", classes=["food_shop"])
    found = time_gap(one, town)
    assert found.value[WEST] == pytest.approx(1.6 - 0.8)
    assert found.low[WEST] == found.high[WEST] == found.value[WEST]
    near_edge = time_gap(one, with_walks(town, {"p09": 1.0}))
    assert near_edge.low[WEST] <= 0.8 <= near_edge.high[WEST]
    assert near_edge.evidence_share[WEST] == pytest.approx(0.9)
    assert np.isnan(
        time_gap(one, with_facilities(town, [{"x": 0, "class": "food_shop"}], food_shop="partial")).value[
            WEST
        ]
    )


def test_nobody_within_the_limit_counts_as_the_limit(town: Facts) -> None:
    town = with_people(town, [{"x": 0.0, "residents": 8.0}, {"x": 400.0, "residents": 2.0}])
    town = with_facilities(town, [{"x": 0, "class": "food_shop"}], food_shop="complete")
    town = with_walks(replace(town, limit_minutes=3.0))
    assert time_gap(entry("C06", classes=["food_shop"]), town).value[WEST] == pytest.approx(3.0)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=40),
    st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
def test_the_quantile_is_the_least_value_that_enough_people_do_not_exceed(rows, q) -> None:  # type: ignore[no-untyped-def]
    values, weight, unit = (np.array(column) for column in zip(*rows, strict=True))
    members = Membership(unit.astype(np.int64), np.arange(len(rows)), 3)
    found = quantile_of_people(members, values.astype(float), weight.astype(float), q)
    for u in range(3):
        people = np.repeat(values[unit == u], weight[unit == u])
        want = np.quantile(people, q, method="inverted_cdf") if len(people) else np.nan
        assert found[u] == pytest.approx(want, nan_ok=True)


@given(st.lists(st.floats(0, 499), min_size=2, max_size=8), st.floats(0, 499), st.data())
@settings(max_examples=25)
def test_completing_the_list_or_linking_people_only_narrows_the_interval(homes, shop, data) -> None:  # type: ignore[no-untyped-def]
    linked = data.draw(st.lists(st.booleans(), min_size=len(homes), max_size=len(homes)))
    town = street()
    doors = [{"x": shop, "class": "food_shop"}]
    poor = with_people(town, [{"x": x, "linked": tie} for x, tie in zip(homes, linked, strict=True)])
    rich = with_people(town, [{"x": x} for x in homes])
    steps = [
        with_facilities(poor, doors, food_shop="partial"),
        with_facilities(poor, doors, food_shop="complete"),
        with_facilities(rich, doors, food_shop="complete"),
    ]
    eight = {"classes": ["food_shop", "bank"], "minutes": 2}
    for measure, what in (
        (share_within, entry("F08", minutes=2)),
        (variety, entry("F09", **eight)),
        (time_gap, entry("C06", classes=["food_shop"])),
    ):
        found = [measure(what, facts) for facts in steps]
        for less, more in pairwise(found):
            if np.isnan(less.low[WEST]):
                continue
            assert less.low[WEST] <= more.low[WEST] + 1e-9
            assert more.high[WEST] <= less.high[WEST] + 1e-9
        for one in found:
            if not np.isnan(one.value[WEST]):
                assert one.low[WEST] <= one.value[WEST] <= one.high[WEST]
