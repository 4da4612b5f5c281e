"""Solve a programme component by component, exactly where that is cheap, and give a reason for each leftover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pipeline.settings import UnitsParams
from pipeline.units.bound import lower_bound
from pipeline.units.exact import solve_exactly
from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme, total_cost
from pipeline.units.search import anneal

Reason = Literal["", "above_ceiling", "component_below_floor", "not_placed"]


@dataclass(frozen=True)
class Plan:
    """A solution: the unit of each atom (−1: left over), why atoms are left over, its price, what is proven."""

    unit: Ints
    reason: list[Reason]
    component_residents: Floats  # people of the connected part that each atom belongs to
    cost_person_minutes: float
    bound_person_minutes: float  # no plan costs less
    exact_atoms: int  # atoms in components that were solved to proof

    @property
    def gap_share(self) -> float:
        """By what share of its price the plan could at most be improved."""
        possible = self.cost_person_minutes - self.bound_person_minutes
        return possible / self.cost_person_minutes if possible > TOLERANCE else 0.0


def delineate(programme: Programme, params: UnitsParams) -> Plan:
    """Propose units: disjoint connected sets of atoms in range, at the least price found, with a lower bound."""
    n = len(programme.residents)
    unit = np.full(n, -1)
    reason: list[Reason] = [""] * n
    component_residents = programme.residents.copy()
    exact_atoms = 0
    bound = 0.0
    too_large = programme.residents > programme.residents_max + TOLERANCE
    for i in np.flatnonzero(too_large):
        reason[i] = "above_ceiling"
        bound += programme.leftover_cost * programme.residents[i]
    for atoms in components(programme, ~too_large):
        why: Reason = "not_placed"
        component_residents[atoms] = programme.residents[atoms].sum()
        if component_residents[atoms[0]] < programme.residents_min - TOLERANCE:
            why = "component_below_floor"
            bound += programme.leftover_cost * component_residents[atoms[0]]
        else:
            part = restrict(programme, atoms)
            label = solve_exactly(part, params.exact_sets_max)
            if label is not None:
                exact_atoms += len(atoms)
                bound += float(total_cost(part, label))
            else:
                label = anneal(
                    part,
                    params.iterations_per_atom * len(atoms),
                    params.temperature_start_person_minutes,
                    params.temperature_end_person_minutes,
                    params.seed,
                )
                bound += lower_bound(part, label, float(total_cost(part, label)), params)
            unit[atoms] = np.where(label >= 0, label + unit.max() + 1, -1)
        for i in atoms[unit[atoms] < 0]:
            reason[i] = why
    return Plan(unit, reason, component_residents, float(total_cost(programme, unit)), bound, exact_atoms)


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
    """Return the programme of some atoms (ascending) alone."""
    n = len(programme.residents)
    position = np.full(n, -1)
    position[atoms] = np.arange(len(atoms))
    neighbours = [position[programme.neighbours[programme.first[i] : programme.first[i + 1]]] for i in atoms]
    neighbours = [row[row >= 0] for row in neighbours]
    members = [slice(programme.committee_first[i], programme.committee_first[i + 1]) for i in atoms]
    return programme._replace(
        residents=programme.residents[atoms],
        first=np.cumsum([0, *map(len, neighbours)]),
        neighbours=np.concatenate(neighbours),
        burden=np.ascontiguousarray(programme.burden[np.ix_(atoms, atoms)]),
        committee_first=np.cumsum([0, *(part.stop - part.start for part in members)]),
        committee=np.concatenate([programme.committee[part] for part in members]),
        committee_people=np.concatenate([programme.committee_people[part] for part in members]),
    )
