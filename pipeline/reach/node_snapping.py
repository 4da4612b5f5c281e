"""Say what an engine that moves everything to the nearest junction would have answered, to show what linking is worth."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.network.search import PUBLIC, Graph, to_nodes


def node_snap_minutes(
    addresses: gpd.GeoSeries,
    facilities: gpd.GeoSeries,
    nodes: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    walker: str,
    limit_minutes: float,
) -> NDArray[np.float64]:
    """Return each address's minutes from its nearest junction to the nearest facility's nearest junction.

    Junctions are those of public edges, nearest in a straight line through whatever lies between; the way from the
    door to the junction is not counted. NaN where nothing is within the limit.
    """
    public = edges[edges["users"] == PUBLIC]
    if public.empty or facilities.empty:
        return np.full(len(addresses), np.nan)
    graph = Graph.build(public, walker)
    places = nodes.set_index("node_id").geometry.reindex(graph.node_ids).to_numpy()
    tree = shapely.STRtree(places)
    sources = np.unique(tree.nearest(facilities.to_numpy()))
    (labels,) = to_nodes(graph, [(sources, np.zeros(len(sources)))], limit_minutes)
    minutes = labels[tree.nearest(addresses.to_numpy())]
    return np.where(np.isinf(minutes), np.nan, minutes)
