"""Walking minutes by scipy, from the tables alone, on a graph in which every address, entrance and class is a node.

Nothing is shared with the pipeline's engines: no chains, no reading along edges, no labels that groups of walkers undo.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]
CHUNK = 64  # searches at a time: each fills a row as long as the graph


def minutes(
    edges: pd.DataFrame,
    facilities: pd.DataFrame,
    addresses: pd.DataFrame,
    classes: Sequence[str],
    walker: str,
    speed_m_per_s: float,
    limit: float,
    from_facility: Collection[str] = (),
) -> Floats:
    """Minutes (address × class) of a walker; infinite where nothing is within the limit.

    All addresses are linked. Walks to the classes `from_facility` are walked from there to the address.
    """
    doors = facilities[facilities["linked"] & facilities["class"].isin(classes)]
    edge_row = pd.Series(np.arange(len(edges)), index=edges["edge_id"].to_numpy())
    tied = pd.concat([addresses[["edge_id", "offset_m"]], doors[["edge_id", "offset_m"]]])
    on, at = edge_row[tied["edge_id"].astype("int64")].to_numpy(), tied["offset_m"].to_numpy(float)
    places, place = np.unique(np.stack([on, at], axis=1), axis=0, return_inverse=True)

    # nodes: junctions, then places, then addresses, then classes
    junctions, ends = np.unique(edges[["u", "v"]].to_numpy("int64"), return_inverse=True)
    first_place = len(junctions)
    first_address = first_place + len(places)
    first_class = first_address + len(addresses)
    size = first_class + len(classes)

    # every edge in pieces from place to place
    length = edges["length_m"].to_numpy(float)
    count = np.arange(len(edges))
    stops = pd.DataFrame(
        {
            "edge": np.concatenate([count, places[:, 0].astype(int), count]),
            "metres": np.concatenate([np.zeros(len(edges)), places[:, 1], length]),
            "kind": np.repeat([0, 1, 2], [len(edges), len(places), len(edges)]),
            "node": np.concatenate(
                [ends.reshape(-1, 2)[:, 0], first_place + np.arange(len(places)), ends.reshape(-1, 2)[:, 1]]
            ),
        }
    ).sort_values(["edge", "kind", "metres"], kind="stable")
    edge, metres, node = (stops[name].to_numpy() for name in ("edge", "metres", "node"))
    piece = np.flatnonzero(edge[1:] == edge[:-1])
    of = edge[piece]
    share = np.divide(
        metres[piece + 1] - metres[piece], length[of], out=np.zeros(len(piece)), where=length[of] > 0
    )

    def part(column: str) -> Floats:
        whole = edges[column].to_numpy(float)[of]
        return np.multiply(whole, share, out=np.zeros(len(piece)), where=share > 0)

    users = edges["users"].to_numpy(object)
    leg = {
        "address": addresses["access_m"].to_numpy(float) / speed_m_per_s / 60,
        "door": doors["access_m"].to_numpy(float) / speed_m_per_s / 60,
    }
    home = first_address + np.arange(len(addresses))
    name = first_class + pd.Index(classes).get_indexer(doors["class"])
    home_place, door_place = np.split(first_place + place.ravel(), [len(addresses)])

    own = addresses["compound_id"].to_numpy(object, na_value="")
    fronting = users[on[: len(addresses)]]
    group = np.where(fronting != "public", fronting, np.where(np.isin(own, users.astype(str)), own, "public"))

    def graph(whose: str, *, coming: bool) -> csr_array:
        """Arcs that a group walks, from address to class; `coming`: the minutes are of the way from class to address."""
        there, back = part(f"minutes_{walker}"), part(f"minutes_{walker}_back")
        if coming:
            there, back = back, there
        open_ = np.isin(users[of], ["public", whose])
        tail = np.concatenate([node[piece][open_], node[piece + 1][open_], home, door_place])
        head = np.concatenate([node[piece + 1][open_], node[piece][open_], home_place, name])
        cost = np.concatenate([there[open_], back[open_], leg["address"], leg["door"]])
        order = np.lexsort((cost, head, tail))
        order = order[np.isfinite(cost[order])]
        best = np.ones(len(order), bool)  # of parallel ways the quickest
        best[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        order = order[best]
        bounds = np.searchsorted(tail[order], np.arange(size + 1))
        return csr_array((cost[order], head[order], bounds), shape=(size, size))

    result = np.full((len(addresses), len(classes)), np.inf)
    for coming in (False, True):
        wanted = np.flatnonzero(np.isin(list(classes), list(from_facility)) == coming)
        if not len(wanted):
            continue
        for whose in np.unique(group.astype(str)):
            rows = np.flatnonzero(group == whose)
            ways = graph(whose, coming=coming)
            if len(rows) > len(wanted):  # search from the classes, else from the addresses
                ways = ways.T.tocsr()
                for some in np.array_split(wanted, -(-len(wanted) // CHUNK)):
                    found = dijkstra(ways, indices=first_class + some, limit=limit)
                    result[np.ix_(rows, some)] = found[:, home[rows]].T
            else:
                for some in np.array_split(rows, -(-len(rows) // CHUNK)):
                    found = dijkstra(ways, indices=home[some], limit=limit)
                    result[np.ix_(some, wanted)] = found[:, first_class + wanted]
    return result


def largest_difference(
    tables: Mapping[str, pd.DataFrame],
    points: Sequence[str],
    speeds: Mapping[str, float],
    limit: float,
    from_facility: Collection[str],
) -> tuple[int, int, float]:
    """Compare `walk_times` of some addresses, of every class and walker: how many pairs, how many reached, and by how much."""
    residents, edges, times = tables["residents"], tables["edges"], tables["walk_times"]
    chosen = residents[residents["point_id"].isin(points)]
    linked = chosen[chosen["linked"]].reset_index(drop=True)
    times = times[times["point_id"].isin(points)]
    assert times.loc[~times["point_id"].isin(linked["point_id"]), "minutes"].isna().all()
    pairs, reached, largest = len(times), 0, 0.0
    for walker, speed in speeds.items():
        stated = times[times["walker"] == walker].pivot(index="point_id", columns="class", values="minutes")
        stated = stated.loc[linked["point_id"]]
        found = minutes(
            edges, tables["facilities"], linked, list(stated.columns), walker, speed, limit, from_facility
        )
        ours = np.nan_to_num(stated.to_numpy(), nan=limit)
        reached += int((ours < limit).sum())
        largest = max(largest, float(np.abs(ours - np.minimum(found, limit)).max(initial=0.0)))
    return pairs, reached, largest
