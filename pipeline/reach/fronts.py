"""Give every short piece of street the ground that an address would be tied to it from.

That ground is nearer to the piece than to any other, and seen from it: what a wall, a river or a railway hides belongs
to another street, or to none. Who may walk a restricted way differs from place to place, so the ground of a compound
with ways of its own is divided among those and the public ones, and all other ground among the ways open there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from pipeline.network.link import PRIVATE
from pipeline.network.search import PUBLIC, Floats, Graph, Ints, Points

Shapes = NDArray[np.object_]
_TOUCH_M = 0.01  # as in linking: a street along a wall touches it and does not cross it
_FAR_M = 1e5  # where the outermost cells end before they are cut to their depth


class Fronts(NamedTuple):
    """Pieces of streets, one row for each group of walkers and each side of a barrier that a piece runs along."""

    points: Points  # the middles, as addresses with the rights of who lives there
    half: Floats  # of each piece, as a share of its edge
    start: Floats  # coordinates (n × 2) of the ends and the middle
    middle: Floats
    end: Floats
    cell: Shapes  # polygon: nearest to this piece; what barriers hide is not yet taken away

    def take(self, rows: NDArray) -> Fronts:
        """Return the fronts of these rows."""
        return Fronts(self.points.take(rows), *(column[rows] for column in self[1:]))


def fronts(
    graph: Graph,
    edges: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    depth_m: float,
    step_m: float,
) -> Fronts:
    """Divide the streets to which addresses are tied into pieces, and the ground among the pieces.

    Parameters
    ----------
    graph
        Of any walker.
    edges, barriers, compounds
        Tables of these names.
    depth_m
        The longest access leg.
    step_m
        The longest piece.
    """
    edges = edges.sort_values("edge_id", ignore_index=True)
    tied_to = ((edges["component"] == 0) & ~edges["bridge"] & ~edges["tunnel"]).to_numpy(bool)
    length = graph.streets.length_m
    count = np.where(tied_to, np.maximum(np.ceil(length / step_m), 1), 0).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    line = edges.geometry.to_numpy()[edge]

    def place(share: Floats) -> Floats:
        return shapely.get_coordinates(shapely.line_interpolate_point(line, share, normalized=True))

    start, middle, end = (place((number + part) / count[edge]) for part in (0.0, 0.5, 1.0))
    faces = _faces(barriers.geometry.to_numpy(), edges.total_bounds, 2 * depth_m)
    users = edges["users"].to_numpy(object)[edge]
    parts = [
        (row, cell, np.full(len(row), group))
        for group, chosen, home in _homes(graph.groups, users, middle, compounds, depth_m)
        for row, cell in _divided(middle, chosen, faces, home)
    ]
    row, cell, group = (np.concatenate(column) for column in zip(*parts, strict=True))
    own = graph.streets.group[edge[row]]
    offset = (number[row] + 0.5) / count[edge[row]] * length[edge[row]]
    points = Points(edge[row], offset, np.zeros(len(row)), np.where(own > 0, own, group))
    return Fronts(points, 0.5 / count[edge[row]], start[row], middle[row], end[row], cell)


def seen(fronts: Fronts, barriers: gpd.GeoDataFrame, depth_m: float) -> Shapes:
    """Return the part of each front's cell that is no deeper than `depth_m` and that no barrier hides."""
    ground = within(fronts.cell, fronts.middle, np.full(len(fronts.cell), depth_m))
    xy, line = shapely.get_coordinates(barriers.geometry.to_numpy(), return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    wall = np.stack([xy[first], xy[first + 1]], axis=1)
    front, segment = shapely.STRtree(shapely.linestrings(wall)).query(ground, predicate="intersects")
    order = np.lexsort((segment, front))
    front, segment = front[order], segment[order]
    rank = np.arange(len(front)) - np.searchsorted(front, front)
    for turn in range(rank.max(initial=-1) + 1):
        here, across = front[rank == turn], segment[rank == turn]
        # an access leg starts anywhere on the piece: what is hidden from either end is hidden
        for eye in (fronts.start[here], fronts.end[here]):
            ground[here] = shapely.difference(ground[here], _shadows(eye, wall[across], 4 * depth_m))
    return ground


def within(cells: Shapes, middle: Floats, radius_m: Floats) -> Shapes:
    """Return the part of each cell that is within a radius of its middle."""
    xy, cell = shapely.get_coordinates(cells, return_index=True)
    farthest = np.zeros(len(cells))
    np.maximum.at(farthest, cell, np.linalg.norm(xy - middle[cell], axis=1))
    result = cells.copy()
    cut = np.flatnonzero(farthest > radius_m)
    disc = shapely.buffer(shapely.points(middle[cut]), np.maximum(radius_m[cut], 0.0), quad_segs=6)
    result[cut] = shapely.intersection(cells[cut], disc)
    return result


def _shadows(eye: Floats, wall: Floats, far_m: float) -> Shapes:
    """Return what a straight wall (n × 2 ends × 2) hides from an eye; nothing where the eye is on it or in line."""
    to = wall - eye[:, None]
    away = np.linalg.norm(to, axis=2)
    on_it = shapely.distance(shapely.points(eye), shapely.linestrings(wall)) <= _TOUCH_M
    across = to[:, 0, 0] * to[:, 1, 1] - to[:, 0, 1] * to[:, 1, 0]
    blind = on_it | (np.abs(across) <= _TOUCH_M * away.min(axis=1))
    to[blind] = [[1.0, 0.0], [0.0, 1.0]]
    unit = to / np.linalg.norm(to, axis=2, keepdims=True)
    between = unit.sum(axis=1)
    between *= 2 / np.linalg.norm(between, axis=1, keepdims=True)
    ring = np.stack([to[:, 0], far_m * unit[:, 0], far_m * between, far_m * unit[:, 1], to[:, 1]], axis=1)
    shadow = shapely.polygons(ring + eye[:, None])
    shadow[blind] = shapely.Polygon()
    return shadow


def _faces(barriers: Shapes, bounds: Floats, margin_m: float) -> Shapes:
    """Return the parts into which closed barriers divide the ground."""
    west, south, east, north = bounds
    frame = shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m).boundary
    return shapely.get_parts(shapely.polygonize([shapely.union_all([frame, *barriers])]))


