"""Recompute walking minutes with networkx, from the tables alone, on a graph in which every point is a node of its own.

Nothing is shared with the engine that made the tables: no search, no reading along edges, no groups of walkers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import DisagreementError

_PAIRS, _ADDRESSES, _SEED = 500, 24, 1
_TOLERANCE_MINUTES = 1e-6
_PUBLIC = "public"


def network(
    edges: pd.DataFrame, facilities: pd.DataFrame, addresses: pd.DataFrame, speeds: Mapping[str, float]
) -> nx.MultiDiGraph:
    """Return a graph of junctions, entrances, addresses and classes, with the minutes of each walker.

    Parameters
    ----------
    edges
        Table `edges`.
    facilities, addresses
        Linked rows of the tables `facilities` and `residents`.
    speeds
        Flat speed of each walker, m/s, for the access legs.
    """
    places: dict[int, set[float]] = {}
    for points in (facilities, addresses):
        for edge, offset in zip(points["edge_id"], points["offset_m"], strict=True):
            places.setdefault(edge, set()).add(offset)
    graph = nx.MultiDiGraph()
    columns = ["edge_id", "u", "v", "length_m", "users"]
    ways = [f"minutes_{walker}{way}" for walker in speeds for way in ("", "_back")]
    for edge, u, v, length, users, *minutes in edges[columns + ways].itertuples(index=False, name=None):
        inner = [(("place", edge, offset), offset) for offset in sorted(places.get(edge, ()))]
        for (a, start), (b, end) in pairwise([(("node", u), 0.0), *inner, (("node", v), length)]):
            share = (end - start) / length if length > 0 else 0.0
            # a part of no length costs nothing, even on an edge that the walker does not take
            cost = [m * share if share > 0 else 0.0 for m in minutes]
            graph.add_edge(a, b, users=users, **dict(zip(speeds, cost[::2], strict=True)))
            graph.add_edge(b, a, users=users, **dict(zip(speeds, cost[1::2], strict=True)))
    columns = ["class", "edge_id", "offset_m", "access_m"]
    for name, edge, offset, access in facilities[columns].itertuples(index=False, name=None):
        legs = {walker: access / speed / 60 for walker, speed in speeds.items()}
        graph.add_edge(("place", edge, offset), ("class", name), users=_PUBLIC, **legs)
    columns = ["point_id", "edge_id", "offset_m", "access_m"]
    for point, edge, offset, access in addresses[columns].itertuples(index=False, name=None):
        legs = {walker: access / speed / 60 for walker, speed in speeds.items()}
        graph.add_edge(("address", point), ("place", edge, offset), users=_PUBLIC, **legs)
    return graph


def groups(addresses: pd.DataFrame, edges: pd.DataFrame) -> NDArray[np.object_]:
    """Return whose ways each address may use besides public ones; `public` for none."""
    users = edges.set_index("edge_id")["users"]
    on = addresses["edge_id"].map(users)
    own = addresses["compound_id"].where(addresses["compound_id"].isin(set(users)), _PUBLIC)
    return on.where(on != _PUBLIC, own).to_numpy(object)


def minutes(
    graph: nx.MultiDiGraph, point_id: str, walker: str, users: Collection[str], limit: float
) -> dict[str, float]:
    """Return the minutes from an address to the nearest facility of each class that is within the limit."""

    def open_to(_: Any, __: Any, parallel: dict[int, dict[str, Any]]) -> float | None:
        return min((way[walker] for way in parallel.values() if way["users"] in users), default=None)

    reached = nx.single_source_dijkstra_path_length(graph, ("address", point_id), limit, open_to)
    return {node[1]: float(cost) for node, cost in reached.items() if node[0] == "class"}


def recomputed(
    edges: pd.DataFrame,
    facilities: pd.DataFrame,
    addresses: pd.DataFrame,
    rows: pd.DataFrame,
    speeds: Mapping[str, float],
    limit_minutes: float,
) -> NDArray[np.float64]:
    """Return the minutes of rows (point_id, class, walker) of `walk_times`; NaN where nothing is within the limit.

    `addresses` are the rows of `residents` that are walked from; they must be linked.
    """
    graph = network(edges, facilities[facilities["linked"]], addresses, speeds)
    group = dict(zip(addresses["point_id"], groups(addresses, edges), strict=True))
    result = np.full(len(rows), np.nan)
    places = pd.Series(np.arange(len(rows))).groupby([rows["point_id"].to_numpy(), rows["walker"].to_numpy()])
    for (point, walker), place in places:
        found = minutes(graph, point, walker, {_PUBLIC, group[point]}, limit_minutes)
        result[place] = rows["class"].iloc[place].map(found)
    return result


def _walked_back(edges: pd.DataFrame) -> pd.DataFrame:
    """Exchange the ends of every edge's minutes."""
    there = [name for name in edges if f"{name}_back" in edges]
    return edges.assign(
        **{name: edges[f"{name}_back"] for name in there}, **{f"{name}_back": edges[name] for name in there}
    )


def agreement(
    residents: pd.DataFrame,
    edges: pd.DataFrame,
    facilities: pd.DataFrame,
    walk_times: pd.DataFrame,
    speeds: Mapping[str, float],
    limit_minutes: float,
    from_facility: Collection[str] = (),
) -> dict[str, Any]:
    """Recompute random pairs of address and class of `walk_times`, with uncertain gates open and closed.

    Returns how many, and the largest difference. Walks to the classes `from_facility` are walked from there.

    A walk beyond the limit counts as the limit.

    Raises
    ------
    DisagreementError
        The engines differ by more than 1e-6 minutes.
    """
    rng = np.random.default_rng(_SEED)
    linked = residents[residents["linked"]]
    addresses = linked.iloc[np.sort(rng.permutation(len(linked))[:_ADDRESSES])]
    rows = walk_times[walk_times["point_id"].isin(addresses["point_id"])]
    rows = rows.iloc[np.sort(rng.permutation(len(rows))[:_PAIRS])]
    largest = 0.0
    for column, users in (("minutes", "users"), ("minutes_if_closed", "users_if_closed")):
        walked = edges.assign(users=edges[users])
        again = np.full(len(rows), np.nan)
        for coming in (False, True):
            chosen = rows["class"].isin(from_facility).to_numpy() == coming
            ways = _walked_back(walked) if coming else walked
            if chosen.any():
                again[chosen] = recomputed(ways, facilities, addresses, rows[chosen], speeds, limit_minutes)
        stated, again = (np.fmin(m, limit_minutes) for m in (rows[column].to_numpy(np.float64), again))
        difference = np.abs(stated - again)
        worst = int(difference.argmax()) if len(rows) else -1
        if len(rows) and difference[worst] > _TOLERANCE_MINUTES:
            row = rows.iloc[worst]
            raise DisagreementError(
                f"table walk_times, {column}, address {row['point_id']}, class {row['class']}, walker {row['walker']}",
                f"{stated[worst]:.9g} minutes, where a second engine finds {again[worst]:.9g}",
                f"the same to {_TOLERANCE_MINUTES:g} minutes",
                "report this with the district's streets: one of the two engines is wrong",
            )
        largest = max(largest, difference.max(initial=0.0))
    return {
        "pairs": len(rows),
        "addresses": len(addresses),
        "reached": int((rows["minutes"] < limit_minutes).sum()),
        "largest_difference_minutes": float(f"{largest:.1e}"),
    }
