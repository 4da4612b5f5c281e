"""Find the minutes from every address to the nearest facility, exact along edges, with one bounded search.

Points lie *on* edges. A facility gives each end of its edge a start label (the part of the edge between them plus
its access leg); one Dijkstra search over the junctions, against the direction of walking, spreads the labels; an
address then takes the better of its edge's two ends, or the direct way where a facility lies on the same edge.

Ways with restricted users belong to a group (the residents of a compound). A group walks public edges and its own,
in any order: out of its gate, along a street and through its own yard again. Its labels differ from the public ones
only by being smaller, and only near by; so each group starts from the public labels, lowers what its edges and the
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

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PUBLIC = "public"
_ARITY = 4  # of the heap: fewer levels, and the children share a cache line


class Streets(NamedTuple):
    """The arrays of a graph, as the compiled search sees them."""

    u: Ints  # per edge: junction at the start
    v: Ints
    length_m: Floats
    minutes: Floats  # u→v; infinite where the walker does not take the edge
    back: Floats  # v→u
    group: Ints  # 0 for public edges
    group_edges: Ints  # edges in order of their group
    group_first: Ints  # per group: its first place in group_edges
    arc_first: Ints  # per junction: its first arc; public arcs come first
    arc_restricted: Ints  # per junction: its first arc that is not public
    arc_from: Ints  # per arc: the junction from which one walks to this one
    arc_minutes: Floats
    arc_group: Ints


class Labels(NamedTuple):
    """The state of a search: per junction the best minutes and facility, the heap, and what a group changed."""

    minutes: Floats
    facility: Ints
    heap: Ints
    place: Ints  # per junction: place in the heap, −1 outside
    changed_by: Ints  # per junction: the group that last changed it
    undo: Ints
    undo_minutes: Floats
    undo_facility: Ints
    sizes: Ints  # of the heap and of the undo list


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

    node_ids: Ints
    edge_ids: Ints
    groups: Mapping[str, int]
    streets: Streets

    @classmethod
    def build(cls, edges: pd.DataFrame, walker: str) -> Graph:
        """Build the graph of a walker from the table `edges` (geometry is not used)."""
        edges = edges.sort_values("edge_id")
        node_ids, ends = np.unique(edges[["u", "v"]].to_numpy(np.int64), return_inverse=True)
        u, v = ends.reshape(-1, 2).T.copy()
        minutes = edges[f"minutes_{walker}"].to_numpy(np.float64)
        back = edges[f"minutes_{walker}_back"].to_numpy(np.float64)
        users = edges["users"].to_numpy(object)
        groups = {name: i for i, name in enumerate([PUBLIC, *sorted(set(users) - {PUBLIC})])}
        group = np.fromiter((groups[name] for name in users), np.int64, len(users))

        to, origin = np.concatenate([v, u]), np.concatenate([u, v])
        arc_group, cost = np.concatenate([group, group]), np.concatenate([minutes, back])
        order = np.lexsort((origin, arc_group, to))
        order = order[np.isfinite(cost[order])]
        key = 2 * to[order] + (arc_group[order] > 0)
        by_group = np.argsort(group, kind="stable")
        junctions = 2 * np.arange(len(node_ids) + 1)
        streets = Streets(
            u=u,
            v=v,
            length_m=edges["length_m"].to_numpy(np.float64),
            minutes=minutes,
            back=back,
            group=group,
            group_edges=by_group,
            group_first=np.searchsorted(group[by_group], np.arange(len(groups) + 1)),
            arc_first=np.searchsorted(key, junctions),
            arc_restricted=np.searchsorted(key, junctions[:-1] + 1),
            arc_from=origin[order],
            arc_minutes=cost[order],
            arc_group=arc_group[order],
        )
        return cls(node_ids, edges["edge_id"].to_numpy(np.int64), groups, streets)

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


def nearest(graph: Graph, facilities: Points, addresses: Points, limit: float) -> tuple[Floats, Ints]:
    """Return each address's walking minutes to the nearest facility, and which one.

    Minutes count the access legs at both ends. Where no facility is within `limit` minutes they are NaN and the
    facility is −1; of equally near facilities the one with the smallest row is named.
    """
    by_edge = np.argsort(facilities.edge, kind="stable")
    by_group = np.argsort(addresses.group, kind="stable")
    edges, groups = np.arange(len(graph.edge_ids) + 1), np.arange(len(graph.groups) + 1)
    return _nearest(
        graph.streets,
        len(graph.node_ids),
        facilities,
        by_edge,
        np.searchsorted(facilities.edge[by_edge], edges),
        addresses,
        by_group,
        np.searchsorted(addresses.group[by_group], groups),
        limit,
    )


def to_junctions(graph: Graph, junctions: Ints, minutes: Floats, limit: float) -> tuple[Floats, Ints]:
    """Return the minutes from every junction to the nearest source junction over public edges, and which source.

    Parameters
    ----------
    junctions, minutes
        Rows of `graph.node_ids` where the sources are, and the minutes each begins with.
    limit
        Minutes beyond which a junction is left at infinity, its source at −1.
    """
    return _to_junctions(graph.streets, len(graph.node_ids), junctions, minutes, limit)


@njit(cache=True, nogil=True)
def _fresh(count: int) -> Labels:
    none = np.full(count, -1, np.int64)
    return Labels(
        np.full(count, np.inf),
        none.copy(),
        none.copy(),
        none.copy(),
        np.zeros(count, np.int64),
        none.copy(),
        np.empty(count, np.float64),
        none.copy(),
        np.zeros(2, np.int64),
    )


@njit(cache=True, nogil=True)
def _rise(labels: Labels, place: int) -> None:
    node = labels.heap[place]
    minutes = labels.minutes[node]
    while place > 0:
        above = (place - 1) // _ARITY
        other = labels.heap[above]
        if labels.minutes[other] <= minutes:
            break
        labels.heap[place] = other
        labels.place[other] = place
        place = above
    labels.heap[place] = node
    labels.place[node] = place


@njit(cache=True, nogil=True)
def _pop(labels: Labels) -> int:
    top = labels.heap[0]
    labels.place[top] = -1
    labels.sizes[0] -= 1
    size = labels.sizes[0]
    if size == 0:
        return top
    node = labels.heap[size]
    minutes = labels.minutes[node]
    place = 0
    while True:
        child = _ARITY * place + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + _ARITY, size)):
            if labels.minutes[labels.heap[other]] < labels.minutes[labels.heap[least]]:
                least = other
        below = labels.heap[least]
        if labels.minutes[below] >= minutes:
            break
        labels.heap[place] = below
        labels.place[below] = place
        place = least
    labels.heap[place] = node
    labels.place[node] = place
    return top


@njit(cache=True, nogil=True)
def _offer(labels: Labels, node: int, minutes: float, facility: int, group: int, limit: float) -> None:
    """Lower a junction's label; remember the old one when a group does it for the first time."""
    old = labels.minutes[node]
    if minutes > limit or minutes > old or (minutes == old and facility >= labels.facility[node]):
        return
    if group > 0 and labels.changed_by[node] != group:
        labels.changed_by[node] = group
        size = labels.sizes[1]
        labels.undo[size] = node
        labels.undo_minutes[size] = old
        labels.undo_facility[size] = labels.facility[node]
        labels.sizes[1] += 1
    labels.minutes[node] = minutes
    labels.facility[node] = facility
    if labels.place[node] < 0:
        labels.heap[labels.sizes[0]] = node
        labels.place[node] = labels.sizes[0]
        labels.sizes[0] += 1
    _rise(labels, labels.place[node])


