"""Find the unit of least reduced price round a meeting atom, by best-first branch and bound over connected sets."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt
from numba import njit

from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme, extra_committees, in_range

BoolRow = npt.NDArray[np.bool_]
Row = npt.NDArray[np.int8]
FREE, TAKEN, BARRED = 0, 1, 2


@njit(cache=True)
def price_connected(
    programme: Programme, prices: Floats, near: Ints, committee: Ints, m: int, nodes_max: int, share: Floats
) -> tuple[float, float]:
    """Bound min(0, f_m(S) − π(S)) over connected sets S in range with m from below, and return the least value met besides.

    The two are the same where `nodes_max` nodes suffice. `near` are the atoms that may share a unit with m, `committee` the
    one that each atom surely counts for (−1: none).
    `share` gets 1 for the atoms of the best S found, if one is negative. At each node, the one of least bound first, the
    next atom beside the set is taken or barred. What the rest can give is bounded by divisible atoms that are still
    joined to the set; a further committee's cost is spread over those of its atoms that pay.
    """
    n = len(near)
    gain = np.empty(n)
    for k in range(n):
        gain[k] = programme.burden[m, near[k]] - prices[near[k]]
    people = programme.residents[near]
    own = np.searchsorted(near, m)
    low, high = programme.residents_min - TOLERANCE, programme.residents_max + TOLERANCE
    felt = _spread_committees(
        gain, people, committee[near], committee[m], programme.cut_cost, high - people[own]
    )
    order = np.argsort(felt / np.maximum(people, TOLERANCE), kind="mergesort")
    place = np.full(len(programme.residents), -1)
    place[near] = np.arange(n)
    joined, queue = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
    tally = np.zeros(programme.committees)
    status = np.zeros((2 * nodes_max + 2, n), dtype=np.int8)
    beside = np.empty(len(status), dtype=np.int64)
    spent, size = np.zeros(len(status)), np.zeros(len(status))
    status[0, own] = TAKEN
    spent[0], size[0] = programme.unit_cost + gain[own], people[own]
    open_nodes = [(-np.inf, 0)]
    made, best = 1, 0.0
    beside[0] = _join(programme, near, place, status[0], people, high - size[0], order, joined, queue)
    for _ in range(nodes_max):
        if not open_nodes:
            return best, best
        floor, here = heappop(open_nodes)
        if floor >= best:
            return best, best
        inside = size[here]
        if in_range(programme, inside):
            taken = status[here] == TAKEN
            price = programme.unit_cost + gain[taken].sum()
            price += programme.cut_cost * extra_committees(programme, near[taken], inside, tally)
            if price < best:
                best = price
                share[:] = taken.astype(np.float64)
        k = beside[here]
        if k < 0:
            continue
        for choice in (TAKEN, BARRED):
            status[made] = status[here]
            status[made, k] = choice
            spent[made], size[made] = spent[here], inside
            if choice == TAKEN:
                spent[made] += felt[k]
                size[made] += people[k]
            room = high - size[made]
            beside[made] = _join(programme, near, place, status[made], people, room, order, joined, queue)
            bound = spent[made] + _rest(felt, people, joined, order, low - size[made], room)
            if bound < best:
                heappush(open_nodes, (bound, made))
                made += 1
    return (min(best, open_nodes[0][0]) if open_nodes else best), best


@njit(cache=True)
def _spread_committees(
    gain: Floats, people: Floats, committee: Ints, home: int, cut_cost: float, space: float
) -> Floats:
    """Add to the gain of atoms that pay their part of the cost of a further committee, never more than it in all."""
    felt = gain.copy()
    if home < 0:
        return felt
    for c in np.unique(committee):
        if c >= 0 and c != home:
            pays = (committee == c) & (gain < 0)
            together = min(people[pays].sum(), space)
            if together > 0:
                felt[pays] += cut_cost * people[pays] / together
    return felt


@njit(cache=True)
def _join(
    programme: Programme,
    near: Ints,
    place: Ints,
    status: Row,
    people: Floats,
    space: float,
    order: Ints,
    joined: BoolRow,
    queue: Ints,
) -> int:
    """Mark in `joined` the free atoms with a way to the set over free atoms; return the best one beside it, or −1."""
    joined[:] = False
    ends = 0
    for k in range(len(near)):
        if status[k] == TAKEN:
            queue[ends] = k
            ends += 1
    at = 0
    while at < ends:
        i = near[queue[at]]
        for e in range(programme.first[i], programme.first[i + 1]):
            k = place[programme.neighbours[e]]
            if k >= 0 and status[k] == FREE and not joined[k] and people[k] <= space:
                joined[k] = True
                queue[ends] = k
                ends += 1
        at += 1
    for k in order:
        if joined[k]:
            i = near[k]
            for e in range(programme.first[i], programme.first[i + 1]):
                j = place[programme.neighbours[e]]
                if j >= 0 and status[j] == TAKEN:
                    return k
    return -1


@njit(cache=True)
def _rest(felt: Floats, people: Floats, joined: BoolRow, order: Ints, missing: float, space: float) -> float:
    """Bound from below what joined atoms, being divisible, add: all that pay, and others up to the floor."""
    total = 0.0
    for k in order:
        if not joined[k]:
            continue
        if felt[k] >= 0 and missing <= 0:
            return total
        room = space if felt[k] < 0 else min(space, missing)
        if room <= 0:
            return total
        if people[k] <= room:
            total += felt[k]
        else:
            total += felt[k] * room / people[k]
        space -= min(people[k], room)
        missing -= min(people[k], room)
    return total if missing <= TOLERANCE else np.inf
