"""Find the minutes from every address to the nearest facility, exact along edges, with one bounded search.

Points lie *on* edges, and edges on chains between junctions. A facility gives each end of its chain a start label (the
part of the chain between them plus its access leg); one search over the junctions, against the direction of walking,
spreads the labels; an address then takes the better of its chain's two ends, or the direct way where a facility lies on
the same chain.

The search keeps junctions in buckets by their minutes and empties one bucket after the other; a label that is lowered
within the open bucket goes back into it, so the result is exact whatever the width of a bucket.

Ways with restricted users belong to a group (the residents of a compound). A group walks public edges and its own,
in any order: out of its gate, along a street and through its own yard again. Its labels differ from the public ones
only by being smaller, and only near by; so each group starts from the public labels, lowers what its chains and the
facilities on them lower, is read, and is undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from pipeline.errors import TableError
from pipeline.network.chains import Chains, fold

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
PUBLIC = "public"
_BUCKETS = 4096  # at most: they stay in the first cache
_BUCKETS_PER_ARC = 8  # of mean minutes: few labels are lowered again within a bucket


class Streets(NamedTuple):
    """The edges of a graph."""

    u: Ints  # row of the node at the start
    v: Ints
    length_m: Floats
    minutes: Floats  # u→v; infinite where the walker does not take the edge
    back: Floats  # v→u
    group: Ints  # 0 for public edges


class Arcs(NamedTuple):
    """Ways from junction to junction, sorted by where they lead, and the chains by group."""

    first: Ints  # per junction: its first arc; public arcs come first
    restricted: Ints  # per junction: its first arc that is not public
    from_: Ints  # per arc: the junction from which one walks to this one
    minutes: Floats
    group: Ints
    group_chains: Ints  # chains in order of their group
    group_first: Ints  # per group: its first place in group_chains
    per_minute: float  # buckets


class Labels(NamedTuple):
    """The state of a search."""

    minutes: Floats  # per junction, and one more for the ends of blind alleys, which stays infinite
    facility: Ints
    top: Ints  # per bucket: the junction that was put in last, or −1
    bucket: Ints  # per junction: its bucket, or −1
    under: Ints  # per junction: the one below and the one above in its bucket, or −1
    over: Ints
    changed_by: Ints  # per junction: the group that last changed it
    undo: Ints
    undo_minutes: Floats
    undo_facility: Ints
    undo_size: Ints


class Spots(NamedTuple):
    """Points as places on chains."""

    chain: Ints
    edge: Ints
    offset_m: Floats  # along the edge
    at: Floats  # (× 4) minutes to a, from a, to b, from b
    access: Floats


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
    junctions = 2 * np.arange(chains.count + 1)
    by_group = np.argsort(chains.group, kind="stable")
    return Arcs(
        np.searchsorted(key, junctions).astype(np.int32),
        np.searchsorted(key, junctions[:-1] + 1).astype(np.int32),
        origin[order].astype(np.int32),
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
    return _nearest(
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


def to_nodes(graph: Graph, nodes: Ints, minutes: Floats, limit: float) -> Floats:
    """Return the minutes from every node to the nearest source node over public edges.

    Parameters
    ----------
    nodes, minutes
        Rows of `graph.node_ids` where the sources are, and the minutes each begins with.
    limit
        Minutes beyond which a node is left at infinity.
    """
    return _to_nodes(graph.chains, graph.arcs, nodes, minutes, limit)


@njit(cache=True, nogil=True)
def _fresh(arcs: Arcs, undoable: bool, limit: float) -> Labels:
    """Empty labels; without room to undo, in a search of public ways alone."""
    junctions = len(arcs.restricted) + 1
    buckets = int(min(limit * arcs.per_minute + 2, _BUCKETS))
    room = junctions if undoable else 0
    return Labels(
        np.full(junctions, np.inf),
        np.full(junctions, -1, np.int32),
        np.full(buckets, -1, np.int32),
        np.full(junctions, -1, np.int32),
        np.empty(junctions, np.int32),
        np.empty(junctions, np.int32),
        np.zeros(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room),
        np.empty(room, np.int32),
        np.zeros(1, np.int64),
    )


@njit(inline="always")
def _put(labels: Labels, node: int, bucket: int) -> None:
    """Put a junction into a bucket, from wherever it is."""
    bucket = min(bucket, len(labels.top) - 1)
    old = labels.bucket[node]
    if old == bucket:
        return
    if old >= 0:
        under, over = labels.under[node], labels.over[node]
        if over >= 0:
            labels.under[over] = under
        else:
            labels.top[old] = under
        if under >= 0:
            labels.over[under] = over
    under = labels.top[bucket]
    labels.bucket[node], labels.under[node], labels.over[node] = bucket, under, -1
    labels.top[bucket] = node
    if under >= 0:
        labels.over[under] = node


@njit(cache=True, nogil=True)
def _offer(
    labels: Labels, node: int, minutes: float, facility: int, group: int, limit: float, per_minute: float
) -> None:
    """Lower a junction's label, to go on from there; remember the old one when a group does it for the first time."""
    old = labels.minutes[node]
    if minutes > limit or minutes > old or (minutes == old and facility >= labels.facility[node]):
        return
    if group > 0 and labels.changed_by[node] != group:
        labels.changed_by[node] = group
        size = labels.undo_size[0]
        labels.undo[size] = node
        labels.undo_minutes[size] = old
        labels.undo_facility[size] = labels.facility[node]
        labels.undo_size[0] = size + 1
    labels.minutes[node] = minutes
    labels.facility[node] = facility
    _put(labels, node, int(min(minutes * per_minute, _BUCKETS)))


