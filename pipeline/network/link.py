"""Tie points to the place on the edge that they front.

A point is tied to the nearest edge that its people may walk and that it can be left for in a straight line: the
access leg crosses no wall, river or railway, and no building of another compound. Bridges and tunnels pass a point
without touching it. What cannot be tied says why, and is never pulled to something farther away than the longest access leg.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from pipeline.network.search import PUBLIC
from pipeline.network.walls import BUILDING
from pipeline.settings import LinkParams

PRIVATE = "private-"  # users of restricted ways outside compounds begin so
_TOUCH_M = 0.01  # a point on its wall, or a street along one, touches it and does not cross it
_Rows = NDArray[np.int64]


def link(
    points: ArrayLike,
    compound_ids: pd.Series,
    edges: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    params: LinkParams,
    *,
    private: bool,
) -> pd.DataFrame:
    """Tie each point to the foot point on the edge it fronts.

    Parameters
    ----------
    points
        Point geometries in the CRS of `edges`.
    compound_ids
        Each point's compound, missing outside compounds. A point may use public edges and its own compound's.
    edges, barriers
        Tables of stage `network`.
    private
        Whether a point that has no ways of a compound of its own may front a restricted way outside compounds:
        true for addresses, false for facilities, which would else be lost to everyone but that way's users.

    Returns
    -------
    One row a point, in order: edge_id, offset_m (from u), access_m (straight to the foot point), linked, and
    link_reason: `no_way_within` (no such edge within the longest access leg), `behind_wall` (an obstacle before
    each of the nearest), `closed_component` (only ways from which the main network cannot be reached).
    """
    geometry = np.asarray(points, dtype=object)
    pairs = _candidates(geometry, compound_ids, edges, params, private)
    sight = _Sight(
        geometry,
        compound_ids.to_numpy(object, na_value=""),
        edges.geometry.to_numpy(),
        shapely.STRtree(barriers.geometry.to_numpy()),
        barriers["compound_id"].where(barriers["kind"] == BUILDING).to_numpy(object, na_value=""),
    )
    main = edges["component"].to_numpy()[pairs[1]] == 0
    row = sight.first(pairs[:, main], params.candidates)
    lost = row < 0
    closed = sight.first(pairs[:, ~main & lost[pairs[0]]], params.candidates) >= 0
    walled = np.isin(np.arange(len(geometry)), pairs[0])
    reason = np.select([~lost, closed, walled], ["", "closed_component", "behind_wall"], "no_way_within")

    found = np.where(lost, 0, row)
    result = pd.DataFrame(
        {"edge_id": pd.array([pd.NA] * len(row), "Int64"), "offset_m": np.nan, "access_m": np.nan}
    )
    if len(edges):
        lines = edges.geometry.to_numpy()[found]
        share = np.nan_to_num(shapely.line_locate_point(lines, geometry, normalized=True))
        result["edge_id"] = pd.array(edges["edge_id"].to_numpy()[found], "Int64")
        result["offset_m"] = share * edges["length_m"].to_numpy()[found]
        result["access_m"] = shapely.distance(lines, geometry)
    result.loc[lost, ["edge_id", "offset_m", "access_m"]] = pd.NA
    result["linked"] = ~lost
    result["link_reason"] = pd.Series(reason, dtype="str").where(lost)
    return result


def _candidates(
    points: NDArray, compound_ids: pd.Series, edges: gpd.GeoDataFrame, params: LinkParams, private: bool
) -> _Rows:
    """Pairs (row of point, row of edge) within the longest access leg that the point may use, nearest first."""
    lines = edges.geometry.to_numpy()
    point, edge = shapely.STRtree(lines).query(points, predicate="dwithin", distance=params.max_access_m)
    own = compound_ids.to_numpy(object, na_value="")
    users = edges["users"].to_numpy(object)
    allowed = (users[edge] == PUBLIC) | (users[edge] == own[point])
    if private:
        restricted = edges["users"].str.startswith(PRIVATE).to_numpy(bool)
        has_own = np.isin(own.astype(str), np.unique(users.astype(str)))
        allowed |= restricted[edge] & ~has_own[point]
    crosses_over = (edges["bridge"] | edges["tunnel"]).to_numpy()
    keep = allowed & ~crosses_over[edge]
    point, edge = point[keep], edge[keep]
    distance = shapely.distance(points[point], lines[edge])
    order = np.lexsort((edges["edge_id"].to_numpy()[edge], distance, point))
    return np.vstack([point[order], edge[order]])


@dataclass(frozen=True)
class _Sight:
    """Which edges can be reached from which points in a straight line."""

    points: NDArray
    compounds: NDArray  # of the points, "" outside
    lines: NDArray
    barriers: shapely.STRtree
    buildings_of: NDArray  # the compound whose building a barrier is, "" where it is none

    def first(self, pairs: _Rows, tries: int) -> _Rows:
        """Row of the first edge in sight of each point among its first `tries` pairs; −1 where there is none."""
        found = np.full(len(self.points), -1)
        rank = np.arange(pairs.shape[1]) - np.searchsorted(pairs[0], pairs[0])
        for turn in range(tries):
            point, edge = pairs[:, (rank == turn) & (found[pairs[0]] < 0)]
            if not len(point) and not (rank > turn).any():
                break
            clear = ~self._blocked(point, edge)
            found[point[clear]] = edge[clear]
        return found

    def _blocked(self, point: _Rows, edge: _Rows) -> NDArray[np.bool_]:
        """Whether a barrier lies across the way from each point to its edge, ends apart."""
        legs = shapely.shortest_line(self.points[point], self.lines[edge])
        length = shapely.length(legs)
        start = shapely.line_interpolate_point(legs, _TOUCH_M)
        end = shapely.line_interpolate_point(legs, np.maximum(length - _TOUCH_M, 0.0))
        inner = shapely.linestrings(
            np.stack([shapely.get_coordinates(start), shapely.get_coordinates(end)], axis=1)
        )
        leg, barrier = self.barriers.query(inner, predicate="intersects")
        through = np.flatnonzero(self.buildings_of[barrier] != "")
        at_home = self.buildings_of[barrier[through]] == self.compounds[point[leg[through]]]
        # a compound may be drawn too small for the buildings on its rim: who stands in one may leave it
        building = shapely.build_area(self.barriers.geometries[barrier[through]])
        inside = shapely.contains(building, self.points[point[leg[through]]])
        passed = np.zeros(len(leg), bool)
        passed[through] = at_home | inside
        blocked = np.zeros(len(point), bool)
        blocked[leg[~passed]] = True
        return blocked & (length > 2 * _TOUCH_M)
