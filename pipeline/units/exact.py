"""Solve a small programme to proof: list every connected set in range, then choose among them with HiGHS."""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.sparse import csr_array

from pipeline.units.master import choose, plan_of
from pipeline.units.programme import (
    TOLERANCE,
    Floats,
    Ints,
    Programme,
    Words,
    in_range,
    keeps_wishes,
    unit_cost,
)

MOST_ATOMS = 64  # sets of atoms are bits of one word
NODES_MAX = 100_000  # of branch and bound; none has been needed so far


def every_unit(programme: Programme, sets_max: int) -> tuple[csr_array, Floats] | None:
    """Return all units (rows over the atoms, 1 where a unit has the atom) and their prices; None where there are too many."""
    n = len(programme.residents)
    if n > MOST_ATOMS:
        return None
    sets, complete = connected_sets(programme, sets_max)
    if not complete:
        return None
    contains = ((sets[:, None] >> np.arange(n, dtype=np.uint64)) & np.uint64(1)).astype(np.float64)
    units = [np.flatnonzero(row) for row in contains]
    kept = np.array([keeps_wishes(programme, atoms) for atoms in units], dtype=bool)
    tally = np.zeros(programme.committees)
    prices = [unit_cost(programme, atoms, tally) for atoms, keep in zip(units, kept, strict=True) if keep]
    return csr_array(contains[kept]), np.array(prices)


def solve_exactly(programme: Programme, sets_max: int) -> Ints | None:
    """Return the best plan (the unit of each atom, −1 where left over), or None where there are too many sets.

    Of plans of equal price the solver's first is returned, which is the same each time.
    """
    listed = every_unit(programme, sets_max)
    if listed is None:
        return None
    chosen, proven = choose(programme, *listed, nodes_max=NODES_MAX)
    return plan_of(listed[0], chosen) if proven else None


@njit(cache=True)
def connected_sets(programme: Programme, sets_max: int) -> tuple[Words, bool]:
    """List each connected set in range once, as bits; the flag is false where there are more than `sets_max`.

    Sets are grown from their smallest atom: the next neighbour is either taken or ruled out for good.
    """
    n = len(programme.residents)
    one = np.uint64(1)
    near = np.zeros(n, dtype=np.uint64)
    for i in range(n):
        for k in range(programme.first[i], programme.first[i + 1]):
            near[i] |= one << np.uint64(programme.neighbours[k])
    found = np.empty(sets_max, dtype=np.uint64)
    count = 0
    depth = n + 2  # each step settles one more atom and leaves one alternative behind
    taken, barred, fringe = np.zeros((3, depth), dtype=np.uint64)
    people = np.zeros(depth)
    steps, steps_max = 0, 50 * sets_max
    for root in range(n):
        height = 1
        taken[0] = one << np.uint64(root)
        barred[0] = (one << np.uint64(root)) - one
        fringe[0] = near[root]
        people[0] = programme.residents[root]
        if people[0] > programme.residents_max + TOLERANCE:
            continue
        while height:
            steps += 1
            if steps > steps_max:
                return found[:count], False
            height -= 1
            here, out, edge, inside = taken[height], barred[height], fringe[height], people[height]
            open_atoms = edge & ~here & ~out
            if open_atoms == 0:
                if in_range(programme, inside):
                    if count == sets_max:
                        return found[:count], False
                    found[count] = here
                    count += 1
                continue
            bit = open_atoms & (~open_atoms + one)
            i = 0
            while bit >> np.uint64(i) != one:
                i += 1
            taken[height], barred[height], fringe[height], people[height] = here, out | bit, edge, inside
            height += 1
            if inside + programme.residents[i] <= programme.residents_max + TOLERANCE:
                taken[height], barred[height] = here | bit, out
                fringe[height], people[height] = edge | near[i], inside + programme.residents[i]
                height += 1
    return found[:count], True
