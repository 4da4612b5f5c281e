"""Say how sure the order of candidates is: weights, what is unknown, and errors of the data are drawn many times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.scoring.points import Points
from pipeline.scoring.weights import Floats, Weights
from pipeline.siting.errors import ERRORS, Shifts, at_ends

_BLOCK = 100  # samples held in memory at a time; the draws do not depend on it


@dataclass(frozen=True)
class Doubt:
    """What is drawn.

    Attributes
    ----------
    points
        Points of the candidates with their intervals: drawn evenly from low to high.
    shifts
        What either end of each error of the data adds to these intervals; an error is drawn evenly from end to end.
    readiness
        (unit): a fact, what is shown today; not drawn.
    tier
        (unit): candidates of a lower tier stand before all others, whatever is drawn.
    """

    points: Points
    shifts: Shifts
    readiness: Floats
    tier: NDArray[np.int_]


def tiers(verdict: pd.Series) -> NDArray[np.int_]:
    """Return 0 for candidates that pass every rule, which stand before all others (1)."""
    return np.where(verdict == "pass", 0, 1)


def priority(need_: Floats, readiness: Floats, need_weight: float | Floats) -> Floats:
    """Return what candidates are ranked by: a pilot belongs where much is missing and much is ready."""
    result: Floats = need_weight * need_ + (1 - need_weight) * readiness
    return result


class Draws(NamedTuple):
    """Some samples.

    Attributes
    ----------
    position
        (sample, unit, indicator): where in its interval an indicator lies, 0 at the low end, 1 at the high.
    of_scenarios
        (sample, scenario): weights, adding up to 1.
    need_weight
        (sample).
    errors
        (sample, error of ERRORS): from −1, the figure's lower end (slower, fewer, smaller), to 1, its upper end.
    priority
        (sample, unit).
    first_k
        (sample, unit): whether it is among the first k.
    """

    position: Floats
    of_scenarios: Floats
    need_weight: Floats
    errors: Floats
    priority: Floats
    first_k: NDArray[np.bool_]


def draws(
    doubt: Doubt, weights: Weights, need_weight: float, k: int, samples: int, concentration: float, seed: int
) -> Iterator[Draws]:
    """Yield the samples, some at a time.

    An error of the data is one for the whole district: the pace of walkers, say. Scenario weights come from a Dirichlet
    distribution around the set ones, the weight of need from a Beta distribution around its own, both with the same
    concentration. Equal candidates keep the order of the rows. The same seed gives the same samples, whatever the number
    of threads.
    """
    random = np.random.default_rng(seed)
    set_weights = weights.of_scenarios / weights.of_scenarios.sum()
    drawn = set_weights > 0
    of_scenarios = np.zeros((samples, len(set_weights)))
    of_scenarios[:, drawn] = random.dirichlet(concentration * set_weights[drawn], samples)
    of_need = np.full(samples, need_weight)
    if 0 < need_weight < 1:
        of_need = random.beta(concentration * need_weight, concentration * (1 - need_weight), samples)
    errors = random.uniform(-1, 1, (samples, len(ERRORS)))
    needs = _needs(doubt, weights)
    for start in range(0, samples, _BLOCK):
        block = slice(start, min(start + _BLOCK, samples))
        size = block.stop - block.start
        position = random.random((size, len(doubt.tier), len(weights.indicators)))
        drawn_needs = needs(position, of_scenarios[block], errors[block])
        priorities = priority(drawn_needs, doubt.readiness, of_need[block, None])
        yield Draws(
            position,
            of_scenarios[block],
            of_need[block],
            errors[block],
            priorities,
            first(priorities, doubt.tier, k),
        )


def _needs(doubt: Doubt, weights: Weights) -> Callable[[Floats, Floats, Floats], Floats]:
    """Return the function from positions, scenario weights and errors to needs (sample, unit).

    It is `need` with everything known: an indicator has one weight a sample, so shortfalls are weighed once, not by
    scenario. Where several errors together would take points out of 0–100, they end there.
    """
    points, shifts = doubt.points, doubt.shifts
    asked = weights.target_points > 0
    scale = 100 / np.where(asked, weights.target_points, 1.0)
    most, span = (weights.target_points - points.low) * scale, (points.high - points.low) * scale
    in_scenario = weights.of_indicators * asked
    whole = in_scenario.sum(axis=1, keepdims=True)
    has = whole[:, 0] > 0
    in_scenario = in_scenario / np.where(whole > 0, whole, 1.0)

    moved = np.flatnonzero(((shifts.low != 0) | (shifts.high != 0)).any(axis=(0, 1)))
    low, wider = ((some * scale)[:, :, moved] for some in (shifts.low, shifts.high - shifts.low))

    # einsum runs in one fixed order, so the same input gives the same bits
    def of(position: Floats, of_scenarios: Floats, errors: Floats) -> Floats:
        short = position * span
        np.subtract(most, short, out=short)
        ends = at_ends(errors)
        low_by, wider_by = (np.einsum("be,eui->bui", ends, some) for some in (low, wider))
        short[:, :, moved] -= low_by + position[:, :, moved] * wider_by
        np.clip(short, 0.0, 100.0, out=short)
        of_indicators = np.einsum("bs,si->bi", of_scenarios * has, in_scenario)
        weighed = np.einsum("bui,bi->bu", short, of_indicators)
        total: Floats = (of_scenarios * has).sum(axis=1, keepdims=True)
        return np.where(total > 0, weighed / np.where(total > 0, total, 1.0), np.nan)

    return of


def first(priorities: Floats, tier: NDArray[np.int_], k: int) -> NDArray[np.bool_]:
    """Return which candidates (sample, unit) are among the first k of their sample."""
    order = np.lexsort((-priorities, np.broadcast_to(tier, priorities.shape)))
    chosen = np.zeros(priorities.shape, bool)
    np.put_along_axis(chosen, order[:, :k], True, axis=1)
    return chosen


def chance_top_k(
    doubt: Doubt, weights: Weights, need_weight: float, k: int, samples: int, concentration: float, seed: int
) -> Floats:
    """Return each candidate's chance of being among the first k."""
    chosen = np.zeros(len(doubt.tier))
    for some in draws(doubt, weights, need_weight, k, samples, concentration, seed):
        chosen += some.first_k.sum(axis=0)
    return chosen / samples
