"""Say how sure the order of candidates is: weights and what is unknown are drawn many times, and each time ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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


def priority(need_: Floats, readiness: Floats, need_weight: float | Floats) -> Floats:
    """Return what candidates are ranked by: a pilot belongs where much is missing and much is ready."""
    result: Floats = need_weight * need_ + (1 - need_weight) * readiness
    return result


def chance_top_k(
    doubt: Doubt, weights: Weights, need_weight: float, k: int, samples: int, concentration: float, seed: int
) -> Floats:
    """Return each candidate's chance of being among the first k.

    Scenario weights come from a Dirichlet distribution around the set ones, the weight of need from a Beta
    distribution around its own, both with the same concentration. Equal candidates keep the order of the rows. The
    same seed gives the same chances, whatever the number of threads.
    """
    random = np.random.default_rng(seed)
    units = len(doubt.tier)
    set_weights = weights.of_scenarios / weights.of_scenarios.sum()
    drawn = set_weights > 0
    of_scenarios = np.zeros((samples, len(set_weights)))
    of_scenarios[:, drawn] = random.dirichlet(concentration * set_weights[drawn], samples)
    of_need = np.full(samples, need_weight)
    if 0 < need_weight < 1:
        of_need = random.beta(concentration * need_weight, concentration * (1 - need_weight), samples)
    everything = np.ones_like(doubt.points.known)
    first = np.zeros(units)
    for start in range(0, samples, _BLOCK):
        block = slice(start, min(start + _BLOCK, samples))
        size = block.stop - block.start
        draws = random.random((size, units, len(weights.indicators)))
        points = doubt.points.low + draws * (doubt.points.high - doubt.points.low)
        needs = need(points, everything, weights, of_scenarios[block])
        first_key = np.broadcast_to(doubt.tier, needs.shape)
        order = np.lexsort((-priority(needs, doubt.readiness, of_need[block, None]), first_key))
        np.add.at(first, order[:, :k].ravel(), 1)
    return first / samples
