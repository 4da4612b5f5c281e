"""Measure what an answer would tell of who is among the first k.

Whether a candidate is among the first k has a variance over the samples. The effect of a fact is the part of these
variances, summed over candidates, that goes when the fact is known: the variance between its answers of the chance of
being among the first k.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scoring.weights import Floats
from pipeline.siting.chance import Draws, first

BINS = 10
_CLEAR = (
    BINS - 1 + 5 * np.sqrt(2 * (BINS - 1))
)  # five standard deviations over what bins differ by from chance alone
OUT = 9  # tier of a candidate that an answer would take out of the ranking


def effect_of_indicators(samples: Iterable[Draws], open_: NDArray[np.bool_]) -> Floats:
    """Return the effect (unit, indicator) of knowing where in its interval an indicator lies; 0 where not `open_`.

    The samples are sorted into bins by the indicator's place in its interval. What bins differ by from chance alone is
    taken off, and an effect that does not clearly exceed it is 0.
    """
    units, at = open_.shape[0], np.flatnonzero(open_)
    size, inside = np.zeros((BINS, len(at))), np.zeros((BINS, len(at), units))
    for some in samples:
        places = some.position.reshape(len(some.position), -1)[:, at]
        bins, chosen = np.minimum((places * BINS).astype(int), BINS - 1), some.first_k.astype(float)
        for number in range(BINS):
            here = (bins == number).astype(float)
            size[number] += here.sum(axis=0)
            inside[number] += (
                here.T @ chosen
            )  # counts: whole numbers, the same in whatever order they are added
    whole = size.sum(axis=0)[:, None]
    mean = inside.sum(axis=0) / np.maximum(whole, 1)
    shares = inside / np.maximum(size, 1)[:, :, None]
    between = (size[:, :, None] * (shares - mean) ** 2).sum(axis=0)
    within = (whole * mean * (1 - mean) - between) / np.maximum(whole - BINS, 1)
    clear = between > _CLEAR * within
    effect = np.zeros(open_.size)
    effect[at] = np.where(clear, (between - (BINS - 1) * within) / np.maximum(whole, 1), 0.0).sum(axis=1)
    return effect.reshape(open_.shape)


@dataclass(frozen=True)
class Answered:
    """What candidates would be ranked by after an answer: readiness and tier (OUT: not ranked), by unit."""

    readiness: Floats
    tier: NDArray[np.int_]


def effect_of_answers(
    priorities: Floats, need_weight: Floats, readiness: Floats, answers: tuple[Answered, Answered], k: int
) -> float:
    """Return the effect of a fact with two answers that are equally likely.

    Parameters
    ----------
    priorities, need_weight
        (sample, unit) and (sample), as drawn.
    readiness
        (unit): as it is today.
    """
    chances = []
    for answer in answers:
        after = priorities + (1 - need_weight[:, None]) * (answer.readiness - readiness)
        chances.append((first(after, answer.tier, k) & (answer.tier < OUT)).mean(axis=0))
    return float((((chances[0] - chances[1]) / 2) ** 2).sum())
