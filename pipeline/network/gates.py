"""Gather the gates that are known, from the survey and from the streets' nodes, and place them on the streets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from pipeline.network.graph import Ints, Streets, insert_along
from pipeline.network.profile import Profile, users_of_access


def gate_points(gates: gpd.GeoDataFrame, way_nodes: gpd.GeoDataFrame, rules: Profile) -> gpd.GeoDataFrame:
    """Gather surveyed gates and gates that the streets' nodes are tagged as.

    Returns
    -------
    geopandas.GeoDataFrame
        gate_id, compound_id, gate_users, open_hours, geometry, `node` (of a tagged node; −1 for others), `surveyed`
        and `alone` (is a gate even where no wall is mapped). A tagged node on a surveyed gate knows what that knows.
    """
    known = ["gate_id", "compound_id", "gate_users", "open_hours"]
    surveyed = gates.sort_values("gate_id", ignore_index=True).astype(dict.fromkeys(known, "object"))
    tagged = way_nodes[way_nodes["barrier"].isin([*rules.walls.gates, *rules.walls.gaps])]
    tagged = tagged.sort_values("node_id", ignore_index=True)
    nodes = gpd.GeoDataFrame(
        {
            "gate_id": "n" + tagged["node_id"].astype("str"),
            "compound_id": pd.NA,
            "gate_users": users_of_access(tagged["access"], rules),
            "open_hours": tagged["open_hours"],
            "node": tagged["node_id"],
            "alone": tagged["barrier"].isin(rules.walls.gates),
            "surveyed": False,
        },
        geometry=tagged.geometry,
    ).astype(dict.fromkeys(known, "object"))
    row, gate = STRtree(surveyed.geometry.to_numpy()).query(
        nodes.geometry.to_numpy(), predicate="dwithin", distance=rules.walls.snap_m
    )
    nodes.loc[row, known] = surveyed[known].to_numpy()[gate]
    nodes.loc[row, "surveyed"] = True
    rest = surveyed.drop(index=gate)[[*known, "geometry"]].assign(node=-1, alone=False, surveyed=True)
    table = pd.concat([rest, nodes], ignore_index=True)
    return gpd.GeoDataFrame(table.astype(dict.fromkeys(known, "str")), geometry="geometry", crs=gates.crs)


def place_gates(
    streets: Streets, points: gpd.GeoDataFrame, tolerance_m: float, snap_m: float
) -> tuple[Streets, Ints]:
    """Return the node of every gate on the streets, inserting one where a gate lies beside a way; −1: none."""
    node = np.where(np.isin(points["node"], streets.node), points["node"].to_numpy(), -1)
    start = streets.starts
    segments = shapely.linestrings(np.stack([streets.xy[start], streets.xy[start + 1]], axis=1))
    beside = np.flatnonzero(points["node"] < 0)
    where = points.geometry.to_numpy()[beside]
    gate, segment = STRtree(segments).query_nearest(where, max_distance=tolerance_m)
    order = np.lexsort((segment, gate))
    gate, first = np.unique(gate[order], return_index=True)
    segment = segment[order][first]
    at_m = shapely.line_locate_point(segments[segment], where[gate])
    streets, node[beside[gate]] = insert_along(streets, start[segment], at_m, snap_m)
    return streets, node
