"""Find the unit of least reduced price round a meeting atom, by branch and bound over connected sets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme, extra_committees, in_range

BoolRow = npt.NDArray[np.bool_]
FREE, TAKEN, BARRED = 0, 1, 2


@njit(cache=True)
def price_connected(
    programme: Programme, prices: Floats, near: Ints, committee: Ints, m: int, nodes_max: int, share: Floats
) -> float:
    """Return a lower bound of min(0, f_m(S) − π(S)) over connected sets S in range with m, exact where `nodes_max` nodes do.

    `near` are the atoms that may share a unit with m, `committee` the one that each atom surely counts for (−1: none).
    `share` gets 1 for the atoms of the best S found, if one is negative. At each node the next atom beside the set is
    taken or barred. What the rest can give is bounded by divisible atoms that are still joined to the set; a further
    committee's cost is spread over those of its atoms that pay.
    """
    n = len(near)
    people, gain = programme.residents[near], programme.burden[m, near] - prices[near]
    own = np.searchsorted(near, m)
    low, high = programme.residents_min - TOLERANCE, programme.residents_max + TOLERANCE
    felt = _spread_committees(
        gain, people, committee[near], committee[m], programme.cut_cost, high - people[own]
    )
    rate = felt / np.maximum(people, TOLERANCE)
    order = np.argsort(rate, kind="mergesort")
    place = np.full(len(programme.residents), -1)
    place[near] = np.arange(n)
    status = np.zeros((n + 2, n), dtype=np.int8)
    floor, spent, size = np.full(n + 2, -np.inf), np.zeros(n + 2), np.zeros(n + 2)
    joined, queue = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
    tally = np.zeros(programme.committees)
    status[0, own] = TAKEN
    spent[0], size[0] = programme.unit_cost + gain[own], people[own]
    height, nodes, best = 1, 0, 0.0
    while height:
        height -= 1
        if floor[height] >= best:
            continue
        nodes += 1
        if nodes > nodes_max:
            return min(best, floor[: height + 1].min())
        here, cost, inside = status[height], spent[height], size[height]
        beside = _join(programme, near, place, here, people, high - inside, order, joined, queue)
        bound = cost + _rest(felt, people, joined, order, low - inside, high - inside)
        if bound >= best:
            continue
        if in_range(programme, inside):
            atoms = near[here == TAKEN]
            price = programme.unit_cost + gain[here == TAKEN].sum()
            price += programme.cut_cost * extra_committees(programme, atoms, inside, tally)
            if price < best:
                best = price
                share[:] = (here == TAKEN).astype(np.float64)
        if beside < 0:
            continue
        floor[height] = floor[height + 1] = bound
        status[height + 1] = here
        status[height, beside] = BARRED
        status[height + 1, beside] = TAKEN
        spent[height + 1], size[height + 1] = cost + felt[beside], inside + people[beside]
        height += 2
    return best


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
    status: Ints,
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
