"""Write the table of scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.scoring.mean import Aggregate, scenario_scores, total_scores
from pipeline.scoring.points import points_of
from pipeline.scoring.weights import Weights

TOTAL = "total"


def score_table(indicators: pd.DataFrame, weights: Weights, aggregate: Aggregate) -> pd.DataFrame:
    """Return table `scores` from table `indicators`: each unit's scenarios and total, sorted by its key."""
    points = points_of(indicators, weights.indicators)
    scenarios = scenario_scores(points, weights)
    total = total_scores(scenarios, weights, aggregate)
    columns = [*weights.scenarios, TOTAL]
    table = pd.DataFrame(
        {
            "unit_id": pd.Series(np.repeat(np.array(points.units, object), len(columns)), dtype="str"),
            "scenario": pd.Series(columns * len(points.units), dtype="str"),
        }
        | {
            name: np.column_stack([getattr(scenarios, name), getattr(total, name)]).ravel()
            for name in ("score", "low", "high", "coverage")
        }
    )
    return table.sort_values(["unit_id", "scenario"]).reset_index(drop=True)
