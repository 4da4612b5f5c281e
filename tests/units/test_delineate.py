"""Proposed units: answers worked by hand, what must hold for every plan, and the exact judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.units.delineate import components, delineate
from pipeline.units.exact import connected_sets, solve_exactly
from pipeline.units.pool import empty_pool
from pipeline.units.programme import Programme, total_cost
from pipeline.units.search import anneal
from tests.units.cases import grid, path, programme
from tests.units.town import PARAMS


def _units(label: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(label == u).tolist() for u in range(label.max() + 1)]


def _annealed(instance: Programme, iterations: int = 20_000, seed: int = 1) -> np.ndarray:
    return anneal(instance, iterations, 5000.0, 20.0, seed, empty_pool(len(instance.residents), 1000))


HAND = {
    "path: the middle is the meeting point": (
        path([2000, 2000, 2000], [2, 3]), [[0, 1, 2]], 10_000,
    ),
    "an atom in range between two that no unit can take": (
        path([4000, 9000, 4000], [1, 1]), [[1]], 8000 * 60,
    ),
    "star: the hub takes its nearest three": (
        programme([3000] * 6, {(0, leaf): float(leaf) for leaf in range(1, 6)}),
        [[0, 1, 2, 3]], 18_000 + 6000 * 60,
    ),
    "three atoms at the floor stay alone": (
        path([5000, 5000, 5000], [1, 1]), [[0], [1], [2]], 0,
    ),
    "path of four: two pairs": (
        path([2500] * 4, [2, 1, 2]), [[0, 1], [2, 3]], 10_000,
    ),
    "the ceiling itself fits": (
        path([12000], []), [[0]], 0,
    ),
    "one above the ceiling does not": (
        path([12001], []), [], 12001 * 60,
    ),
    "an island below the floor is left over, not forced": (
        programme([6000, 3000], {}), [[0]], 3000 * 60,
    ),
    "two meeting points tie: either has the same price": (
        path([2500, 2500], [2]), [[0, 1]], 5000,
    ),
    "two small ones on either side of a full block": (
        path([2500, 12000, 2500], [1, 1]), [[1]], 5000 * 60,
    ),
    "14,999 residents make at most two units": (
        path([4000, 2999, 4000, 4000], [1, 1, 1]), [[0, 1], [2, 3]], 2999 + 4000,
    ),
    "a greedy start at the nearest pair fails, the pairs at the ends do not": (
        path([3000, 2500, 2500, 3000], [3, 1, 3]), [[0, 1], [2, 3]], 15_000,
    ),
    "a way round a full block: the last walks through the block, though the unit holds together round it": (
        programme([2000, 12_000, 2000, 2000], {(0, 1): 1.0, (1, 2): 1.0, (0, 3): 2.0, (2, 3): 3.0}),
        [[0, 2, 3], [1]], 8000,
    ),
    "a C round a river: the ends are near each other only across the water": (
        path([2000, 2000, 2000, 2000, 2000], [4, 4, 4, 4]), [[0, 1, 2, 3, 4]], 2000 * (8 + 4 + 0 + 4 + 8),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HAND, ids=str)
def test_answers_worked_by_hand(case: str) -> None:
    instance, units, cost = HAND[case]
    exact = solve_exactly(instance, 1000)
    assert exact is not None
    found = _annealed(instance)
    assert total_cost(instance, exact) == pytest.approx(cost)
    assert total_cost(instance, found) == pytest.approx(cost)
    assert _units(exact) == units
    assert _units(found) == units


@st.composite
def _instances(draw: st.DrawFn) -> Programme:
    """A random graph of up to 14 atoms, parts of it perhaps islands."""
    n = draw(st.integers(2, 14))
    residents = draw(st.lists(st.integers(200, 13_000), min_size=n, max_size=n))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=2 * n))
    minutes = {(i, j): float(1 + (3 * i + 5 * j) % 7) for i, j in pairs if i < j}
    committees = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    return programme([float(p) for p in residents], minutes, committees=committees, unit_cost=2000.0)


@given(instance=_instances(), seed=st.integers(0, 1000), exact=st.booleans())
@settings(max_examples=150)
def test_every_plan_is_valid(instance: Programme, seed: int, exact: bool) -> None:
    """Every unit in range and connected, every atom at most once, a reason for each leftover."""
    params = PARAMS.model_copy(
        update={"seed": seed, "iterations_per_atom": 50, "exact_sets_max": 5000 if exact else 0}
    )
    plan = delineate(instance, params)
    for u in range(plan.unit.max() + 1):
        atoms = plan.unit == u
        assert 5000 <= instance.residents[atoms].sum() <= 12_000
        assert len(components(instance, atoms)) == 1
    assert [bool(why) for why in plan.reason] == (plan.unit < 0).tolist()
    assert plan.cost_person_minutes == pytest.approx(total_cost(instance, plan.unit))
    again = delineate(instance, params)
    assert again.unit.tolist() == plan.unit.tolist()


@given(instance=_instances())
@settings(max_examples=60)
def test_annealing_is_never_better_than_the_exact_judge_and_seldom_worse(instance: Programme) -> None:
    exact = delineate(instance, PARAMS.model_copy(update={"exact_sets_max": 20_000}))
    found = delineate(instance, PARAMS.model_copy(update={"exact_sets_max": 0}))
    assert exact.exact_atoms == sum(len(part) for part in _solved(instance))
    assert exact.cost_person_minutes <= found.cost_person_minutes + 1e-6
    assert found.cost_person_minutes <= 1.05 * exact.cost_person_minutes + 1e-6


def _solved(instance: Programme) -> list[np.ndarray]:
    """The components that can hold a unit at all."""
    parts = components(instance, instance.residents <= 12_000)
    return [part for part in parts if instance.residents[part].sum() >= 5000]


@pytest.mark.parametrize("seed", range(4))
def test_annealing_meets_the_exact_answer_on_a_grid_of_sixteen(seed: int) -> None:
    instance = grid(4, seed, mean=2000.0)
    exact = solve_exactly(instance, 100_000)
    assert exact is not None
    found = _annealed(instance, 64_000)
    assert total_cost(instance, found) == pytest.approx(total_cost(instance, exact), rel=0.01)


def test_each_connected_set_is_listed_once() -> None:
    """On a path of 6 atoms of 2,500 the sets in range are the runs of 2, 3 and 4 atoms: 5 + 4 + 3."""
    sets, complete = connected_sets(path([2500.0] * 6, [1.0] * 5), 100)
    assert complete
    assert len(set(sets.tolist())) == len(sets) == 12
    assert all(bin(word).count("1") in (2, 3, 4) for word in sets.tolist())
    assert connected_sets(path([2500.0] * 6, [1.0] * 5), 11)[1] is False


def test_a_committee_cut_is_priced() -> None:
    """Two committees of two: pairs along the committees, though the walk across is shorter."""
    minutes = {(0, 1): 2.0, (2, 3): 2.0, (0, 2): 1.9, (1, 3): 1.9}
    four = programme([2500.0] * 4, minutes, committees=[0, 0, 1, 1])
    assert _units(_annealed(four)) == [[0, 1], [2, 3]]
    free = four._replace(cut_cost=0.0)
    assert _units(_annealed(free)) == [[0, 2], [1, 3]]
