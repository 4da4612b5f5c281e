"""Draw the ground from our own data: sea, water, green, railway, streets by class, buildings without residents."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.maps.geometry import Grid

MARGIN_M = 1500
STREETS = {
    "major": ("motorway", "trunk", "primary", "motorway_link", "trunk_link", "primary_link"),
    "middle": ("secondary", "tertiary", "secondary_link", "tertiary_link"),
    "minor": ("residential", "unclassified", "living_street", "pedestrian", "road"),
    "service": ("service", "track"),
    "path": ("footway", "path", "steps", "cycleway", "corridor", "bridleway"),
}
"""OSM highway values that are drawn alike; others are not drawn."""
AREAS = ("sea", "water", "river", "green")


SHEET_EDGE_M = 100


def sheet(extent: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> Any:
    """Return the rectangle that the data fill: what lies beyond was never mapped."""
    sea = land[land["kind"] == "sea"]
    return shapely.box(*shapely.total_bounds([*extent.geometry, *sea.geometry]))


def to_edge(land: gpd.GeoDataFrame, frame: Any) -> gpd.GeoDataFrame:
    """Draw sea and coast that end just within the sheet up to its edge, as streets do."""
    west, south, east, north = frame.bounds

    def snapped(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        for axis, sides in ((0, (west, east)), (1, (south, north))):
            for side in sides:
                xy[np.abs(xy[:, axis] - side) < SHEET_EDGE_M, axis] = side
        return xy

    at_sea = land["kind"].isin(["sea", "coast"])
    shapes = land.geometry.where(~at_sea, shapely.transform(land.geometry.to_numpy(), snapped))
    return land.set_geometry(shapes)


def base_map(
    grid: Grid, window: Any, land: gpd.GeoDataFrame, ways: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return the base map's shapes by kind, encoded on the grid.

    Parameters
    ----------
    window
        Shapely polygon in the tables' CRS; what lies outside is left out.
    land, ways, buildings
        Tables of those names; `buildings` only those that are not painted as addresses.
    """
    shapes: dict[str, Any] = {}
    for kind in AREAS:
        parts = _within(land[land["kind"] == kind], window)
        areal = shapely.get_dimensions(parts.to_numpy()) == 2
        shapes[kind] = grid.lines(parts[areal], 2)
        shapes[f"{kind}_lines"] = grid.lines(parts[~areal], 2)
    shapes["coast"] = grid.lines(_within(land[land["kind"] == "coast"], window), 2)
    shapes["railway"] = grid.lines(_within(land[land["kind"] == "railway"], window), 2)
    drawn = ways[ways["highway"].isin([h for values in STREETS.values() for h in values])]
    shapes["streets"] = {
        name: grid.lines(_within(drawn[drawn["highway"].isin(values)], window), 1)
        for name, values in STREETS.items()
    }
    shapes["buildings"] = grid.lines(_within(buildings, window, clip=False), 0.5)
    return shapes


def street_names(grid: Grid, window: Any, ways: gpd.GeoDataFrame) -> list[list[Any]]:
    """Return [name, x, y, angle] of a label on the longest way of each named street, longest first."""
    named = ways[ways["name"].notna() & ways["highway"].isin(STREETS["major"] + STREETS["middle"])]
    named = named[named.intersects(window)]
    if named.empty:
        return []
    longest = named.assign(length=named.length).sort_values(["length", "way_id"], ascending=[False, True])
    longest = longest.drop_duplicates("name")
    lines = longest.geometry.to_numpy()
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    ahead = shapely.line_interpolate_point(lines, 0.55, normalized=True)
    before = shapely.line_interpolate_point(lines, 0.45, normalized=True)
    run = shapely.get_coordinates(ahead) - shapely.get_coordinates(before)
    spots = grid.points(gpd.GeoSeries(middle, crs=ways.crs))
    return [
        [name, *spot, *step]
        for name, spot, step in zip(longest["name"], spots, run.round(1).tolist(), strict=True)
    ]


def _within(frame: gpd.GeoDataFrame, window: Any, clip: bool = True) -> gpd.GeoSeries:
    near = frame.geometry[frame.intersects(window)]
    shapes = near.intersection(window) if clip else near
    keep = ~shapes.is_empty & (shapely.get_dimensions(shapes.to_numpy()) >= 1)
    return shapes[pd.Series(keep, index=shapes.index)]
