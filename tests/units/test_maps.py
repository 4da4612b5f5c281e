"""Near-optimal plans: how many there are in cases worked by hand, and who keeps whom in them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from pipeline.units.delineate import delineate
from pipeline.units.maps import kept_share, near_optimal
from pipeline.units.master import is_in, promising
from pipeline.units.programme import total_cost
from tests.units.cases import grid, path, programme
from tests.units.town import PARAMS


def test_a_square_of_four_has_two_best_plans_and_a_path_of_four_one() -> None:
    """Pairs along the streets or across: equally good. On a path, one pairing alone is within 1 %."""
    sides = {(0, 1): 2.0, (2, 3): 2.0, (0, 2): 2.0, (1, 3): 2.0}
    square = delineate(programme([2600] * 4, sides), PARAMS)
    assert {tuple(plan.tolist()) for plan in square.maps} == {(0, 0, 1, 1), (0, 1, 0, 1)}
    assert kept_share(square.maps, np.full(4, 2600.0)).tolist() == [0, 0, 0, 0]
    only = delineate(path([2500] * 4, [2, 1, 2]), PARAMS)
    assert [plan.tolist() for plan in only.maps] == [[0, 0, 1, 1]]


def test_the_core_keeps_its_companions_and_the_atom_that_changes_sides_does_not() -> None:
    """Units {0, 1, 2} and {3, 4} against {0, 1} and {2, 3, 4}: only atom 2 is contested."""
    plans = [np.array([0, 0, 0, 1, 1, -1]), np.array([0, 0, 1, 1, 1, -1])]
    people = np.array([3000.0, 3000.0, 1000.0, 3000.0, 3000.0, 500.0])
    assert kept_share(plans, people).tolist() == [1, 1, 0, 1, 1, 1]
    assert kept_share([*plans, plans[0]], people).tolist() == [1, 1, 0.5, 1, 1, 1]
    assert kept_share(plans[:1], people).tolist() == [1] * 6


def test_plans_on_a_grid_differ_and_stay_within_the_stated_share() -> None:
    instance = grid(6, 3)
    params = PARAMS.model_copy(update={"iterations_per_atom": 1000, "maps_within_share": 0.02})
    plan = delineate(instance, params)
    assert len(plan.maps) > 1
    costs = [total_cost(instance, label) for label in plan.maps]
    assert max(costs) <= 1.02 * costs[0]
    assert len({tuple(label.tolist()) for label in plan.maps}) == len(plan.maps)


def test_plans_of_other_searches_that_are_near_enough_are_among_them() -> None:
    """Pairs along or across are equally good; leaving two people out costs far more than 1 %."""
    sides = {(0, 1): 2.0, (2, 3): 2.0, (0, 2): 2.0, (1, 3): 2.0}
    square = programme([2600] * 4, sides)
    along, across, half = np.array([[0, 0, 1, 1], [0, 1, 0, 1], [0, 0, -1, -1]])
    units = csr_array([[1.0, 1, 0, 0], [0, 0, 1, 1]])
    prices = np.array([5200.0, 5200.0])
    plans = near_optimal(square, [along, along, half, across], units, prices, 0.01, 5, 100)
    assert [plan.tolist() for plan in plans] == [[0, 0, 1, 1], [0, 1, 0, 1]]
    assert len(near_optimal(square, [along, across], units, prices, 0.01, 1, 100)) == 1


def test_the_units_of_known_plans_stay_in_the_master_programme_however_dear() -> None:
    units = csr_array([[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 1, 0]])
    known = is_in(units, np.array([0, 0, 1, 1]))
    assert known.tolist() == [True, True, False, False]
    prices, duals = np.array([9.0, 9.0, 1.0, 2.0]), np.zeros(4)
    assert promising(units, prices, duals, 1.5, 4, known).tolist() == [0, 1, 2]
    assert promising(units, prices, duals, 9.0, 2, known).tolist() == [0, 1]
