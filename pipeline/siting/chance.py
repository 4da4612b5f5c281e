"""Say how sure the order of candidates is: weights and what is unknown are drawn many times, and each time ranked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.scoring.points import Points
from pipeline.scoring.weights import Floats, Weights
from pipeline.siting.need import need

_BLOCK = 100  # samples held in memory at a time; the draws do not depend on it


@dataclass(frozen=True)
class Doubt:
    """What is drawn.

    Attributes
    ----------
    points
        Points of the candidates with their intervals: drawn evenly from low to high.
    readiness
        (unit): a fact, what is shown today; not drawn.
    tier
        (unit): candidates of a lower tier stand before all others, whatever is drawn.
    """

    points: Points
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
    need_weight
        (sample).
    priority
        (sample, unit).
    first_k
        (sample, unit): whether it is among the first k.
    """

    position: Floats
    need_weight: Floats
    priority: Floats
    first_k: NDArray[np.bool_]


def draws(
    doubt: Doubt, weights: Weights, need_weight: float, k: int, samples: int, concentration: float, seed: int
) -> Iterator[Draws]:
    """Yield the samples, some at a time.

    Scenario weights come from a Dirichlet distribution around the set ones, the weight of need from a Beta
    distribution around its own, both with the same concentration. Equal candidates keep the order of the rows. The
    same seed gives the same samples, whatever the number of threads.
    """
    random = np.random.default_rng(seed)
    set_weights = weights.of_scenarios / weights.of_scenarios.sum()
    drawn = set_weights > 0
    of_scenarios = np.zeros((samples, len(set_weights)))
    of_scenarios[:, drawn] = random.dirichlet(concentration * set_weights[drawn], samples)
    of_need = np.full(samples, need_weight)
    if 0 < need_weight < 1:
        of_need = random.beta(concentration * need_weight, concentration * (1 - need_weight), samples)
    everything = np.ones_like(doubt.points.known)
    for start in range(0, samples, _BLOCK):
        block = slice(start, min(start + _BLOCK, samples))
        size = block.stop - block.start
        position = random.random((size, len(doubt.tier), len(weights.indicators)))
        points = doubt.points.low + position * (doubt.points.high - doubt.points.low)
        needs = need(points, everything, weights, of_scenarios[block])
        priorities = priority(needs, doubt.readiness, of_need[block, None])
        yield Draws(position, of_need[block], priorities, first(priorities, doubt.tier, k))


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
