"""Solve a programme component by component, exactly where that is cheap, and give a reason for each leftover."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pipeline.progress import say
from pipeline.settings import UnitsParams
from pipeline.units.bound import lower_bound
from pipeline.units.exact import every_unit
from pipeline.units.maps import near_optimal
from pipeline.units.master import choose, is_in, plan_of, promising
from pipeline.units.pool import empty_pool, together
from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme, total_cost, unit_cost
from pipeline.units.search import anneal

Reason = Literal["", "above_ceiling", "component_below_floor", "not_placed"]
SAID_FROM = 100  # atoms of a component from which the search says how far it is


@dataclass(frozen=True)
class Plan:
    """A solution: the unit of each atom (−1: left over), why atoms are left over, its price, what is proven."""

    unit: Ints
    reason: list[Reason]
    component_residents: Floats  # people of the connected part that each atom belongs to
    cost_person_minutes: float
    bound_person_minutes: float  # no plan costs less
    exact_atoms: int  # atoms in components that were solved to proof
    cut_atoms: int  # atoms in components whose master programme was stopped at its limit of nodes
    maps: list[Ints]  # plans nearly as good, this one first
    locked_units: int  # the first so many units were locked

    @property
    def gap_share(self) -> float:
        """By what share of its price the plan could at most be improved."""
        possible = self.cost_person_minutes - self.bound_person_minutes
        return possible / self.cost_person_minutes if possible > TOLERANCE else 0.0


@dataclass(frozen=True)
class Solution:
    """What was found for one component: near-optimal plans, the best one first; a lower bound; how the search ended."""

    maps: list[Ints]
    bound: float
    exact: bool
    cut: bool


def delineate(programme: Programme, params: UnitsParams, locked: Sequence[Ints] = ()) -> Plan:
    """Propose units: disjoint connected sets of atoms in range, at the least price found, with a lower bound.

    `locked` are units that stand as they are; what is left is planned round them.
    """
    n = len(programme.residents)
    maps = np.full((params.maps_max, n), -1)
    reason: list[Reason] = [""] * n
    component_residents = programme.residents.copy()
    exact_atoms, cut_atoms = 0, 0
    too_large = programme.residents > programme.residents_max + TOLERANCE
    free = ~too_large
    tally = np.zeros(programme.committees)
    bound = programme.leftover_cost * float(programme.residents[too_large].sum())
    for unit, atoms in enumerate(locked):
        maps[:, atoms], free[atoms] = unit, False
        bound += float(unit_cost(programme, atoms, tally))
    for i in np.flatnonzero(too_large):
        reason[i] = "above_ceiling"
    for atoms in components(programme, free):
        why: Reason = "not_placed"
        component_residents[atoms] = programme.residents[atoms].sum()
        if component_residents[atoms[0]] < programme.residents_min - TOLERANCE:
            why = "component_below_floor"
            bound += programme.leftover_cost * component_residents[atoms[0]]
        else:
            found = solve(restrict(programme, atoms), params)
            bound += found.bound
            exact_atoms += len(atoms) if found.exact else 0
            cut_atoms += len(atoms) if found.cut else 0
            for k, plan in enumerate(maps):
                label = found.maps[min(k, len(found.maps) - 1)]
                plan[atoms] = np.where(label >= 0, label + plan.max() + 1, -1)
        for i in atoms[maps[0, atoms] < 0]:
            reason[i] = why
    different = [plan for k, plan in enumerate(maps) if not any((plan == other).all() for other in maps[:k])]
    cost = float(total_cost(programme, maps[0]))
    return Plan(
        maps[0], reason, component_residents, cost, bound, exact_atoms, cut_atoms, different, len(locked)
    )


def solve(programme: Programme, params: UnitsParams) -> Solution:
    """Plan one component: over all its units where they are few, else over those that a search meets."""
    limits = (params.maps_within_share, params.maps_max, params.master_nodes)
    listed = every_unit(programme, params.exact_sets_max)
    if listed is not None:
        contains, prices = listed
        chosen, proven = choose(programme, contains, prices, params.master_nodes)
        if proven:
            best = plan_of(contains, chosen)
            cost = float(total_cost(programme, best))
            return Solution(near_optimal(programme, [best], contains, prices, *limits), cost, True, False)
    n = len(programme.residents)
    tell = say if n >= SAID_FROM else lambda _: None
    tell(f"units: searching plans for {n:,} connected atoms, {_steps(n, params):,} steps each")
    labels, contains, prices = search(programme, params)
    label = labels[0]
    cost = float(total_cost(programme, label))
    tell(f"units: found {cost:,.0f} person-minutes; bounding what no plan can be below")
    bound, duals = lower_bound(programme, label, cost, params)
    room = cost - bound + params.maps_within_share * cost
    known = np.any([is_in(contains, plan) for plan in labels], axis=0)
    kept = promising(contains, prices, duals, room, params.master_units_max, known)
    contains, prices = contains[kept], prices[kept]
    chosen, proven = choose(programme, contains, prices, params.master_nodes)
    better = plan_of(contains, chosen)
    if total_cost(programme, better) < cost - TOLERANCE:
        label = better
    end = "to proof" if proven else "stopped at its limit of nodes, best so far"
    tell(
        f"units: nothing is below {bound:,.0f}; chosen among {len(prices):,} units ({end}): "
        f"{total_cost(programme, label):,.0f}; looking for other plans"
    )
    return Solution(
        near_optimal(programme, [label, *labels], contains, prices, *limits), bound, False, not proven
    )


def search(programme: Programme, params: UnitsParams) -> tuple[list[Ints], csr_array, Floats]:
    """Anneal from several seeds, side by side; return their plans, best first, and all units met with their prices."""
    n = len(programme.residents)
    pools = [empty_pool(n, params.pool_units_max) for _ in range(params.searches)]

    def start(k: int) -> Ints:
        label: Ints = anneal(
            programme,
            _steps(n, params),
            params.temperature_start_person_minutes,
            params.temperature_end_person_minutes,
            params.seed + k,
            pools[k],
        )
        return label

    with ThreadPoolExecutor() as threads:
        labels = list(threads.map(start, range(params.searches)))
    labels.sort(key=lambda label: float(total_cost(programme, label)))
    contains, prices = together(pools, n)
    return labels, contains, prices


def _steps(atoms: int, params: UnitsParams) -> int:
    return min(params.iterations_per_atom * atoms, params.iterations_max)


def components(programme: Programme, keep: np.ndarray) -> list[Ints]:
    """List the connected parts of the kept atoms, each in ascending order, by smallest atom."""
    n = len(programme.residents)
    tail = np.repeat(np.arange(n), np.diff(programme.first))
    open_edge = keep[tail] & keep[programme.neighbours]
    graph = csr_array(
        (np.ones(open_edge.sum()), (tail[open_edge], programme.neighbours[open_edge])), shape=(n, n)
    )
    _, component = connected_components(graph, directed=False)
    kept = np.flatnonzero(keep)
    _, number = np.unique(component[kept], return_inverse=True)
    parts = [kept[number == c] for c in range(number.max(initial=-1) + 1)]
    return sorted(parts, key=lambda atoms: int(atoms[0]))


def restrict(programme: Programme, atoms: Ints) -> Programme:
    """Return the programme of some atoms (ascending) alone; one that belongs with an outsider can be in no unit."""
    n = len(programme.residents)
    if len(atoms) == n:
        return programme
    position = np.full(n, -1)
    position[atoms] = np.arange(len(atoms))
    neighbours = [position[programme.neighbours[programme.first[i] : programme.first[i + 1]]] for i in atoms]
    neighbours = [row[row >= 0] for row in neighbours]
    members = [slice(programme.committee_first[i], programme.committee_first[i + 1]) for i in atoms]
    ties = [slice(programme.tie_first[i], programme.tie_first[i + 1]) for i in atoms]
    partner = [position[programme.tie[part]] for part in ties]
    apart = [programme.apart[part] for part in ties]
    # a partner outside: apart is granted; together cannot be, so that the atom is put apart from itself
    asked = [(row >= 0) | ~kind for row, kind in zip(partner, apart, strict=True)]
    never = [(row < 0) & ~kind for row, kind in zip(partner, apart, strict=True)]
    return programme._replace(
        residents=programme.residents[atoms],
        first=np.cumsum([0, *map(len, neighbours)]),
        neighbours=np.concatenate(neighbours),
        burden=np.ascontiguousarray(programme.burden[np.ix_(atoms, atoms)]),
        committee_first=np.cumsum([0, *(part.stop - part.start for part in members)]),
        committee=np.concatenate([programme.committee[part] for part in members]),
        committee_people=np.concatenate([programme.committee_people[part] for part in members]),
        tie_first=np.cumsum([0, *(int(row.sum()) for row in asked)]),
        tie=np.concatenate(
            [
                np.where(out, i, row)[keep]
                for i, (row, out, keep) in enumerate(zip(partner, never, asked, strict=True))
            ]
        ),
        apart=np.concatenate(
            [(kind | out)[keep] for kind, out, keep in zip(apart, never, asked, strict=True)]
        ),
    )
