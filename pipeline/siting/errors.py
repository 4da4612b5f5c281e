"""Lay out what errors of the data, each one for the whole district, would add to the points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.scoring.points import Points
from pipeline.scoring.weights import Floats
from pipeline.tables import FIELDS

ERRORS = FIELDS["error"].codes


@dataclass(frozen=True)
class Shifts:
    """What low and high points gain (end, unit, indicator): the lower ends of all ERRORS, then the upper ends."""

    low: Floats
    high: Floats


def shifts_of(errors: pd.DataFrame, points: Points, ids: tuple[str, ...]) -> Shifts:
    """Return what table `indicator_errors` adds to the points of units, indicators in the order of `ids`."""
    shape = (2, len(ERRORS), *points.low.shape)
    low, high = np.zeros(shape), np.zeros(shape)
    rows = errors[errors["unit_id"].isin(points.units)]
    error, unit, indicator = (
        pd.Index(names).get_indexer(rows[column])
        for names, column in ((ERRORS, "error"), (points.units, "unit_id"), (ids, "indicator_id"))
    )
    for end, side in enumerate(("less", "more")):
        low[end, error, unit, indicator] = rows[f"points_low_{side}"] - points.low[unit, indicator]
        high[end, error, unit, indicator] = rows[f"points_high_{side}"] - points.high[unit, indicator]
    ends = (2 * len(ERRORS), *points.low.shape)
    return Shifts(low.reshape(ends), high.reshape(ends))


def at_ends(drawn: Floats) -> Floats:
    """Return how far draws from −1 to 1 (sample, error) lie at each end (sample, end): straight between them."""
    return np.concatenate([np.maximum(-drawn, 0.0), np.maximum(drawn, 0.0)], axis=1)
