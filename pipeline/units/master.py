"""Choose the best plan among the units of a pool: the master programme, an integer programme in HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity

from pipeline.units.programme import Bools, Floats, Ints, Programme

LIMIT_REACHED = 1  # status of scipy.optimize.milp: stopped at the limit of nodes


def choose(programme: Programme, contains: csr_array, prices: Floats, nodes_max: int) -> tuple[Ints, bool]:
    """Return which of some units make the plan of least price, and whether that is proven.

    Parameters
    ----------
    contains, prices
        The units' rows over the atoms, 1 where a unit has the atom, and what each costs.
    nodes_max
        Nodes of branch and bound after which the best plan so far is returned: nothing at all, if there is none yet.
        Of plans of equal price it is the solver's first, the same each time.
    """
    n, units = len(programme.residents), len(prices)
    if units == 0:
        return np.empty(0, dtype=np.int64), True
    found = milp(
        np.concatenate([prices, programme.leftover_cost * programme.residents]),
        integrality=np.ones(units + n),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(hstack([contains.T, identity(n)]).tocsc(), 1, 1),
        options={"mip_rel_gap": 0.0, "node_limit": nodes_max},
    )
    if found.x is None or found.status not in (0, LIMIT_REACHED):
        return np.empty(0, dtype=np.int64), False
    return np.flatnonzero(found.x[:units] > 0.5), found.status == 0


def plan_of(contains: csr_array, chosen: Ints) -> Ints:
    """Return the plan that some units make: the unit of each atom, numbered by smallest atom, −1 where left over."""
    label = np.full(contains.shape[1], -1)
    rows = [contains.indices[contains.indptr[u] : contains.indptr[u + 1]] for u in chosen]
    for u, atoms in enumerate(sorted(rows, key=lambda atoms: int(atoms.min()))):
        label[atoms] = u
    return label


def is_in(contains: csr_array, plan: Ints) -> Bools:
    """Tell which of some units belong to a plan."""
    size = np.bincount(plan[plan >= 0], minlength=1)
    rows = np.repeat(np.arange(contains.shape[0]), np.diff(contains.indptr))
    unit = plan[contains.indices]
    low, high = np.full(contains.shape[0], len(plan)), np.full(contains.shape[0], -1)
    np.minimum.at(low, rows, unit)
    np.maximum.at(high, rows, unit)
    return (low == high) & (low >= 0) & (np.diff(contains.indptr) == size[np.maximum(low, 0)])


def promising(
    contains: csr_array, prices: Floats, duals: Floats, room: float, units_max: int, known: Bools
) -> Ints:
    """Return the units that a better plan can have, at most `units_max`: those of least reduced price f(S) − π(S).

    A plan with a unit whose reduced price is above `room` (the price of a known plan less the bound that `duals` give)
    costs more than the known one. The units of known plans come first, so that there is a plan to improve.
    """
    reduced = np.where(known, -np.inf, prices - contains @ duals)
    best = np.argsort(reduced, kind="stable")[:units_max]
    return np.sort(best[reduced[best] <= room])
