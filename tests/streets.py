"""Draw a few public streets for tests that tie points to them."""

from __future__ import annotations

import geopandas as gpd

from pipeline.settings import LinkParams

CRS = "EPSG:32651"
PARAMS = LinkParams(max_access_m=100, candidates=12)


def streets(*rows: dict) -> gpd.GeoDataFrame:
    """Return edges with these columns, public and on the ground unless a row says otherwise."""
    plain = {"users": "public", "bridge": False, "tunnel": False, "component": 0}
    edges = gpd.GeoDataFrame([plain | row for row in rows], geometry="geometry", crs=CRS)
    return edges.assign(edge_id=range(1, len(edges) + 1), length_m=edges.length)
