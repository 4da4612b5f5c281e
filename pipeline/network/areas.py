"""Say which area (compound, committee) contains a point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def containing(points: gpd.GeoSeries, areas: gpd.GeoDataFrame, key: str) -> pd.Series:
    """Return the key of the area that contains each point; missing where none does, the first where several do."""
    areas = areas.sort_values(key)
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points.to_numpy(), predicate="intersects")
    order = np.lexsort((area, point))
    point, area = point[order], area[order]
    first = np.diff(point, prepend=-1) > 0
    row = np.full(len(points), -1)
    row[point[first]] = area[first]
    names = areas[key].reset_index(drop=True).reindex(pd.Index(row))
    return pd.Series(names.array, index=points.index, dtype="str", name=key)
