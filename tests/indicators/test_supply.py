"""Places and area against people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from pipeline.indicators.facts import Facts
from pipeline.indicators.supply import area_per_resident, catchment_supply
from pipeline.reach.catchment import decayed, floating_supply
from tests.indicators.street import entry, table, with_facilities, with_people, with_walks

EAST, WEST = 0, 1
RANGE = (180.0, 360.0)


def crowded(town: Facts) -> Facts:
    """40 children at 100 m and 60 at 400 m in the west, 100 at 600 m in the east."""
    return with_people(town, [{"x": x, "child_3_6": n} for x, n in ((100, 40.0), (400, 60.0), (600, 100.0))])


def test_places_per_100_children_by_floating_catchment_by_hand(town: Facts) -> None:
    """Within 2 minutes A (30 places at 200 m) serves the first two addresses, B (80 at 500 m) the last two.

    A offers 30/100, B 80/160 a child: 0.3 at 100 m, 0.8 at 400 m, 0.5 at 600 m.
    """
    doors = [
        {"x": 200, "class": "kindergarten", "capacity": 30.0},
        {"x": 500, "class": "kindergarten", "capacity": 80.0},
    ]
    town = with_facilities(crowded(town), doors, kindergarten="complete")
    found = catchment_supply(entry("F02", minutes=2), town)
    assert found.value[WEST] == pytest.approx(100 * (40 * 0.3 + 60 * 0.8) / 100)
    assert found.value[EAST] == pytest.approx(50)
    assert list(found.evidence_share) == [1, 1]
    assert found.evidence[EAST].startswith("facilities[kindergarten].capacity 2/2; 100 ")


def test_an_unstated_capacity_widens_the_interval_of_those_who_reach_it(town: Facts) -> None:
    doors = [
        {"x": 200, "class": "kindergarten", "capacity": 30.0},
        {"x": 500, "class": "kindergarten"},
    ]
    town = with_facilities(crowded(town), doors, kindergarten="complete")
    found = catchment_supply(entry("F02", minutes=2), town)
    low, high = ((40 * 0.3 + 60 * (0.3 + end / 160)) for end in RANGE)
    assert found.low[WEST] == pytest.approx(low) and found.high[WEST] == pytest.approx(high)
    assert found.value[WEST] == pytest.approx(low), (
        "the 40 who reach only A have 30, the interval begins above"
    )
    assert found.evidence_share[WEST] == pytest.approx(0.4)
    assert np.isnan(found.value[EAST]) and found.evidence_share[EAST] == 0
    assert "1 处容量不明" in found.note[EAST]


def test_beyond_the_data_or_the_list_there_may_be_more_up_to_full_points(town: Facts) -> None:
    doors = [{"x": 200, "class": "kindergarten", "capacity": 30.0}]
    partial = with_facilities(crowded(town), doors, kindergarten="partial")
    found = catchment_supply(entry("F02", minutes=2), partial)
    assert np.isnan(found.value).all()
    assert (found.low[WEST], found.high[WEST]) == (pytest.approx(30), pytest.approx(100))
    complete = with_facilities(crowded(town), doors, kindergarten="complete")
    found = catchment_supply(entry("F02", minutes=2), with_walks(complete, {"p00": 1.0}))
    assert found.value[WEST] == pytest.approx(30)
    assert found.high[WEST] == pytest.approx((40 * 100 + 60 * 30) / 100)
    assert found.evidence_share[WEST] == pytest.approx(0.6)


def test_with_decay_the_near_get_more_by_hand(town: Facts) -> None:
    """A (30 places at 200 m): 40 children 1 minute off, 60 at 2 minutes; within 4 minutes these count w(¼) and w(½)."""
    doors = [{"x": 200, "class": "kindergarten", "capacity": 30.0}]
    town = with_facilities(crowded(town), doors, kindergarten="complete")
    found = catchment_supply(entry("F02", minutes=4, decay="gaussian"), town)
    near, far = ((np.exp(-(x**2) / 2) - np.exp(-0.5)) / (1 - np.exp(-0.5)) for x in (0.25, 0.5))
    each = 30 / (40 * near + 60 * far)  # those at 4 minutes count nothing
    assert found.value[WEST] == pytest.approx(100 * each * (40 * near + 60 * far) / 100)
    assert found.value[EAST] == 0


def test_a_gate_of_unknown_users_bounds_the_supply(town: Facts) -> None:
    """A gate at 300–400 m: open, A's 30 places are for 100 children; closed, for the 40 before it."""
    doors = [{"x": 200, "class": "kindergarten", "capacity": 30.0}]
    town = with_facilities(crowded(town), doors, kindergarten="complete")
    shut = town.edges["users_if_closed"].where(town.edges.index != 3, "closed-gate")
    town = replace(town, edges=town.edges.assign(users_if_closed=shut))
    found = catchment_supply(entry("F02", minutes=2), town)
    # open: 0.3 a child for all 100; closed: 0.75 for 40, nothing for 60
    assert (found.low[WEST], found.high[WEST]) == (
        pytest.approx(100 * 40 * 0.3 / 100),
        pytest.approx((4000 * 0.75 + 6000 * 0.3) / 100),
    )
    assert np.isnan(found.value[WEST]) and found.evidence_share[WEST] == 0


