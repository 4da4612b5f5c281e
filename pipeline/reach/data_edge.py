"""Find where the streets leave the ground on which facilities are known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def data_edge(
    edges: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, extent: gpd.GeoDataFrame, tolerance_m: float
) -> pd.DataFrame:
    """Return places on edges (edge_id, offset_m, access_m, compound_id) where one may walk out of the data.

    These are the points where an edge crosses the outline of the extent, and the ends of edges within `tolerance_m`
    of it: streets are cut at the outline, or at the last node before it.
    """
    outline = shapely.boundary(shapely.union_all(extent.geometry.to_numpy()))
    ids, length = edges["edge_id"].to_numpy(), edges["length_m"].to_numpy()
    lines = edges.geometry.to_numpy()

    across = np.flatnonzero(shapely.intersects(lines, outline))
    xy, pair = shapely.get_coordinates(shapely.intersection(lines[across], outline), return_index=True)
    crossed = across[pair]
    share = np.nan_to_num(shapely.line_locate_point(lines[crossed], shapely.points(xy), normalized=True))

    near = nodes["node_id"].to_numpy()[shapely.dwithin(nodes.geometry.to_numpy(), outline, tolerance_m)]
    at_u = np.flatnonzero(np.isin(edges["u"].to_numpy(), near))
    at_v = np.flatnonzero(np.isin(edges["v"].to_numpy(), near))
    places = pd.DataFrame(
        {
            "edge_id": np.concatenate([ids[crossed], ids[at_u], ids[at_v]]),
            "offset_m": np.concatenate([share * length[crossed], np.zeros(len(at_u)), length[at_v]]),
        }
    )
    places = places.drop_duplicates().sort_values(["edge_id", "offset_m"], ignore_index=True)
    return places.assign(access_m=0.0, compound_id=pd.array([None] * len(places), "str"))
