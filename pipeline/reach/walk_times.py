"""Compute every address's minutes to the nearest facility of every class, at the pace of every walker."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.network.search import Floats, Graph, Ints, Points, nearest
from pipeline.progress import track
from pipeline.reach.straight_line import straight_minutes
from pipeline.settings import Walker


class Legs(NamedTuple):
    """A walker's graph and speed, and the addresses on it."""

    graph: Graph
    addresses: Points
    speed_m_per_s: float


def legs_if_closed(
    residents: pd.DataFrame, edges: pd.DataFrame, walkers: Mapping[str, Walker]
) -> dict[str, Legs] | None:
    """Place them on the graphs in which uncertain gates are closed; None where that makes no difference."""
    closed = edges.assign(users=edges["users_if_closed"])
    return None if closed["users"].equals(edges["users"]) else legs(residents, closed, walkers)


def legs(residents: pd.DataFrame, edges: pd.DataFrame, walkers: Mapping[str, Walker]) -> dict[str, Legs]:
    """Place the linked residents on the graph of each walker."""
    linked = residents[residents["linked"]]
    result = {}
    for key, walker in walkers.items():
        graph = Graph.build(edges, key)
        result[key] = Legs(graph, graph.points(linked, walker.speed_m_per_s), walker.speed_m_per_s)
    return result


def walk_times(
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    wanted: Sequence[tuple[str, str]],
    walkers: Mapping[str, Legs],
    if_closed: Mapping[str, Legs] | None,
    limit_minutes: float,
) -> pd.DataFrame:
    """Return the table `walk_times`: a row for each address and each wanted (class, walker).

    Parameters
    ----------
    residents
        Table `residents`, sorted by point_id. Addresses that are not linked get rows without minutes.
    facilities
        Table `facilities`; entrances that are not linked are not reached. How far the nearest facility without any
        linked entrance is in a straight line stands in `unlinked_minutes`.
    wanted
        Sorted pairs (class, walker).
    walkers, if_closed
        Whoever walks, with uncertain gates open and closed; None where there is no such gate.
    """
    tied = facilities[facilities["linked"]].sort_values("entrance_id")
    minutes, entrance = _nearest(residents, tied, wanted, walkers, limit_minutes, "walk times")
    closed = minutes
    if if_closed is not None:
        closed, _ = _nearest(residents, tied, wanted, if_closed, limit_minutes, "uncertain gates closed")
    keys = _keys(residents, {"class": [name for name, _ in wanted], "walker": [key for _, key in wanted]})
    return pd.DataFrame(
        keys
        | {
            "minutes": minutes.ravel(),
            "minutes_if_closed": closed.ravel(),
            "facility_id": tied["facility_id"].array.take(entrance.ravel(), allow_fill=True),
            "unlinked_minutes": _unlinked_minutes(
                residents, facilities, wanted, walkers, limit_minutes
            ).ravel(),
        }
    )


def _nearest(
    residents: gpd.GeoDataFrame,
    tied: gpd.GeoDataFrame,
    wanted: Sequence[tuple[str, str]],
    walkers: Mapping[str, Legs],
    limit_minutes: float,
    label: str,
) -> tuple[Floats, Ints]:
    """Minutes (address × wanted) to the nearest of the linked entrances, NaN for none, and its row, −1 for none."""

    def search(pair: tuple[str, str]) -> tuple[Floats, Ints]:
        name, key = pair
        rows = np.flatnonzero(tied["class"] == name)
        walker = walkers[key]
        targets = walker.graph.points(tied.iloc[rows], walker.speed_m_per_s)
        minutes, which = nearest(walker.graph, targets, walker.addresses, limit_minutes)
        return minutes, np.where(which < 0, -1, rows[which] if len(rows) else -1)

    linked = residents["linked"].to_numpy(bool)
    minutes = np.full((len(residents), len(wanted)), np.nan)
    entrance = np.full(minutes.shape, -1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for i, (found, which) in enumerate(track(pool.map(search, wanted), label, len(wanted))):
            minutes[linked, i], entrance[linked, i] = found, which
    return minutes, entrance


def _unlinked_minutes(
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    wanted: Sequence[tuple[str, str]],
    walkers: Mapping[str, Legs],
    limit_minutes: float,
) -> Floats:
    """Straight minutes (address × wanted) to the nearest facility that could not be tied to the network."""
    tied = facilities.loc[facilities["linked"], "facility_id"]
    loose = facilities[~facilities["facility_id"].isin(tied)]
    minutes = np.full((len(residents), len(wanted)), np.nan)
    for i, (name, key) in enumerate(wanted):
        places = loose.loc[loose["class"] == name, "geometry"]
        minutes[:, i] = straight_minutes(residents.geometry, places, walkers[key].speed_m_per_s)
    return np.where(minutes <= limit_minutes, minutes, np.nan)


def edge_times(
    residents: pd.DataFrame, data_edge: pd.DataFrame, walkers: Mapping[str, Legs], limit_minutes: float
) -> pd.DataFrame:
    """Return the table `edge_times`: each address's minutes, for each walker, to where the data end."""
    names = sorted(walkers)
    minutes = np.full((len(residents), len(names)), np.nan)
    linked = residents["linked"].to_numpy(bool)
    for i, key in enumerate(names):
        graph, addresses, speed = walkers[key]
        minutes[linked, i], _ = nearest(graph, graph.points(data_edge, speed), addresses, limit_minutes)
    return pd.DataFrame(_keys(residents, {"walker": names}) | {"edge_of_data_minutes": minutes.ravel()})


def _keys(
    residents: pd.DataFrame, columns: Mapping[str, Sequence[str]]
) -> dict[str, pd.api.extensions.ExtensionArray]:
    """Key columns of a table with a block of equal rows an address."""
    width = len(next(iter(columns.values())))
    block = np.tile(np.arange(width), len(residents))
    keys = {"point_id": residents["point_id"].array.take(np.repeat(np.arange(len(residents)), width))}
    return keys | {name: pd.array(values, "str").take(block) for name, values in columns.items()}