@njit(cache=True, nogil=True)
def _spread(streets: Streets, labels: Labels, group: int, limit: float) -> None:
    """Settle junctions, nearest first, until the heap is empty."""
    while labels.sizes[0] > 0:
        node = _pop(labels)
        minutes, facility = labels.minutes[node], labels.facility[node]
        for arc in range(streets.arc_first[node], streets.arc_restricted[node]):
            _offer(labels, streets.arc_from[arc], minutes + streets.arc_minutes[arc], facility, group, limit)
        if group > 0:
            for arc in range(streets.arc_restricted[node], streets.arc_first[node + 1]):
                if streets.arc_group[arc] == group:
                    there = minutes + streets.arc_minutes[arc]
                    _offer(labels, streets.arc_from[arc], there, facility, group, limit)


@njit(cache=True, nogil=True)
def _part(minutes: float, part_m: float, length_m: float) -> float:
    """Return the minutes of a part of an edge; none where the part is nothing, even on an edge not taken."""
    return 0.0 if part_m <= 0.0 else minutes * (part_m / length_m)


@njit(cache=True, nogil=True)
def _start(streets: Streets, labels: Labels, facilities: Points, i: int, group: int, limit: float) -> None:
    """Label both ends of a facility's edge with the minutes from there to the facility."""
    edge, offset, access = facilities.edge[i], facilities.offset_m[i], facilities.access_minutes[i]
    length = streets.length_m[edge]
    _offer(labels, streets.u[edge], access + _part(streets.minutes[edge], offset, length), i, group, limit)
    _offer(
        labels, streets.v[edge], access + _part(streets.back[edge], length - offset, length), i, group, limit
    )


