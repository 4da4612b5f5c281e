"""Encoded shapes come back where they were."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from pipeline.maps.geometry import STEP_DEGREES, Grid

CRS = "EPSG:32651"


def decoded(grid: Grid, steps: list[int]) -> np.ndarray:
    """Longitude and latitude of an encoded line, as the page's script adds them up."""
    whole = np.cumsum(np.array(steps).reshape(-1, 2), axis=0)
    return whole * STEP_DEGREES + [grid.west, grid.south]


def test_a_line_of_two_points_is_a_corner_and_a_step() -> None:
    grid = Grid(4326, 121.0, 37.0, 122.0, 38.0)
    line = gpd.GeoSeries([LineString([(121.0, 37.0), (121.000010, 37.000003)])], crs=4326)
    assert grid.lines(line, 0) == [[[0, 0, 10, 3]]]
    assert grid.points(gpd.GeoSeries([Point(121.5, 37.25)], crs=4326)) == [[500_000, 250_000]]


def test_rings_leave_out_the_closing_point_and_lines_do_not() -> None:
    square = box(356_000, 4_155_000, 356_100, 4_155_100)
    loop = LineString(square.exterior.coords)
    grid = Grid.over(gpd.GeoSeries([square], crs=CRS))
    (ring,), (line,) = grid.lines(gpd.GeoSeries([square, loop], crs=CRS), 0)
    assert len(ring) == 8
    assert len(line) == 10


def test_holes_and_parts_follow_their_shell_and_empty_shapes_stay_empty() -> None:
    holed = Polygon(box(0, 0, 90, 90).exterior, [box(30, 30, 60, 60).exterior.reverse().coords])
    two = MultiPolygon([box(100, 0, 110, 10), box(120, 0, 130, 10)])
    shapes = gpd.GeoSeries(
        [shapely.transform(s, lambda xy: np.add(xy, [356_000, 4_155_000])) for s in (holed, Polygon(), two)],
        crs=CRS,
    )
    assert [len(parts) for parts in Grid.over(shapes).lines(shapes, 0.5)] == [2, 0, 2]


@given(st.lists(st.tuples(st.floats(0, 5_000), st.floats(0, 5_000)), min_size=2, max_size=30, unique=True))
def test_coordinates_come_back_within_a_step(points: list[tuple[float, float]]) -> None:
    line = gpd.GeoSeries([LineString(np.add(points, [356_000, 4_155_000]))], crs=CRS)
    grid = Grid.over(line)
    (parts,) = grid.lines(line, 0)
    true = shapely.points(shapely.get_coordinates(line.to_crs(4326).to_numpy()))
    (steps,) = parts
    found = decoded(grid, steps)
    shape = shapely.linestrings(found) if len(found) > 1 else shapely.points(found[0])
    assert (
        shapely.distance(true, shape).max() <= 1.5 * STEP_DEGREES
    )  # half a step along both axes, at both ends
