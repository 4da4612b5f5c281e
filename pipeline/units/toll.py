"""Leave out the atoms that no paying unit round a meeting atom can have: the way to them costs more than all others pay."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt
from numba import njit

from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme

ROUNDS = 3  # fewer atoms pay less, which leaves out more


@njit(cache=True)
def worth_joining(programme: Programme, prices: Floats, near: Ints, m: int) -> npt.NDArray[np.bool_]:
    """Tell which atoms of `near` may belong to a connected set S with f_m(S) − π(S) < 0; none where there is no such S.

    A set that holds an atom holds a path to it from m, and pays for every atom of positive gain on it. The others bring
    at most what divisible atoms would.
    """
    keep = np.ones(len(near), dtype=np.bool_)
    gain = np.empty(len(near))
    for k in range(len(near)):
        gain[k] = programme.burden[m, near[k]] - prices[near[k]]
    people = programme.residents[near]
    own = np.searchsorted(near, m)
    order = np.argsort(gain / np.maximum(people, TOLERANCE), kind="mergesort")
    place = np.full(len(programme.residents), -1)
    place[near] = np.arange(len(near))
    base = gain[own] + programme.unit_cost
    for _ in range(ROUNDS):
        total, space = base, programme.residents_max + TOLERANCE - people[own]
        for k in order:
            if gain[k] >= 0 or space <= 0:
                break
            if keep[k] and k != own:
                total += gain[k] * min(1.0, space / max(people[k], TOLERANCE))
                space -= people[k]
        if total >= 0:
            keep[:] = False
            return keep
        toll = np.full(len(near), np.inf)
        toll[own] = 0.0
        heap = [(0.0, own)]
        while heap:
            paid, at = heappop(heap)
            if paid > toll[at]:
                continue
            i = near[at]
            for e in range(programme.first[i], programme.first[i + 1]):
                k = place[programme.neighbours[e]]
                if k < 0 or not keep[k]:
                    continue
                there = paid + max(gain[k], 0.0)
                if there < toll[k] and total + there < 0:
                    toll[k] = there
                    heappush(heap, (there, k))
        inside = toll < np.inf
        if np.sum(inside) == np.sum(keep):
            break
        keep = inside
    return keep
