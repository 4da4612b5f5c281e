"""Neighbours: atoms that a walk joins without leaving them, rivers crossed on bridges alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from pipeline.units.adjacency import STEP_M, cut_into_steps, neighbours
from pipeline.units.meeting import meeting_points, minutes_between
from tests.units.town import CRS, PARAMS, town


def streets(
    *lines: list[tuple[float, float]], users: str = "public"
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Nodes and edges of straight or bent streets that meet at their ends."""
    ends = sorted({point for line in lines for point in (line[0], line[-1])})
    shapes = [LineString(line) for line in lines]
    length = shapely.length(np.array(shapes))
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lines)),
            "u": [ends.index(line[0]) for line in lines],
            "v": [ends.index(line[-1]) for line in lines],
            "length_m": length,
            "users": users,
            "minutes_adult": length / 60,
            "minutes_adult_back": length / 60,
        },
        geometry=shapes,
        crs=CRS,
    )
    nodes = gpd.GeoDataFrame({"node_id": range(len(ends))}, geometry=[Point(p) for p in ends], crs=CRS)
    return nodes, edges


def estates(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    ids = [f"C{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"atom_id": ids, "compound_id": ids}, geometry=list(shapes), crs=CRS)


def doors(*places: tuple[int, int, float]) -> pd.DataFrame:
    """Addresses as (atom, edge_id, offset_m)."""
    return pd.DataFrame(places, columns=["atom", "edge_id", "offset_m"])


def pairs(
    atoms: gpd.GeoDataFrame,
    at: pd.DataFrame,
    net: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    *barriers: LineString,
) -> set[tuple[int, int]]:
    found = neighbours(atoms, at, *net, np.array(barriers, dtype=object), PARAMS)
    return set(zip(found["a"].tolist(), found["b"].tolist(), strict=True))


NORTH, SOUTH = [(0, 210), (100, 210)], [(0, -10), (100, -10)]
WEST = [(0, -10), (0, 210)]
UPPER, LOWER = box(5, 105, 95, 200), box(5, 0, 95, 100)


def test_back_to_back_compounds_are_no_neighbours_where_the_way_round_is_long() -> None:
    round_way = [(0, -10), (-400, -10), (-400, 210), (0, 210)]
    net = streets(NORTH, SOUTH, round_way)
    assert pairs(estates(UPPER, LOWER), doors((0, 0, 50), (1, 1, 50)), net) == set()


def test_a_street_along_both_makes_them_neighbours() -> None:
    net = streets(NORTH, SOUTH, WEST)
    assert pairs(estates(UPPER, LOWER), doors((0, 0, 50), (1, 1, 50)), net) == {(0, 1)}


@pytest.mark.parametrize(("users", "found"), [("C0", {(0, 1)}), ("C9", set())])
def test_an_inner_way_joins_its_own_people_alone(users: str, found: set[tuple[int, int]]) -> None:
    """The street along both is the first one's own way, which leads it to the second; a third one's way does not."""
    nodes, edges = streets(NORTH, SOUTH, WEST)
    edges.loc[2, "users"] = users
    assert pairs(estates(UPPER, LOWER), doors((0, 0, 50), (1, 1, 50)), (nodes, edges)) == found


def test_a_gate_far_from_the_street_still_leads_out() -> None:
    """The inner way ends 60 m outside the compound's own ground."""
    nodes, edges = streets([(50, 50), (50, -70)], [(50, -70), (200, -70)])
    edges.loc[0, "users"] = "C0"
    shapes = estates(box(0, 0, 100, 100), box(120, -60, 220, 100))
    assert pairs(shapes, doors((0, 0, 10), (1, 1, 140)), (nodes, edges)) == {(0, 1)}


@pytest.mark.parametrize(("bridges", "across"), [((), set()), ((1,), {(0, 3), (0, 4), (1, 3), (1, 4)})])
def test_a_river_is_crossed_at_the_bridge_alone(
    bridges: tuple[int, ...], across: set[tuple[int, int]]
) -> None:
    """Two rows of three blocks, a river between them, a bridge left of the middle column."""
    built = town([[1000.0] * 3] * 2, river_below_row=0, bridges=bridges)
    atoms = built.compounds.assign(atom_id=built.compounds["compound_id"])
    at = built.residents.assign(atom=pd.Index(atoms["atom_id"]).get_indexer(built.residents["compound_id"]))
    found = pairs(atoms, at, (built.nodes, built.edges), *built.land.geometry)
    assert {pair for pair in found if pair[0] < 3 <= pair[1]} == across
    assert {(0, 1), (1, 2), (3, 4), (4, 5)} <= found


def test_a_park_between_is_crossed_on_its_path() -> None:
    left, right = box(0, 0, 100, 100), box(250, 0, 350, 100)
    net = streets([(50, -10), (300, -10)])
    at = doors((0, 0, 10), (1, 0, 240))
    assert pairs(estates(left, right), at, net) == {(0, 1)}
    third = box(120, 0, 230, 100)
    three = pairs(estates(left, right, third), pd.concat([at, doors((2, 0, 120))]), net)
    assert three == {(0, 2), (1, 2)}, "somebody lives in between"


def test_steps_keep_every_metre_and_know_their_piece() -> None:
    nodes, edges = streets([(0, 0), (60, 0), (60, 70)], [(60, 70), (70, 70)])
    steps = cut_into_steps(nodes, edges)
    assert steps.table["length_m"].sum() == pytest.approx(140)
    assert steps.table["length_m"].max() <= STEP_M
    spots = steps.points[steps.table[["a", "b"]].to_numpy()]
    straight = shapely.distance(spots[:, 0], spots[:, 1])
    assert (straight <= steps.table["length_m"] + 1e-9).all()


def test_minutes_lead_through_the_gates_of_both_and_of_no_third() -> None:
    """Three compounds in a row on inner ways; the short way between the outer two is the middle one's own."""
    nodes, edges = streets(
        [(0, 0), (0, 60)], [(0, 60), (120, 60)], [(120, 60), (120, 0)],
        [(0, 60), (0, 360), (120, 360), (120, 60)], [(60, 0), (0, 60)],
    )  # fmt: skip
    edges["users"] = ["C0", "C1", "C2", "public", "C1"]
    at = gpd.GeoDataFrame(
        {"atom": [0, 1, 2], "edge_id": [0, 4, 2], "residents": 10.0},
        geometry=[Point(0, 0), Point(60, 0), Point(120, 0)], crs=CRS,
    )  # fmt: skip
    meeting = meeting_points(at, nodes, edges)
    assert nodes.geometry.iloc[meeting["node"]].tolist() == at.geometry.tolist()
    minutes = minutes_between(3, meeting, nodes, edges, cap=15.0)
    assert minutes[0, 2] == pytest.approx(1 + 12 + 1)
    assert minutes[0, 1] == pytest.approx(1 + np.hypot(60, 60) / 60)
    assert minutes[1, 2] == pytest.approx(np.hypot(60, 60) / 60 + 2 + 1), "out over its own ways"
    assert (minutes == minutes.T).all()
    assert (np.diag(minutes) == 0).all()
