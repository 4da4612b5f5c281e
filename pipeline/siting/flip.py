"""Find the smallest change of weights that turns the order of two candidates round, as a linear programme.

The priority of a candidate is a weighted mean: need weight × scenario weight of each scenario's shortfall, and
1 − need weight of readiness. So all weights together lie on one simplex, and to change one of them or the other is
the same kind of step. Where a scenario is wholly unknown for one of the two, need divides by the weight that is known
and is no longer linear; then these scenarios and the weight of readiness are held, and a change that is found turns
the order round but a smaller one may exist.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from pipeline.scoring.weights import Floats

LEAD_POINTS = 1e-4  # by so much the second must lead afterwards, so that no rounding decides
Result = Literal["smallest", "found", "never", "not_found"]


class Standing(NamedTuple):
    """What two candidates are ranked by.

    Attributes
    ----------
    needs
        (2, scenario): mean shortfall by scenario.
    known
        (2, scenario): whether the scenario has one.
    readiness
        (2).
    """

    needs: Floats
    known: NDArray[np.bool_]
    readiness: Floats


class Flip(NamedTuple):
    """The change found.

    Attributes
    ----------
    result
        smallest: no smaller change will do; found: this one will; never: none will; not_found: none was found.
    distance
        Sum of the absolute changes of all weights, 0 to 2; nan where there is none.
    weights
        (scenario + 1): the weights after it, that of readiness last; they add up to 1.
    """

    result: Result
    distance: float
    weights: Floats


def weights_before(of_scenarios: Floats, need_weight: float) -> Floats:
    """Return the weights on one simplex: of each scenario's shortfall, and of readiness last."""
    return np.append(need_weight * of_scenarios / of_scenarios.sum(), 1 - need_weight)


def flip(pair: Standing, of_scenarios: Floats, need_weight: float) -> Flip:
    """Return the smallest change of weights after which the second of a pair stands before the first."""
    before = weights_before(of_scenarios, need_weight)
    known_weight = (pair.known * of_scenarios).sum(axis=1, keepdims=True) / of_scenarios.sum()
    by_weight = np.where(pair.known, pair.needs / np.where(known_weight > 0, known_weight, 1.0), 0.0)
    leads = np.append(by_weight[0] - by_weight[1], pair.readiness[0] - pair.readiness[1])
    linear = bool(pair.known.all())
    free = np.append(pair.known.all(axis=0), linear)
    # more and less of every weight: as much is given as is taken, and none falls below zero
    size = len(before)
    more = [(0.0, 1.0 if may else 0.0) for may in free]
    less = [(0.0, float(weight) if may else 0.0) for weight, may in zip(before, free, strict=True)]
    solved = linprog(
        np.ones(2 * size),
        A_ub=[np.concatenate([leads, -leads])],
        b_ub=[-LEAD_POINTS - leads @ before],
        A_eq=[np.concatenate([np.ones(size), -np.ones(size)])],
        b_eq=[0.0],
        bounds=more + less,
        method="highs-ds",
    )
    if solved.status != 0:
        return Flip("never" if linear else "not_found", np.nan, before)
    after = np.clip(before + solved.x[:size] - solved.x[size:], 0, None)
    return Flip("smallest" if linear else "found", float(np.abs(after - before).sum()), after)


def flip_need_weight(pair: Standing, of_scenarios: Floats) -> float:
    """Return the need weight at which the two are level with the scenario weights as set; nan where there is none."""
    weight = pair.known * of_scenarios
    need = (pair.needs * weight).sum(axis=1) / weight.sum(axis=1)
    by_need, by_readiness = need[0] - need[1], pair.readiness[0] - pair.readiness[1]
    if by_need == by_readiness:
        return np.nan
    level = abs(by_readiness) / abs(by_readiness - by_need) if by_readiness * by_need <= 0 else np.nan
    return float(level) if 0 <= level <= 1 else np.nan
