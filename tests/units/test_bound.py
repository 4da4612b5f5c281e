"""The lower bound: below the exact optimum on random programmes, equal to it on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.units.bound import lower_bound
from pipeline.units.delineate import delineate
from pipeline.units.exact import solve_exactly
from pipeline.units.programme import Programme, total_cost
from tests.units.cases import grid, path, programme
from tests.units.town import PARAMS


def _bound(instance: Programme, label: np.ndarray, **changes: float) -> float:
    params = PARAMS.model_copy(update={"bound_residents_step": 1.0, "bound_gap_enough_share": 0.0} | changes)
    return lower_bound(instance, label, float(total_cost(instance, label)), params)[0]


HAND = {
    "one unit: its walks and the cost of a unit": (path([2000, 2000, 2000], [2, 3]), 10_000),
    "two pairs on a path": (path([2500] * 4, [2, 1, 2]), 10_000),
    "three that stand alone": (path([5000] * 3, [1, 1]), 0),
    "one stands alone, its neighbour has no room and is left over": (path([4000, 12_000], [1]), 4000 * 60),
    "two committees in one unit": (programme([2600, 2600], {(0, 1): 2.0}, committees=[0, 1]), 5200 + 1500),
}


@pytest.mark.parametrize("case", HAND, ids=str)
def test_it_meets_the_answer_worked_by_hand(case: str) -> None:
    instance, cost = HAND[case]
    exact = solve_exactly(instance, 1000)
    assert exact is not None
    assert total_cost(instance, exact) == pytest.approx(cost)
    assert _bound(instance, exact) == pytest.approx(cost, rel=1e-3)


@st.composite
def _instances(draw: st.DrawFn) -> Programme:
    """A random graph of up to 12 atoms, whose people live in one committee or in two."""
    n = draw(st.integers(2, 12))
    residents = draw(st.lists(st.integers(50, 12_000), min_size=n, max_size=n))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=1, max_size=3 * n)
    )
    minutes = {(i, j): float(1 + (3 * i + 5 * j) % 7) for i, j in pairs if i < j}
    committees = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    made = programme([float(p) for p in residents], minutes, committees=committees, unit_cost=2000.0)
    if draw(st.booleans()):
        return made
    return made._replace(
        committee_first=2 * made.committee_first,
        committee=np.stack([made.committee, (made.committee + 1) % 4], axis=1).ravel(),
        committee_people=np.stack([0.7 * made.residents, 0.3 * made.residents], axis=1).ravel(),
        committees=4,
    )


@given(
    instance=_instances(),
    step=st.sampled_from([1.0, 10.0, 100.0]),
    nodes=st.sampled_from([1, 60, 5000]),
    seed=st.integers(0, 99),
)
@settings(max_examples=150)
def test_it_never_exceeds_the_optimum(instance: Programme, step: float, nodes: int, seed: int) -> None:
    """Also from the prices of a poor plan."""
    exact = solve_exactly(instance, 50_000)
    assert exact is not None
    best = total_cost(instance, exact)
    few = {"bound_steps": 20, "bound_connected_steps": 20, "bound_connected_nodes": nodes}
    limit = best + 1e-6 * max(1.0, best)
    assert _bound(instance, exact, bound_residents_step=step, **few) <= limit
    hasty = PARAMS.model_copy(update=few | {"exact_sets_max": 0, "iterations_per_atom": 3, "seed": seed})
    plan = delineate(instance, hasty)
    assert plan.bound_person_minutes <= limit
    assert 0 <= plan.gap_share <= 1


@pytest.mark.parametrize("seed", range(4))
def test_it_comes_near_the_optimum_on_a_grid_of_sixteen(seed: int) -> None:
    instance = grid(4, seed, mean=2000.0)
    exact = solve_exactly(instance, 100_000)
    assert exact is not None
    best = total_cost(instance, exact)
    assert 0.95 * best <= _bound(instance, exact) <= best + 1e-6 * best


def test_it_climbs_no_further_than_is_asked() -> None:
    instance = grid(6, 2)
    label = delineate(instance, PARAMS.model_copy(update={"iterations_per_atom": 500})).unit
    cost = float(total_cost(instance, label))
    goal, full = (_bound(instance, label, bound_gap_enough_share=share) for share in (0.1, 0.0))
    assert 0.9 * cost <= goal < full <= cost


def test_the_same_input_gives_the_same_bound() -> None:
    instance = grid(5, 1)
    label = np.full(25, -1)
    assert _bound(instance, label) == _bound(instance, label)


def test_components_solved_to_proof_leave_no_gap() -> None:
    plan = delineate(programme([6000, 3000, 13_000], {}), PARAMS)
    assert plan.bound_person_minutes == plan.cost_person_minutes
    assert plan.gap_share == 0


def test_cutting_planes_raise_what_the_knapsack_alone_gives() -> None:
    """On 36 atoms no unit is left that a sixth of the price would not pay for."""
    instance = grid(6, 2)
    label = delineate(instance, PARAMS.model_copy(update={"iterations_per_atom": 500})).unit
    cost = float(total_cost(instance, label))
    rough, close = (_bound(instance, label, bound_connected_steps=steps) for steps in (0, 40))
    assert rough < close <= cost
    assert (cost - close) < 0.5 * (cost - rough)
