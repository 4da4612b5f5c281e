"""Measure what members' points say together: the middle, the spread, and how far their orders agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, rankdata

from pipeline.scoring.weights import Floats


def trimmed_mean(points: Floats, share: float) -> float:
    """Return the mean without the lowest and the highest `share` of the points, rounded down to whole points; nan: none."""
    values = np.sort(points[~np.isnan(points)])
    cut = int(share * len(values))
    return float(values[cut : len(values) - cut].mean()) if len(values) else np.nan


def kendall_w(points: Floats) -> tuple[float, float]:
    """Return Kendall's coefficient of concordance of members (rows) over candidates (columns), and its p-value.

    1: all members have the same order; 0: no agreement at all. Equal points share their ranks, and W is corrected for
    it. The p-value is that of χ² = m (n − 1) W; for few candidates it is rough. nan where there are fewer than two
    members or three candidates, or no member tells candidates apart.

    Source
    ------
    Kendall & Babington Smith (1939), The problem of m rankings; Siegel & Castellan (1988), 9.6, for ties.
    """
    members, candidates = points.shape
    if members < 2 or candidates < 3:
        return np.nan, np.nan
    ranks: Floats = rankdata(points, axis=1)
    sums = ranks.sum(axis=0)
    squares = ((sums - sums.mean()) ** 2).sum()
    ties = sum(float((count**3 - count).sum()) for count in map(_counts, points))
    most = (members**2 * (candidates**3 - candidates) - members * ties) / 12
    if most <= 0:
        return np.nan, np.nan
    w = float(squares / most)
    return w, float(chi2.sf(members * (candidates - 1) * w, candidates - 1))


def _counts(row: Floats) -> NDArray[np.int_]:
    return np.unique(row, return_counts=True)[1]
