"""Streets, walls, gates and detours in small towns drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from pipeline.indicators.detour import detour_ratio, wall_detour
from pipeline.indicators.exits import doubly_connected, two_ways_out
from pipeline.indicators.facts import Facts
from pipeline.indicators.gates import entrances, gate_density, open_to_strangers, vehicle_gates
from pipeline.indicators.response import responder_share
from pipeline.indicators.streets import crossing_spacing, junction_density, street_spacing, way_density
from tests.indicators.street import (
    edge_rows,
    entry,
    street,
    table,
    with_edges,
    with_facilities,
    with_people,
    with_walks,
)

EAST, WEST = 0, 1


def block(town: Facts) -> Facts:
    """A unit of 300 m × 300 m with a street on each side, one across it from north to south, and its surroundings."""
    at = {0: (0, 0), 1: (150, 0), 2: (300, 0), 3: (300, 300), 4: (150, 300), 5: (0, 300), 6: (150, -200)}
    rows = edge_rows([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (1, 4), (1, 6)], at)
    unit = town.units[town.units["unit_id"] == "west"].assign(geometry=[box(0, 0, 300, 300)])
    return with_edges(replace(town, units=unit.reset_index(drop=True)), rows, at)


def test_spacing_density_and_junctions_of_a_square_block_by_hand(town: Facts) -> None:
    """What lies within 30 m of the border counts half.

    600 m for the streets on the border; 240 + 30 m for the one across; 15 m for the one that leaves.
    """
    town = block(town)
    assert street_spacing(entry("T10"), town).value[0] == pytest.approx(2 * 90_000 / 885)
    assert way_density(entry("T03"), town).value[0] == pytest.approx(0.885 / 0.09)
    assert junction_density(entry("T04"), town).value[0] == pytest.approx((2 / 2) / 0.09)
    lake = [{"land_id": "l", "kind": "water", "geometry": box(0, 0, 300, 100)}]
    wet = replace(town, land=table("land", lake))
    assert junction_density(entry("T04"), wet).value[0] == pytest.approx((2 / 2) / 0.06)


def test_private_ways_are_no_streets(town: Facts) -> None:
    town = block(town)
    shut = replace(town, edges=town.edges.assign(users="C1"))
    assert way_density(entry("T03"), shut).value[0] == 0
    assert np.isnan(street_spacing(entry("T10"), shut).value[0])


def test_crossings_of_an_arterial_by_hand(town: Facts) -> None:
    """500 m of arterial in each unit: two places to cross in the west, none in the east."""
    nodes = [
        {"node_id": 1, "highway": "crossing", "crossing": "uncontrolled", "geometry": Point(100, 0)},
        {"node_id": 2, "highway": "traffic_signals", "geometry": Point(300, 0)},
        {"node_id": 3, "highway": "crossing", "crossing": "marked", "geometry": Point(310, 0)},
        {"node_id": 4, "highway": "crossing", "crossing": "unmarked", "geometry": Point(450, 0)},
        {"node_id": 5, "highway": "crossing", "geometry": Point(200, 90)},
    ]
    arterial = replace(town, edges=town.edges.assign(highway="primary"))
    marked = replace(arterial, way_nodes=table("way_nodes", nodes))
    found = crossing_spacing(entry("T11", around_m=0), marked)
    assert found.value[WEST] == pytest.approx(250), "the signals and the crossing 10 m on are one place"
    assert (
        np.isnan(found.value[EAST]) and found.low[EAST] == pytest.approx(500) and np.isnan(found.high[EAST])
    )
    assert np.isnan(crossing_spacing(entry("T11"), arterial).value).all(), "no crossing mapped at all"
    assert np.isnan(crossing_spacing(entry("T11"), replace(marked, edges=town.edges)).value).all(), (
        "no arterial"
    )


def walled(town: Facts, gate_users: str = "residents", gated: bool | None = True) -> Facts:
    """Compound C1 (100 m × 100 m) with a yard on which the people live, a gate to the street, and a blocked way at the back.

    shop ──(0,0)── 600 m round ──(0,200)
     gate |                          | blocked at (0,100)
         yard ────────────────────── yard's end
    """
    own = {"compound_id": "C1", "inferred": False}
    at = {0: (0, 0), 1: (0, 100), 2: (0, 100), 3: (0, 200), 4: (300, 200), 5: (300, 0)}
    inner = edge_rows([(0, 1)], at, users="C1", highway="service")
    outer = edge_rows([(2, 3), (3, 4), (4, 5), (5, 0)], at)
    town = with_edges(town, inner + outer, at)
    town = replace(
        town,
        compounds=table("compounds", [{"compound_id": "C1", "name": "C1", "geometry": box(-50, 0, 50, 100)}]),
        register=table("register", [{"compound_id": "C1", "gated": gated}]),
        openings=table(
            "openings",
            [
                {"opening_id": name, "status": status, "gate_users": users, "geometry": Point(0, y)} | own
                for name, status, users, y in (("back", "blocked", "closed", 100), ("gate", "gate", gate_users, 0))
            ],
        ),
    )  # fmt: skip
    home = {
        "edge_id": 0,
        "offset_m": 80.0,
        "x": 0,
        "y": 80,
        "compound_id": "C1",
        "committee_id": "west",
        "residents": 10.0,
    }
    return with_people(town, [home])


def test_minutes_lost_to_a_wall_by_hand(town: Facts) -> None:
    """A shop 20 m behind the wall: 40 m with the wall open, else 80 m to the gate and 880 m round."""
    shop = {"x": 0, "edge_id": 1, "offset_m": 20.0, "class": "food_shop", "geometry": Point(0, 120)}
    town = with_facilities(walled(town), [shop], food_shop="complete")
    one = entry("O02", classes=["food_shop"])
    assert wall_detour(one, town).value[WEST] == pytest.approx(9.6 - 0.4)
    assert detour_ratio(entry("T02", classes=["food_shop"]), town).value[WEST] == pytest.approx(960 / 40)
    assert wall_detour(one, replace(town, openings=town.openings.iloc[1:])).value[WEST] == 0, (
        "nothing to open"
    )


def test_detour_is_the_sum_of_walks_over_the_sum_of_lines(town: Facts) -> None:
    town = with_people(town, [{"x": 100, "residents": 3.0}, {"x": 400}, {"x": 450, "linked": False}])
    town = with_facilities(
        town, [{"x": 200, "class": "food_shop", "geometry": Point(200, 0)}], food_shop="unknown"
    )
    longer = replace(town, walk_times=town.walk_times.assign(minutes=town.walk_times["minutes"] * 1.5))
    found = detour_ratio(entry("T02", classes=["food_shop"]), longer)
    assert found.value[WEST] == pytest.approx(1.5)
    assert found.evidence_share[WEST] == pytest.approx(4 / 5)
    # who is not linked may have any line, however long: the unknown part has a weight without bound
    assert (found.low[WEST], found.high[WEST]) == pytest.approx(entry("T02").bounds)


def test_one_gate_is_one_way_out_and_two_are_two(town: Facts) -> None:
    one_gate = walled(town)
    assert two_ways_out(entry("S05"), one_gate).value[WEST] == 0
    at = {0: (0, 0), 1: (0, 100), 3: (0, 200), 4: (300, 200), 5: (300, 0)}
    rows = edge_rows([(0, 1)], at, users="C1") + edge_rows([(1, 3), (3, 4), (4, 5), (5, 0)], at)
    assert two_ways_out(entry("S05"), with_edges(one_gate, rows, at)).value[WEST] == 100
    unlinked = with_people(one_gate, [{"linked": False}])
    assert two_ways_out(entry("S05"), unlinked).evidence_share[WEST] == 0
    bare = replace(one_gate, compounds=one_gate.compounds.iloc[:0])
    assert np.isnan(two_ways_out(entry("S05"), bare).value).all()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=14))
@settings(max_examples=60)
def test_two_ways_out_agree_with_maximum_flow(pairs) -> None:  # type: ignore[no-untyped-def]
    """Put a person in the middle of each inner way and send as much flow as there are disjoint walks outside."""
    rng = np.random.default_rng(1)
    at = {i: tuple(rng.uniform(0, 100, 2)) for i in range(8)} | {8: (0, 500), 9: (9, 500)}
    at[0] = (0, 500)  # on the public street
    town = street()
    rows = edge_rows([(0, 8), (8, 9)], at) + edge_rows([p for p in pairs if p[0] != p[1]], at, users="C1")
    town = with_edges(town, rows, at)
    compounds = table("compounds", [{"compound_id": "C1", "name": "C1", "geometry": box(0, 0, 100, 100)}])
    found = doubly_connected(town.edges, compounds)
    assert found[:2].all()
    for i in range(2, len(rows)):
        flow = nx.DiGraph()
        flow.add_nodes_from(["home", 0])
        for j in range(2, len(rows)):
            u, v = rows[j]["u"], rows[j]["v"]
            ends = [("home", u), ("home", v)] if i == j else [(u, v), (v, u)]
            for a, b in ends:
                capacity = flow.get_edge_data(a, b, {"capacity": 0})["capacity"] + 1
                flow.add_edge(a, b, capacity=capacity)
        assert found[i] == (nx.maximum_flow_value(flow, "home", 0) >= 2)


def test_entrances_of_walled_open_and_doubtful_compounds(town: Facts) -> None:
    def count(facts: Facts) -> tuple[float, float]:
        found = entrances(facts, np.ones(len(facts.edges), bool))
        return found.low["C1"], found.high["C1"]

    assert count(walled(town)) == (1, 1)
    assert count(walled(town, gate_users="closed")) == (0, 0)
    assert count(walled(town, gate_users="unknown")) == (0, 1)
    assert count(walled(town, gated=False)) == (2, 2), "the ways at the gate and at the back touch the border"
    assert count(walled(town, gated=None)) == (1, 2)
    no_gate = walled(town)
    no_gate = replace(no_gate, openings=no_gate.openings.iloc[:0])
    assert count(no_gate) == (0, np.inf)


def test_gates_per_100_m_and_vehicle_entrances_by_hand(town: Facts) -> None:
    assert gate_density(entry("O04"), walled(town)).value[WEST] == pytest.approx(1 / 4)
    assert vehicle_gates(entry("S09"), walled(town)).value[WEST] == 0
    assert vehicle_gates(entry("S09", min_gates=1), walled(town)).value[WEST] == 100
    doubtful = vehicle_gates(entry("S09", min_gates=2), walled(town, gated=None))
    assert np.isnan(doubtful.value[WEST]) and (doubtful.low[WEST], doubtful.high[WEST]) == (0, 100)
    assert np.isnan(vehicle_gates(entry("S09"), walled(town)).value[EAST]), "nobody lives in a compound there"


@pytest.mark.parametrize(
    ("users", "gated", "enter"),
    [
        ("public", True, True),
        ("residents", True, False),
        ("closed", True, False),
        ("unknown", True, None),
        ("residents", False, True),
        ("residents", None, None),
        ("public", None, True),
    ],
)
def test_strangers_may_enter_where_there_is_no_wall_or_a_public_gate(
    town: Facts, users: str, gated: bool | None, enter: bool | None
) -> None:
    found = open_to_strangers(walled(town, users, gated)).iloc[0]
    assert (None if pd.isna(found) else bool(found)) is enter


def test_responders_drive_on_roads_run_on_paths_and_pass_gates(town: Facts) -> None:
    """30 km/h is 500 m a minute: 500 m of road and 100 m of path take 1 + 1 minutes."""
    rows: list[dict[str, Any]] = town.edges.drop(columns="edge_id").to_dict("records")
    for i, row in enumerate(rows):
        row["highway"] = "residential" if i < 6 else "footway"
        row["users"] = "public" if i < 5 else "C1"
    town = with_edges(town, rows, {i: (100.0 * i, 0.0) for i in range(11)})
    town = with_people(town, [{"x": 400}, {"x": 700, "residents": 3.0}, {"x": 900}])
    town = with_facilities(town, [{"x": 100, "class": "fire_station"}], fire_station="complete")
    found = responder_share(entry("S03", minutes=2), town)
    assert found.value[WEST] == 100
    assert found.value[EAST] == pytest.approx(75), "the last 200 m of path take too long"
    edge = pd.DataFrame(
        {"edge_id": [9], "offset_m": 100.0, "access_m": 0.0, "compound_id": pd.array([None], "str")}
    )
    near = responder_share(entry("S03", minutes=2), replace(town, data_edge=edge))
    assert near.high[EAST] == 100 and near.low[EAST] == pytest.approx(75)
    lost = {"x": 800, "class": "fire_station", "linked": False}
    unlinked = with_facilities(town, [{"x": 100, "class": "fire_station"}, lost], fire_station="complete")
    assert responder_share(entry("S03", minutes=2), unlinked).high[EAST] == 100, "it may stand next door"
    assert np.isnan(with_walks(town).residents["access_m"]).sum() == 0


def test_a_way_said_to_be_too_narrow_is_run_and_uphill_counts_towards_the_door(town: Facts) -> None:
    """The station at 0 m, a home at 300 m: 300 m driven take 0.6 minutes; run, at 100 m a minute, 3; uphill 6, downhill 1.5."""
    town = with_people(town, [{"x": 300.0}])
    town = with_facilities(town, [{"x": 0, "class": "fire_station"}], fire_station="complete")

    def reached(minutes: float, **columns: Any) -> bool:
        streets = replace(town, edges=town.edges.assign(**columns))
        return bool(responder_share(entry("S03", minutes=minutes), streets).value[WEST] == 100)

    assert reached(0.7) and reached(0.7, width_m=4.0), "where no width is known the kind of street decides"
    assert not reached(2.9, width_m=3.9) and reached(3.1, width_m=3.9)
    uphill = {
        "minutes_adult": 2 * town.edges["minutes_adult"], "minutes_adult_back": town.edges["minutes_adult"] / 2,
    }  # fmt: skip
    assert not reached(5.9, width_m=3.0, **uphill) and reached(6.1, width_m=3.0, **uphill)


def test_a_line_along_the_border_is_where_it_is(town: Facts) -> None:
    """A street that runs along a compound's border meets it once."""
    town = walled(town, gated=False)
    along = town.edges.assign(geometry=[LineString([(-50, 0), (50, 0)])] * len(town.edges))
    found = entrances(replace(town, edges=along), np.ones(len(along), bool))
    assert found.low["C1"] == 1