def _divided(
    middle: Floats, chosen: Ints, faces: Shapes, home: shapely.Geometry
) -> Iterator[tuple[Ints, Shapes]]:
    """Yield, for each face, the chosen pieces on it and each one's cell: ground of this home nearest to the piece."""
    face, place = shapely.STRtree(shapely.points(middle[chosen])).query(
        faces, predicate="dwithin", distance=_TOUCH_M
    )
    between = np.bincount(place, minlength=len(chosen)) > 1
    shapely.prepare(home)
    for here in np.unique(face):
        row = np.sort(chosen[place[face == here]])
        row = row[np.sort(np.unique(middle[row], axis=0, return_index=True)[1])]
        cell = _cells(middle[row])
        edged = between[np.searchsorted(chosen, row)]
        cell[edged] = shapely.intersection(cell[edged], faces[here])
        inner = shapely.contains_properly(home, cell)
        cell[~inner] = shapely.intersection(cell[~inner], home)
        kept = ~shapely.is_empty(cell)
        yield row[kept], cell[kept]


def _cells(xy: Floats) -> Shapes:
    """Return the Voronoi cell of each place."""
    centre = xy.mean(axis=0)
    turn = np.arange(8) * np.pi / 4
    frame = _FAR_M * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    found = Voronoi(np.concatenate([xy - centre, frame]))
    corners = [found.regions[region] for region in found.point_region[: len(xy)]]
    cell = np.repeat(np.arange(len(xy)), [len(corner) for corner in corners])
    flat = np.fromiter((vertex for corner in corners for vertex in corner), np.int64, len(cell))
    return np.asarray(shapely.convex_hull(shapely.multipoints(found.vertices[flat] + centre, indices=cell)))


def _homes(
    groups: Mapping[str, int],
    users: NDArray[np.object_],
    middle: Floats,
    compounds: gpd.GeoDataFrame,
    depth_m: float,
) -> Iterator[tuple[int, Ints, shapely.Geometry]]:
    """Yield, for each kind of home, its group of walkers, the pieces open to it, and its ground.

    Who has no ways of a compound of their own is tied to public ways and to private ones outside compounds.
    """
    public = users == PUBLIC
    private = np.array([str(name).startswith(PRIVATE) for name in users], bool)
    spots = shapely.STRtree(shapely.points(middle))
    rest = shapely.box(*(middle.min(axis=0) - _FAR_M), *(middle.max(axis=0) + _FAR_M))
    for name, area in compounds.sort_values("compound_id").set_index("compound_id").geometry.items():
        if name in groups:
            area, rest = shapely.intersection(area, rest), shapely.difference(rest, area)
            near = spots.query(area, predicate="dwithin", distance=depth_m)
            yield groups[name], np.sort(near[public[near] | (users[near] == name)]), area
    yield 0, np.flatnonzero(public | private), rest
