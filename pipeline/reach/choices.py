"""Count how many facilities of a class people can choose from, and how far the second and third nearest are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from pipeline.network.search import Floats, nearest
from pipeline.reach.shares import MINUTES
from pipeline.reach.walk_times import Legs
from pipeline.tables import empty


def choices(
    residents: pd.DataFrame,
    facilities: pd.DataFrame,
    wanted: Sequence[tuple[str, str]],
    walkers: Mapping[str, Legs],
    facilities_max: int,
) -> pd.DataFrame:
    """Return the table `choices`: a row for each address and class with a listed facility within 15 minutes.

    Parameters
    ----------
    residents, facilities
        Tables of these names; a facility counts once, by its nearest linked entrance.
    wanted
        Pairs (class, walker).
    walkers
        On streets whose uncertain gates are closed: what is counted is there in any case.
    facilities_max
        Classes with more facilities are left out: whoever counts restaurants needs no third.
    """
    points = residents.loc[residents["linked"], "point_id"].array
    tied = pd.DataFrame(facilities[facilities["linked"]]).sort_values("entrance_id")
    tables = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, key in wanted:
            doors = [rows for _, rows in tied[tied["class"] == name].groupby("facility_id", sort=True)]
            if not 0 < len(doors) <= facilities_max:
                continue

            def walk(rows: pd.DataFrame, legs: Legs = walkers[key]) -> Floats:
                targets = legs.graph.points(rows, legs.speed_m_per_s)
                return nearest(legs.graph, targets, legs.addresses, float(MINUTES[-1]))[0]

            minutes = np.stack(list(pool.map(walk, doors)))  # facility × address
            reached = np.flatnonzero(~np.isnan(minutes).all(axis=0))
            minutes = np.sort(minutes[:, reached], axis=0)  # NaN last
            second, third = (
                minutes[k] if k < len(minutes) else np.full(len(reached), np.nan) for k in (1, 2)
            )
            tables.append(
                pd.DataFrame(
                    {
                        "point_id": points[reached],
                        "class": pd.array([name] * len(reached), "str"),
                        "walker": pd.array([key] * len(reached), "str"),
                        "second_minutes": second,
                        "third_minutes": third,
                    }
                    | {f"choices_{k}": (minutes <= k).sum(axis=0) for k in MINUTES}
                )
            )
    if not tables:
        return empty("choices", None)
    return pd.concat(tables).sort_values(["point_id", "class", "walker"], ignore_index=True)
