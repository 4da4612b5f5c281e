"""Search: spread labels from facilities over the junctions, read them at addresses.

A facility gives each end of its chain a start label (the part of the chain between them plus its access leg); one search
over the junctions, against the direction of walking, spreads the labels; an address then takes the better of its chain's
two ends, or the direct way where a facility lies on the same chain.

The search keeps junctions in buckets by their minutes and empties one bucket after the other; a label that is lowered
within the open bucket goes back into it, so the result is exact whatever the width of a bucket. Of many starts a few
neighbours are spread at a time; where later ones are nearer they lower the labels of the earlier ones.

Ways with restricted users belong to a group (the residents of a compound). A group walks public edges and its own,
in any order: out of its gate, along a street and through its own yard again. Its labels differ from the public ones
only by being smaller, and only near by; so each group starts from the public labels, lowers what its chains and the
facilities on them lower, is read, and is undone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipeline.network.chains import Chains

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
_BUCKETS = 4096  # at most: they stay in the first cache
_TOGETHER = 512  # starts; neighbours are spread before those farther away, so that what a search touches stays in a cache


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

    bounds: Ints  # per junction two: its first arc, and its first that is not public; public arcs come first
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
    changed_by: Ints  # per junction: the group that last changed it
    undo: Ints
    undo_minutes: Floats
    undo_facility: Ints
    undo_size: Ints


class Queue(NamedTuple):
    """Junctions to go on from, in buckets by their minutes; what was put in last is on top."""

    top: Ints  # per bucket: its top entry, or −1
    junction: Ints  # per entry; it is out of date where the junction's label is lower than its bucket
    below: Ints  # per entry: the next one in its bucket, or −1
    size: Ints


class Spots(NamedTuple):
    """Points as places on chains."""

    chain: Ints
    edge: Ints
    offset_m: Floats  # along the edge
    at: Floats  # (× 4) minutes to a, from a, to b, from b
    access: Floats


@njit(cache=True, nogil=True)
def _fresh(junctions: int, undoable: bool) -> Labels:
    """Empty labels; without room to undo, for a search of public ways alone."""
    room = junctions + 1 if undoable else 0
    return Labels(
        np.full(junctions + 1, np.inf),
        np.full(junctions + 1, -1, np.int32),
        np.zeros(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room),
        np.empty(room, np.int32),
        np.zeros(1, np.int64),
    )


@njit(cache=True, nogil=True)
def _queue(arcs: Arcs, starts: int, limit: float) -> Queue:
    """Make an empty queue with room for so many starts."""
    buckets = int(min(limit * arcs.per_minute + 1, _BUCKETS))
    room = starts + len(arcs.from_) + 64
    return Queue(
        np.full(buckets, -1, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.zeros(1, np.int64),
    )


@njit(inline="always")
def _bucket(minutes: float, per_minute: float, buckets: int) -> int:
    return int(min(minutes * per_minute, buckets - 1.0))


@njit(inline="always")
def _lower(
    minutes: Floats,
    facility: Ints,
    top: Ints,
    junction: Ints,
    below: Ints,
    size: int,
    node: int,
    now: float,
    who: int,
    bucket: int,
) -> None:
    """Write a junction's label, and put it into a bucket as entry `size`."""
    minutes[node] = now
    facility[node] = who
    junction[size] = node
    below[size] = top[bucket]
    top[bucket] = size


@njit(cache=True, nogil=True)
def _remember(labels: Labels, node: int, group: int) -> None:
    """Keep a junction's label that a group is about to lower for the first time."""
    if labels.changed_by[node] != group:
        labels.changed_by[node] = group
        size = labels.undo_size[0]
        labels.undo[size] = node
        labels.undo_minutes[size] = labels.minutes[node]
        labels.undo_facility[size] = labels.facility[node]
        labels.undo_size[0] = size + 1


@njit(cache=True, nogil=True)
def _offer(
    labels: Labels, queue: Queue, node: int, now: float, who: int, group: int, limit: float, per_minute: float
) -> None:
    """Lower a junction's label, to go on from there."""
    old = labels.minutes[node]
    if now <= limit and (now < old or (now == old and who < labels.facility[node])):
        if group > 0:
            _remember(labels, node, group)
        size, bucket = queue.size[0], _bucket(now, per_minute, len(queue.top))
        _lower(
            labels.minutes,
            labels.facility,
            queue.top,
            queue.junction,
            queue.below,
            size,
            node,
            now,
            who,
            bucket,
        )
        queue.size[0] = size + 1


@njit(cache=True, nogil=True)
def _spread(arcs: Arcs, labels: Labels, queue: Queue, group: int, limit: float) -> Queue:
    """Empty the queue, the nearest junctions first; return it, with more room if that was needed."""
    open_ = 0
    while open_ < len(queue.top):
        open_ = _settle(arcs, labels, queue, open_, group, limit)
        if open_ < len(queue.top):
            more = np.empty(len(queue.junction), np.int32)
            queue = Queue(
                queue.top,
                np.concatenate((queue.junction, more)),
                np.concatenate((queue.below, more)),
                queue.size,
            )
    queue.size[0] = 0
    return queue


