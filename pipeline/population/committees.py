"""Say which residents' committee an address belongs to."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.network.areas import containing


def nearest_committee(points: gpd.GeoSeries, committees: gpd.GeoDataFrame) -> pd.Series:
    """Return the committee that contains each point, else the nearest one, so that nobody is left out."""
    committees = committees.sort_values("committee_id")
    inside = containing(points, committees, "committee_id")
    if committees.empty:
        return inside
    near = shapely.STRtree(committees.geometry.to_numpy()).nearest(points.to_numpy())
    names = pd.Series(committees["committee_id"].to_numpy()[near], index=points.index, dtype="str")
    return inside.fillna(names)
