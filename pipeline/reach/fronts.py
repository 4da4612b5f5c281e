"""Give every short piece of street the ground that an address would be tied to it from.

That ground is nearer to the piece than to any other, and seen from it: what a wall, a river or a railway hides belongs
to another street, or to none, and so does what a compound's building hides outside that compound. Who may walk a
restricted way differs from place to place, so the ground of a compound with ways of its own is divided among those and
the public ones, and all other ground among the ways open there.
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
from pipeline.network.walls import BUILDING

Shapes = NDArray[np.object_]
_TOUCH_M = 0.01  # as in linking: a street along a wall touches it and does not cross it
_INSET_M = 0.1
_STRAIGHT_M = 0.5  # a bend that departs less from a straight line is none
GRID_M = 0.001  # cells, cut on one grid, fit each other without cracks


class Fronts(NamedTuple):
    """Pieces of streets, one row for each group of walkers and each side of a barrier that a piece runs along."""

    points: Points  # inside the pieces, as addresses with the rights of who lives there
    half: Floats  # from the point to the farther end of its piece, as a share of the edge
    start: Floats  # coordinates (n × 2) of the ends and the point
    middle: Floats
    end: Floats
    cell: Shapes  # polygon: nearer to this point than to any other; what barriers hide is not yet taken away
    whole: NDArray[np.bool_]  # the cell is not cut by the border of a home or of a part of the ground

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
    edge, share, half = _pieces(edges.geometry.to_numpy(), length, tied_to, step_m)
    line = edges.geometry.to_numpy()[edge]
    # a hair inside the ends, where other edges begin
    inset = np.minimum(_INSET_M / np.maximum(length[edge], _INSET_M), 0.25)
    share = np.clip(share, inset, 1 - inset)

    def place(share: Floats) -> Floats:
        return shapely.get_coordinates(
            shapely.line_interpolate_point(line, np.clip(share, 0, 1), normalized=True)
        )

    start, middle, end = place(share - half), place(share), place(share + half)
    fixed = barriers[barriers["kind"] != BUILDING]  # for everybody
    faces = _faces(fixed.geometry.to_numpy(), edges.total_bounds, 2 * depth_m)
    users = edges["users"].to_numpy(object)[edge]
    parts = [
        (row, cell, whole, np.full(len(row), group))
        for group, chosen, home in _homes(graph.groups, users, middle, compounds, depth_m)
        for row, cell, whole in _divided(middle, chosen, faces, home, depth_m)
    ]
    row, cell, whole, group = (np.concatenate(column) for column in zip(*parts, strict=True))
    own = graph.streets.group[edge[row]]
    offset = share[row] * length[edge[row]]
    points = Points(edge[row], offset, np.zeros(len(row)), np.where(own > 0, own, group))
    return Fronts(points, half[row], start[row], middle[row], end[row], cell, whole)


def _pieces(
    lines: Shapes, length: Floats, tied_to: NDArray[np.bool_], step_m: float
) -> tuple[Ints, Floats, Floats]:
    """Return the middles of pieces that cover the chosen lines: line, share of its length, and half a piece as a share.

    A corner is a middle of its own, so that no place on a piece is nearer to anything than its middle and ends let expect.
    """
    chosen = np.flatnonzero(tied_to)
    corner, of = shapely.get_coordinates(shapely.simplify(lines[chosen], _STRAIGHT_M), return_index=True)
    share = shapely.line_locate_point(lines[chosen][of], shapely.points(corner), normalized=True)
    first = np.searchsorted(of, np.arange(len(chosen)))
    share[first], share[np.append(first[1:], len(of)) - 1] = 0.0, 1.0
    order = np.lexsort((share, of))
    edge, share = chosen[of[order]], share[order]
    run = np.flatnonzero(edge[1:] == edge[:-1])  # from each corner to the next
    steps = np.maximum(np.ceil((share[run + 1] - share[run]) * length[edge[run]] / step_m), 1).astype(
        np.int64
    )
    part = (share[run + 1] - share[run]) / steps
    widest = np.zeros(len(edge))
    np.maximum.at(widest, run, part)
    np.maximum.at(widest, run + 1, part)
    again = np.repeat(np.arange(len(run)), steps - 1)
    number = 1 + np.arange(len(again)) - np.repeat(np.cumsum(steps - 1) - (steps - 1), steps - 1)
    between = share[run][again] + part[again] * number
    return (
        np.concatenate([edge, edge[run][again]]),
        np.concatenate([share, between]),
        np.concatenate([widest, part[again]]) / 2,
    )


def seen(
    fronts: Fronts, barriers: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, depth_m: float
) -> tuple[Shapes, NDArray[np.bool_]]:
    """Return the part of each cell that is no deeper than `depth_m` and that no barrier hides, and if it is whole."""
    ground, whole = within(fronts.cell, fronts.middle, np.full(len(fronts.cell), depth_m))
    xy, line = shapely.get_coordinates(barriers.geometry.to_numpy(), return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    wall = np.stack([xy[first], xy[first + 1]], axis=1)
    # a building hides nothing from its own compound
    home = barriers["compound_id"].where(barriers["kind"] == BUILDING).iloc[line[first]]
    home = compounds.set_index("compound_id").geometry.reindex(home).to_numpy()
    piece = shapely.linestrings(np.stack([fronts.start, fronts.end], axis=1))
    view = shapely.convex_hull(shapely.geometrycollections(np.stack([ground, piece], axis=1)))
    front, segment = shapely.STRtree(shapely.linestrings(wall)).query(view, predicate="intersects")
    elsewhere = ~shapely.covers(home[segment], ground[front])
    front, segment = front[elsewhere], segment[elsewhere]
    whole[front] = False
    far_m = 100 * depth_m
    order = np.lexsort((segment, front))
    front, segment = front[order], segment[order]
    rank = np.arange(len(front)) - np.searchsorted(front, front)
    for turn in range(rank.max(initial=-1) + 1):
        here, across = front[rank == turn], segment[rank == turn]
        # an access leg starts anywhere on the piece: what is hidden from either end, or squarely, is hidden
        for eye in (
            fronts.start[here],
            fronts.end[here],
            _far_behind(fronts.take(here), wall[across], far_m),
        ):
            shadow = _shadows(eye, wall[across], 4 * far_m)
            inner = ~shapely.is_missing(home[across])
            shadow[inner] = shapely.difference(shadow[inner], home[across][inner], grid_size=GRID_M)
            ground[here] = _areas(shapely.difference(ground[here], shadow, grid_size=GRID_M))
    return ground, whole & fronts.whole


def _far_behind(fronts: Fronts, wall: Floats, far_m: float) -> Floats:
    """Return eyes so far behind straight pieces that they see past a wall squarely to the piece, as access legs run."""
    along = fronts.end - fronts.start
    square = np.stack([-along[:, 1], along[:, 0]], axis=1)
    # a piece of no length is seen from its place alone
    square /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), GRID_M)
    side = np.sign(np.sum(square * (wall.mean(axis=1) - fronts.middle), axis=1, keepdims=True))
    return fronts.middle - side * square * far_m


def within(cells: Shapes, middle: Floats, radius_m: Floats) -> tuple[Shapes, NDArray[np.bool_]]:
    """Return the part of each cell that is within a radius of its middle, and whether that is all of it."""
    xy, cell = shapely.get_coordinates(cells, return_index=True)
    farthest = np.zeros(len(cells))
    np.maximum.at(farthest, cell, np.linalg.norm(xy - middle[cell], axis=1))
    result = cells.copy()
    cut = np.flatnonzero(farthest > radius_m)
    disc = shapely.buffer(shapely.points(middle[cut]), np.maximum(radius_m[cut], 0.0), quad_segs=6)
    result[cut] = _common(cells[cut], disc)
    return result, farthest <= radius_m


def _areas(shapes: Shapes) -> Shapes:
    """Return the areas in shapes that rounding may have left with lines and points as well."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    mixed |= shapely.get_dimensions(shapes) < 2
    shapes[mixed] = shapely.buffer(shapes[mixed], 0.0)
    return shapes


