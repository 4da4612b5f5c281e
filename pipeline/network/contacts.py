"""Find where ways touch or cross barrier lines, and which ways meet there on the same side.

Crossing is decided by geometry, whether or not the map gives the way and the wall a common node. A way that
only touches a wall, or runs along it, crosses nothing as long as all its neighbours leave to the same side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from pipeline.network.graph import Bools, Floats, Ints, Pieces, Streets, components, insert_along
from pipeline.network.junctions import sectors


@dataclass(frozen=True)
class Segments:
    """Straight pieces of barrier lines: start, vector, and the line each belongs to."""

    origin: Floats
    vector: Floats
    line: Ints

    @classmethod
    def of(cls, geometry: NDArray[np.object_]) -> Segments:
        """Split line strings into segments without length zero."""
        xy, line = shapely.get_coordinates(geometry, return_index=True)
        start = np.flatnonzero(line[1:] == line[:-1])
        vector = xy[start + 1] - xy[start]
        real = (vector != 0).any(axis=1)
        return cls(xy[start][real], vector[real], line[start][real].astype(np.int64))

    @property
    def length(self) -> Floats:
        """Length of each segment, metres."""
        return np.linalg.norm(self.vector, axis=1)


@dataclass(frozen=True)
class Contacts:
    """Nodes of the streets that lie on a barrier: one row a node × barrier segment.

    Attributes
    ----------
    node, segment, line
        The node, the barrier segment and the barrier line it lies on.
    position
        Metres along that segment.
    """

    node: Ints
    segment: Ints
    line: Ints
    position: Floats


@dataclass(frozen=True)
class Arms:
    """Ends of pieces at some nodes: `vertex` is the end's vertex, `step` +1 or −1 the way into the piece."""

    piece: Ints
    node: Ints
    vertex: Ints
    step: Ints

    def directions(self, streets: Streets) -> Floats:
        """Vector from the node to the next vertex along the arm."""
        return streets.xy[self.vertex + self.step] - streets.xy[self.vertex]


def arms_at(pieces: Pieces, nodes: Ints) -> Arms:
    """List the ends of pieces at the given nodes."""
    piece = np.tile(np.arange(len(pieces.u)), 2)
    node = np.concatenate([pieces.u, pieces.v])
    vertex = np.concatenate([pieces.first, pieces.last])
    step = np.repeat(np.array([1, -1]), len(pieces.u))
    here = np.isin(node, nodes)
    return Arms(piece[here], node[here], vertex[here], step[here])


def _along(point: Floats, origin: Floats, vector: Floats, length: Floats) -> tuple[Floats, Floats]:
    """Return the metres along a segment of the nearest place to a point, and the distance to it."""
    share = np.clip(np.einsum("ij,ij->i", point - origin, vector) / length**2, 0.0, 1.0)
    return share * length, np.linalg.norm(point - origin - share[:, None] * vector, axis=1)


