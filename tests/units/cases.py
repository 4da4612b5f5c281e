"""Small programmes for the tests of units."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.sparse.csgraph import dijkstra

from pipeline.units.programme import Programme


def programme(
    residents: list[float],
    minutes: dict[tuple[int, int], float],
    *,
    committees: list[int] | None = None,
    unit_cost: float = 0.0,
    cut_cost: float = 1500.0,
    ties: tuple[tuple[int, int, bool], ...] = (),
) -> Programme:
    """Atoms with residents, neighbours with the minutes between them; longer walks follow the neighbours.

    Ties are (a, b, apart?).
    """
    n = len(residents)
    walk = np.zeros((n, n))
    for (i, j), value in minutes.items():
        walk[i, j] = walk[j, i] = value
    walk = np.minimum(dijkstra(walk, directed=False), 15.0)
    pairs = sorted({(i, j) for a, b in minutes for i, j in ((a, b), (b, a))})
    people = np.array(residents, dtype=float)
    committee = np.array(committees if committees is not None else [0] * n, dtype=np.int64)
    tied = sorted({row for a, b, apart in ties for row in ((a, b, apart), (b, a, apart))})
    return Programme(
        residents=people,
        first=np.searchsorted(np.array([i for i, _ in pairs], dtype=np.int64), np.arange(n + 1)),
        neighbours=np.array([j for _, j in pairs], dtype=np.int64),
        burden=walk * people[None, :],
        committee_first=np.arange(n + 1),
        committee=committee,
        committee_people=people.copy(),
        committees=int(committee.max()) + 1,
        tie_first=np.searchsorted(np.array([a for a, _, _ in tied], dtype=np.int64), np.arange(n + 1)),
        tie=np.array([b for _, b, _ in tied], dtype=np.int64),
        apart=np.array([apart for _, _, apart in tied], dtype=np.bool_),
        residents_min=5000.0,
        residents_max=12000.0,
        unit_cost=unit_cost,
        cut_cost=cut_cost,
        committee_share_min=0.01,
        leftover_cost=60.0,
    )


def path(residents: list[float], minutes: list[float]) -> Programme:
    """Atoms in a row."""
    return programme(residents, {(i, i + 1): value for i, value in enumerate(minutes)})


def grid(side: int, seed: int, *, mean: float = 890.0) -> Programme:
    """A square of atoms with log-normal residents (`mean` each), 3-minute streets and committees of 2 × 3 atoms."""
    random = np.random.default_rng(seed)
    residents = random.lognormal(np.log(mean) - 0.18, 0.6, side * side).round()
    minutes = {}
    for r, c in itertools.product(range(side), range(side)):
        if c + 1 < side:
            minutes[r * side + c, r * side + c + 1] = float(random.uniform(1.5, 4.5))
        if r + 1 < side:
            minutes[r * side + c, (r + 1) * side + c] = float(random.uniform(1.5, 4.5))
    block = [(r // 2) * side + c // 3 for r, c in itertools.product(range(side), range(side))]
    return programme(residents.tolist(), minutes, committees=block, unit_cost=2000.0)