@njit(cache=True, nogil=True)
def _read(
    streets: Streets,
    labels: Labels,
    facilities: Points,
    by_edge: Ints,
    edge_first: Ints,
    edge: int,
    offset: float,
) -> tuple[float, int]:
    """Return the minutes from a place on an edge to the nearest facility, and which one."""
    length, minutes, back = streets.length_m[edge], streets.minutes[edge], streets.back[edge]
    u, v = streets.u[edge], streets.v[edge]
    best, facility = labels.minutes[u] + _part(back, offset, length), labels.facility[u]
    other = labels.minutes[v] + _part(minutes, length - offset, length)
    if other < best or (other == best and labels.facility[v] < facility):
        best, facility = other, labels.facility[v]
    for k in range(edge_first[edge], edge_first[edge + 1]):
        i = by_edge[k]
        ahead = facilities.offset_m[i] - offset
        way = _part(minutes, ahead, length) if ahead >= 0 else _part(back, -ahead, length)
        other = facilities.access_minutes[i] + way
        if other < best or (other == best and i < facility):
            best, facility = other, i
    return best, facility


@njit(cache=True, nogil=True)
def _nearest(
    streets: Streets,
    junctions: int,
    facilities: Points,
    by_edge: Ints,
    edge_first: Ints,
    addresses: Points,
    by_group: Ints,
    address_first: Ints,
    limit: float,
) -> tuple[Floats, Ints]:
    result = np.full(len(addresses.edge), np.nan)
    which = np.full(len(addresses.edge), -1, np.int64)
    labels = _fresh(junctions)
    for group in range(len(address_first) - 1):
        mine = by_group[address_first[group] : address_first[group + 1]]
        if group > 0 and len(mine) == 0:
            continue
        for edge in streets.group_edges[streets.group_first[group] : streets.group_first[group + 1]]:
            for k in range(edge_first[edge], edge_first[edge + 1]):
                _start(streets, labels, facilities, by_edge[k], group, limit)
            if group > 0:
                u, v = streets.u[edge], streets.v[edge]
                _offer(labels, u, labels.minutes[v] + streets.minutes[edge], labels.facility[v], group, limit)
                _offer(labels, v, labels.minutes[u] + streets.back[edge], labels.facility[u], group, limit)
        _spread(streets, labels, group, limit)
        for i in mine:
            minutes, facility = _read(
                streets, labels, facilities, by_edge, edge_first, addresses.edge[i], addresses.offset_m[i]
            )
            minutes += addresses.access_minutes[i]
            if minutes <= limit and minutes < np.inf:
                result[i], which[i] = minutes, facility
        for k in range(labels.sizes[1]):
            node = labels.undo[k]
            labels.minutes[node], labels.facility[node] = labels.undo_minutes[k], labels.undo_facility[k]
        labels.sizes[1] = 0
    return result, which


@njit(cache=True, nogil=True)
def _to_junctions(
    streets: Streets, count: int, junctions: Ints, minutes: Floats, limit: float
) -> tuple[Floats, Ints]:
    labels = _fresh(count)
    for i in range(len(junctions)):
        _offer(labels, junctions[i], minutes[i], i, 0, limit)
    _spread(streets, labels, 0, limit)
    return labels.minutes, labels.facility
