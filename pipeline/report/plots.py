"""Prepare what `dvc plots` draws: how many people walk how long, and how candidates stand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.report.metrics import BASIC

MINUTES = range(31)


def walking_csv(residents: pd.DataFrame, walk_times: pd.DataFrame) -> str:
    """Return minutes, class and the share of the class's people within so many minutes, as CSV."""
    points, rows = pd.Index(residents["point_id"]), []
    for facility_class, (walker, group) in BASIC.items():
        chosen = walk_times[(walk_times["class"] == facility_class) & (walk_times["walker"] == walker)]
        minutes = chosen.set_index("point_id")["minutes_if_closed"].reindex(points).to_numpy()
        people = residents[group].to_numpy()
        for limit in MINUTES:
            share = (
                people[np.nan_to_num(minutes, nan=np.inf) <= limit].sum() / people.sum()
                if people.sum()
                else np.nan
            )
            rows.append({"minutes": limit, "class": facility_class, "share": round(float(share), 5)})
    return pd.DataFrame(rows).to_csv(index=False, lineterminator="\n")


def candidates_csv(candidates: pd.DataFrame) -> str:
    """Return need, readiness, score, verdict and chance of every candidate, as CSV."""
    columns = "unit_id rank need readiness score low high coverage eligible chance_top_k".split()
    return candidates[columns].round(3).to_csv(index=False, lineterminator="\n")