@given(st.data())
def test_no_place_is_lost_or_made(data: st.DataObject) -> None:
    """Demand × supply per head adds up to the places of all facilities that anyone reaches."""
    pairs = data.draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), unique=True, max_size=20))
    demand = np.array(data.draw(st.lists(st.floats(0.5, 50), min_size=6, max_size=6)))
    places = pd.Series(data.draw(st.lists(st.floats(0, 400), min_size=4, max_size=4)), index=list("abcd"))
    reach = pd.DataFrame(
        {"address": np.array([a for a, _ in pairs], np.int64), "facility_id": ["abcd"[f] for _, f in pairs]}
    ).astype({"facility_id": "str"})
    reach["minutes"] = data.draw(st.lists(st.floats(0, 9.9), min_size=len(pairs), max_size=len(pairs)))
    reach = decayed(reach, data.draw(st.sampled_from(["none", "gaussian"])), 10)
    found = floating_supply(reach, demand, places)
    assert (demand * found).sum() == pytest.approx(places[sorted(set(reach["facility_id"]))].sum())


def test_public_green_per_resident_by_hand(town: Facts) -> None:
    """Two overlapping parks, 100 m × 100 m each and half shared, for 30 residents; a third 250 m beyond the unit."""
    town = with_people(town, [{"x": 100, "residents": 30.0}, {"x": 700, "residents": 10.0}])
    parks = [box(0, 0, 100, 100), box(50, 0, 150, 100), box(-270, 0, -250, 100)]
    places = [
        {"facility_id": f"p{i}", "class": "park", "source": "test", "geometry": g}
        for i, g in enumerate(parks)
    ]
    town = replace(with_facilities(town, [], park="complete"), places=table("places", places))
    found = area_per_resident(entry("E02"), town)
    assert found.value[WEST] == pytest.approx((15_000 + 2_000) / 30)
    assert found.value[EAST] == 0
    pin = {"facility_id": "pin", "class": "park", "source": "test", "geometry": Point(50, 50)}
    bare = area_per_resident(entry("E02"), replace(town, places=table("places", [*places, pin])))
    assert (
        np.isnan(bare.value[WEST])
        and bare.low[WEST] == pytest.approx(17_000 / 30)
        and np.isnan(bare.high[WEST])
    )
    near_border = replace(
        town, extent=table("extent", [{"area_id": "a", "geometry": box(-200, -900, 2000, 900)}])
    )
    found = area_per_resident(entry("E02"), near_border)
    assert np.isnan(found.value[WEST]) and found.value[EAST] == 0