@njit(cache=True, nogil=True)
def _settle(arcs: Arcs, labels: Labels, queue: Queue, open_: int, group: int, limit: float) -> int:
    """Empty one bucket after the other until the queue has no room for the next neighbours; return the open one."""
    # arrays by name: taking them out of a tuple costs more than what is done with them
    bounds, from_, cost, of_group = arcs.bounds, arcs.from_, arcs.minutes, arcs.group
    minutes, facility = labels.minutes, labels.facility
    top, junction, below, size = queue.top, queue.junction, queue.below, queue.size[0]
    speed, buckets = arcs.per_minute, len(top)
    while open_ < buckets:
        entry = top[open_]
        if entry < 0:
            open_ += 1
            continue
        node = np.uint32(junction[entry])
        here = minutes[node]
        first, public_end, end = bounds[2 * node], bounds[2 * node + 1], bounds[2 * node + 2]
        if size + (end - first) > len(junction):
            break
        top[open_] = below[entry]
        if _bucket(here, speed, buckets) < open_:  # it was lowered, and settled, after it was put in here
            continue
        who = facility[node]
        for arc in range(first, end if group > 0 else public_end):
            if arc >= public_end and of_group[arc] != group:
                continue
            there, now = from_[arc], here + cost[arc]
            old = minutes[there]
            if now <= old and now <= limit and (now < old or who < facility[there]):
                if group > 0:
                    _remember(labels, there, group)
                _lower(
                    minutes,
                    facility,
                    top,
                    junction,
                    below,
                    size,
                    there,
                    now,
                    who,
                    _bucket(now, speed, buckets),
                )
                size += 1
    queue.size[0] = size
    return open_


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
def nearest(
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
    """Return each home's minutes to the nearest door (NaN beyond the limit), and which (−1).

    `by_chain` are the doors in order of their chain, those of each from its place in `chain_first` on; `by_group` and
    `home_first` likewise the homes of each group.
    """
    result = np.full(len(homes.edge), np.nan)
    which = np.full(len(homes.edge), -1)
    labels, speed = _fresh(chains.junctions, True), arcs.per_minute
    queue = _queue(arcs, 2 * (len(doors.edge) + len(chains.a)), limit)
    for group in range(len(home_first) - 1):
        rows = by_group[home_first[group] : home_first[group + 1]]
        if group > 0 and len(rows) == 0:
            continue
        for chain in arcs.group_chains[arcs.group_first[group] : arcs.group_first[group + 1]]:
            a, b = chains.a[chain], chains.b[chain]
            if queue.size[0] >= _TOGETHER:
                queue = _spread(arcs, labels, queue, group, limit)
            for k in by_chain[chain_first[chain] : chain_first[chain + 1]]:
                _offer(labels, queue, a, doors.access[k] + doors.at[k, 1], k, group, limit, speed)
                _offer(labels, queue, b, doors.access[k] + doors.at[k, 3], k, group, limit, speed)
            if group > 0:
                ahead, behind = (
                    labels.minutes[b] + chains.minutes[chain],
                    labels.minutes[a] + chains.back[chain],
                )
                _offer(labels, queue, a, ahead, labels.facility[b], group, limit, speed)
                _offer(labels, queue, b, behind, labels.facility[a], group, limit, speed)
        queue = _spread(arcs, labels, queue, group, limit)
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
def to_nodes(chains: Chains, arcs: Arcs, nodes: Ints, minutes: Floats, limit: float, result: Floats) -> None:
    """Write the minutes from every node of the chains to the nearest source over public edges into `result`."""
    count = chains.junctions
    labels, queue, speed = _fresh(count, False), _queue(arcs, 2 * len(nodes), limit), arcs.per_minute
    near = np.empty(len(nodes), np.int64)  # the junction at the source, or at the start of its chain
    for i in range(len(nodes)):
        k = nodes[i] - count
        near[i] = nodes[i] if k < 0 else chains.a[chains.node_chain[k]]
    for i in np.argsort(near, kind="mergesort"):
        if queue.size[0] >= _TOGETHER:
            queue = _spread(arcs, labels, queue, 0, limit)
        node, k = nodes[i], nodes[i] - count
        if k < 0:
            _offer(labels, queue, node, minutes[i], i, 0, limit, speed)
        elif chains.group[chains.node_chain[k]] == 0:
            chain = chains.node_chain[k]
            _offer(labels, queue, chains.a[chain], minutes[i] + chains.from_a[k], i, 0, limit, speed)
            _offer(labels, queue, chains.b[chain], minutes[i] + chains.from_b[k], i, 0, limit, speed)
    _spread(arcs, labels, queue, 0, limit)
    reached, a, b, closed = labels.minutes, chains.a, chains.b, chains.group
    result[:count] = reached[:count]
    at_a, at_b = np.empty(len(a)), np.empty(len(a))
    for chain in range(len(a)):
        public = closed[chain] == 0
        at_a[chain] = reached[a[chain]] if public else np.inf
        at_b[chain] = reached[b[chain]] if public else np.inf
    on, to_a, to_b = chains.node_chain, chains.to_a, chains.to_b
    for k in range(len(on)):
        one, other = at_a[on[k]] + to_a[k], at_b[on[k]] + to_b[k]
        best = one if one < other else other
        result[count + k] = best if best <= limit else np.inf
    for i in range(len(nodes)):  # along the chain that a source lies on
        source = nodes[i] - count
        if source >= 0 and chains.group[on[source]] == 0:
            for k in range(chains.first[on[source]], chains.first[on[source] + 1]):
                behind = k <= source
                way = chains.from_a[source] - chains.from_a[k] if behind else to_a[k] - to_a[source]
                if minutes[i] + way <= min(limit, result[count + k]):
                    result[count + k] = minutes[i] + way
