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
_GATES = {"minutes": "users", "minutes_if_closed": "users_if_closed"}  # columns of walk_times and of edges


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
    columns = ["edge_id", "u", "v", "length_m", *_GATES.values()]
    back = [f"{walker}_back" for walker in speeds]
    ways = [f"minutes_{way}" for way in (*speeds, *back)]
    for edge, u, v, length, *rest in edges[columns + ways].itertuples(index=False, name=None):
        users, minutes = dict(zip(_GATES.values(), rest, strict=False)), rest[len(_GATES) :]
        inner = [(("place", edge, offset), offset) for offset in sorted(places.get(edge, ()))]
        for (a, start), (b, end) in pairwise([(("node", u), 0.0), *inner, (("node", v), length)]):
            share = (end - start) / length if length > 0 else 0.0
            # a part of no length costs nothing, even on an edge that the walker does not take
            cost = [m * share if share > 0 else 0.0 for m in minutes]
            graph.add_edge(a, b, **users, **dict(zip((*speeds, *back), cost, strict=True)))
            graph.add_edge(b, a, **users, **dict(zip((*back, *speeds), cost, strict=True)))
    open_to_all = dict.fromkeys(_GATES.values(), _PUBLIC)

    def access(metres: float) -> dict[str, Any]:
        return open_to_all | {
            way: metres / speed / 60 for walker, speed in speeds.items() for way in (walker, f"{walker}_back")
        }

    columns = ["class", "edge_id", "offset_m", "access_m"]
    for name, edge, offset, metres in facilities[columns].itertuples(index=False, name=None):
        graph.add_edge(("place", edge, offset), ("class", name), **access(metres))
    columns = ["point_id", "edge_id", "offset_m", "access_m"]
    for point, edge, offset, metres in addresses[columns].itertuples(index=False, name=None):
        graph.add_edge(("address", point), ("place", edge, offset), **access(metres))
    return graph


def groups(addresses: pd.DataFrame, edges: pd.DataFrame, gates: str = "users") -> NDArray[np.object_]:
    """Return whose ways each address may use besides public ones; `public` for none."""
    users = edges.set_index("edge_id")[gates]
    on = addresses["edge_id"].map(users)
    own = addresses["compound_id"].where(addresses["compound_id"].isin(set(users)), _PUBLIC)
    return on.where(on != _PUBLIC, own).to_numpy(object)


def minutes(
    graph: nx.MultiDiGraph,
    point_id: str,
    walker: str,
    users: Collection[str],
    limit: float,
    gates: str = "users",
    *,
    coming: bool = False,
) -> dict[str, float]:
    """Return the minutes from an address to the nearest facility of each class that is within the limit.

    `coming` from there instead.
    """
    way = f"{walker}_back" if coming else walker

    def open_to(_: Any, __: Any, parallel: dict[int, dict[str, Any]]) -> float | None:
        least = None
        for edge in parallel.values():
            if edge[gates] in users and (least is None or edge[way] < least):
                least = edge[way]
        return least

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
    return _walked(graph, group, rows, limit_minutes, "users", coming=False)


def _walked(
    graph: nx.MultiDiGraph,
    group: Mapping[str, str],
    rows: pd.DataFrame,
    limit: float,
    gates: str,
    *,
    coming: bool,
) -> NDArray[np.float64]:
    result = np.full(len(rows), np.nan)
    places = pd.Series(np.arange(len(rows))).groupby([rows["point_id"].to_numpy(), rows["walker"].to_numpy()])
    for (point, walker), place in places:
        found = minutes(graph, point, walker, {_PUBLIC, group[point]}, limit, gates, coming=coming)
        result[place] = rows["class"].iloc[place].map(found)
    return result


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
    graph = network(edges, facilities[facilities["linked"]], addresses, speeds)
    largest = 0.0
    for column, gates in _GATES.items():
        group = dict(zip(addresses["point_id"], groups(addresses, edges, gates), strict=True))
        again = np.full(len(rows), np.nan)
        for coming in (False, True):
            chosen = rows["class"].isin(from_facility).to_numpy() == coming
            again[chosen] = _walked(graph, group, rows[chosen], limit_minutes, gates, coming=coming)
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
