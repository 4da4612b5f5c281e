"""Share the people of an area into served, not served, and those for whom it cannot be known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

MINUTES = (5, 10, 15)  # of the columns share_, unknown_ and unknown_gate_; B2 asks for 5–10, B21 for 15
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def gate_decides(minutes: ArrayLike, minutes_if_closed: ArrayLike, within: float) -> Bools:
    """Return who is served within so many minutes only if a gate of unknown users or hours is open."""
    return (np.asarray(minutes, np.float64) <= within) & ~(
        np.asarray(minutes_if_closed, np.float64) <= within
    )


def doubtful(
    linked: ArrayLike, complete: bool, edge_minutes: ArrayLike, unlinked_minutes: ArrayLike, within: float
) -> Bools:
    """Return at which addresses a facility that is not known to be reached may be within so many minutes.

    Parameters
    ----------
    linked
        Whether the address is tied to the network.
    complete
        Whether the list of the class is complete: else a facility that is not on it may be near.
    edge_minutes
        To the edge of the data, beyond which a facility may be near; NaN where it is far.
    unlinked_minutes
        In a straight line to a facility on the list that could not be tied to the network: people may know a way to
        it; NaN where it is far.
    """
    hidden = np.fmin(np.asarray(edge_minutes, np.float64), np.asarray(unlinked_minutes, np.float64)) <= within
    return ~np.asarray(linked, bool) | (not complete) | hidden


def status(
    minutes: ArrayLike, minutes_if_closed: ArrayLike, doubt: Bools, within: float
) -> tuple[Bools, Bools]:
    """Return who is served within so many minutes, and for whom that cannot be known; all others are not served.

    Parameters
    ----------
    minutes, minutes_if_closed
        To the nearest facility on the list, if uncertain gates are open and if they are closed; NaN where there is none
        within the search's limit.
    doubt
        As `doubtful` returns it for the same minutes.
    """
    served = np.asarray(minutes_if_closed, np.float64) <= within
    return served, ~served & (doubt | gate_decides(minutes, minutes_if_closed, within))


def weighted_quantile(
    values: Floats, weights: Floats, area: NDArray[np.int64], areas: int, share: float
) -> Floats:
    """Return, for each area, the least value that holds for `share` of the weight; NaN where there is none.

    Values that are NaN count as infinitely large: their weight is in the whole, they are never reached.
    """
    values = np.where(np.isnan(values), np.inf, values)
    keep = np.flatnonzero((area >= 0) & (weights > 0))
    order = keep[np.lexsort((values[keep], area[keep]))]
    code, running = area[order], np.cumsum(weights[order])
    before = np.concatenate([[0.0], running])[np.searchsorted(code, np.arange(areas))]
    total = np.bincount(code, weights[order], areas)
    # a hair below, so that ten equal weights reach nine tenths at the ninth
    reached = np.flatnonzero(running - before[code] >= (share - 1e-9) * total[code])
    first = reached[np.diff(code[reached], prepend=-1) > 0]
    result = np.full(areas, np.nan)
    result[code[first]] = np.where(np.isinf(values[order[first]]), np.nan, values[order[first]])
    return result


def partitions(
    residents: pd.DataFrame, address_areas: pd.DataFrame, units: pd.DataFrame
) -> list[tuple[str, pd.Index, NDArray[np.int64]]]:
    """Return (area kind, area ids, row of each address's area or −1) for every way to divide the addresses.

    Units of kind `committee` hold their committee's addresses, those of kind `proposed` what `address_areas` says.
    """
    proposed = address_areas.set_index("point_id")["unit_id"].reindex(residents["point_id"])
    committee, compound = residents["committee_id"], residents["compound_id"]
    divisions = [
        ("committee", pd.Index(committee.dropna().unique()), committee),
        ("compound", pd.Index(compound.dropna().unique()), compound),
        ("unit", pd.Index(units.loc[units["kind"] == "committee", "unit_id"]), committee),
        ("unit", pd.Index(units.loc[units["kind"] == "proposed", "unit_id"]), proposed),
    ]
    return [(kind, ids, ids.get_indexer(pd.Index(own))) for kind, ids, own in divisions]


def shares(
    residents: pd.DataFrame,
    divisions: Sequence[tuple[str, pd.Index, NDArray[np.int64]]],
    walk_times: pd.DataFrame,
    edge_times: pd.DataFrame,
    wanted: Sequence[tuple[str, str]],
    people_columns: Mapping[str, str],
    complete: Mapping[str, bool],
    unsure: Collection[str],
    thresholds: Sequence[int],
) -> pd.DataFrame:
    """Return the table `reach`: a row for each area, class and walker.

    Parameters
    ----------
    divisions
        As `partitions` returns them.
    wanted
        Pairs (class, walker); a class without any facility needs no rows in `walk_times`.
    people_columns, complete
        By class: the column of `residents` that it is for, and whether its list is complete.
    unsure
        Walkers of whom it is not known which ways they can take.
    thresholds
        Minutes of the columns share_, unknown_ and unknown_gate_.
    """
    points = pd.Index(residents["point_id"])
    walks = dict(iter(walk_times.groupby(["class", "walker"])))
    ends = {key: _aligned(rows, "edge_of_data_minutes", points) for key, rows in edge_times.groupby("walker")}
    linked = residents["linked"].to_numpy(bool)
    nowhere = np.full(len(residents), np.nan)
    keys, parts = [], []
    for name, walker in wanted:
        rows = walks.get((name, walker))
        reached, closed, unlinked = (
            nowhere if rows is None else _aligned(rows, column, points)
            for column in ("minutes", "minutes_if_closed", "unlinked_minutes")
        )
        end = ends.get(walker, nowhere)
        people = residents[people_columns[name]].to_numpy(np.float64)
        listed = complete[name] and walker not in unsure
        found = {
            k: (
                *status(reached, closed, doubtful(linked, listed, end, unlinked, k), k),
                gate_decides(reached, closed, k),
            )
            for k in thresholds
        }
        for kind, ids, area in divisions:
            parts.append(_table(people, linked, reached, found, area, len(ids)))
            keys += [(kind, area_id, name, walker) for area_id in ids]
    columns = ["area_kind", "area_id", "class", "walker"]
    table = pd.DataFrame(keys, columns=columns).astype("str").join(pd.concat(parts, ignore_index=True))
    return table.sort_values(columns, ignore_index=True)


def _table(
    people: Floats,
    linked: Bools,
    minutes: Floats,
    found: Mapping[int, tuple[Bools, Bools, Bools]],
    area: NDArray[np.int64],
    areas: int,
) -> pd.DataFrame:
    inside = area >= 0

    def total(mask: Bools) -> Floats:
        rows = mask & inside
        return np.bincount(area[rows], people[rows], areas).astype(np.float64)

    everyone = total(inside)
    whole = np.where(everyone > 0, everyone, np.nan)
    columns = {"people": everyone, "linked_people": total(linked)}
    for k, (served, unknown, gate) in found.items():
        columns[f"share_{k}"] = total(served) / whole
        columns[f"unknown_{k}"] = total(unknown) / whole
        columns[f"unknown_gate_{k}"] = total(gate) / whole
    reachers = np.where(np.isnan(minutes), 0.0, people)
    columns["median_minutes"] = weighted_quantile(minutes, reachers, area, areas, 0.5)
    columns["p90_minutes"] = weighted_quantile(minutes, people, area, areas, 0.9)
    return pd.DataFrame(columns)


def _aligned(rows: pd.DataFrame, column: str, points: pd.Index) -> Floats:
    return rows.set_index("point_id")[column].reindex(points).to_numpy(np.float64)