def _common(one: Shapes, other: Shapes | shapely.Geometry) -> Shapes:
    """Return the ground that polygons have in common."""
    return _areas(shapely.intersection(one, other, grid_size=GRID_M))


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
    far = np.maximum(far_m, 2 * away)[:, :, None] * unit  # a wall may itself be longer
    ring = np.stack([to[:, 0], far[:, 0], far_m * between, far[:, 1], to[:, 1]], axis=1)
    shadow = shapely.polygons(ring + eye[:, None])
    shadow[blind] = shapely.Polygon()
    return shadow


def _faces(barriers: Shapes, bounds: Floats, margin_m: float) -> Shapes:
    """Return the parts into which closed barriers divide the ground."""
    west, south, east, north = bounds
    frame = shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m).boundary
    return shapely.get_parts(shapely.polygonize([shapely.union_all([frame, *barriers])]))


def _divided(
    middle: Floats, chosen: Ints, faces: Shapes, home: shapely.Geometry, depth_m: float
) -> Iterator[tuple[Ints, Shapes, NDArray[np.bool_]]]:
    """Yield, for each face, the chosen pieces on it, each one's cell of the home's ground, and if the cell is whole."""
    face, place = shapely.STRtree(shapely.points(middle[chosen])).query(
        faces, predicate="dwithin", distance=_TOUCH_M
    )
    between = np.bincount(place, minlength=len(chosen)) > 1
    shapely.prepare(home)
    for here in np.unique(face):
        row = np.sort(chosen[place[face == here]])
        row = row[np.sort(np.unique(middle[row], axis=0, return_index=True)[1])]
        cell = _cells(middle[row], depth_m)
        edged = between[np.searchsorted(chosen, row)]
        cell[edged] = _common(cell[edged], faces[here])
        inner = shapely.contains_properly(home, cell)
        cell[~inner] = _common(cell[~inner], home)
        kept = ~shapely.is_empty(cell)
        yield row[kept], cell[kept], (inner & ~edged)[kept]


def _cells(xy: Floats, depth_m: float) -> Shapes:
    """Return the Voronoi cell of each place, with the outer ones closed beyond `depth_m`."""
    centre = xy.mean(axis=0)
    turn = np.arange(8) * np.pi / 4
    frame = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    frame *= 1.2 * np.linalg.norm(xy - centre, axis=1).max() + 2 * depth_m
    found = Voronoi(np.concatenate([xy - centre, frame]))
    corners = [found.regions[region] for region in found.point_region[: len(xy)]]
    cell = np.repeat(np.arange(len(xy)), [len(corner) for corner in corners])
    flat = np.fromiter((vertex for corner in corners for vertex in corner), np.int64, len(cell))
    corner = np.round((found.vertices[flat] + centre) / GRID_M) * GRID_M
    return np.asarray(shapely.polygons(shapely.linearrings(corner, indices=cell)))


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
    rest = shapely.box(*(middle.min(axis=0) - 2 * depth_m), *(middle.max(axis=0) + 2 * depth_m))
    for name, area in compounds.sort_values("compound_id").set_index("compound_id").geometry.items():
        if name in groups:
            area, rest = shapely.intersection(area, rest), shapely.difference(rest, area)
            near = spots.query(area, predicate="dwithin", distance=depth_m)
            yield groups[name], np.sort(near[public[near] | (users[near] == name)]), area
    yield 0, np.flatnonzero(public | private), rest
