"""Turn the table of indicators into arrays of units by indicators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import TableError
from pipeline.scoring.weights import Floats

_TOLERANCE = 1e-6  # points that a value and its own interval may differ by, from rounding


@dataclass(frozen=True)
class Points:
    """Points of units (rows) in indicators (columns); what is not known has no points, only an interval.

    Attributes
    ----------
    evidence
        Share of the people or land for which there is evidence.
    """

    units: tuple[str, ...]
    points: Floats
    low: Floats
    high: Floats
    known: NDArray[np.bool_]
    evidence: Floats

    def rows(self, which: NDArray[np.bool_]) -> Points:
        """Return the marked units alone."""
        return Points(
            units=tuple(compress(self.units, which)),
            points=self.points[which],
            low=self.low[which],
            high=self.high[which],
            known=self.known[which],
            evidence=self.evidence[which],
        )


def points_of(indicators: pd.DataFrame, ids: tuple[str, ...], chosen: Iterable[str] | None = None) -> Points:
    """Return the points of table `indicators`, of the chosen units or all in order of id, indicators in that of `ids`.

    An indicator that the table lacks for a unit is unknown: 0–100.

    Raises
    ------
    TableError
        The table holds an indicator that is not in `ids`, or points outside their own interval.
    """
    strange = sorted(set(indicators["indicator_id"]) - set(ids))
    if strange:
        raise TableError(
            "table indicators",
            f"holds {strange[0]}, which the catalogue lacks",
            todo="run stage indicators again",
        )
    units = sorted(set(indicators["unit_id"])) if chosen is None else list(chosen)

    def array(column: str, missing: float) -> Floats:
        wide = indicators.pivot(index="unit_id", columns="indicator_id", values=column)
        values = wide.reindex(index=units, columns=list(ids)).to_numpy(float, na_value=np.nan)
        return np.where(np.isnan(values), missing, values)

    points, low, high = array("points", np.nan), array("points_low", 0.0), array("points_high", 100.0)
    known = (array("known", 0.0) > 0) & ~np.isnan(points)
    outside = known & ((points < low - _TOLERANCE) | (points > high + _TOLERANCE))
    if outside.any():
        unit, indicator = np.argwhere(outside)[0]
        raise TableError(
            f"table indicators, unit {units[unit]}, {ids[indicator]}",
            f"{points[unit, indicator]} points lie outside {low[unit, indicator]}–{high[unit, indicator]}",
        )
    return Points(tuple(units), points, low, high, known, array("evidence_share", 0.0))
