"""Overlay areas: how much of each area the pieces of a layer cover, overlaps counted once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.indicators.measure import Floats, Ints, sums

Geometries = NDArray[np.object_]


def parts_within(areas: Geometries, pieces: Geometries) -> list[shapely.Geometry]:
    """Return for each area the union of the pieces inside it (empty where there is none)."""
    area, clipped = _clipped(areas, pieces)
    inside, row = shapely.get_parts(clipped, return_index=True)
    ground = shapely.get_dimensions(inside) == 2  # where areas only touch, points and lines are left
    groups = pd.Series(inside[ground]).groupby(area[row[ground]])
    parts = {i: shapely.union_all(group.to_numpy()) for i, group in groups}
    return [parts.get(i, shapely.Polygon()) for i in range(len(areas))]


def area_within(areas: Geometries, pieces: Geometries) -> Floats:
    """Return the m² of each area that the pieces cover, counting overlaps once."""
    return shapely.area(parts_within(areas, pieces))


def length_within(areas: Geometries, lines: Geometries) -> Floats:
    """Return the metres of line inside each area."""
    area, clipped = _clipped(areas, lines)
    return sums(area, shapely.length(clipped), len(areas))


def _clipped(areas: Geometries, pieces: Geometries) -> tuple[Ints, Geometries]:
    """Pair areas with the pieces that meet them, and cut each piece to its area; most lie inside and need no cutting."""
    area, piece = shapely.STRtree(pieces).query(areas, predicate="intersects")
    clipped = pieces[piece]
    shapely.prepare(areas)
    cut = ~shapely.covers(areas[area], clipped)
    clipped[cut] = shapely.intersection(areas[area[cut]], clipped[cut])
    return area, clipped