@njit(cache=True, nogil=True)
def _spread(arcs: Arcs, labels: Labels, group: int, limit: float) -> None:
    """Empty the buckets, the nearest first."""
    first, restricted, from_, cost, of_group = (
        arcs.first,
        arcs.restricted,
        arcs.from_,
        arcs.minutes,
        arcs.group,
    )
    minutes, facility, top, bucket, under = (
        labels.minutes,
        labels.facility,
        labels.top,
        labels.bucket,
        labels.under,
    )
    for open_ in range(len(top)):
        node = top[open_]
        while node >= 0:
            below = under[node]
            top[open_] = below
            if below >= 0:
                labels.over[below] = -1
            bucket[node] = -1
            here, who, public_end = minutes[node], facility[node], restricted[node]
            for arc in range(first[node], first[node + 1] if group > 0 else public_end):
                if arc >= public_end and of_group[arc] != group:
                    continue
                there, now = from_[arc], here + cost[arc]
                if now <= minutes[there]:
                    _offer(labels, there, now, who, group, limit, arcs.per_minute)
            node = top[open_]


@njit(cache=True, nogil=True)
def _between(streets: Streets, here: Spots, i: int, there: Spots, k: int) -> float:
    """Return the minutes along their common chain from one spot to another."""
    edge = here.edge[i]
    if edge == there.edge[k]:
        ahead, length = there.offset_m[k] - here.offset_m[i], streets.length_m[edge]
        if ahead == 0.0:
            return 0.0
        return (
            streets.minutes[edge] * (ahead / length) if ahead > 0 else streets.back[edge] * (-ahead / length)
        )
    ahead = there.at[k, 1] - here.at[i, 1]
    return ahead if ahead >= 0 else here.at[i, 0] - there.at[k, 0]


