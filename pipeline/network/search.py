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
Ints = NDArray[np.integer]
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
    """The state of a search: per junction the best minutes and facility; where to go on; what a group changed."""

    minutes: Floats
    facility: Ints
    front: Ints  # junctions lowered since the last spread
    changed_by: Ints  # per junction: the group that last changed it
    undo: Ints
    undo_minutes: Floats
    undo_facility: Ints
    sizes: Ints  # of the front and of the undo list


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
            arc_first=np.searchsorted(key, junctions).astype(np.int32),
            arc_restricted=np.searchsorted(key, junctions[:-1] + 1).astype(np.int32),
            arc_from=origin[order].astype(np.int32),
            arc_minutes=cost[order],
            arc_group=arc_group[order].astype(np.int32),
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
def _fresh(junctions: int, starts: int, undoable: int) -> Labels:
    """Empty labels; `undoable` is how many junctions a group may change: none in a search of public ways."""
    return Labels(
        np.full(junctions, np.inf),
        np.full(junctions, -1, np.int32),
        np.empty(starts, np.int32),
        np.zeros(undoable, np.int32),
        np.empty(undoable, np.int32),
        np.empty(undoable),
        np.empty(undoable, np.int32),
        np.zeros(2, np.int64),
    )


@njit(cache=True, nogil=True)
def _offer(labels: Labels, node: int, minutes: float, facility: int, group: int, limit: float) -> bool:
    """Lower a junction's label; remember the old one when a group does it for the first time."""
    old = labels.minutes[node]
    if minutes > limit or minutes > old or (minutes == old and facility >= labels.facility[node]):
        return False
    if group > 0 and labels.changed_by[node] != group:
        labels.changed_by[node] = group
        size = labels.sizes[1]
        labels.undo[size] = node
        labels.undo_minutes[size] = old
        labels.undo_facility[size] = labels.facility[node]
        labels.sizes[1] = size + 1
    labels.minutes[node] = minutes
    labels.facility[node] = facility
    return True


@njit(cache=True, nogil=True)
def _start(labels: Labels, node: int, minutes: float, facility: int, group: int, limit: float) -> None:
    """Offer a label from which the search is to go on."""
    if _offer(labels, node, minutes, facility, group, limit):
        labels.front[labels.sizes[0]] = node
        labels.sizes[0] += 1


@njit(inline="always")
def _push(keys: Floats, nodes: Ints, size: int, key: float, node: int) -> None:
    place = size
    while place > 0:
        above = (place - 1) // _ARITY
        if keys[above] <= key:
            break
        keys[place], nodes[place] = keys[above], nodes[above]
        place = above
    keys[place], nodes[place] = key, node


@njit(inline="always")
def _drop_top(keys: Floats, nodes: Ints, size: int) -> None:
    """Move the last of `size` + 1 entries to where the top was, and down to its place."""
    key, node, place = keys[size], nodes[size], 0
    while True:
        child = _ARITY * place + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + _ARITY, size)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[place], nodes[place] = keys[least], nodes[least]
        place = least
    keys[place], nodes[place] = key, node


@njit(cache=True, nogil=True)
def _spread(streets: Streets, labels: Labels, group: int, limit: float) -> None:
    """Settle junctions, nearest first, from the front on."""
    size = labels.sizes[0]
    keys, nodes = np.empty(2 * size + 64), np.empty(2 * size + 64, np.int32)
    for k in range(size):
        node = labels.front[k]
        _push(keys, nodes, k, labels.minutes[node], node)
    labels.sizes[0] = 0
    while True:
        size = _settle(streets, labels, keys, nodes, size, group, limit)
        if size == 0:
            return
        # a heap that grew inside the inner loop would slow every step of it
        keys = np.concatenate((keys, np.empty(len(keys))))
        nodes = np.concatenate((nodes, np.empty(len(nodes), np.int32)))


