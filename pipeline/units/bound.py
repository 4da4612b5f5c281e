r"""Bound the price of every plan from below, so that the gap of the plan at hand can be stated.

With prices π_i for covering atom i, relaxing Σ_{S∋i} x_S + s_i = 1 gives, for any π, the Lagrangian bound

    L(π) = Σ_i min(π_i, cost_per_leftover_resident_minutes · p_i)
           + Σ of the K least of min(0, z_m),    z_m ≤ min{ f_m(S) − π(S) : m ∈ S ∈ 𝒮 }

over the meeting atoms m, since two units never share one; f_m is f with the meeting atom m, and K = ⌊P / residents_min⌋.
z_m is first the answer of an easier problem, a knapsack of at most `residents_max`:

- connection is asked of each atom with m alone, by a path that can pay and has no more people than a unit (`toll.py`);
- an atom counts for one committee alone, that of most of its people, if these are more than committee_share_min of the
  largest unit; a further committee costs once;
- people missing below `residents_min` are made up at the least rate, atoms being divisible there;
- residents are rounded down to whole steps.

Each of them only lowers z_m, so L(π) ≤ the best plan. Where that z_m is negative, branch and bound over connected sets
(`connected.py`) raises it as far as its limit of nodes allows. Wishes are not asked for. π rises along subgradients
first, then by cutting planes (`bundle.py`); steps are counted, not timed.

Source: M. Held, P. Wolfe, H. Crowder, Validation of subgradient optimization, Mathematical Programming 6 (1974), 62–88.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numba import njit

from pipeline.progress import track
from pipeline.settings import UnitsParams
from pipeline.units.bundle import Pricing, climb
from pipeline.units.connected import price_connected
from pipeline.units.knapsack import price_knapsack
from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme
from pipeline.units.toll import worth_joining

MEMORY = 0.7  # share of the last direction that is kept
PATIENCE = 8  # steps without a better bound after which they are halved
AT_ONCE = 50  # meeting atoms priced in one go
CLOSER = (2, 10)  # at the end half of the steps again, with ten times the nodes
WORTHWHILE = 1e-5  # share of the price by which a bound must be better


def lower_bound(programme: Programme, label: Ints, cost: float, params: UnitsParams) -> tuple[float, Floats]:
    """Return the best bound met, in person-minutes, and the prices π that gave it.

    They start from those of a known plan (`label`, its `cost`). The knapsack alone leads to good prices; from there on
    connected sets are priced, with nodes by the number of atoms.
    """
    committee = _main_committee(programme)
    leftover = programme.leftover_cost * programme.residents
    start = _first_prices(programme, label, leftover)

    def price_at(prices: Floats, nodes: int) -> Pricing:
        return price_meetings(programme, prices, committee, params.bound_residents_step, nodes)

    n = len(label)
    nodes = max(1, params.bound_connected_nodes // n)
    rough = min(params.bound_steps, max(1, params.bound_pricings_max // n))
    connected = min(params.bound_connected_steps, max(1, params.bound_connected_pricings_max // n))
    bound, prices = _ascend(partial(price_at, nodes=0), start, leftover, cost, rough)
    goal = (1 - params.bound_gap_enough_share) * cost
    for share, more in ((1, 1), CLOSER):
        found, better = climb(
            partial(price_at, nodes=more * nodes),
            prices,
            leftover,
            _units_max(programme),
            connected // share,
            WORTHWHILE * cost,
            goal,
        )
        if found > bound:
            bound, prices = found, better
    return (bound, prices) if bound > 0 else (0.0, start)  # nothing costs less than nothing


def _ascend(
    price_at: Callable[[Floats], Pricing], prices: Floats, leftover: Floats, cost: float, steps: int
) -> tuple[float, Floats]:
    """Return the best bound met in so many subgradient steps, and the prices that gave it."""
    best, best_prices = -np.inf, prices
    pace, since = 1.0, 0
    direction = np.zeros(len(prices))
    for _ in track(range(steps), "lower bound"):
        priced = price_at(prices)
        since = 0 if priced.value > best + WORTHWHILE * cost else since + 1
        if priced.value > best:
            best, best_prices = priced.value, prices
        if since >= PATIENCE:
            pace, since, prices = pace / 2, 0, best_prices
            direction[:] = 0.0
            continue
        covered = (prices > leftover).astype(np.float64)
        for m in priced.chosen:
            part = slice(priced.first[m], priced.first[m + 1])
            covered[priced.atoms[part]] += priced.share[part]
        direction = (1.0 - covered) + MEMORY * direction
        length = float(direction @ direction)
        if length < TOLERANCE or priced.value >= cost - TOLERANCE:
            break
        prices = prices + pace * (cost - priced.value) / length * direction
    return best, best_prices


def _first_prices(programme: Programme, label: Ints, leftover: Floats) -> Floats:
    """Spread the price of each unit over its atoms by residents; a leftover atom's price is its own."""
    prices = leftover.copy()
    for u in range(label.max(initial=-1) + 1):
        atoms = np.flatnonzero(label == u)
        people = programme.residents[atoms]
        walks = programme.burden[np.ix_(atoms, atoms)]
        best = walks[walks.sum(axis=1).argmin()]
        prices[atoms] = best + programme.unit_cost * people / people.sum()
    return prices