def find_contacts(
    streets: Streets, exempt: Bools, barrier: Segments, snap_m: float
) -> tuple[Streets, Contacts]:
    """Insert a vertex wherever a way meets a barrier, and list all nodes that lie on one.

    Parameters
    ----------
    streets
        The ways.
    exempt
        For each way: passes over or under barriers (bridge, tunnel). Nodes at its ends are no contacts either.
    barrier
        Segments of the barrier lines.
    snap_m
        A vertex this close to a segment is on it.
    """
    start = streets.starts
    start = start[~exempt[streets.way[start]]]
    first, second = streets.xy[start], streets.xy[start + 1]
    low, high = np.minimum(first, second) - snap_m, np.maximum(first, second) + snap_m
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    tree = STRtree(shapely.linestrings(np.stack([barrier.origin, barrier.origin + barrier.vector], axis=1)))
    row, wall = tree.query(boxes)
    segment = start[row]

    a, r = streets.xy[segment], streets.xy[segment + 1] - streets.xy[segment]
    q, w = barrier.origin[wall], barrier.vector[wall]
    way_m, wall_m = np.linalg.norm(r, axis=1), barrier.length[wall]
    none = np.zeros(len(segment))
    hits = []  # (pair, metres along the way's segment, metres along the barrier's)
    touched = np.zeros(len(segment), dtype=bool)
    for point, on_way, at in (
        (a, True, none),
        (a + r, True, way_m),
        (q, False, none),
        (q + w, False, wall_m),
    ):
        along, distance = _along(point, q, w, wall_m) if on_way else _along(point, a, r, way_m)
        near = distance <= snap_m
        touched |= near
        hits.append((np.flatnonzero(near), (at if on_way else along)[near], (along if on_way else at)[near]))
    cross = r[:, 0] * w[:, 1] - r[:, 1] * w[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = q - a
        t = (gap[:, 0] * w[:, 1] - gap[:, 1] * w[:, 0]) / cross
        s = (gap[:, 0] * r[:, 1] - gap[:, 1] * r[:, 0]) / cross
        proper = ~touched & (t > 0) & (t < 1) & (s > 0) & (s < 1)
    hits.append((np.flatnonzero(proper), (t * way_m)[proper], (s * wall_m)[proper]))

    pair, at_m, position = (np.concatenate(parts) for parts in zip(*hits, strict=True))
    grown, node = insert_along(streets, segment[pair], at_m, snap_m)
    over = np.isin(node, grown.node[exempt[grown.way]])
    rows = pd.DataFrame({"node": node, "segment": wall[pair], "position": position})[~over]
    rows = rows.sort_values(["node", "segment", "position"]).drop_duplicates(["node", "segment"])
    on, along = rows["segment"].to_numpy(), rows["position"].to_numpy()
    length = barrier.length[on]
    along = np.where(along <= snap_m, 0.0, np.where(along >= length - snap_m, length, along))
    return grown, Contacts(rows["node"].to_numpy(), on, barrier.line[on], along)


def arm_sectors(streets: Streets, arms: Arms, contacts: Contacts, barrier: Segments, ring: Bools) -> Ints:
    """Number, for every arm at a contact, the side of the barrier on which it leaves.

    An arm that runs along a barrier belongs to the side to which its neighbours leave; along the outline of a
    compound (`ring`, for each line; the inside on its left) it belongs outside.
    """
    direction = arms.directions(streets)
    along, nudge = _running_along(streets, arms, direction, contacts, barrier, ring)
    ahead, on = direction.copy(), along >= 0
    ahead[on] = _towards(direction[on], barrier.vector[along[on]])[:, None] * barrier.vector[along[on]]
    vector = barrier.vector[contacts.segment]
    backward = contacts.position > 0
    forward = contacts.position < barrier.length[contacts.segment]
    lines = np.concatenate([-vector[backward], vector[forward]])
    return sectors(
        arms.node,
        np.arctan2(ahead[:, 1], ahead[:, 0]),
        nudge,
        np.concatenate([contacts.node[backward], contacts.node[forward]]),
        np.arctan2(lines[:, 1], lines[:, 0]),
    )


def _towards(direction: Floats, vector: Floats) -> Floats:
    """Return +1 where a direction runs with a barrier's vector, −1 where against it."""
    return np.where(np.einsum("ij,ij->i", direction, vector) >= 0, 1.0, -1.0)


def _running_along(
    streets: Streets, arms: Arms, direction: Floats, contacts: Contacts, barrier: Segments, ring: Bools
) -> tuple[Ints, Ints]:
    """Return the barrier segment that each arm runs along (−1: none) and the side it is taken to."""
    along = np.full(len(arms.node), -1, dtype=np.int64)
    nudge = np.zeros(len(arms.node), dtype=np.int64)
    here = pd.DataFrame({"node": contacts.node, "segment": contacts.segment, "line": contacts.line})
    ends = pd.DataFrame({"arm": np.arange(len(arms.node)), "node": arms.node})
    ends["other"] = streets.node[arms.vertex + arms.step]
    both = ends.merge(here, on="node").merge(
        here.rename(columns={"node": "other"}), on=["other", "segment", "line"]
    )
    if both.empty:
        return along, nudge
    both["ring"] = ring[both["line"]]
    both = both.sort_values(["arm", "ring", "segment"], ascending=[True, False, True]).drop_duplicates("arm")
    along[both["arm"]] = both["segment"]

    # One side for the whole stretch that a way follows a wall, chosen by the ways that leave from it.
    ids, place = np.unique(both[["node", "other"]].to_numpy(), return_inverse=True)
    place = place.reshape(-1, 2)
    run = components(place[:, 0], place[:, 1], len(ids))
    leaving = ends[along < 0].merge(here, on="node")
    leaving = leaving[np.isin(leaving["node"], ids)]
    vector, out = barrier.vector[leaving["segment"]], direction[leaving["arm"]]
    left = np.sign(vector[:, 0] * out[:, 1] - vector[:, 1] * out[:, 0])
    votes = np.zeros(len(ids))
    np.add.at(votes, run[np.searchsorted(ids, leaving["node"])], left)
    side = np.where(both["ring"], -1, np.where(votes[run[place[:, 0]]] >= 0, 1, -1))
    arm = both["arm"].to_numpy()
    nudge[arm] = side * _towards(direction[arm], barrier.vector[along[arm]])
    return along, nudge
