"""Count what the stairs at home cost: who is within reach from the door, but not from the floor they live on.

Walking times go from door to door. The residents of an address live evenly on its building's floors; whoever has no lift
adds the stairs. A lift counts as no time. Where nobody knows the floors or the lifts, both ends are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.settings import Walker

Floats = NDArray[np.float64]
WITHIN = 10  # minutes, of the columns _10
_LIFT_FLOORS = 4  # the register's lift_share is about stairwells of so many floors and more


def homes(residents: pd.DataFrame, buildings: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Return, for each address in order, `floors` and `lift_share` (0–1) of its building; NaN where not known.

    Lower buildings have no lift; of the others the compound's share of stairwells with a lift holds.
    """
    floors = residents["building_id"].map(buildings.set_index("building_id")["floors"]).astype("float64")
    floors = floors.where(floors >= 1).round()
    stated = residents["compound_id"].map(register.set_index("compound_id")["lift_share"]).astype("float64")
    lift = (stated / 100).mask(floors < _LIFT_FLOORS, 0.0)
    return pd.DataFrame({"floors": floors.to_numpy(), "lift_share": lift.to_numpy()})


def share_on_foot(minutes: Floats, floors: Floats, floor_s: float, within: float) -> Floats:
    """Return the share of an address's residents who are within reach by the stairs; NaN where floors are unknown.

    Parameters
    ----------
    minutes
        From the door of the building; NaN where nothing is within the limit.
    floors
        Of the building; the k-th adds k − 1 flights.
    floor_s
        Seconds a flight.
    """
    left_s = 60 * (within - minutes)
    flights = np.floor(left_s / floor_s + 1e-9) if floor_s > 0 else np.where(left_s >= 0, np.inf, -np.inf)
    reached = np.clip(np.nan_to_num(flights + 1, nan=0.0, posinf=np.inf), 0, floors)
    return np.asarray(reached / floors, np.float64)


def stairs(
    residents: pd.DataFrame,
    at_home: pd.DataFrame,
    divisions: Sequence[tuple[str, pd.Index, NDArray[np.int64]]],
    walk_times: pd.DataFrame,
    wanted: Sequence[tuple[str, str]],
    people_columns: Mapping[str, str],
    walkers: Mapping[str, Walker],
) -> pd.DataFrame:
    """Return the table `stairs`: a row for each area, class and walker, and for each address to which a lift may matter.

    Parameters
    ----------
    at_home
        As `homes` returns it.
    divisions
        As `shares.partitions` returns them.
    wanted
        Pairs (class, walker).
    people_columns
        By class: the column of `residents` that it is for.
    """
    points = pd.Index(residents["point_id"])
    each = ("address", points, np.arange(len(points)))
    floors, lift = (at_home[column].to_numpy(np.float64) for column in ("floors", "lift_share"))
    keys, parts = [], []
    for name, walker in wanted:
        rows = walk_times[(walk_times["class"] == name) & (walk_times["walker"] == walker)]
        minutes = rows.set_index("point_id")["minutes_if_closed"].reindex(points).to_numpy(np.float64)
        people = residents[people_columns[name]].to_numpy(np.float64)
        at_door = (minutes <= WITHIN).astype(np.float64)
        on_foot = share_on_foot(minutes, floors, walkers[walker].floor_s, WITHIN)
        # unknown floors: as many as leave nobody within reach, or one; unknown lifts: none, or everywhere
        ends = [
            share * at_door + (1 - share) * stairs_
            for share, stairs_ in (
                (np.nan_to_num(lift, nan=0.0), np.nan_to_num(on_foot, nan=0.0)),
                (np.nan_to_num(lift, nan=1.0), np.where(np.isnan(on_foot), at_door, on_foot)),
            )
        ]
        counts = {
            "people": people,
            "people_10": people * at_door,
            "people_10_stairs_low": people * ends[0],
            "people_10_stairs_high": people * ends[1],
            "lift_gain_low": people * (at_door - ends[1]),
            "lift_gain_high": people * (at_door - ends[0]),
        }
        for kind, ids, area in (*divisions, each):
            inside = area >= 0
            sums = {key: np.bincount(area[inside], n[inside], len(ids)) for key, n in counts.items()}
            parts.append(pd.DataFrame(sums).astype("float64"))
            keys += [(kind, area_id, name, walker) for area_id in ids]
    columns = ["area_kind", "area_id", "class", "walker"]
    table = pd.DataFrame(keys, columns=columns).astype("str").join(pd.concat(parts, ignore_index=True))
    table = table[(table["area_kind"] != "address") | (table["lift_gain_high"] > 0)]
    return table.sort_values(columns, ignore_index=True)
