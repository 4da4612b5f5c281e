"""Find who reaches which facility with networkx: one graph with every address and entrance in it as a node."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import shapely

FASTEST = 1.5  # no slope makes anybody walk this many times their speed on the flat


def pairs_within(
    edges: pd.DataFrame,
    residents: pd.DataFrame,
    doors: pd.DataFrame,
    walker: str,
    speed: float,
    minutes: float,
) -> set[tuple[str, str]]:
    """Pairs of point_id and facility_id within minutes; `speed` in metres a minute on the flat.

    Arcs run against the walk, since searches start at the door. A search for the people of a group passes public ways
    and the group's own.
    """
    homes, doors = residents[residents["linked"]], doors[doors["linked"]]
    graph = _graph(edges, homes, doors, walker, speed)
    own = edges.set_index("edge_id")["users"].loc[homes["edge_id"]].to_numpy()
    compound = homes["compound_id"].where(homes["compound_id"].isin(set(edges["users"])), "nobody")
    found: set[tuple[str, str]] = set()
    for group, people in homes.groupby(np.where(own != "public", own, compound)):
        town = people.geometry.union_all()
        allowed = ("public", group)

        def cost(_: object, __: object, arcs: dict, allowed: tuple = allowed) -> float | None:
            open_ = [arc["minutes"] for arc in arcs.values() if arc["users"] in allowed]
            return min(open_) if open_ else None

        near = doors[shapely.distance(doors.geometry.to_numpy(), town) <= FASTEST * speed * minutes]
        for entrance, facility in zip(near["entrance_id"], near["facility_id"], strict=True):
            reached = nx.single_source_dijkstra_path_length(
                graph, ("door", entrance), cutoff=minutes, weight=cost
            )
            inside = set(people["point_id"])
            found |= {
                (node[1], facility)
                for node in reached
                if isinstance(node, tuple) and node[0] == "home" and node[1] in inside
            }
    return found


def _graph(
    edges: pd.DataFrame, homes: pd.DataFrame, doors: pd.DataFrame, walker: str, speed: float
) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    users = edges.set_index("edge_id")["users"].to_dict()
    stops: dict[int, list[tuple[float, tuple]]] = {}
    for kind, frame, name in (("home", homes, "point_id"), ("door", doors, "entrance_id")):
        for key, edge, offset, access in frame[[name, "edge_id", "offset_m", "access_m"]].itertuples(
            index=False
        ):
            point, foot = (kind, key), ("foot", kind, key)
            stops.setdefault(edge, []).append((offset, foot))
            for tail, head in ((point, foot), (foot, point)):
                graph.add_edge(tail, head, minutes=access / speed, users=users[edge])
    columns = ["edge_id", "u", "v", "length_m", f"minutes_{walker}", f"minutes_{walker}_back"]
    for edge, u, v, length, there, back in edges[columns].itertuples(index=False):
        places = [(0.0, u), *sorted(stops.get(edge, [])), (length, v)]
        for (a, p), (b, q) in pairwise(places):
            for tail, head, whole in ((q, p, there), (p, q, back)):
                if np.isfinite(whole):
                    graph.add_edge(tail, head, minutes=whole * (b - a) / length, users=users[edge])
    return graph
