"""Build small score sheets by hand and at random."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.scoring.points import Points
from pipeline.scoring.weights import Weights
from pipeline.siting.errors import ERRORS, Shifts
from pipeline.tables import empty

# Two scenarios: X has two indicators, the second with twice the weight; Y has one.
SMALL = Weights(
    scenarios=("X", "Y"),
    indicators=("X01", "X02", "Y01"),
    of_indicators=np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]),
    of_scenarios=np.array([1.0, 3.0]),
    target_points=np.array([80.0, 100.0, 60.0]),
)


# table `indicator_errors` where no figure is wrong
NO_ERRORS = empty("indicator_errors")


def sheet(**units: list[float | tuple[float, float] | None]) -> pd.DataFrame:
    """Return the columns of table `indicators` that scores use.

    For each unit one entry an indicator of SMALL: points, (low, high) where they are unknown within bounds, or None.
    """
    rows = []
    for unit, entries in units.items():
        for indicator, entry in zip(SMALL.indicators, entries, strict=True):
            low, high = (
                (0.0, 100.0) if entry is None else entry if isinstance(entry, tuple) else (entry, entry)
            )
            known = isinstance(entry, int | float)
            rows.append((unit, indicator, entry if known else np.nan, low, high, known, float(known)))
    columns = "unit_id indicator_id points points_low points_high known evidence_share".split()
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"points": float, "points_low": float, "points_high": float})


def random_weights(random: np.random.Generator) -> Weights:
    """Return three scenarios of one to four indicators with any weights."""
    sizes = random.integers(1, 5, 3)
    of = np.zeros((3, sizes.sum()))
    for row, (start, stop) in enumerate(zip([0, *sizes.cumsum()], sizes.cumsum(), strict=False)):
        of[row, start:stop] = random.uniform(0.1, 3, stop - start)
    names = tuple(f"I{i}" for i in range(sizes.sum()))
    targets = random.uniform(30, 100, sizes.sum())
    return Weights(("X", "Y", "Z"), names, of, random.uniform(0.1, 3, 3), targets)


def random_points(random: np.random.Generator, weights: Weights, units: int) -> Points:
    """Return points of which about half are unknown, some within bounds, and known ones with an interval at times."""
    shape = (units, len(weights.indicators))
    low, high = np.sort(random.uniform(0, 100, (2, *shape)), axis=0)
    exact, wide = random.random(shape) < 0.3, random.random(shape) < 0.3
    points = low + random.random(shape) * (high - low)
    low, high = np.where(exact, points, low), np.where(exact, points, high)
    known = random.random(shape) < 0.5
    low, high = np.where(wide & ~known, 0.0, low), np.where(wide & ~known, 100.0, high)
    evidence = np.where(known, random.uniform(0.5, 1, shape), 0.0)
    names = tuple(f"U{i}" for i in range(units))
    return Points(names, np.where(known, points, np.nan), low, high, known, evidence)


def random_shifts(random: np.random.Generator, points: Points) -> Shifts:
    """Return shifts for a third of the points, up to 30 either way."""
    shape = (2 * len(ERRORS), *points.low.shape)
    moved = random.random(points.low.shape) < 1 / 3
    low, high = moved * random.uniform(-30, 30, (2, *shape))
    return Shifts(low, high)
