"""Streets cut into pieces between junctions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import TableError
from pipeline.network.graph import cut, flatten, lines
from tests.network.town import Town, Walks


def test_five_streets() -> None:
    """A ladder: two long streets with a bend, three rungs; one rung goes on to a dead end."""
    town = Town()
    town.way((0, 0), (50, 0), (100, 0), (200, 0))
    town.way((0, 100), (50, 100), (120, 120), (200, 100))
    town.way((0, 0), (0, 100))
    town.way((50, 0), (50, 100), (50, 180))
    town.way((200, 100), (200, 0))
    network = town.build()
    edges = network.edges
    # (100, 0) and (120, 120) are bends, not junctions.
    assert list(zip(edges["way_id"], edges["length_m"].round(6), strict=True)) == [
        (100, 50.0), (100, 150.0),
        (101, 50.0), (101, round(float(np.hypot(70, 20) + np.hypot(80, 20)), 6)),
        (102, 100.0),
        (103, 100.0), (103, 80.0),
        (104, 100.0),
    ]  # fmt: skip
    assert len(network.nodes) == 7
    assert edges["edge_id"].tolist() == list(range(8))
    assert set(edges["users"]) == {"public"}
    assert set(edges["component"]) == {0}
    curve = edges.geometry.iloc[3]
    assert list(curve.coords) == [(50, 100), (120, 120), (200, 100)]
    # 150 m at 1.2 m/s on ground whose slope is not known
    assert edges["minutes_adult"].iloc[1] == pytest.approx(150 / 1.2 / 60)
    assert edges["slope_max"].isna().all()


def test_a_way_that_meets_itself_is_cut_there() -> None:
    town = Town()
    town.way((0, 0), (100, 0), (100, 50), (50, 50), (50, 0.5), (50, -50))  # crosses itself without a node
    town.way((0, 100), (50, 100), (100, 150), (50, 150), (50, 100), (0, 90))  # a lollipop: (50, 100) twice
    town.way((0, 200), (50, 200), (50, 250), (0, 200))  # a ring
    network = town.build()
    loops = network.edges[network.edges["u"] == network.edges["v"]]
    assert network.edges.groupby("way_id").size().tolist() == [1, 3, 1]
    assert loops["way_id"].tolist() == [101, 102]


def test_a_way_split_where_its_tags_change_stays_split() -> None:
    """A road that becomes a path: the node between them is a junction although only two pieces meet (osmnx#565)."""
    town = Town()
    town.way((0, 0), (60, 0), name="Road")
    town.way((60, 0), (100, 0), highway="path")
    edges = town.build().edges
    assert edges["highway"].tolist() == ["residential", "path"]
    assert edges["v"].iloc[0] == edges["u"].iloc[1]


def test_short_pieces_keep_their_length() -> None:
    town = Town()
    town.way((0, 0), (100, 0), (100.3, 0), (200, 0))
    town.way((100, 0), (100, 50))
    town.way((100.3, 0), (100.3, -50))
    lengths = town.build().edges["length_m"]
    assert lengths[1] == pytest.approx(0.3)
    assert (lengths > 0).all()


def test_nodes_at_one_place_are_one_junction() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (50, 0), (100, 0), node_ids=[1, 7, 5, 2])
    town.way((50, 0), (50, 40), node_ids=[5, 3])
    town.way((50, 0), (50, -40), node_ids=[7, 4])
    network = town.build()
    assert len(network.edges) == 4
    assert (network.edges["length_m"] > 0).all()
    assert Walks(network).metres((50, 40), (50, -40)) == pytest.approx(80)


def test_bridges_and_crossing_lines_without_a_node_do_not_join() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.way((50, -50), (50, 50), bridge=True, layer=1)
    town.way((50, 50), (100, 0))
    walks = Walks(town.build())
    assert walks.metres((0, 0), (50, -50)) == pytest.approx(100 + np.hypot(50, 50) + 100)


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "motorway"}, False),
        ({"highway": "motorway", "foot": "yes"}, False),
        ({"highway": "motorway_link"}, False),
        ({"highway": "construction"}, False),
        ({"highway": "ferry"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "foot": "yes"}, True),
        ({"highway": "busway", "foot": "designated"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "cycleway"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "service", "access": "private"}, True),
        ({"highway": "something_new"}, False),
    ],
)
def test_who_walks_where(tags: dict[str, str], walked: bool) -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.way((0, 50), (100, 50), **tags)
    network = town.build()
    assert (101 in set(network.edges["way_id"])) is walked
    assert sum(network.report["ways"]["refused"].values()) == (not walked)


def test_one_way_streets_are_walked_both_ways() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    edge = town.build().edges.iloc[0]
    assert edge["minutes_child"] == pytest.approx(edge["minutes_child_back"])


def test_nothing_walkable_is_an_error() -> None:
    town = Town()
    town.way((0, 0), (100, 0), highway="motorway")
    with pytest.raises(TableError, match="none of 1 ways is walkable"):
        town.build()


def test_nodes_that_do_not_fit_the_vertices_are_an_error() -> None:
    town = Town()
    town.way((0, 0), (100, 0), node_ids=[1, 2, 3])
    with pytest.raises(TableError, match="3 node_ids for 2 vertices"):
        town.build()


@st.composite
def grids(draw: st.DrawFn) -> Town:
    """Random ways over a few shared places."""
    town = Town()
    places = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda p: (p[0] * 40.0, p[1] * 37.0))
    for _ in range(draw(st.integers(1, 8))):
        way = [draw(places)]
        for place in draw(st.lists(places, min_size=1, max_size=6)):
            if place != way[-1]:
                way.append(place)
        if len(way) > 1:
            town.way(*way)
    if not town.rows["ways"]:
        town.way((0, 0), (40, 0))
    return town


@given(grids())
@settings(max_examples=60)
def test_length_before_is_length_after(town: Town) -> None:
    ways = town.table("ways")
    streets = flatten(ways)
    pieces = cut(streets, np.empty(0, dtype=np.int64))
    assert shapely.length(lines(streets, pieces)).sum() == pytest.approx(ways.length.sum(), abs=1e-6)
    used = np.bincount(np.concatenate([pieces.u, pieces.v]))
    inner = np.setdiff1d(streets.node, np.concatenate([pieces.u, pieces.v]))
    assert (np.isin(streets.node, inner).sum()) == len(inner)  # what is no junction is met only once
    assert used.sum() == 2 * len(pieces.u)