@njit(cache=True, nogil=True)
def _nearest(
    streets: Streets,
    chains: Chains,
    arcs: Arcs,
    doors: Spots,
    by_chain: Ints,
    chain_first: Ints,
    homes: Spots,
    by_group: Ints,
    home_first: Ints,
    limit: float,
) -> tuple[Floats, Ints]:
    result = np.full(len(homes.edge), np.nan)
    which = np.full(len(homes.edge), -1)
    labels, speed = _fresh(arcs, True, limit), arcs.per_minute
    for group in range(len(home_first) - 1):
        rows = by_group[home_first[group] : home_first[group + 1]]
        if group > 0 and len(rows) == 0:
            continue
        for chain in arcs.group_chains[arcs.group_first[group] : arcs.group_first[group + 1]]:
            a, b = chains.a[chain], chains.b[chain]
            for k in by_chain[chain_first[chain] : chain_first[chain + 1]]:
                _offer(labels, a, doors.access[k] + doors.at[k, 1], k, group, limit, speed)
                _offer(labels, b, doors.access[k] + doors.at[k, 3], k, group, limit, speed)
            if group > 0:
                ahead, behind = (
                    labels.minutes[b] + chains.minutes[chain],
                    labels.minutes[a] + chains.back[chain],
                )
                _offer(labels, a, ahead, labels.facility[b], group, limit, speed)
                _offer(labels, b, behind, labels.facility[a], group, limit, speed)
        _spread(arcs, labels, group, limit)
        for i in rows:
            chain = homes.chain[i]
            a, b = chains.a[chain], chains.b[chain]
            best, facility = labels.minutes[a] + homes.at[i, 0], labels.facility[a]
            other = labels.minutes[b] + homes.at[i, 2]
            if other < best or (other == best and labels.facility[b] < facility):
                best, facility = other, labels.facility[b]
            for k in by_chain[chain_first[chain] : chain_first[chain + 1]]:
                other = doors.access[k] + _between(streets, homes, i, doors, k)
                if other < best or (other == best and k < facility):
                    best, facility = other, k
            best += homes.access[i]
            if best <= limit and best < np.inf:
                result[i], which[i] = best, facility
        for k in range(labels.undo_size[0]):
            node = labels.undo[k]
            labels.minutes[node], labels.facility[node] = labels.undo_minutes[k], labels.undo_facility[k]
        labels.undo_size[0] = 0
    return result, which


@njit(cache=True, nogil=True)
def _to_nodes(chains: Chains, arcs: Arcs, nodes: Ints, minutes: Floats, limit: float) -> Floats:
    count, at, inner = chains.count, chains.node_at, chains.first
    result = np.empty(len(chains.node))
    labels, speed = _fresh(arcs, False, limit), arcs.per_minute
    on = np.searchsorted(inner, nodes - count, side="right") - 1
    for i in range(len(nodes)):
        node, chain = nodes[i], on[i]
        if node < count:
            _offer(labels, node, minutes[i], i, 0, limit, speed)
        elif chains.group[chain] == 0:
            _offer(labels, chains.a[chain], minutes[i] + at[node - count, 1], i, 0, limit, speed)
            _offer(labels, chains.b[chain], minutes[i] + at[node - count, 3], i, 0, limit, speed)
    _spread(arcs, labels, 0, limit)
    result[:count] = labels.minutes[:count]
    for chain in range(len(chains.a)):
        a, b = labels.minutes[chains.a[chain]], labels.minutes[chains.b[chain]]
        if min(a, b) == np.inf or chains.group[chain] > 0:
            result[count + inner[chain] : count + inner[chain + 1]] = np.inf
            continue
        for k in range(inner[chain], inner[chain + 1]):
            best = min(a + at[k, 0], b + at[k, 2])
            result[count + k] = best if best <= limit else np.inf
    for i in range(len(nodes)):  # along the chain that a source lies on
        node, chain = nodes[i] - count, on[i]
        if node >= 0 and chains.group[chain] == 0:
            for k in range(inner[chain], inner[chain + 1]):
                way = at[node, 1] - at[k, 1] if k <= node else at[k, 0] - at[node, 0]
                if minutes[i] + way <= min(limit, result[count + k]):
                    result[count + k] = minutes[i] + way
    return result
