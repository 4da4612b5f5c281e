"""Bound the unit of least reduced price round a meeting atom from below, by a knapsack that knows no connection."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme

BoolTable = npt.NDArray[np.bool_]


@njit(cache=True)
def price_knapsack(
    programme: Programme, prices: Floats, near: Ints, committee: Ints, step: float, m: int, share: Floats
) -> float:
    """Return z_m, and fill `share` with the part taken of each atom in `near`.

    Where a bound by divisible atoms shows that z_m is not negative, that bound is returned and nothing is taken.
    """
    if programme.residents[m] > programme.residents_max + TOLERANCE:
        return np.inf
    people, gain = programme.residents[near], programme.burden[m, near] - prices[near]
    own = np.searchsorted(near, m)
    base = gain[own] + programme.unit_cost
    rate = gain / np.maximum(people, TOLERANCE)
    rate[own] = np.inf
    by_rate = np.argsort(rate, kind="mergesort")
    pays = by_rate[rate[by_rate] < 0]
    rest = by_rate[(rate[by_rate] >= 0) & (rate[by_rate] < np.inf)]
    space = programme.residents_max + TOLERANCE - people[own]
    quick = base + _divisible(gain, people, pays, space)
    if quick >= 0:
        return quick

    home = committee[m]
    opens = np.full(len(pays), -1)  # the committee that an atom brings into the unit of m, −1: none
    for q in range(len(pays)):
        if home >= 0 and committee[near[pays[q]]] != home:
            opens[q] = committee[near[pays[q]]]
    order = np.argsort(opens, kind="mergesort")
    pays, opens = pays[order], opens[order]
    size = np.empty(len(pays), dtype=np.int64)
    rounded = 0.0
    for q in range(len(pays)):
        size[q] = int(people[pays[q]] / step)
        rounded += people[pays[q]] - size[q] * step
    table, took, kept = _fill_room(gain[pays], size, opens, int(space / step), programme.cut_cost)

    least, at = np.inf, 0
    for w in range(len(table)):
        missing = programme.residents_min - TOLERANCE - people[own] - w * step - rounded
        if table[w] < least:
            value = table[w]
            if missing > 0:
                value += _make_up(gain, people, rest, missing)
            if value < least:
                least, at = value, w
    if base + least >= 0:
        return base + least
    share[own] = 1.0
    missing = programme.residents_min - TOLERANCE - people[own] - at * step - rounded
    for k in rest:
        if missing <= 0:
            break
        share[k] = min(1.0, missing / max(people[k], TOLERANCE))
        missing -= people[k]
    inside = False
    for q in range(len(pays) - 1, -1, -1):
        if q == len(pays) - 1 or opens[q] != opens[q + 1]:
            inside = kept[q, at]
        if inside and took[q, at]:
            share[pays[q]] = 1.0
            at -= size[q]
    return base + least


@njit(cache=True)
def _divisible(gain: Floats, people: Floats, order: Ints, space: float) -> float:
    """Return the least total gain of so many people, atoms in the given order being divisible."""
    total = 0.0
    for k in order:
        part = min(1.0, space / max(people[k], TOLERANCE))
        total += part * gain[k]
        space -= people[k]
        if space <= 0:
            break
    return total


@njit(cache=True)
def _make_up(gain: Floats, people: Floats, order: Ints, missing: float) -> float:
    """Return what it costs at least to add so many people; infinite where there are not that many."""
    if people[order].sum() < missing:
        return np.inf
    return _divisible(gain, people, order, missing)


@njit(cache=True)
def _fill_room(
    gain: Floats, size: Ints, opens: Ints, room: int, cut_cost: float
) -> tuple[Floats, BoolTable, BoolTable]:
    """Return the least total gain for each number of steps filled exactly, and the choices that lead there.

    Atoms that open the same committee stand together; opening one costs `cut_cost` once. `took[q, w]`: atom q is taken
    where w steps are filled; `kept[q, w]`, for the last of its committee: the committee is open.
    """
    count = len(gain)
    closed = np.full(room + 1, np.inf)
    closed[0] = 0.0
    opened = closed.copy()
    took = np.zeros((count, room + 1), dtype=np.bool_)
    kept = np.zeros((count, room + 1), dtype=np.bool_)
    for q in range(count):
        if q == 0 or opens[q] != opens[q - 1]:
            opened[:] = closed + (cut_cost if opens[q] >= 0 else 0.0)
        for w in range(room, size[q] - 1, -1):
            value = opened[w - size[q]] + gain[q]
            if value < opened[w]:
                opened[w] = value
                took[q, w] = True
        if q == count - 1 or opens[q] != opens[q + 1]:
            for w in range(room + 1):
                if opened[w] < closed[w]:
                    closed[w] = opened[w]
                    kept[q, w] = True
    return closed, took, kept
