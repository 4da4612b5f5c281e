"""Encode geometries as small whole numbers, so that a page holds a city and stays light.

A coordinate is counted in millionths of a degree (about 0.1 m) from the map's south-west corner; along a line
each point is given by its step from the last. The page adds the steps up again (`assets/decode.js`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

STEP_DEGREES = 1e-6
Steps = list[int]


@dataclass(frozen=True)
class Grid:
    """The page's grid of whole numbers over WGS 84.

    Attributes
    ----------
    crs
        Projected CRS (metres) of the geometries to be encoded.
    west, south, east, north
        The ground to show first, degrees.
    """

    crs: Any
    west: float
    south: float
    east: float
    north: float

    @classmethod
    def over(cls, shapes: gpd.GeoSeries) -> Grid:
        """Return the grid whose corner and first view are the bounds of `shapes`."""
        west, south, east, north = (round(float(x), 6) for x in shapes.to_crs(4326).total_bounds)
        return cls(shapes.crs, west, south, east, north)

    def whole(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return (n, 2) projected metres as (n, 2) grid counts, x first."""
        to_degrees = pyproj.Transformer.from_crs(self.crs, 4326, always_xy=True)
        degrees = np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
        return np.rint((degrees - [self.west, self.south]) / STEP_DEGREES).astype(np.int64)

    def points(self, shapes: gpd.GeoSeries) -> list[list[int]]:
        """Return one [x, y] a geometry: its centroid where that lies within, else a point that does."""
        middle = shapely.centroid(shapes.to_numpy())
        within = shapely.intersects(shapes.to_numpy(), middle)
        inside = np.where(within, middle, shapely.point_on_surface(shapes.to_numpy()))
        return self.whole(shapely.get_coordinates(inside)).tolist()

    def lines(self, shapes: gpd.GeoSeries, tolerance_m: float) -> list[list[Steps]]:
        """Return, for each geometry, its lines or rings as [x, y, dx, dy, dx, dy, …].

        Shapes are simplified to `tolerance_m` (metres) first. Rings leave out the closing point; a polygon's
        holes follow its shell (the page fills by the even-odd rule). Empty geometries give an empty list.
        """
        simple = shapely.simplify(shapes.to_numpy(), tolerance_m, preserve_topology=True)
        parts, part_of = shapely.get_parts(simple, return_index=True)
        is_area = shapely.get_dimensions(parts) == 2
        rings, ring_of = shapely.get_rings(parts[is_area], return_index=True)
        pieces = np.concatenate([parts[~is_area], rings])
        owner = np.concatenate([part_of[~is_area], part_of[is_area][ring_of]])
        is_ring = np.repeat([False, True], [int((~is_area).sum()), len(rings)])
        order = np.argsort(owner, kind="stable")
        pieces, owner, is_ring = pieces[order], owner[order], is_ring[order]
        counts = shapely.get_num_coordinates(pieces)
        whole = self.whole(shapely.get_coordinates(pieces))
        encoded: list[list[Steps]] = [[] for _ in range(len(shapes))]
        ends = np.cumsum(counts)
        for i, (start, end) in enumerate(zip(ends - counts, ends, strict=True)):
            line = whole[start : end - 1] if is_ring[i] else whole[start:end]
            steps = np.diff(line, axis=0)
            steps = steps[(steps != 0).any(axis=1)]
            encoded[owner[i]].append(np.concatenate([line[:1], steps]).ravel().tolist())
        return encoded


def at_rows(index: pd.Index, keys: pd.Series) -> list[int]:
    """Return each key's row in `index`, −1 where the key is missing or not there."""
    return index.get_indexer(pd.Index(keys.astype(object).where(keys.notna(), None))).tolist()
