"""Recompute walking minutes with networkx on a graph in which every point is a node of its own."""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import pandas as pd


def oracle_minutes(
    edges: pd.DataFrame, walker: str, speed_m_per_s: float, facilities: pd.DataFrame, addresses: pd.DataFrame
) -> pd.DataFrame:
    """Minutes from each address (rows: edge_id, offset_m, access_m, compound_id) to the nearest facility of each class.

    One graph for each group of users: public edges and the group's own. Nothing is shared with the pipeline.
    """
    users = edges.set_index("edge_id")["users"]
    groups = set(users) - {"public"}
    own = [
        users[edge] if users[edge] != "public" else compound if compound in groups else ""
        for edge, compound in zip(addresses["edge_id"], addresses["compound_id"], strict=True)
    ]
    classes = sorted(facilities["class"].unique())
    minutes = {name: [math.inf] * len(addresses) for name in classes}
    for group in set(own):
        rows = [i for i, g in enumerate(own) if g == group]
        mine = edges[edges["users"].isin(["public", group])]
        graph = _graph(
            mine,
            walker,
            speed_m_per_s,
            facilities[facilities["edge_id"].isin(mine["edge_id"])],
            addresses.iloc[rows],
            rows,
        )
        graph.add_nodes_from(("any", name) for name in classes)
        backwards = graph.reverse(copy=False)
        for name in classes:
            reached = nx.single_source_dijkstra_path_length(backwards, ("any", name))
            for i in rows:
                minutes[name][i] = reached.get(("address", i), math.inf)
    return pd.DataFrame(minutes)


def _graph(
    edges: pd.DataFrame,
    walker: str,
    speed: float,
    facilities: pd.DataFrame,
    addresses: pd.DataFrame,
    rows: list[int],
) -> nx.DiGraph:
    graph = nx.DiGraph()
    places: dict[int, set[float]] = {}
    for points in (facilities, addresses):
        for edge, offset in zip(points["edge_id"], points["offset_m"], strict=True):
            places.setdefault(edge, set()).add(offset)
    columns = ["edge_id", "u", "v", "length_m", f"minutes_{walker}", f"minutes_{walker}_back"]
    for edge, u, v, length, there, back in edges[columns].itertuples(index=False):
        inner = sorted(o for o in places.get(edge, ()))
        chain = [(("node", u), 0.0), *((("place", edge, o), o) for o in inner), (("node", v), length)]
        for (a, at), (b, to) in pairwise(chain):
            share = (to - at) / length if length > 0 else 0.0
            for start, end, minutes in ((a, b, there), (b, a, back)):
                cost = 0.0 if share == 0 else minutes * share
                if cost < graph.get_edge_data(start, end, {"weight": math.inf})["weight"]:
                    graph.add_edge(start, end, weight=cost)
    columns = ["class", "edge_id", "offset_m", "access_m"]
    for name, edge, offset, access in facilities[columns].itertuples(index=False):
        start, end, cost = ("place", edge, offset), ("any", name), access / speed / 60
        if cost < graph.get_edge_data(start, end, {"weight": math.inf})["weight"]:
            graph.add_edge(start, end, weight=cost)
    for i, (edge, offset, access) in zip(
        rows, addresses[["edge_id", "offset_m", "access_m"]].itertuples(index=False), strict=True
    ):
        graph.add_edge(("address", i), ("place", edge, offset), weight=access / speed / 60)
    return graph