@njit(cache=True, nogil=True)
def _settle(
    streets: Streets, labels: Labels, keys: Floats, nodes: Ints, size: int, group: int, limit: float
) -> int:
    """Settle junctions until the heap is empty or has no room for the next one's neighbours; return its size."""
    arc_first, arc_restricted = streets.arc_first, streets.arc_restricted
    arc_from, arc_minutes, arc_group = streets.arc_from, streets.arc_minutes, streets.arc_group
    minutes, facility = labels.minutes, labels.facility
    while size > 0:
        here, node = keys[0], nodes[0]
        if size + arc_first[node + 1] - arc_first[node] > len(keys):
            break
        size -= 1
        _drop_top(keys, nodes, size)
        if here > minutes[node]:  # an entry from before its label was lowered
            continue
        who, public_end = facility[node], arc_restricted[node]
        for arc in range(arc_first[node], arc_first[node + 1] if group > 0 else public_end):
            if arc >= public_end and arc_group[arc] != group:
                continue
            there, now = arc_from[arc], here + arc_minutes[arc]
            if now <= minutes[there] and _offer(labels, there, now, who, group, limit):
                _push(keys, nodes, size, now, there)
                size += 1
    return size


@njit(cache=True, nogil=True)
def _part(minutes: float, part_m: float, length_m: float) -> float:
    """Return the minutes of a part of an edge; none where the part is nothing, even on an edge not taken."""
    return 0.0 if part_m <= 0.0 else minutes * (part_m / length_m)


@njit(cache=True, nogil=True)
def _read(
    streets: Streets,
    labels: Labels,
    facilities: Points,
    by_edge: Ints,
    edge_first: Ints,
    addresses: Points,
    rows: Ints,
    limit: float,
    result: Floats,
    which: Ints,
) -> None:
    """Write each address's minutes to the nearest facility, and which one: by either end, or along its own edge."""
    for row in rows:
        edge, offset = addresses.edge[row], addresses.offset_m[row]
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
        best += addresses.access_minutes[row]
        if best <= limit and best < np.inf:
            result[row], which[row] = best, facility


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
    which = np.full(len(addresses.edge), -1)
    labels = _fresh(junctions, 2 * (len(facilities.edge) + len(streets.u)), junctions)
    for group in range(len(address_first) - 1):
        rows = by_group[address_first[group] : address_first[group + 1]]
        if group > 0 and len(rows) == 0:
            continue
        for edge in streets.group_edges[streets.group_first[group] : streets.group_first[group + 1]]:
            u, v, length = streets.u[edge], streets.v[edge], streets.length_m[edge]
            minutes, back = streets.minutes[edge], streets.back[edge]
            for k in range(edge_first[edge], edge_first[edge + 1]):
                i = by_edge[k]
                offset, access = facilities.offset_m[i], facilities.access_minutes[i]
                _start(labels, u, access + _part(minutes, offset, length), i, group, limit)
                _start(labels, v, access + _part(back, length - offset, length), i, group, limit)
            if group > 0:
                _start(labels, u, labels.minutes[v] + minutes, labels.facility[v], group, limit)
                _start(labels, v, labels.minutes[u] + back, labels.facility[u], group, limit)
        _spread(streets, labels, group, limit)
        _read(streets, labels, facilities, by_edge, edge_first, addresses, rows, limit, result, which)
        for k in range(labels.sizes[1]):
            node = labels.undo[k]
            labels.minutes[node], labels.facility[node] = labels.undo_minutes[k], labels.undo_facility[k]
        labels.sizes[1] = 0
    return result, which


@njit(cache=True, nogil=True)
def _to_junctions(
    streets: Streets, count: int, junctions: Ints, minutes: Floats, limit: float
) -> tuple[Floats, Ints]:
    labels = _fresh(count, len(junctions), 0)
    for i in range(len(junctions)):
        _start(labels, junctions[i], minutes[i], i, 0, limit)
    _spread(streets, labels, 0, limit)
    return labels.minutes, labels.facility
