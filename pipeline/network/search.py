"""Ask for the minutes from every address to the nearest facility, exact along edges, with one bounded search.

Points lie *on* edges, and edges on chains between junctions. A graph is built once a walker; points are placed on it once,
and each search of `kernel.py` then answers for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import TableError
from pipeline.network import kernel
from pipeline.network.chains import Chains, fold
from pipeline.network.kernel import Arcs, Spots, Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
PUBLIC = "public"
_BUCKETS_PER_ARC = 8  # of mean minutes: few labels are lowered again within a bucket


class Points(NamedTuple):
    """Points on edges: addresses, or entrances of facilities."""

    edge: Ints  # row of the edge
    offset_m: Floats  # from u
    access_minutes: Floats
    group: Ints  # whose ways an address may use besides public ones; for facilities, its edge's

    def take(self, rows: NDArray) -> Points:
        """Return the points of these rows."""
        return Points(self.edge[rows], self.offset_m[rows], self.access_minutes[rows], self.group[rows])


@dataclass(frozen=True)
class Graph:
    """Walkable streets for one walker: junctions, edges, and the group of each restricted edge."""

    node_ids: Ints  # junctions first, then inner nodes of chains
    edge_ids: Ints
    groups: Mapping[str, int]
    streets: Streets
    chains: Chains
    arcs: Arcs

    @classmethod
    def build(cls, edges: pd.DataFrame, walker: str) -> Graph:
        """Build the graph of a walker from the table `edges` (geometry is not used)."""
        edges = edges.sort_values("edge_id")
        node_ids, ends = np.unique(edges[["u", "v"]].to_numpy(np.int64), return_inverse=True)
        u, v = ends.reshape(-1, 2).T.copy()
        minutes = edges[f"minutes_{walker}"].to_numpy(np.float64)
        back = edges[f"minutes_{walker}_back"].to_numpy(np.float64)
        users, named = pd.factorize(edges["users"])
        groups = {name: i for i, name in enumerate([PUBLIC, *sorted(set(named) - {PUBLIC})])}
        group = np.array([groups[name] for name in named], np.int64)[users]
        chains = fold(u, v, minutes, back, group, len(node_ids))
        row = np.empty(len(node_ids), np.int64)
        row[chains.node] = np.arange(len(node_ids))
        length_m = edges["length_m"].to_numpy(np.float64)
        streets = Streets(row[u], row[v], length_m, minutes, back, group)
        ids = edges["edge_id"].to_numpy(np.int64)
        return cls(node_ids[chains.node], ids, groups, streets, chains, _arcs(chains, len(groups)))

    def points(self, linked: pd.DataFrame, speed_m_per_s: float) -> Points:
        """Place linked addresses or entrances on the graph.

        Parameters
        ----------
        linked
            edge_id, offset_m, access_m, compound_id of points that are linked, in any order.
        speed_m_per_s
            The walker's speed on the flat, for the access leg.

        Raises
        ------
        TableError
            A point lies on an edge that the graph does not have.
        """
        ids = linked["edge_id"].to_numpy(np.int64)
        edge = np.minimum(np.searchsorted(self.edge_ids, ids), max(len(self.edge_ids) - 1, 0))
        strange = np.ones(len(ids), bool) if not len(self.edge_ids) else self.edge_ids[edge] != ids
        if strange.any():
            raise TableError(
                "linked points", f"edge_id {ids[strange][0]} is not an edge", "ids of the table edges"
            )
        own = linked["compound_id"].map(self.groups).fillna(0).to_numpy(np.int64)
        on = self.streets.group[edge]
        offset = np.clip(linked["offset_m"].to_numpy(np.float64), 0.0, self.streets.length_m[edge])
        access = linked["access_m"].to_numpy(np.float64) / (60.0 * speed_m_per_s)
        return Points(edge, offset, access, np.where(on > 0, on, own))


def _arcs(chains: Chains, groups: int) -> Arcs:
    to, origin = np.concatenate([chains.b, chains.a]), np.concatenate([chains.a, chains.b])
    group, minutes = np.tile(chains.group, 2), np.concatenate([chains.minutes, chains.back])
    useful = np.flatnonzero(np.isfinite(minutes) & (to != origin))
    order = useful[np.lexsort((origin[useful], group[useful], to[useful]))]
    key = 2 * to[order] + (group[order] > 0)
    by_group = np.argsort(chains.group, kind="stable")
    return Arcs(
        np.searchsorted(key, np.arange(2 * chains.junctions + 1)).astype(np.uint32),
        origin[order].astype(np.uint32),
        minutes[order],
        group[order].astype(np.int32),
        by_group,
        np.searchsorted(chains.group[by_group], np.arange(groups + 1)),
        _BUCKETS_PER_ARC / max(float(minutes[order].mean()), 1e-9) if len(order) else 1.0,
    )


def _spots(graph: Graph, points: Points) -> Spots:
    """Place points on chains."""
    streets, chains, edge = graph.streets, graph.chains, points.edge
    length, forward = streets.length_m[edge], chains.edge_forward[edge]
    before = np.where(forward, points.offset_m, length - points.offset_m)  # metres from the end nearer to a
    there = np.where(forward, streets.minutes[edge], streets.back[edge])
    here = np.where(forward, streets.back[edge], streets.minutes[edge])
    metres = np.stack([before, before, length - before, length - before], axis=1)
    share = np.divide(metres, length[:, None], out=np.zeros_like(metres), where=metres > 0)
    minutes = np.stack([here, there, there, here], axis=1)
    part = np.multiply(
        minutes, share, out=np.zeros_like(metres), where=share > 0
    )  # nothing of an edge not taken is 0
    at = chains.edge_at[edge] + part
    return Spots(chains.edge_chain[edge], edge, points.offset_m, at, points.access_minutes)


def nearest(graph: Graph, facilities: Points, addresses: Points, limit: float) -> tuple[Floats, Ints]:
    """Return each address's walking minutes to the nearest facility, and which one.

    Minutes count the access legs at both ends. Where no facility is within `limit` minutes they are NaN and the
    facility is −1; of equally near facilities the one with the smallest row is named.
    """
    doors = _spots(graph, facilities)
    by_chain = np.argsort(doors.chain, kind="stable")
    by_group = np.argsort(addresses.group, kind="stable")
    return kernel.nearest(
        graph.streets,
        graph.chains,
        graph.arcs,
        doors,
        by_chain,
        np.searchsorted(doors.chain[by_chain], np.arange(len(graph.chains.a) + 1)),
        _spots(graph, addresses),
        by_group,
        np.searchsorted(addresses.group[by_group], np.arange(len(graph.groups) + 1)),
        limit,
    )


def to_nodes(graph: Graph, sets: Sequence[tuple[Ints, Floats]], limit: float, threads: int = 1) -> Floats:
    """Return the minutes from every node to the nearest source of each set over public edges (sets × nodes).

    Parameters
    ----------
    sets
        Rows of `graph.node_ids` where the sources are, and the minutes each begins with.
    limit
        Minutes beyond which a node is left at infinity.
    threads
        Sets that are searched at a time.
    """
    # one piece of memory for all: getting it from the system costs as much as a fifth of the search
    result = np.empty((len(sets), len(graph.node_ids)))

    def search(found: Floats, sources: tuple[Ints, Floats]) -> None:
        kernel.to_nodes(graph.chains, graph.arcs, *sources, limit, found)

    if threads == 1:
        list(map(search, result, sets))
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(search, result, sets))
    return result
