"""Fold the streets between two junctions into one chain, at no loss of length or place.

Two nodes in three of a street map are mere bends, and many others lie in blind alleys: a search that settles them one
by one spends most of its time where there is no choice. A chain is a run of edges whose inner nodes join just two edges
(or end an alley), open to the same walkers and both ways; inner nodes are read from its ends after the search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]


class Chains(NamedTuple):
    """Chains between junctions; where every edge and every inner node lies on them.

    Nodes are numbered anew: first the junctions, neighbours near each other in memory, then the inner nodes, chain by
    chain. A blind alley ends at number `junctions`, where no junction is and no walk arrives.
    """

    junctions: int  # how many
    node: Ints  # per new number: row of the node in the input
    a: Ints  # per chain: the junction at its start
    b: Ints
    minutes: Floats  # a→b
    back: Floats  # b→a
    group: Ints
    first: Ints  # per chain: its first inner node, less `junctions`
    node_chain: Ints  # per inner node, and its minutes to a and so on
    to_a: Floats
    from_a: Floats
    to_b: Floats
    from_b: Floats
    edge_chain: Ints  # per edge
    edge_forward: NDArray[np.bool_]  # u is the end nearer to a
    edge_at: (
        Floats  # per edge (× 4): from its end nearer to a: to a, from a; from the other end: to b, from b
    )


def fold(u: Ints, v: Ints, minutes: Floats, back: Floats, group: Ints, nodes: int) -> Chains:
    """Fold edges into chains.

    Parameters
    ----------
    u, v
        Rows of the nodes at the ends of each edge.
    minutes, back
        u→v and v→u; infinite where one does not walk.
    group
        Who may walk the edge.
    nodes
        Number of nodes.
    """
    edge, forward, first, inner = _runs(u, v, np.isfinite(minutes + back), group, nodes)
    start, stop = np.where(forward, u[edge], v[edge]), np.where(forward, v[edge], u[edge])
    junctions = np.flatnonzero(~inner)
    number = np.full(nodes, len(junctions))
    number[junctions] = np.arange(len(junctions))
    a, b = number[start[first[:-1]]], number[stop[first[1:] - 1]]

    through = b < len(junctions)
    shape = (len(junctions), len(junctions))
    links = coo_array((np.ones(through.sum(), np.int8), (a[through], b[through])), shape=shape)
    near = reverse_cuthill_mckee((links + links.T).tocsr(), symmetric_mode=True) if len(a) else junctions
    place = np.full(len(junctions) + 1, len(junctions))
    place[near] = np.arange(len(junctions))
    a, b = place[a], place[b]
    order = np.lexsort((b, np.minimum(a, b)))
    size = np.diff(first)[order]
    step = np.arange(len(edge)) + np.repeat(first[:-1][order] - np.cumsum(size) + size, size)
    edge, forward, stop = edge[step], forward[step], stop[step]
    a, b, first = a[order], b[order], np.concatenate([[0], np.cumsum(size)])

    there, here = np.where(forward, minutes[edge], back[edge]), np.where(forward, back[edge], minutes[edge])
    at = _measured(first, there, here)
    blind = np.repeat(b == len(junctions), size)
    last = np.zeros(len(edge), bool)
    last[first[1:] - 1] = True
    total = at[last, :2] + np.stack([here, there], axis=1)[last]
    at[blind, 2:] = np.inf
    ending = ~last | blind  # edges at whose far end there is an inner node
    node_at = np.concatenate([at[:, :2] + np.stack([here, there], axis=1), at[:, 2:]], axis=1)[ending]
    edge_at, edge_chain = np.empty((len(edge), 4)), np.empty(len(edge), np.int64)
    edge_forward = np.empty(len(edge), bool)
    edge_at[edge], edge_forward[edge] = at, forward
    edge_chain[edge] = np.repeat(np.arange(len(a)), size)
    inside = np.concatenate([[0], np.cumsum(ending)])[first]
    closed = b == len(junctions)
    return Chains(
        len(junctions),
        np.concatenate([junctions[near], stop[ending]]),
        a.astype(np.uint32),
        b.astype(np.uint32),
        np.where(closed, np.inf, total[:, 1]),
        np.where(closed, np.inf, total[:, 0]),
        group[edge[first[:-1]]],
        inside,
        np.repeat(np.arange(len(a), dtype=np.uint32), np.diff(inside)),
        node_at[:, 0].copy(),
        node_at[:, 1].copy(),
        node_at[:, 2].copy(),
        node_at[:, 3].copy(),
        edge_chain,
        edge_forward,
        edge_at,
    )


@njit(cache=True)
def _runs(
    u: Ints, v: Ints, walkable: NDArray[np.bool_], group: Ints, nodes: int
) -> tuple[Ints, NDArray[np.bool_], Ints, NDArray[np.bool_]]:
    """Return edges chain by chain, whether each runs as its chain, the first place of each chain, and inner nodes."""
    count = len(u)
    uses = np.zeros(nodes, np.int64)
    sides = np.full((nodes, 2), -1)  # two of the edges at each node
    inner = np.ones(nodes, np.bool_)
    for e in range(count):
        for node in (u[e], v[e]):
            if uses[node] < 2:
                sides[node, uses[node]] = e
            uses[node] += 1
            inner[node] &= uses[node] <= 2 and walkable[e] and group[e] == group[sides[node, 0]]
        if u[e] == v[e]:
            inner[u[e]] = False
    edge, forward, seen = np.empty(count, np.int64), np.empty(count, np.bool_), np.zeros(count, np.bool_)
    first, chains, size = np.empty(count + 1, np.int64), 0, 0
    for alone in (False, True):  # what has no junction at all, a ring or a lone street, gets one
        for e in range(count):
            if seen[e]:
                continue
            if inner[u[e]] and inner[v[e]]:
                if not alone:
                    continue
                inner[u[e]] = False
            first[chains] = size
            chains += 1
            node, now = (v[e] if inner[u[e]] else u[e]), e
            while True:
                seen[now] = True
                edge[size], forward[size] = now, u[now] == node
                size += 1
                node = v[now] if u[now] == node else u[now]
                if not inner[node] or uses[node] == 1:
                    break
                now = sides[node, 1] if sides[node, 0] == now else sides[node, 0]
    first[chains] = size
    return edge, forward, first[: chains + 1].copy(), inner


@njit(cache=True)
def _measured(first: Ints, there: Floats, here: Floats) -> Floats:
    """Return for each edge (× 4) the minutes from its start to a and back, and from its stop to b and back."""
    at = np.zeros((len(there), 4))
    for chain in range(len(first) - 1):
        for k in range(first[chain] + 1, first[chain + 1]):
            at[k, 0] = at[k - 1, 0] + here[k - 1]
            at[k, 1] = at[k - 1, 1] + there[k - 1]
        for k in range(first[chain + 1] - 2, first[chain] - 1, -1):
            at[k, 2] = at[k + 1, 2] + there[k + 1]
            at[k, 3] = at[k + 1, 3] + here[k + 1]
    return at
