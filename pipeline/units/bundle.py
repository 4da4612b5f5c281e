r"""Raise the Lagrangian bound by cutting planes: a linear programme over the units met, trusted near the best prices alone.

Each unit S that was priced round a meeting atom m says z_m(π) ≤ f_m(S) − π(S) for all prices π. Hence L(π) is at most

    Σ_i π_i + K τ + Σ_m θ_m    with    τ, θ_m ≤ 0,   τ + θ_m ≤ f_m(S) − π(S)   for the units S met round m,
                                       π_i ≤ leftover price of i

(the K least of some numbers add up to the greatest K τ + Σ_m min(0, z_m − τ)).
The greatest such value within a box round the best prices known gives the next prices to try. The box grows where the
bound rises as foretold, and shrinks where it falls by more than that.

Source: R. E. Marsten, W. W. Hogan, J. W. Blankenship, The boxstep method for large-scale optimization, Operations
Research 23 (1975), 389–405.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from pipeline.progress import track
from pipeline.units.programme import Floats, Ints

WIDTH, LEAST_WIDTH = 0.02, 1.0  # of the first box: share of the prices, and person-minutes besides
NARROWEST = 0.002  # a narrower box ends the climb: bounds that ran out of nodes do not rise as foretold
CHANGE = 1.5  # by which the box grows or shrinks
SERIOUS = 0.1  # share of the foretold rise from which the box grows
CUTS_MAX = 4000  # units kept, those of least reduced price


class Pricing(NamedTuple):
    """L(π) and the meeting atoms in its sum; for each m its z_m, the best unit of its easier problem, and that one's price.

    The unit has the part `share` of `atoms[first[m]:first[m + 1]]`; its price less π lies above z_m where nodes did not
    suffice.
    """

    value: float
    chosen: Ints
    slack: Floats
    first: Ints
    atoms: Ints
    share: Floats
    price: Floats


class Cuts(NamedTuple):
    """Units met: their rows over the atoms, meeting atoms, prices."""

    contains: csr_array
    meeting: Ints
    price: Floats


def climb(
    price_at: Callable[[Floats], Pricing],
    prices: Floats,
    leftover: Floats,
    units_max: int,
    steps: int,
    enough: float,
    goal: float,
) -> tuple[float, Floats]:
    """Return the best bound met in so many steps, and the prices that gave it.

    `price_at` prices the meeting atoms, `leftover` is what each atom costs in no unit, `units_max` is K; the climb ends
    early at a bound of `goal`, where a step is foretold to bring less than `enough`, or where none keeps what it promised.
    """
    centre = np.minimum(prices, leftover)
    best = price_at(centre)
    cuts = _met(best)
    width = WIDTH
    for _ in track(range(steps), "lower bound, connected sets"):
        if best.value >= goal:
            break
        hoped, there = _foretold(cuts, best, centre, leftover, units_max, width)
        if hoped - best.value <= enough or width < NARROWEST:
            break
        found = price_at(there)
        rise = (found.value - best.value) / (hoped - best.value)
        if rise >= SERIOUS:
            width *= CHANGE
        elif rise < -1:
            width /= CHANGE
        if rise > 0:
            centre, best = there, found
        cuts = _nearest(cuts, _met(found), centre)
    return best.value, centre


def _met(priced: Pricing) -> Cuts:
    """Return the units that a pricing met."""
    rows = csr_array((priced.share, priced.atoms, priced.first), shape=(len(priced.slack),) * 2)
    some = np.flatnonzero(np.diff(priced.first))
    return Cuts(rows[some], some, priced.price[some])


def _nearest(old: Cuts, new: Cuts, prices: Floats) -> Cuts:
    """Join cuts; keep those of least reduced price."""
    contains = vstack([old.contains, new.contains], format="csr")
    meeting, price = np.append(old.meeting, new.meeting), np.append(old.price, new.price)
    kept = np.sort(np.argsort(price - contains @ prices, kind="stable")[:CUTS_MAX])
    return Cuts(contains[kept], meeting[kept], price[kept])


def _foretold(
    cuts: Cuts, best: Pricing, centre: Floats, leftover: Floats, units_max: int, width: float
) -> tuple[float, Floats]:
    """Return the most that the cuts allow within the box, and the prices there; the centre where there is no more.

    A unit found where nodes did not suffice may be dearer elsewhere than its z_m: no cut goes below what is known at the
    centre.
    """
    n, units = len(centre), len(cuts.price)
    known = cuts.contains @ centre + np.minimum(best.slack[cuts.meeting], 0.0)
    theta = csr_array((np.ones(units), (np.arange(units), cuts.meeting)), shape=(units, n))
    tau = csr_array(np.ones((units, 1)))
    reach = width * np.abs(centre) + LEAST_WIDTH
    low = np.append(centre - reach, np.full(n + 1, -np.inf))
    high = np.append(np.minimum(centre + reach, leftover), np.zeros(n + 1))
    found = linprog(
        -np.concatenate([np.ones(2 * n), [units_max]]),
        A_ub=hstack([cuts.contains, theta, tau]).tocsc(),
        b_ub=np.maximum(cuts.price, known),
        bounds=np.column_stack([low, high]),
        method="highs-ds",
    )
    return (-found.fun, found.x[:n]) if found.status == 0 else (best.value, centre)
