"""Follow one walk piece by piece: which streets, how long on each, and what makes it longer than the flat way.

The path is found by its own search, from both ends of the address's edge; its minutes are those of `walk_times`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from pipeline.network.search import Floats, Graph, Ints, Points
from pipeline.settings import Walker


@dataclass(frozen=True)
class Piece:
    """A part of a walk: an access leg, a part of a street piece, or a gate that is passed.

    `seconds` are `flat_seconds` (length at the flat speed) times `factor` (slope, or stairs), and `wait_seconds`.
    """

    kind: str  # access, street, steps, gate
    name: str | None
    edge_id: int | None
    length_m: float
    flat_seconds: float
    factor: float
    wait_seconds: float
    geometry: shapely.Geometry

    @property
    def seconds(self) -> float:
        """Walking and waiting."""
        return self.flat_seconds * self.factor + self.wait_seconds


@dataclass(frozen=True)
class Route:
    """A walk to the nearest of some entrances."""

    entrance: int  # row of the entrances
    minutes: float
    pieces: list[Piece]

    def back(self) -> Route:
        """The same way in the order and direction in which somebody comes from there, of minutes on turned streets."""
        pieces = [replace(piece, geometry=shapely.reverse(piece.geometry)) for piece in reversed(self.pieces)]
        return replace(self, pieces=pieces)


class _Leg(NamedTuple):
    """A part of an edge (row of the graph), walked from one offset to another."""

    edge: int
    start_m: float
    end_m: float


def route(
    graph: Graph,
    edges: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    start: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    key: str,
    walker: Walker,
) -> Route | None:
    """Return the quickest walk from a place to the nearest of the entrances; None where there is no way.

    Parameters
    ----------
    graph, edges
        The walker's graph, and the table `edges` it was built from.
    gates
        Rows of `openings` that are gates; each edge through one has its opening_id.
    start
        One row with edge_id, offset_m, access_m, compound_id, geometry.
    entrances
        Linked rows of `facilities`.
    key, walker
        The walker's name in params.yaml, and how they walk.
    """
    home = graph.points(start, walker.speed_m_per_s)
    doors = graph.points(entrances, walker.speed_m_per_s)
    found = _quickest(graph, home, doors)
    if found is None:
        return None
    door, minutes, legs = found
    table = edges.set_index("edge_id").loc[graph.edge_ids]
    opening = gates.dropna(subset=["node_id"]).set_index("opening_id")
    passed = [_passed(table, before, after, opening["node_id"]) for before, after in pairwise(legs)]
    pieces = [_access(start.iloc[0], table, legs[0].edge, legs[0].start_m, walker, towards=False)]
    for i, leg in enumerate(legs):
        if leg.start_m != leg.end_m:
            pieces.append(_street(table.iloc[leg.edge], leg, key, walker))
        if i < len(passed) and passed[i] is not None:
            pieces.append(_gate(opening.loc[passed[i]]))
    last = legs[-1]
    pieces.append(_access(entrances.iloc[door], table, last.edge, last.end_m, walker, towards=True))
    return Route(door, minutes, pieces)


def _passed(table: gpd.GeoDataFrame, before: _Leg, after: _Leg, node_of: pd.Series) -> str | None:
    """The opening passed between two legs; None where there is none.

    A gate is an edge of its own, on the inner side of the wall: who comes from that edge to the gate's node and leaves by
    another way has passed. Who comes to the node from outside and goes on outside, or from one inner way to another, has
    not.
    """
    node = table["v"].iloc[before.edge] if before.end_m > 0 else table["u"].iloc[before.edge]
    here = [
        name if isinstance(name, str) and node_of[name] == node else None
        for name in table["opening_id"].iloc[[before.edge, after.edge]]
    ]
    return None if here[0] == here[1] else here[0] or here[1]


def _part(minutes: Floats, part_m: Floats, length_m: Floats) -> Floats:
    """Minutes of parts of edges; none where the part is nothing, even on an edge that is not taken."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(part_m > 0, minutes * (part_m / length_m), 0.0)


