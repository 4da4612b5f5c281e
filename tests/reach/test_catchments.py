"""Ground within so many minutes: a street with a wall by hand, then points drawn in real catchments and walked from."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.network.areas import containing
from pipeline.network.link import link
from pipeline.network.search import Graph, Points, nearest
from pipeline.network.walls import building_lines
from pipeline.reach.catchments import _joined, catchments
from pipeline.reach.fronts import Fronts, seen
from pipeline.settings import load_params
from tests.runs import ROOT, Chain, pipeline
from tests.streets import CRS, PARAMS, streets

PACE = load_params(ROOT / "params.yaml").network.walkers["adult"].model_copy(update={"speed_m_per_s": 1.0})
STREET = streets({"u": 1, "v": 2, "geometry": shapely.LineString([(0, 0), (200, 0)])}).assign(
    minutes_adult=200 / 60, minutes_adult_back=200 / 60
)
DOOR = pd.DataFrame({"edge_id": [1], "offset_m": [0.0], "access_m": [0.0], "compound_id": [None]})


def _ground(
    *walls: shapely.LineString,
    step_m: float = 1.0,
    compound: shapely.Geometry | None = None,
    building: shapely.Geometry | None = None,
) -> shapely.MultiPolygon:
    """The two minutes round a door at the west end of the street, at 1 m/s."""
    kind = {"kind": "wall", "compound_id": None}
    barriers = gpd.GeoDataFrame(kind, index=range(len(walls)), geometry=list(walls), crs=CRS)
    named = {"compound_id": pd.Series(["c"] if compound else [], dtype="str"), "building_id": "b"}
    compounds = gpd.GeoDataFrame(named, geometry=[compound] if compound else [], crs=CRS)
    if building:
        barriers = pd.concat([barriers, building_lines(compounds.set_geometry([building]))])
    table = catchments(
        {"door": DOOR}, {"door": "adult"}, {"adult": PACE}, STREET, barriers, compounds, PARAMS, [2.0], step_m
    )
    return table.geometry.iloc[0]


def test_a_street_by_hand() -> None:
    """120 m in all: from x along the street 120 − x are left to its sides, never more than the 100 of an access leg."""
    ground = _ground()
    spots = {(60, 55): True, (60, 65): False, (110, 5): True, (119, 5): False, (5, 97): True, (5, 103): False}
    for spot, inside in spots.items():
        assert ground.covers(shapely.Point(spot)) == inside, spot
    # two trapezoids: 20 m at full depth, then 100 m falling to nothing; and half a disc before the door
    assert ground.area == pytest.approx(2 * (20 * 100 + 100 * 100 / 2) + np.pi * 100**2 / 2, rel=0.05)


def test_a_wall_hides_what_is_behind_it() -> None:
    """A wall 10 m north of the street from 40 to 80; beyond its ends ground is seen, from both ends of a piece."""
    ground = _ground(shapely.LineString([(40, 10), (80, 10)]))
    spots = {(60, 8): True, (60, 12): False, (60, 50): False, (30, 50): True, (90, 20): True, (60, -50): True}
    for spot, inside in spots.items():
        assert ground.covers(shapely.Point(spot)) == inside, spot


def test_a_building_hides_what_is_behind_it_but_not_from_its_own_compound() -> None:
    """A house from (40, 10) to (80, 14) in a compound from (35, 5) to (85, 30): its court is seen, what lies beyond is not."""
    ground = _ground(compound=shapely.box(35, 5, 85, 30), building=shapely.box(40, 10, 80, 14))
    spots = {(60, 8): True, (60, 12): True, (60, 25): True, (60, 40): False, (20, 50): True, (90, 25): True}
    for spot, inside in spots.items():
        assert ground.covers(shapely.Point(spot)) == inside, spot


def test_a_wall_narrower_than_a_piece_of_street_hides_too() -> None:
    """3 m of wall before the middle of a piece of 20 m: from its ends one sees past it, squarely one does not."""
    ground = _ground(shapely.LineString([(48.5, 10), (51.5, 10)]), step_m=20.0)
    for spot, inside in {(50, 5): True, (50, 30): False, (50, 45): False, (50, -30): True}.items():
        assert ground.covers(shapely.Point(spot)) == inside, spot


def test_a_street_of_no_length_before_a_wall() -> None:
    """Where a junction fell apart a piece of no length may join it again: it fronts what its neighbours front."""
    wall = gpd.GeoDataFrame(
        {"kind": "wall", "compound_id": None},
        index=[0],
        geometry=[shapely.LineString([(-9, 10), (9, 10)])],
        crs=CRS,
    )
    compounds = gpd.GeoDataFrame({"compound_id": pd.Series([], dtype="str")}, geometry=[], crs=CRS)
    spot = np.zeros((1, 2))
    piece = Fronts(
        Points(np.zeros(1, int), np.zeros(1), np.zeros(1), np.zeros(1, int)),
        np.zeros(1), spot, spot, spot, np.array([shapely.box(-5, -30, 5, 30)]), np.ones(1, bool),
    )  # fmt: skip
    (ground,), _ = seen(piece, wall, compounds, 100.0)
    assert ground.area == pytest.approx(10 * 40, rel=1e-3)


def test_cracks_between_cells_are_closed_and_gaps_are_not() -> None:
    """Three squares of 100 m: a crack of 2 mm costs nothing, a gap of half a metre stays; the rim is a quarter of 10 m."""
    cells = np.array([shapely.box(x, 0, x + 100, 100) for x in (0.0, 100.002, 200.502)])
    area = _joined(cells, np.zeros(3, bool), 10.0)
    assert sorted(part.area for part in area.geoms) == pytest.approx([95 * 95, 195 * 95], rel=1e-4)


@pytest.mark.parametrize("name", ["demo", "las_palmas"])
def test_nobody_inside_walks_longer(name: str, request: pytest.FixtureRequest) -> None:
    """Points inside and along the rim, each tied as an address would be, have a walk within the limit."""
    chain: Chain = request.getfixturevalue(name)
    params = load_params(ROOT / "params.yaml")
    edges, barriers, compounds = (chain[table] for table in ("edges", "barriers", "compounds"))
    facilities = chain["facilities"]
    facilities = facilities[facilities["linked"]].sort_values("entrance_id")
    rng = np.random.default_rng(20260301)
    table, over, drawn = chain["catchments"], [], 0
    assert set(table["minutes"]) == set(params.catchments.minutes)
    for key, rows in table.groupby("walker"):
        graph, speed = Graph.build(edges, key), params.network.walkers[key].speed_m_per_s
        for row in rows.itertuples():
            spots = _spots(row.geometry, rng)
            drawn += len(spots)
            points = gpd.GeoSeries(shapely.points(spots), crs=edges.crs)
            own = containing(points, compounds, "compound_id")
            tied = link(points.to_numpy(), own, edges, barriers, params.link, private=True)
            tied = tied.assign(compound_id=own)
            assert tied["linked"].all(), tied["link_reason"].value_counts()
            doors = graph.points(facilities[facilities["class"] == row.class_id], speed)
            minutes, _ = nearest(graph, doors, graph.points(tied, speed), 60.0)
            over.append(np.nan_to_num(minutes, nan=np.inf) - row.minutes)
    worst = np.concatenate(over)
    print(f"{name}: {drawn} points, largest excess {worst.max():.3f} minutes")
    assert drawn > 2000 and worst.max() <= 1e-9


def _spots(area: shapely.MultiPolygon, rng: np.random.Generator) -> np.ndarray:
    """About 250 points all over an area and 150 near its rim."""
    shapely.prepare(area)
    west, south, east, north = area.bounds
    box = rng.uniform((west, south), (east, north), (20_000, 2))
    rim = shapely.line_interpolate_point(area.boundary, rng.random(300), normalized=True)
    rim = shapely.get_coordinates(rim) + rng.normal(0, 0.3, (300, 2))
    inside = [spots[shapely.contains_xy(area, *spots.T)] for spots in (box, rim)]
    return np.concatenate([inside[0][:250], inside[1]])


def test_the_command_draws_what_the_table_has(demo: Chain, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "ground.geojson"
    done = pipeline(
        "catchment", str(demo.out), "--of", "kindergarten", "--minutes", "5", "--geojson", str(file)
    )
    assert done.returncode == 0, done.stderr
    table = demo["catchments"]
    row = table[(table["class_id"] == "kindergarten") & (table["minutes"] == 5)]
    drawn = gpd.read_file(file).to_crs(table.crs)
    assert drawn.area.sum() == pytest.approx(row.area.sum(), rel=1e-4)
    wrong = pipeline("catchment", str(demo.out), "--of", "kindergarden", "--geojson", str(file))
    assert wrong.returncode == 1 and "near it: kindergarten" in wrong.stderr
