"""Entrances of facilities and the edge of the data: scenes drawn by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, box

from pipeline.reach.data_edge import data_edge
from pipeline.reach.facilities import entrances
from pipeline.tables import check, empty
from tests.streets import CRS, PARAMS, streets


def places(**rows: object) -> gpd.GeoDataFrame:
    """Places by name: the class is the name without its last letter."""
    frame = gpd.GeoDataFrame({"facility_id": list(rows)}, geometry=list(rows.values()), crs=CRS)
    frame["class"] = frame["facility_id"].str[:-1]
    for column in ("name", "name_en"):
        frame[column] = pd.Series([None] * len(frame), dtype="str")
    return check("places", frame.assign(capacity=90.0, floor_area_m2=float("nan"), source="test"))


def enter(
    listed: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    compounds = empty("compounds", CRS) if compounds is None else compounds
    table = entrances(listed, edges, empty("barriers", CRS), compounds, ["park"], PARAMS)
    return check("facilities", table).set_index("entrance_id")


STREET = {"geometry": LineString([(0, 0), (200, 0)])}
PATH = {"geometry": LineString([(100, 0), (100, 120)])}


def test_a_park_is_entered_where_paths_meet_its_outline() -> None:
    """Street along the south, a path through: two entrances on the path, none made up elsewhere."""
    rows = enter(places(parkA=box(80, 20, 150, 90)), streets(STREET, PATH))
    assert rows.index.tolist() == ["parkA:1", "parkA:2"]
    assert rows["edge_id"].tolist() == [2, 2] and rows["offset_m"].tolist() == [20, 90]
    assert rows["access_m"].tolist() == [0, 0] and (rows["area_m2"] == 70 * 70).all()
    assert rows.geometry.tolist() == [Point(100, 20), Point(100, 90)]


def test_ways_that_meet_at_a_junction_on_the_outline_are_one_entrance() -> None:
    east = {"geometry": LineString([(100, 20), (200, 20)])}
    south = {"geometry": LineString([(100, 0), (100, 20)])}
    rows = enter(places(parkA=box(90, 20, 100, 90)), streets(STREET, south, east))
    assert rows["edge_id"].tolist() == [2] and rows["offset_m"].tolist() == [20]


def test_an_entrance_that_a_public_street_shares_is_open_to_all() -> None:
    """The compound's own path meets the street at the park's corner, and has the lower number."""
    own = {"geometry": LineString([(100, 20), (100, 60)]), "users": "C1"}
    south = {"geometry": LineString([(100, 0), (100, 20)])}
    compound = gpd.GeoDataFrame({"compound_id": ["C1"]}, geometry=[box(80, 10, 200, 200)], crs=CRS)
    rows = enter(places(parkA=box(90, 20, 100, 90)), streets(own, south), compound)
    assert rows.loc[rows.geometry == Point(100, 20), "edge_id"].tolist() == [2]


def test_a_park_without_paths_faces_the_nearest_street() -> None:
    rows = enter(places(parkA=box(80, 30, 150, 90)), streets(STREET))
    assert rows.index.tolist() == ["parkA:1"] and rows["access_m"].tolist() == [30]
    assert rows["linked"].all() and rows.geometry.iloc[0].y == 30


def test_bridges_over_a_park_do_not_enter_it() -> None:
    rows = enter(places(parkA=box(80, 20, 150, 90)), streets(STREET, PATH | {"bridge": True}))
    assert rows["edge_id"].tolist() == [1]


def test_other_polygons_are_entered_at_their_place_or_from_their_outline_where_that_is_far() -> None:
    """A kindergarten stands 15 m from the path that crosses it; a campus 300 m deep is left by its front."""
    yard, campus = box(105, 20, 125, 40), box(0, 50, 80, 550)
    rows = enter(places(kindergartenA=yard, schoolA=campus), streets(STREET, PATH))
    assert rows.index.tolist() == ["kindergartenA:1", "schoolA:1"]
    assert (rows["edge_id"].tolist(), rows["access_m"].tolist()) == ([2, 2], [15, 20])
    assert rows.geometry["kindergartenA:1"] == Point(115, 30)


def test_in_the_sea_there_is_one_row_with_its_reason() -> None:
    sea = MultiPolygon([box(0, 900, 50, 950)])
    rows = enter(places(parkA=sea, pharmacyA=Point(0, 900)), streets(STREET))
    assert rows["link_reason"].tolist() == ["no_way_within"] * 2
    assert not rows["linked"].any() and rows["edge_id"].isna().all()
    assert rows["area_m2"].fillna(-1).tolist() == [2500, -1]


def test_inside_a_compound_a_facility_is_its_residents() -> None:
    compounds = gpd.GeoDataFrame({"compound_id": ["c1"]}, geometry=[box(90, 5, 200, 200)], crs=CRS)
    edges = streets(STREET, PATH | {"users": "c1"})
    rows = enter(
        places(parkA=box(95, 20, 150, 90), parkB=box(0, -50, 20, 0), nurseryA=Point(110, 60)),
        edges,
        compounds,
    )
    assert rows["compound_id"].fillna("").to_dict() == {
        "nurseryA:1": "c1",
        "parkA:1": "c1",
        "parkA:2": "c1",
    } | {key: "" for key in rows.index if key.startswith("parkB")}
    assert rows.loc["parkA:1", "edge_id"] == 2 and rows.loc["nurseryA:1", "edge_id"] == 2
    assert (rows.loc[rows["facility_id"] == "parkB", "edge_id"] == 1).all()


def test_no_places() -> None:
    assert len(enter(empty("places", CRS), streets(STREET))) == 0


def test_the_data_end_where_streets_leave_the_extent_or_stop_short_of_it() -> None:
    """Street 1 crosses the outline at x = 150; street 2 ends 10 m before it, street 3 well inside, street 4 at 1."""
    edges = streets(
        {"geometry": LineString([(0, 0), (200, 0)]), "u": 1, "v": 2},
        {"geometry": LineString([(0, 50), (140, 50)]), "u": 3, "v": 4},
        {"geometry": LineString([(0, 80), (100, 80)]), "u": 5, "v": 6},
    )
    ends = [Point(x, y) for x, y in [(0, 0), (200, 0), (0, 50), (140, 50), (0, 80), (100, 80)]]
    nodes = gpd.GeoDataFrame({"node_id": range(1, 7)}, geometry=ends, crs=CRS)
    extent = gpd.GeoDataFrame({"area_id": ["a"]}, geometry=[box(-300, -300, 150, 300)], crs=CRS)
    found = data_edge(edges, nodes, extent, 15)
    assert found[["edge_id", "offset_m"]].to_numpy().tolist() == [[1, 150], [2, 140]]
    assert len(data_edge(edges, nodes, extent, 9)) == 1


def test_length_on_a_slope_scales_the_offset() -> None:
    rows = enter(places(parkA=box(80, 20, 150, 150)), streets(STREET, PATH).assign(length_m=[200.0, 132.0]))
    assert rows["offset_m"].tolist() == pytest.approx([22])
