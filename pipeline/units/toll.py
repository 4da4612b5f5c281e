"""Leave out the atoms that no paying unit round a meeting atom can have: the way to them costs more than all others pay."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numba import njit

from pipeline.units.programme import TOLERANCE, Bools, Floats, Ints, Programme

ROUNDS = 3  # fewer atoms pay less, which leaves out more


@njit(cache=True)
def worth_joining(programme: Programme, prices: Floats, m: int) -> Ints:
    """List, ascending, the atoms that a connected set S with f_m(S) − π(S) < 0 may have; none where there is no such S.

    A set that holds an atom holds a path to it from m, and pays for every atom of positive gain on it. The others bring
    at most what divisible atoms would. Nor may the path have more people than a unit.
    """
    gain = programme.burden[m] - prices
    people = programme.residents
    pays = np.flatnonzero(gain < 0)
    pays = pays[pays != m]
    pays = pays[np.argsort(gain[pays] / np.maximum(people[pays], TOLERANCE), kind="mergesort")]
    toll = np.maximum(gain, 0.0)
    inside = np.ones(len(people), dtype=np.bool_)
    space = programme.residents_max + TOLERANCE - people[m]
    for _ in range(ROUNDS):
        total, room = gain[m] + programme.unit_cost, space
        for k in pays:
            if room <= 0:
                break
            if inside[k]:
                total += gain[k] * min(1.0, room / max(people[k], TOLERANCE))
                room -= people[k]
        if total >= 0:
            return np.empty(0, dtype=np.int64)
        reached = _reached(programme, m, toll, -total, inside)
        fewer = np.sum(reached) < np.sum(inside)
        inside = reached
        if not fewer:
            break
    return np.flatnonzero(_reached(programme, m, people, space, inside))


@njit(cache=True)
def _reached(programme: Programme, m: int, toll: Floats, limit: float, allowed: Bools) -> Bools:
    """Tell which atoms some path over allowed atoms joins with m, such that all tolls on it beyond m keep the limit."""
    paid = np.full(len(toll), np.inf)
    paid[m] = 0.0
    heap = [(0.0, m)]
    while heap:
        here, i = heappop(heap)
        if here > paid[i]:
            continue
        for e in range(programme.first[i], programme.first[i + 1]):
            k = programme.neighbours[e]
            there = here + toll[k]
            if allowed[k] and there < paid[k] and there <= limit:
                paid[k] = there
                heappush(heap, (there, k))
    return paid < np.inf
