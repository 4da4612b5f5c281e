"""Turn lengths, slopes, steps and crossings into minutes, for every walker and both directions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.network.graph import Floats
from pipeline.network.slope import Steps
from pipeline.settings import NetworkParams, Walker


def tobler_factor(slope: Floats) -> Floats:
    """Return walking speed on a slope as a multiple of the speed on the flat.

    Source: W. Tobler 1993, Three presentations on geographical analysis and modeling, NCGIA 93-1:
    6·exp(−3.5·|S + 0.05|) km/h, which is 5.04 km/h at S = 0.
    """
    return np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05))


def steepest(steps: Steps, count: int) -> Floats:
    """Return the largest |slope| of each of `count` edges; NaN where no part of its slope is known."""
    result = np.full(count, -1.0)
    np.maximum.at(result, steps.edge, np.nan_to_num(np.abs(steps.slope), nan=-1.0))
    return np.where(result < 0, np.nan, result)


def walking_minutes(
    edges: pd.DataFrame, steps: Steps, crossings: pd.DataFrame, params: NetworkParams
) -> pd.DataFrame:
    """Return columns minutes_<walker> (u→v) and minutes_<walker>_back (v→u).

    Parameters
    ----------
    edges
        Columns length_m, steps (flight of steps).
    steps
        Slopes along the edges; unknown ones are walked as flat, but not by whoever avoids steep ways.
    crossings
        Result of `crossing_shares`.
    params
        Walkers, and the slope from which a way is steep.
    """
    columns = {}
    for name, walker in params.walkers.items():
        for suffix, sign in (("", 1.0), ("_back", -1.0)):
            columns[f"minutes_{name}{suffix}"] = _minutes(
                edges, steps, sign, crossings, walker, params.steep_share
            )
    return pd.DataFrame(columns, index=edges.index)


def _minutes(
    edges: pd.DataFrame,
    steps: Steps,
    sign: float,
    crossings: pd.DataFrame,
    walker: Walker,
    steep_share: float,
) -> Floats:
    is_steps = edges["steps"].to_numpy()
    slope = np.where(is_steps[steps.edge], 0.0, np.nan_to_num(sign * steps.slope))
    factor = tobler_factor(slope) if walker.slope == "tobler" else np.ones(len(slope))
    seconds = np.bincount(steps.edge, steps.length_m / (walker.speed_m_per_s * factor), len(edges))
    seconds[is_steps] *= walker.stairs_factor
    seconds += walker.crossing_wait_s * crossings["signalled"].to_numpy()
    seconds += walker.unsignalised_wait_s * crossings["unsignalled"].to_numpy()
    barred = np.zeros(len(edges), dtype=bool)
    if "steps" in walker.avoid:
        barred |= is_steps
    if "steep" in walker.avoid:
        steep = ~(np.abs(steps.slope) <= steep_share)  # where the slope is unknown it may be steep
        barred[steps.edge[steep]] = True
    if "arterial_crossing" in walker.avoid:
        barred |= (crossings > 0).any(axis=1).to_numpy()
    return np.where(barred, np.inf, seconds / 60)