def _quickest(graph: Graph, home: Points, doors: Points) -> tuple[int, float, list[_Leg]] | None:
    """Find the door, the minutes and the parts of edges from a place to the nearest door that its group may use."""
    streets, own = graph.streets, home.group[0]
    open_to = (streets.group == 0) | (streets.group == own)
    edge, offset = int(home.edge[0]), float(home.offset_m[0])
    length = streets.length_m
    ends = np.array([streets.u[edge], streets.v[edge]])
    leave = _part(
        np.array([streets.back[edge], streets.minutes[edge]]),
        np.array([offset, length[edge] - offset]),
        length[edge],
    )
    arcs = _Arcs.of(graph, open_to)
    between, before = dijkstra(arcs.matrix, indices=ends, return_predecessors=True)

    on, at = doors.edge, doors.offset_m
    arrive = np.stack(
        [
            _part(streets.minutes[on], at, length[on]),
            _part(streets.back[on], length[on] - at, length[on]),
        ]
    )
    targets = np.stack([streets.u[on], streets.v[on]])
    # start end × door end × door
    around = leave[:, None, None] + between[:, targets] + arrive[None]
    along = np.where(at >= offset, streets.minutes[on], streets.back[on])
    direct = np.where(on == edge, _part(along, np.abs(at - offset), length[on]), np.inf)
    total = np.minimum(around.min(axis=(0, 1)), direct) + doors.access_minutes
    total = np.where(open_to[on], total, np.inf) + home.access_minutes[0]
    if not len(total) or np.isinf(total.min()):
        return None
    door = int(total.argmin())
    last, stop = int(on[door]), float(at[door])
    if direct[door] <= around[:, :, door].min():
        return door, float(total[door]), [_Leg(edge, offset, stop)]
    first, final = np.unravel_index(around[:, :, door].argmin(), (2, 2))
    legs = [_Leg(edge, offset, float(length[edge]) if first else 0.0)]
    legs += arcs.path(before[first], int(ends[first]), int(targets[final, door]), length)
    legs.append(_Leg(last, float(length[last]) if final else 0.0, stop))
    return door, float(total[door]), legs


@dataclass(frozen=True)
class _Arcs:
    """The quickest of parallel arcs between junctions, as a sparse matrix, and the edge behind each."""

    matrix: csr_array
    keys: Ints  # tail × junctions + head, ascending
    edge: Ints
    forwards: NDArray[np.bool_]

    @classmethod
    def of(cls, graph: Graph, open_to: NDArray[np.bool_]) -> _Arcs:
        streets, count = graph.streets, len(graph.node_ids)
        rows = np.flatnonzero(open_to)
        edge = np.concatenate([rows, rows])
        forwards = np.repeat([True, False], len(rows))
        minutes = np.concatenate([streets.minutes[rows], streets.back[rows]])
        tail = np.where(forwards, streets.u[edge], streets.v[edge])
        head = np.where(forwards, streets.v[edge], streets.u[edge])
        keys = tail * count + head
        order = np.lexsort((edge, minutes, keys))
        order = order[np.isfinite(minutes[order])]
        order = order[np.diff(keys[order], prepend=-1) > 0]
        matrix = csr_array((minutes[order], (tail[order], head[order])), shape=(count, count))
        return cls(matrix, keys[order], edge[order], forwards[order])

    def path(self, before: Ints, source: int, target: int, length: Floats) -> list[_Leg]:
        """Edges from a source junction to a target, walked whole, by the predecessors of a search."""
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[nodes[-1]]))
        chain = np.array(nodes[::-1])
        at = np.searchsorted(self.keys, chain[:-1] * self.matrix.shape[0] + chain[1:])
        return list(self._whole(at, length))

    def _whole(self, at: Ints, length: Floats) -> Iterator[_Leg]:
        for edge, forwards in zip(self.edge[at], self.forwards[at], strict=True):
            ends = (0.0, float(length[edge]))
            yield _Leg(int(edge), *(ends if forwards else ends[::-1]))


def _access(
    point: pd.Series, table: gpd.GeoDataFrame, edge: int, offset_m: float, walker: Walker, *, towards: bool
) -> Piece:
    """The straight leg between a place and the street it fronts."""
    row = table.iloc[edge]
    share = offset_m / row["length_m"] if row["length_m"] > 0 else 0.0
    foot = shapely.line_interpolate_point(row.geometry, share, normalized=True)
    place = shapely.shortest_line(point.geometry, foot)
    line = shapely.reverse(place) if towards else place
    length = float(point["access_m"])
    return Piece("access", None, None, length, length / walker.speed_m_per_s, 1.0, 0.0, line)


def _street(row: pd.Series, leg: _Leg, key: str, walker: Walker) -> Piece:
    """A part of an edge, its time told apart into flat way, slope or stairs, and waits."""
    share = abs(leg.end_m - leg.start_m) / row["length_m"]
    minutes = row[f"minutes_{key}"] if leg.end_m > leg.start_m else row[f"minutes_{key}_back"]
    waits = (
        walker.crossing_wait_s * row["crossings_signalled"]
        + walker.unsignalised_wait_s * row["crossings_unsignalled"]
    )
    flat = row["length_m"] / walker.speed_m_per_s
    line = row.geometry
    ends = (leg.start_m / row["length_m"], leg.end_m / row["length_m"])
    name = row["name"] if isinstance(row["name"], str) else row["highway"]
    return Piece(
        "steps" if row["steps"] else "street",
        name,
        int(row.name),
        float(row["length_m"] * share),
        float(flat * share),
        float((minutes * 60 - waits) / flat),
        float(waits * share),
        substring(line, *ends, normalized=True),
    )


def _gate(row: pd.Series) -> Piece:
    """A gate on the way; passing it takes no time."""
    name = row["gate_id"] if isinstance(row["gate_id"], str) else row["opening_id"]
    hours = f", {row['open_hours']}" if isinstance(row["open_hours"], str) else ""
    return Piece("gate", f"{name} ({row['gate_users']}{hours})", None, 0.0, 0.0, 1.0, 0.0, row.geometry)
