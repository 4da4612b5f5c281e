"""Overlay areas: how much of each area the pieces of a layer cover, overlaps counted once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.indicators.measure import Floats, sums

Geometries = NDArray[np.object_]


def parts_within(areas: Geometries, pieces: Geometries) -> list[shapely.Geometry]:
    """Return for each area the union of the pieces inside it (empty where there is none)."""
    piece, area = shapely.STRtree(areas).query(pieces, predicate="intersects")
    inside, row = shapely.get_parts(shapely.intersection(areas[area], pieces[piece]), return_index=True)
    ground = shapely.get_dimensions(inside) == 2  # where areas only touch, points and lines are left
    groups = pd.Series(inside[ground]).groupby(area[row[ground]])
    parts = {i: shapely.union_all(group.to_numpy()) for i, group in groups}
    return [parts.get(i, shapely.Polygon()) for i in range(len(areas))]


def area_within(areas: Geometries, pieces: Geometries) -> Floats:
    """Return the m² of each area that the pieces cover, counting overlaps once."""
    return shapely.area(parts_within(areas, pieces))


def length_within(areas: Geometries, lines: Geometries) -> Floats:
    """Return the metres of line inside each area."""
    line, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(areas[area], lines[line]))
    return sums(area, inside, len(areas))