def _units_max(programme: Programme) -> int:
    return int((programme.residents.sum() + TOLERANCE) / (programme.residents_min - TOLERANCE))


def _main_committee(programme: Programme) -> Ints:
    """Return the committee of most of each atom's people that any unit with the atom has; −1 where there is none."""
    sure = programme.committee_share_min * (programme.residents_max + TOLERANCE)
    main = np.full(len(programme.residents), -1)
    for i in range(len(main)):
        part = slice(programme.committee_first[i], programme.committee_first[i + 1])
        people = programme.committee_people[part]
        if len(people) and people.max() > sure:
            main[i] = programme.committee[part][people.argmax()]
    return main


def price_meetings(
    programme: Programme, prices: Floats, committee: Ints, residents_step: float, nodes: int
) -> Pricing:
    """Bound the unit of least reduced price round each meeting atom; over connected sets if `nodes` > 0.

    `committee` is the one that each atom surely counts for (−1: none). Meeting atoms are priced in parts, side by side;
    none depends on another.
    """
    with ThreadPoolExecutor() as pool:
        parts = [
            pool.submit(_price_some, programme, prices, committee, residents_step, nodes, low)
            for low in range(0, len(prices), AT_ONCE)
        ]
    slack, offer, count, atoms, share = (
        np.concatenate(column) for column in zip(*(part.result() for part in parts), strict=True)
    )
    chosen = np.argsort(slack, kind="stable")[: _units_max(programme)]
    chosen = chosen[slack[chosen] < 0]
    value = np.minimum(prices, programme.leftover_cost * programme.residents).sum() + slack[chosen].sum()
    meeting = np.repeat(np.arange(len(slack)), count)
    price: Floats = offer + np.bincount(meeting, share * prices[atoms], len(slack))
    return Pricing(float(value), chosen, slack, np.append(0, np.cumsum(count)), atoms, share, price)


@njit(cache=True, nogil=True)
def _price_some(
    programme: Programme, prices: Floats, committee: Ints, residents_step: float, nodes: int, low: int
) -> tuple[Floats, Floats, Ints, Ints, Floats]:
    """Price the meeting atoms from `low` on: z_m, reduced price of the best unit, how many atoms that has, these, the parts."""
    high = min(low + AT_ONCE, len(prices))
    slack, offer, count = np.zeros(high - low), np.zeros(high - low), np.zeros(high - low, dtype=np.int64)
    atoms, share = [np.int64(0)][:0], [0.0][:0]
    for m in range(low, high):
        near = worth_joining(programme, prices, m)
        if len(near) == 0:
            continue
        taken = np.zeros(len(near))
        least = price_knapsack(programme, prices, near, committee, residents_step, m, taken)
        slack[m - low] = offer[m - low] = least
        if least < 0 and nodes > 0:
            surely, met = price_connected(programme, prices, near, committee, m, nodes, taken)
            slack[m - low] = max(least, surely)
            offer[m - low] = met if met < 0 else slack[m - low]
        if slack[m - low] >= 0:
            continue
        for k in range(len(near)):
            if taken[k] > 0:
                count[m - low] += 1
                atoms.append(near[k])
                share.append(taken[k])
    return slack, offer, count, np.array(atoms, dtype=np.int64), np.array(share, dtype=np.float64)
