"""Points onto the edges they front: small scenes drawn by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, Polygon

from pipeline.network.link import link
from pipeline.network.walls import building_lines
from pipeline.tables import empty
from tests.streets import CRS, PARAMS, streets


def walls(*lines: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    if not lines:
        return empty("barriers", CRS)
    return gpd.GeoDataFrame(
        {"kind": "wall", "compound_id": None},
        index=range(len(lines)),
        geometry=[LineString(line) for line in lines],
        crs=CRS,
    )


def house(*corners: tuple[float, float], compound: str | None) -> gpd.GeoDataFrame:
    drawn = {"building_id": ["b"], "compound_id": pd.Series([compound], dtype="str")}
    return building_lines(gpd.GeoDataFrame(drawn, geometry=[Polygon(corners)], crs=CRS))


def tie(edges, barriers, *points, compound=None, private=True) -> list[tuple]:  # type: ignore[no-untyped-def]
    """(edge, offset, access) of each point, or the reason why there is none."""
    own = pd.Series([compound] * len(points), dtype="str")
    rows = link([Point(p) for p in points], own, edges, barriers, PARAMS, private=private)
    return [
        (int(r.edge_id), round(float(r.offset_m), 6), round(float(r.access_m), 6))
        if r.linked
        else r.link_reason
        for r in rows.itertuples()
    ]


STREET = {"geometry": LineString([(0, 0), (100, 0)])}
LANE = {"geometry": LineString([(0, 40), (100, 40)])}


def test_the_street_in_front_not_the_one_behind() -> None:
    """15 m south of the lane, 25 m north of the street; a wall on the lane's side turns it to the street."""
    edges = streets(STREET, LANE)
    assert tie(edges, walls(), (30, 25)) == [(2, 30, 15)]
    assert tie(edges, walls([(0, 35), (100, 35)]), (30, 25)) == [(1, 30, 25)]


def test_not_through_the_building_of_another_compound() -> None:
    """Beside it one walks by; its own people pass through, who stands in it may leave it; nobody's building bars nobody."""
    edges, corners = streets(STREET, LANE), ((20, 28), (40, 28), (40, 36), (20, 36))
    other = house(*corners, compound="c2")
    assert tie(edges, other, (30, 25), (50, 25)) == [(1, 30, 25), (2, 50, 15)]
    assert tie(edges, other, (30, 25), compound="c1") == [(1, 30, 25)]
    assert tie(edges, other, (30, 25), compound="c2") == [(2, 30, 15)]
    assert tie(edges, other, (30, 33)) == [(2, 30, 7)]
    assert tie(edges, house(*corners, compound=None), (30, 25)) == [(2, 30, 15)]
    assert tie(edges.iloc[1:], other, (30, 25)) == ["behind_wall"]


def test_reasons() -> None:
    edges = streets(STREET)
    ring = [(40, 5), (60, 5), (60, 25), (40, 25), (40, 5)]
    assert tie(edges, walls(ring), (50, 15), (20, 100), (20, 100.01)) == [
        "behind_wall",
        (1, 20, 100),
        "no_way_within",
    ]
    assert tie(streets(STREET | {"component": 1}), walls(), (50, 15)) == ["closed_component"]


def test_an_inner_way_that_leads_nowhere_does_not_hide_the_street() -> None:
    """A stray path without connection lies nearer than the street; within walls it is all there is."""
    stray = {"geometry": LineString([(45, 12), (55, 12)]), "component": -1}
    edges = streets(STREET, stray)
    ring = [(40, 5), (60, 5), (60, 25), (40, 25), (40, 5)]
    assert tie(edges, walls(), (50, 15)) == [(1, 50, 15)]
    assert tie(edges, walls(ring), (50, 15)) == ["closed_component"]


def test_a_compounds_ways_are_for_its_own_addresses() -> None:
    inner = {"geometry": LineString([(50, 10), (50, 30)]), "users": "c1"}
    edges = streets(STREET, inner)
    assert tie(edges, walls(), (55, 20), compound="c1") == [(2, 10, 5)]
    assert tie(edges, walls(), (55, 20), compound="c2") == [(1, 55, 20)]
    assert tie(edges, walls(), (55, 20)) == [(1, 55, 20)]


