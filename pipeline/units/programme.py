r"""State the programme whose solutions are proposed units, and price a unit.

Given atoms i with residents p_i, a graph of neighbours, the burden b_mi of the people of i when they meet in m, and
the committees c in which they live. Let 𝒮 be the sets S of atoms that are connected in the graph, keep the wishes (of
two atoms that belong together both or neither, of two that belong apart at most one) and have
`residents_min` ≤ p(S) ≤ `residents_max`, where p(S) = Σ_{i∈S} p_i. Choose x_S ∈ {0, 1} and leftovers s_i ∈ {0, 1}:

    minimise    Σ_{S∈𝒮} f(S) x_S  +  Σ_i cost_per_leftover_resident_minutes · p_i s_i
    subject to  Σ_{S∋i} x_S + s_i = 1                      for every atom i
    where       f(S) = min_{m∈S} Σ_{i∈S} b_mi                            walks to the best meeting atom
                     + cost_per_committee_cut · max(0, |C(S)| − 1)       committees that share the unit
                     + cost_per_unit                                     else units shrink to the floor
                b_mi = p_i · (min(d_mi, meeting_cap) + cost_per_arterial · a_mi)
                C(S) = committees with more than committee_share_min · p(S) of the unit's people

d_mi is the adult's walk in minutes, mean of there and back; a_mi the number of arterials between the two atoms. All
costs are person-minutes. The number of units is free. `exact.py` solves small components to proof, `search.py`
finds good plans for large ones by annealing, `master.py` chooses among all units that the search met, and `bound.py` says
what no plan can be under.

Source: plan B, clause 三(二)1 (requirements B1–B5).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

TOLERANCE = 1e-6  # residents: sums of shares of people are not exact


class Programme(NamedTuple):
    """An instance: n atoms, their graph, burdens and committees, and the weights.

    `first` and `neighbours` list the graph: atom i has `neighbours[first[i]:first[i + 1]]`. `committee_first`,
    `committee` and `committee_people` list likewise who lives in which committee (numbered from 0); `tie_first`, `tie`
    and `apart` which atoms must share its unit, or must not.
    """

    residents: Floats
    first: Ints
    neighbours: Ints
    burden: Floats  # (meeting atom, atom), person-minutes
    committee_first: Ints
    committee: Ints
    committee_people: Floats
    committees: int
    tie_first: Ints
    tie: Ints
    apart: Bools
    residents_min: float
    residents_max: float
    unit_cost: float
    cut_cost: float
    committee_share_min: float
    leftover_cost: float


@njit(cache=True)
def in_range(programme: Programme, residents: float) -> bool:
    """Tell whether a unit of so many residents is neither too small nor too large."""
    return (
        programme.residents_min - TOLERANCE <= residents and residents <= programme.residents_max + TOLERANCE
    )


@njit(cache=True)
def keeps_wishes(programme: Programme, atoms: Ints) -> bool:
    """Tell whether a set of atoms parts none that belong together and joins none that belong apart."""
    for i in atoms:
        for k in range(programme.tie_first[i], programme.tie_first[i + 1]):
            inside = False
            for j in atoms:
                if j == programme.tie[k]:
                    inside = True
            if inside == programme.apart[k]:
                return False
    return True


@njit(cache=True)
def unit_cost(programme: Programme, atoms: Ints, tally: Floats) -> float:
    """Price a connected set of atoms in person-minutes: f(S) where it is a unit, else as leftovers.

    `tally` is working space, one zero per committee, given back as zeros.
    """
    residents = 0.0
    for i in atoms:
        residents += programme.residents[i]
    if not (in_range(programme, residents) and keeps_wishes(programme, atoms)):
        return programme.leftover_cost * residents
    walks = np.inf
    for m in atoms:
        total = 0.0
        for i in atoms:
            total += programme.burden[m, i]
            if total >= walks:
                break
        walks = min(walks, total)
    return (
        walks
        + programme.unit_cost
        + programme.cut_cost * extra_committees(programme, atoms, residents, tally)
    )


@njit(cache=True)
def extra_committees(programme: Programme, atoms: Ints, residents: float, tally: Floats) -> int:
    """Count the committees beyond the first that take part in a set of atoms; `tally` as for `unit_cost`."""
    floor = programme.committee_share_min * residents
    for i in atoms:
        for k in range(programme.committee_first[i], programme.committee_first[i + 1]):
            tally[programme.committee[k]] += programme.committee_people[k]
    present = 0
    for i in atoms:
        for k in range(programme.committee_first[i], programme.committee_first[i + 1]):
            if tally[programme.committee[k]] > floor:
                present += 1
            tally[programme.committee[k]] = 0.0
    return max(0, present - 1)


@njit(cache=True)
def total_cost(programme: Programme, label: Ints) -> float:
    """Price a whole plan: `label[i]` is the unit of atom i, −1 where it is left over."""
    tally = np.zeros(programme.committees)
    order = np.argsort(label, kind="mergesort")
    total = 0.0
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or label[order[end]] != label[order[start]]:
            atoms = order[start:end]
            if label[atoms[0]] < 0:
                total += programme.leftover_cost * programme.residents[atoms].sum()
            else:
                total += unit_cost(programme, atoms, tally)
            start = end
    return total
