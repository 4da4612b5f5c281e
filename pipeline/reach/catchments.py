"""Draw the ground from which a facility is reached within so many minutes.

A catchment joins the fronts of the street pieces that are reached, each as deep as the minutes that are left allow. So
it holds ground only whose own walk, tied to the network as an address there would be, is within the limit; along its rim
it rather claims too little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.network.search import Graph, nearest
from pipeline.reach.fronts import GRID_M, Shapes, fronts, seen, within
from pipeline.settings import LinkParams, Walker

_CRACK_M = 10 * GRID_M


def catchments(
    targets: Mapping[str, pd.DataFrame],
    walker_of: Mapping[str, str],
    walkers: Mapping[str, Walker],
    edges: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    link: LinkParams,
    minutes: Sequence[float],
    step_m: float,
) -> gpd.GeoDataFrame:
    """Return the table `catchments`: a row for each target and each number of minutes, where any ground is reached.

    Parameters
    ----------
    targets
        By name: linked points (edge_id, offset_m, access_m, compound_id) to the nearest of which people walk, such as
        the entrances of a class, of one facility, or addresses.
    walker_of
        By name: who walks.
    walkers
        Section `network.walkers` of params.yaml.
    edges, barriers, compounds
        Tables of these names.
    link
        How an address is tied to the network.
    step_m
        Streets are measured in pieces no longer than this.
    """
    graphs = {key: Graph.build(edges, key) for key in sorted(set(walker_of.values()))}
    pieces = fronts(next(iter(graphs.values())), edges, barriers, compounds, link.max_access_m, step_m)
    far = max(minutes)
    walk = np.full((len(targets), len(pieces.half)), np.inf)
    for i, (name, points) in enumerate(targets.items()):
        graph, speed = graphs[walker_of[name]], walkers[walker_of[name]].speed_m_per_s
        to_middle, _ = nearest(graph, graph.points(points, speed), pieces.points, far)
        edge = pieces.points.edge
        # the foot of an access leg may be half a piece from its middle
        walk[i] = to_middle + pieces.half * np.fmax(graph.streets.minutes[edge], graph.streets.back[edge])
    reached = np.flatnonzero((walk <= far).any(axis=0))
    pieces, walk = pieces.take(reached), walk[:, reached]
    ground, whole = seen(pieces, barriers, compounds, link.max_access_m)

    rows = []
    for i, name in enumerate(targets):
        speed = walkers[walker_of[name]].speed_m_per_s
        for limit in minutes:
            depth_m = 60.0 * speed * (limit - walk[i])
            near = depth_m > 0
            part, uncut = within(ground[near], pieces.middle[near], depth_m[near])
            area = _joined(part, uncut & whole[near], step_m)
            if not area.is_empty:
                rows.append((name, walker_of[name], float(limit), area))
    table = pd.DataFrame(rows, columns=["class_id", "walker", "minutes", "geometry"])
    table = table.astype({"class_id": "str", "walker": "str", "minutes": "float64"})
    return gpd.GeoDataFrame(table.sort_values(["class_id", "minutes"]), geometry="geometry", crs=edges.crs)


def _joined(ground: Shapes, whole: NDArray[np.bool_], step_m: float) -> shapely.MultiPolygon:
    """Join ground to one area, less a rim: near the middle between two streets either may be the nearer one."""
    # whole cells fit corner by corner, which makes joining them quick, but for a tiny one that rounding has folded
    fitting = ground[whole]
    folded = ~shapely.is_empty(shapely.coverage_invalid_edges(fitting))
    area = shapely.union_all(
        [shapely.coverage_union_all(fitting[~folded]), *fitting[folded], *ground[~whole]]
    )
    # cells cut on their own leave cracks of a rounding's width, which the rim would tear open
    area = shapely.buffer(area, _CRACK_M, quad_segs=1, join_style="mitre")
    area = shapely.buffer(area, -_CRACK_M - step_m / 4, quad_segs=2)
    return shapely.multipolygons(shapely.get_parts(area))
