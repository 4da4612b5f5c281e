"""Measure straight lines to facilities: what circles on a map would say, and how near a facility that cannot be reached is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray


def straight_minutes(
    addresses: gpd.GeoSeries, facilities: gpd.GeoSeries, speed_m_per_s: float
) -> NDArray[np.float64]:
    """Return each address's minutes to the nearest facility in a straight line, on the flat; NaN without facilities."""
    metres = np.full(len(addresses), np.nan)
    if len(facilities):
        tree = shapely.STRtree(facilities.to_numpy())
        (address, _), distance = tree.query_nearest(
            addresses.to_numpy(), return_distance=True, all_matches=False
        )
        metres[address] = distance
    return metres / (60.0 * speed_m_per_s)