def test_a_private_drive_serves_the_addresses_on_it_but_hides_no_facility() -> None:
    drive = {"geometry": LineString([(50, 0), (50, 30)]), "users": "private-3"}
    edges = streets(STREET, drive)
    assert tie(edges, walls(), (55, 20)) == [(2, 20, 5)]
    assert tie(edges, walls(), (55, 20), private=False) == [(1, 55, 20)]
    with_ways = streets(STREET, drive, {"geometry": LineString([(0, 90), (9, 90)]), "users": "c1"})
    assert tie(with_ways, walls(), (55, 20), compound="c1") == [(1, 55, 20)], "c1 keeps to its own ways"


def test_in_the_sea_and_across_the_river() -> None:
    edges = streets(STREET)
    river = walls([(-50, 30), (150, 30)])
    assert tie(edges, river, (50, 50), (50, 300)) == ["behind_wall", "no_way_within"]


def test_bridges_and_tunnels_pass_by() -> None:
    over = {"geometry": LineString([(0, 20), (100, 20)]), "bridge": True}
    under = {"geometry": LineString([(0, 22), (100, 22)]), "tunnel": True}
    assert tie(streets(STREET, over, under), walls(), (50, 21)) == [(1, 50, 21)]


def test_curved_edge_takes_the_nearest_place_along_it() -> None:
    """A horseshoe: the point lies in its mouth, 10 m from the far arm; cityseer's rule would refuse it."""
    horseshoe = {"geometry": LineString([(0, 0), (100, 0), (100, 60), (0, 60)])}
    assert tie(streets(horseshoe), walls(), (20, 50)) == [(1, 100 + 60 + 80, 10)]


def test_l_shaped_alley() -> None:
    alley = {"geometry": LineString([(0, 0), (0, 50), (50, 50)])}
    assert tie(streets(alley), walls(), (30, 42), (8, 10)) == [(1, 80, 8), (1, 10, 8)]


def test_a_house_on_its_wall_and_a_street_along_one() -> None:
    """The door is in the wall: it opens to the street. The wall along the kerb does not cut off the far side."""
    edges = streets(STREET)
    assert tie(edges, walls([(0, 20), (100, 20)]), (50, 20)) == [(1, 50, 20)]
    assert tie(edges, walls([(0, 0), (100, 0)]), (50, 20)) == [(1, 50, 20)]
    assert tie(edges, walls([(0, 0.02), (100, 0.02)]), (50, 20)) == ["behind_wall"]


def test_a_point_on_the_street_itself() -> None:
    assert tie(streets(STREET), walls([(50, -5), (50, 5)]), (50, 0)) == [(1, 50, 0)]


def test_only_so_many_candidates_are_tried() -> None:
    lanes = [{"geometry": LineString([(0, y), (100, y)])} for y in range(20, 90, 5)]
    edges, wall = streets(*lanes), walls([(0, 10), (100, 10)])
    assert tie(edges, wall, (50, 0)) == ["behind_wall"]
    open_end = streets(*lanes, {"geometry": LineString([(0, -95), (100, -95)])})
    assert tie(open_end, wall, (50, 0)) == ["behind_wall"], "fourteen lanes behind the wall come first"


def test_offsets_are_shares_of_the_length_that_is_walked() -> None:
    """On a slope the edge is longer than its picture on the map."""
    edges = streets(STREET).assign(length_m=110.0)
    assert tie(edges, walls(), (50, 10)) == [(1, 55, 10)]


def test_no_points_no_edges() -> None:
    assert tie(streets(STREET), walls()) == []
    assert tie(streets(STREET).iloc[:0], walls(), (0, 0)) == ["no_way_within"]


@pytest.mark.parametrize("seed", range(3))
def test_order_of_points_and_edges_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 500, (60, 4))
    edges = streets(*({"geometry": LineString([e[:2], e[2:]])} for e in ends))
    barriers = walls(*([tuple(e[:2]), tuple(e[2:])] for e in rng.uniform(0, 500, (99, 4))))
    points = [tuple(p) for p in rng.uniform(-100, 600, (200, 2))]
    plain = tie(edges, barriers, *points)
    order = rng.permutation(len(points))
    mixed = tie(edges.iloc[rng.permutation(60)], barriers, *(points[i] for i in order))
    assert mixed == [plain[i] for i in order]
    assert {"behind_wall", "no_way_within"} <= {p for p in plain if isinstance(p, str)}
