"""Cut ways into pieces between junctions.

Ways are held as flat arrays of vertices, so that inserting a vertex, cutting and measuring are array operations
over all streets at once. A junction is a node that two ways (or one way twice) share, or the end of a way;
attributes change only from way to way, so no piece mixes them, and bends stay in the piece's geometry.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Streets:
    """Vertices of all ways, one way after the other.

    Attributes
    ----------
    xy
        Coordinates (n × 2), metres.
    node
        Node of each vertex; two vertices with the same node are the same place of the graph.
    way
        Position of the way of each vertex in the table of ways, ascending.
    """

    xy: Floats
    node: Ints
    way: Ints

    @property
    def starts(self) -> Ints:
        """Vertices at which a segment starts (it ends at the next vertex)."""
        return np.flatnonzero(self.way[1:] == self.way[:-1])

    @property
    def along(self) -> Floats:
        """Metres from the first vertex of all to each vertex, steps from way to way not counted."""
        steps = np.linalg.norm(np.diff(self.xy, axis=0), axis=1)
        steps[self.way[1:] != self.way[:-1]] = 0.0
        return np.concatenate([[0.0], np.cumsum(steps)])


@dataclass(frozen=True)
class Pieces:
    """Parts of ways between two junctions, as ranges of vertices (`last` included)."""

    first: Ints
    last: Ints
    u: Ints
    v: Ints
    way: Ints


def flatten(ways: gpd.GeoDataFrame) -> Streets:
    """Return the vertices of ways; nodes at no distance from each other become one (the smallest id).

    Parameters
    ----------
    ways
        Columns way_id, node_ids (one a vertex), geometry (LineString, projected CRS).

    Raises
    ------
    TableError
        A way has not as many nodes as vertices.
    """
    xy, way = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    nodes = [np.asarray(ids, dtype=np.int64) for ids in ways["node_ids"]]
    sizes = np.array([len(ids) for ids in nodes], dtype=np.int64)
    vertices = np.bincount(way, minlength=len(ways))
    wrong = np.flatnonzero(sizes != vertices)
    if wrong.size:
        row = wrong[0]
        raise TableError(
            f"table ways, way_id {ways['way_id'].iloc[row]}",
            f"{sizes[row]} node_ids for {vertices[row]} vertices",
            "one node for every vertex",
        )
    node = np.concatenate([np.empty(0, dtype=np.int64), *nodes])
    return _merge_coincident(Streets(xy, node, way.astype(np.int64)))


def _merge_coincident(streets: Streets) -> Streets:
    start = streets.starts
    same = start[(streets.xy[start] == streets.xy[start + 1]).all(axis=1)]
    if not same.size:
        return streets
    ids, position = np.unique(streets.node, return_inverse=True)
    group = components(position[same], position[same + 1], len(ids))
    smallest = np.full(group.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(smallest, group, ids)
    keep = np.ones(len(streets.node), dtype=bool)
    keep[same + 1] = False
    return Streets(streets.xy[keep], smallest[group][position][keep], streets.way[keep])


def components(u: Ints, v: Ints, count: int) -> Ints:
    """Return the connected component of each of `count` places joined by the pairs (u, v)."""
    links = coo_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(count, count))
    return connected_components(links, directed=False)[1].astype(np.int64)


def insert(streets: Streets, after: Ints, xy: Floats, node: Ints) -> tuple[Streets, Ints]:
    """Insert vertices, each after a vertex of the old numbering; several after one keep their order.

    Returns
    -------
    tuple
        The new streets, and the new position of every old vertex.
    """
    order = np.argsort(after, kind="stable")
    after = after[order]
    grown = Streets(
        np.insert(streets.xy, after + 1, xy[order], axis=0),
        np.insert(streets.node, after + 1, node[order]),
        np.insert(streets.way, after + 1, streets.way[after]),
    )
    old = np.arange(len(streets.node))
    return grown, old + np.searchsorted(after, old, side="left")


def insert_along(streets: Streets, segment: Ints, at_m: Floats, snap_m: float) -> tuple[Streets, Ints]:
    """Insert places on segments, one vertex for all that are nearer than `snap_m`; return the node of each.

    Parameters
    ----------
    segment
        Vertex at which the segment of each place starts.
    at_m
        Metres along it; a place this near to an end is that end.
    """
    length = np.linalg.norm(streets.xy[segment + 1] - streets.xy[segment], axis=1)
    node = np.where(at_m < length / 2, streets.node[segment], streets.node[segment + 1])
    inner = np.flatnonzero((at_m > snap_m) & (at_m < length - snap_m))
    order = inner[np.lexsort((at_m[inner], segment[inner]))]
    place, along = segment[order], at_m[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (place[1:] != place[:-1]) | (along[1:] - along[:-1] > snap_m)
    ids = streets.node.max(initial=0) + np.cumsum(new)
    node[order] = ids
    after, share = place[new], (along[new] / length[order][new])[:, None]
    xy = (1 - share) * streets.xy[after] + share * streets.xy[after + 1]
    return insert(streets, after, xy, ids[new])[0], node


def cut(streets: Streets, at: Ints) -> Pieces:
    """Cut at junctions, and at the given nodes too."""
    ids, position, uses = np.unique(streets.node, return_inverse=True, return_counts=True)
    change = streets.way[1:] != streets.way[:-1]
    end = np.concatenate([[True], change]) | np.concatenate([change, [True]])
    cuts = np.flatnonzero(end | ((uses > 1) | np.isin(ids, at))[position])
    first, last = cuts[:-1], cuts[1:]
    inside = streets.way[first] == streets.way[last]
    first, last = first[inside], last[inside]
    return Pieces(first, last, streets.node[first], streets.node[last], streets.way[first])


def lines(streets: Streets, pieces: Pieces) -> NDArray[np.object_]:
    """Return the geometry of every piece, all vertices kept."""
    sizes = pieces.last - pieces.first + 1
    row = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.asarray(shapely.linestrings(streets.xy[pieces.first[row] + offset], indices=row))
