"""Find the seams of the town: arterials that a unit should not straddle, and barriers that a walk crosses only on a way."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from pipeline.network.profile import profile
from pipeline.network.walls import LAND_BARRIERS

Geometries = npt.NDArray[np.object_]
EXPRESSWAYS = ("motorway", "motorway_link")


def barrier_lines(ways: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> Geometries:
    """Return rivers, railways, shores and expressways as lines: nobody steps across, only a way crosses."""
    ground = land.loc[land["kind"].isin(LAND_BARRIERS)].geometry.to_numpy()
    areas = shapely.get_dimensions(ground) == 2
    expressways = ways.loc[ways["highway"].isin(EXPRESSWAYS) & ~ways["tunnel"]].geometry.to_numpy()
    return np.concatenate([ground[~areas], shapely.boundary(ground[areas]), expressways])


def arterial_ways(ways: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the arterials on or above the ground."""
    return ways.loc[ways["highway"].isin(profile().highway.arterial) & ~ways["tunnel"]]


def arterial_lines(ways: gpd.GeoDataFrame) -> Geometries:
    """Return the centre lines of arterials on or above the ground."""
    return arterial_ways(ways).geometry.to_numpy()


def faces(lines: Geometries, outline: Any) -> Geometries:
    """Cut the ground inside `outline` (a polygon) along lines; return the faces, north to south, west to east."""
    shapely.prepare(outline)
    near = lines[shapely.intersects(lines, outline)]
    noded = shapely.union_all(np.append(near, shapely.boundary(outline)))
    cut = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.point_on_surface(cut)
    cut, inner = cut[shapely.covers(outline, inner)], inner[shapely.covers(outline, inner)]
    return cut[np.lexsort((shapely.get_x(inner).round(2), -shapely.get_y(inner).round(2)))]


def nearest_face(points: Geometries, cut: Geometries) -> npt.NDArray[np.int64]:
    """Return the face in which each point lies, else the nearest one; of several the first."""
    result = np.full(len(points), -1)
    face, inside = shapely.STRtree(points).query(cut, predicate="covers")
    first = pd.Series(face).groupby(inside).min()
    result[first.index] = first
    lost = np.flatnonzero(result < 0)
    point, face = shapely.STRtree(cut).query_nearest(points[lost], all_matches=True)
    first = pd.Series(face).groupby(point).min()
    result[lost[first.index]] = first
    return result


def arterials_between(
    atoms: Geometries, pairs: npt.NDArray[np.int64], arterials: Geometries, outline: Any
) -> npt.NDArray[np.float64]:
    """Count the arterials between any two atoms: the fewest crossed on a way over neighbouring atoms.

    `pairs` (m × 2) are the neighbours. Atoms that no such way joins get 0: they share no unit.
    """
    cut = faces(arterials, outline)
    quarter = nearest_face(shapely.point_on_surface(atoms), cut)
    sides = quarter[pairs]
    sides = np.unique(np.sort(sides[sides[:, 0] != sides[:, 1]], axis=1), axis=0)
    graph = csr_array((np.ones(len(sides)), (sides[:, 0], sides[:, 1])), shape=(len(cut), len(cut)))
    hops = shortest_path(graph, directed=False, unweighted=True)
    between = hops[np.ix_(quarter, quarter)]
    return np.where(np.isfinite(between), between, 0.0)
