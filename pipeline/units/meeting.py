"""Measure the adult's walk between atoms: from each one's meeting point on public ways, and in each on its own ways."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from pipeline.network.search import PUBLIC

Floats = npt.NDArray[np.float64]
DOORSTEP_MINUTES = 1e-9  # stands for zero: sparse graphs hold no edge of length zero
SOURCES_AT_ONCE = 200


def meeting_points(
    addresses: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return (atom, node, users): the junction of an atom's own edges that is nearest to its people's centre.

    `addresses` has columns atom (position), edge_id, residents, geometry, one row a linked address. `node` is a position in
    `nodes`. Atoms without linked address have no row.
    """
    at = addresses.geometry
    weighted = pd.DataFrame(
        {
            "atom": addresses["atom"],
            "x": at.x * addresses["residents"],
            "y": at.y * addresses["residents"],
            "residents": addresses["residents"],
        }
    )
    centre = weighted.groupby("atom").sum()
    used = (
        addresses[["atom", "edge_id"]]
        .drop_duplicates()
        .merge(edges[["edge_id", "u", "v", "users"]], on="edge_id")
    )
    ends = pd.concat([used.rename(columns={"u": "node_id"}), used.rename(columns={"v": "node_id"})])
    ends["node"] = pd.Index(nodes["node_id"]).get_indexer(ends["node_id"])
    x, y = nodes.geometry.x.to_numpy()[ends["node"]], nodes.geometry.y.to_numpy()[ends["node"]]
    people = ends["atom"].map(centre["residents"])
    ends["away"] = np.hypot(
        x - ends["atom"].map(centre["x"]) / people, y - ends["atom"].map(centre["y"]) / people
    )
    nearest = ends.sort_values(["atom", "away", "node_id", "users"]).drop_duplicates("atom")
    return nearest[["atom", "node", "users"]].reset_index(drop=True)


def minutes_between(
    atoms: int, meeting: pd.DataFrame, nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, cap: float
) -> Floats:
    """Return the minutes between any two atoms (n × n, mean of there and back), at most `cap`.

    One leaves over the ways of one's own group, walks on public ways, and enters over the ways of the other's group: the
    graph has three storeys, so that nobody walks through a third compound.
    """
    index = pd.Index(nodes["node_id"])
    u, v = index.get_indexer(edges["u"]), index.get_indexer(edges["v"])
    public = (edges["users"] == PUBLIC).to_numpy()
    on_public = np.zeros(len(nodes), dtype=bool)
    on_public[u[public]] = on_public[v[public]] = True
    private = pd.DataFrame({"node": np.concatenate([u[~public], v[~public]])})
    private["users"] = np.tile(edges.loc[~public, "users"].to_numpy(), 2)
    rooms = pd.MultiIndex.from_frame(private.drop_duplicates().sort_values(["node", "users"]))
    count, inside = len(nodes), len(rooms)

    def room(node: np.ndarray, users: pd.Series) -> np.ndarray:
        return rooms.get_indexer(pd.MultiIndex.from_arrays([node, users]))

    users = edges.loc[~public, "users"]
    own_u, own_v = room(u[~public], users), room(v[~public], users)
    doors = np.flatnonzero(on_public[rooms.get_level_values(0).to_numpy(dtype=np.int64)])
    street = rooms.get_level_values(0).to_numpy(dtype=np.int64)[doors]
    there, back = edges["minutes_adult"].to_numpy(), edges["minutes_adult_back"].to_numpy()
    out, into = count, count + inside
    every = np.arange(inside)
    tail = [u[public], v[public], out + own_u, out + own_v, into + own_u, into + own_v,
            out + doors, street, out + every]  # fmt: skip
    tip = [v[public], u[public], out + own_v, out + own_u, into + own_v, into + own_u,
           street, into + doors, into + every]  # fmt: skip
    minutes = [there[public], back[public], there[~public], back[~public], there[~public], back[~public],
               np.full(len(doors), DOORSTEP_MINUTES), np.full(len(doors), DOORSTEP_MINUTES),
               np.full(inside, DOORSTEP_MINUTES)]  # fmt: skip
    ways = pd.DataFrame(
        {"tail": np.concatenate(tail), "tip": np.concatenate(tip), "minutes": np.concatenate(minutes)}
    )
    ways = ways.loc[np.isfinite(ways["minutes"])].sort_values(["tail", "tip", "minutes"])
    ways = ways.drop_duplicates(["tail", "tip"])
    lengths = np.maximum(ways["minutes"], DOORSTEP_MINUTES)
    graph = csr_array((lengths, (ways["tail"], ways["tip"])), shape=(count + 2 * inside,) * 2)

    node = meeting["node"].to_numpy()
    indoors = ~on_public[node]
    start, end = node.copy(), node.copy()
    own = room(node[indoors], meeting.loc[indoors, "users"])
    start[indoors], end[indoors] = out + own, into + own
    walk = np.full((atoms, atoms), cap)
    atom = meeting["atom"].to_numpy()
    for low in range(0, len(atom), SOURCES_AT_ONCE):
        part = slice(low, low + SOURCES_AT_ONCE)
        found = dijkstra(graph, indices=start[part], limit=cap)[:, end]
        walk[np.ix_(atom[part], atom)] = np.minimum(found, cap)
    np.fill_diagonal(walk, 0.0)
    return (walk + walk.T) / 2
