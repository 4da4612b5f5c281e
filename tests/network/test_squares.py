"""Squares are walked across: drawn by hand, then the real ones."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from tests.network.town import PARAMS, Town, Walks
from tests.runs import Chain

STREETS = [((0, -50), (0, 0)), ((100, -50), (100, 0)), ((100, 150), (100, 100)), ((0, 150), (0, 100))]
RIM = ((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
WHOLE = box(0, 0, 100, 100)
DIAGONAL = 100 * np.sqrt(2)


def plaza(shape: shapely.Geometry = WHOLE, *, rim: bool = True, **tags: str) -> Town:
    """A square of 100 m with a street at each corner; its rim a way, as in OpenStreetMap, or not."""
    town = Town()
    for street in STREETS:
        town.way(*street)
    if rim:
        town.way(*RIM, highway="pedestrian")
    town.square(shape, **tags)
    return town


def across(town: Town, group: str | None = None) -> float:
    """Metres from the street at the lower left to the one at the upper right."""
    return Walks(town.build()).metres((0, -50), (100, 150), group) - 100


@pytest.mark.parametrize("rim", [True, False])
def test_the_diagonal(rim: bool) -> None:
    """Four entries: six lines, of which the sides double the rim where that is a way."""
    town = plaza(rim=rim)
    network = town.build()
    lines = network.edges[network.edges["highway"] == "square"]
    assert across(town) == pytest.approx(DIAGONAL)
    assert sorted(lines["length_m"].round(3)) == [100.0] * (0 if rim else 4) + [round(DIAGONAL, 3)] * 2
    assert not lines["steps"].any() and (lines["users"] == "public").all()
    assert network.report["squares"] == {"squares": 1, "crossed": 1, "few_entries": 0, "capped": 0}


def test_without_the_square_one_walks_along_its_rim() -> None:
    town = plaza()
    town.rows["squares"].clear()
    assert across(town) == pytest.approx(200)


def test_round_a_fountain() -> None:
    """A basin of 20 m in the middle: one passes a corner of it, at (60, 40) or (40, 60)."""
    town = plaza()
    town.land("water", box(40, 40, 60, 60))
    assert across(town) == pytest.approx(2 * np.hypot(60, 40))


@pytest.mark.parametrize("as_hole", [True, False])
def test_round_a_building_on_it(as_hole: bool) -> None:
    """A market hall from (0, 30) to (70, 60), drawn as a hole in the square or as a building: round (70, 30) and (70, 60)."""
    hall = box(0, 30, 70, 60)
    town = plaza(shapely.difference(WHOLE, hall) if as_hole else WHOLE)
    if not as_hole:
        town.building(hall)
    network = Walks(town.build())
    assert network.metres((0, 0), (0, 100)) == pytest.approx(100), "along the rim, where a way leads"
    town = plaza(rim=False)
    town.building(hall)
    assert Walks(town.build()).metres((0, 0), (0, 100)) == pytest.approx(
        np.hypot(70, 30) + 30 + np.hypot(70, 40)
    )


def test_a_concave_square_is_walked_round_its_inner_corner() -> None:
    """An L: from the end of one arm to the end of the other one passes the corner at (30, 30), not the house in its angle."""
    town = Town()
    town.way((100, -50), (100, 0))
    town.way((0, 150), (0, 100))
    town.square(Polygon([(0, 0), (100, 0), (100, 30), (30, 30), (30, 100), (0, 100)]))
    assert Walks(town.build()).metres((100, 0), (0, 100)) == pytest.approx(2 * np.hypot(70, 30))


def test_lines_drawn_by_an_analyst_need_no_node_on_the_rim() -> None:
    """One street runs on into the square, another one cuts its corner: both are entries where they meet the rim."""
    town = Town()
    town.way((-50, 50), (20, 50))
    town.way((120, -20), (80, 20), (120, 60))
    town.square(box(0, 0, 100, 100))
    walks = Walks(town.build())
    assert walks.metres((-50, 50), (120, -20)) == pytest.approx(50 + np.hypot(100, 50) + np.hypot(20, 20))


def test_a_wall_across_a_square_parts_it_and_its_gate_joins_it() -> None:
    town = plaza(rim=False)
    town.way((50, 0), (50, 100))
    town.wall((-10, 50), (110, 50))
    assert across(town) == float("inf")
    town.gate((50, 50), "public")
    assert across(town) == pytest.approx(np.hypot(50, 50) * 2)


def test_an_arterial_is_crossed_at_its_crossings_only() -> None:
    """A road through the square: one steps onto it where it meets the rim, and waits there."""
    town = plaza(rim=False)
    town.way((-50, 50), (150, 50), highway="primary")
    network = town.build()
    lines = network.edges[network.edges["highway"] == "square"]
    adult = PARAMS.walkers["adult"]
    expected = 100 / adult.speed_m_per_s + adult.unsignalised_wait_s
    assert 60 * Walks(network).cost((0, 0), (0, 100), None, "minutes_adult") == pytest.approx(expected)
    assert (
        len(lines) > 0
        and not shapely.crosses(lines.geometry.to_numpy(), shapely.LineString([(-50, 50), (150, 50)])).any()
    )


@pytest.mark.parametrize(
    ("tags", "metres"), [({"foot": "no"}, 200), ({"access": "private"}, 200), ({"layer": 1}, DIAGONAL)]
)
def test_tags_of_the_square(tags: dict[str, str], metres: float) -> None:
    """A square closed to walkers, or to strangers; one on a deck, with nodes in common with what leads up to it."""
    assert across(plaza(**tags)) == pytest.approx(metres)


def test_a_street_below_or_above_does_not_enter() -> None:
    town = plaza(rim=False)
    town.way((50, -80), (50, 180), bridge=True, layer=1)
    walks = Walks(town.build())
    assert walks.metres((50, -80), (0, -50)) == float("inf")


def test_a_square_with_one_entry_is_left() -> None:
    town = Town()
    town.way((0, -50), (0, 0))
    town.square(box(0, 0, 100, 100))
    assert town.build().report["squares"] == {"squares": 1, "crossed": 0, "few_entries": 1, "capped": 0}


def test_slope_and_users_are_those_of_the_ground() -> None:
    """A square inside a walled compound is its residents'."""
    town = plaza()
    town.compound("c", box(-10, -10, 110, 110), gated=True)
    town.gate((0, -10), "residents", "c")
    town.gate((100, 110), "residents", "c")
    assert across(town) == float("inf")
    assert across(town, "c") == pytest.approx(DIAGONAL)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_lines_stay_inside_and_are_shortest(seed: int) -> None:
    """Random squares with houses: against a visibility graph of all corners, every pair tried one by one."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
    shape = Polygon(np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(40, 100, (9, 1)))
    if not shape.is_valid:
        return
    houses = [box(x, y, x + 15, y + 10) for x, y in rng.uniform(-50, 40, (2, 2))]
    corners = list(shape.exterior.coords)[:-1]
    gates = [corners[i] for i in (0, 3, 6)]
    town = Town()
    town.square(shape)
    for place in gates:
        town.way(place, (3 * place[0], 3 * place[1]))
    for house in houses:
        town.building(house)
    network = town.build()
    lines = network.edges[network.edges["highway"] == "square"].geometry.to_numpy()
    ground = shapely.difference(shape, shapely.union_all(houses))
    assert shapely.covers(ground.buffer(0.02), lines).all()
    tight = ground.buffer(0.01)
    shapely.prepare(tight)

    spots = [*gates, *(tuple(xy) for xy in shapely.get_coordinates(ground))]
    sight = nx.Graph()
    sight.add_nodes_from(spots)
    for a in spots:
        for b in spots:
            line = shapely.LineString([a, b])
            if a < b and tight.covers(line):
                sight.add_edge(a, b, weight=line.length)
    walks = Walks(network)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        try:
            expected = nx.shortest_path_length(sight, gates[a], gates[b], weight="weight")
        except nx.NetworkXNoPath:
            expected = float("inf")
        assert walks.metres(gates[a], gates[b]) == pytest.approx(expected, abs=0.05)


def test_the_squares_of_las_palmas(las_palmas: Chain) -> None:
    """What a line joins is nearer by it than by the ways alone, and none is on a building."""
    edges, counts = las_palmas["edges"], las_palmas["network_report.json"]["squares"]
    lines = edges[edges["highway"] == "square"]
    print(f"{counts}; {len(lines)} lines, {lines['length_m'].sum() / 1000:.1f} km")
    assert counts["squares"] > 500 and counts["crossed"] > 100 and counts["capped"] < 3
    assert len(lines) < 0.2 * len(edges)
    inside = las_palmas["buildings"].geometry.buffer(-0.05).to_numpy()
    assert not shapely.STRtree(inside).query(lines.geometry.to_numpy(), predicate="intersects").size
    old = nx.Graph()
    for u, v, metres in edges.loc[edges["highway"] != "square", ["u", "v", "length_m"]].itertuples(
        index=False
    ):
        old.add_edge(u, v, metres=min(metres, old.get_edge_data(u, v, {"metres": np.inf})["metres"]))
    saved = []
    for u, v, metres in lines[["u", "v", "length_m"]].sample(150, random_state=1).itertuples(index=False):
        if u in old and v in old and nx.has_path(old, u, v):
            saved.append(nx.shortest_path_length(old, u, v, weight="metres") - metres)
    print(f"of {len(saved)} lines the median saves {np.median(saved):.1f} m, the most {max(saved):.0f} m")
    assert min(saved) > -0.05 and np.median(saved) > 0
