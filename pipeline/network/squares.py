"""Let people walk across squares and other pedestrian areas, not only along their rims.

The places where streets enter a square, and the ends, junctions and gates of ways inside it, are joined by the shortest lines
within it: straight where one place sees the other, else by way of the corners that are between them (a visibility
graph, of which only the lines on shortest walks are kept). Buildings and water are no part of the square, and no line
crosses a wall, a railway or an arterial. Each line is a way of its own, so that walls, gates, users, slopes and waits
are found for it as for any other; whoever lives on the rim walks along it to the next entry first.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path
from shapely import STRtree

from pipeline.network.contacts import Segments, find_contacts
from pipeline.network.graph import Bools, Floats, Ints, Streets
from pipeline.network.profile import Profile, classify

HIGHWAY = "square"  # of the lines across


def cross_squares(
    streets: Streets,
    ways: gpd.GeoDataFrame,
    squares: gpd.GeoDataFrame,
    gate_node: Ints,
    bodies: NDArray[np.object_],
    lines: NDArray[np.object_],
    points_max: int,
    rules: Profile,
) -> tuple[Streets, gpd.GeoDataFrame, dict[str, int]]:
    """Add the lines across squares to the streets.

    Parameters
    ----------
    streets
        Vertices of the ways.
    ways
        The walkable ways with the columns of `classify` and `exempt` (on a bridge or in a tunnel), by position.
    squares
        Table `squares`, in the CRS of the ways.
    gate_node
        Nodes of the streets that are gates.
    bodies
        Polygons that are no part of a square: buildings, water.
    lines
        Lines that nobody crosses but on a way: walls, railways, arterials.
    points_max
        Entries and corners of one square beyond which the rest is left out.
    rules
        What tags refuse and restrict, and how near is on the rim.

    Returns
    -------
    tuple
        The streets and the ways with the lines at their end (`highway` is `square`, one `way_id` a square), and
        counts of squares: all, crossed, with fewer than two entries, with more points than allowed.
    """
    snap = rules.walls.snap_m
    tags = classify(squares.assign(highway="pedestrian"), rules)
    walked = (tags["refused"] == "").to_numpy()
    squares, tags = squares[walked].reset_index(drop=True), tags[walked].reset_index(drop=True)
    counts = {"squares": len(squares), "crossed": 0, "few_entries": 0, "capped": 0}
    if squares.empty:
        return streets, ways, counts
    exempt, layer = ways["exempt"].to_numpy(dtype=bool), ways["layer"].to_numpy()
    level = squares[squares["layer"] == 0].geometry.to_numpy()  # what passes above or below does not enter
    rims = shapely.get_parts(shapely.boundary(level))
    streets, _ = find_contacts(streets, exempt | (layer != 0), Segments.of(rims), snap)

    near = _Surroundings(streets, exempt, gate_node, bodies, lines, snap)
    vertices, nodes, row = [], [], []
    fresh = streets.node.max(initial=0) + 1
    for here, (shape, level_) in enumerate(zip(squares.geometry, squares["layer"], strict=True)):
        entries = near.entries(shape, layer == level_)
        if len(entries) < 2:
            counts["few_entries"] += 1
            continue
        ground = near.ground(shape)
        corners = _corners(ground)
        counts["capped"] += len(entries) + len(corners) > points_max
        entries = entries[:points_max]
        corners = corners[: points_max - len(entries)]
        places = np.concatenate([streets.xy[entries], corners])
        chords = _on_shortest_walks(places, near.sight(places, ground), len(entries))
        chords = chords[~near.along_street(places[chords])]
        counts["crossed"] += len(chords) > 0
        ids = np.concatenate([streets.node[entries], fresh + np.arange(len(corners))])
        fresh += len(corners)
        vertices.append(places[chords].reshape(-1, 2))
        nodes.append(ids[chords].ravel())
        row.append(np.full(len(chords), here))
    of = np.concatenate([np.empty(0, np.int64), *row])
    grown = Streets(
        np.concatenate([streets.xy, *vertices]),
        np.concatenate([streets.node, *nodes]),
        np.concatenate([streets.way, len(ways) + np.repeat(np.arange(len(of)), 2)]),
    )
    added = squares[["name", "layer", "geometry"]].assign(
        way_id=ways["way_id"].max() + 1 + np.arange(len(squares)), highway=HIGHWAY, width_m=np.nan, crossing=None,
        bridge=False, tunnel=False, exempt=False, **tags.drop(columns="refused"),
    )  # fmt: skip
    types = {name: kind for name, kind in ways.dtypes.items() if name in added and name != "geometry"}
    table = pd.concat([ways, added.astype(types).loc[of]], ignore_index=True)
    return grown, gpd.GeoDataFrame(table, geometry="geometry", crs=ways.crs), counts


class _Surroundings:
    """Streets and obstacles, to be looked up square by square."""

    def __init__(
        self,
        streets: Streets,
        exempt: Bools,
        gate_node: Ints,
        bodies: NDArray[np.object_],
        lines: NDArray[np.object_],
        snap_m: float,
    ) -> None:
        self.streets, self.snap = streets, snap_m
        start = streets.starts
        self.segments = shapely.linestrings(np.stack([streets.xy[start], streets.xy[start + 1]], axis=1))
        self.segment_tree = STRtree(self.segments)
        _, place, uses = np.unique(streets.node, return_inverse=True, return_counts=True)
        change = streets.way[1:] != streets.way[:-1]
        end = np.concatenate([[True], change]) | np.concatenate([change, [True]])
        usable = np.flatnonzero(~exempt[streets.way] | end)
        self.vertex = usable
        self.vertex_tree = STRtree(shapely.points(streets.xy[usable]))
        self.meeting = end | (uses[place] > 1) | np.isin(streets.node, gate_node)
        self.bodies, self.body_tree = bodies, STRtree(bodies)
        self.lines, self.line_tree = lines, STRtree(lines)

    def entries(self, shape: shapely.Geometry, same_layer: Bools) -> Ints:
        """Return a vertex of each node where a street leaves the rim, or where ways end, meet or have a gate inside."""
        streets, rim = self.streets, shapely.boundary(shape)
        vertex = np.sort(self.vertex[self.vertex_tree.query(shape, predicate="dwithin", distance=self.snap)])
        on_rim = shapely.distance(shapely.points(streets.xy[vertex]), rim) <= self.snap
        inner = vertex[~on_rim & self.meeting[vertex] & same_layer[streets.way[vertex]]]
        rim_vertex = vertex[on_rim]
        leaves = np.zeros(len(rim_vertex), bool)
        for step in (-1, 1):
            other = np.clip(rim_vertex + step, 0, len(streets.way) - 1)
            real = (streets.way[other] == streets.way[rim_vertex]) & (other != rim_vertex)
            middle = shapely.points((streets.xy[rim_vertex] + streets.xy[other]) / 2)
            leaves |= real & (shapely.distance(middle, rim) > self.snap)
        found = np.concatenate([rim_vertex[leaves], inner])
        _, first = np.unique(streets.node[found], return_index=True)
        return found[first]

    def ground(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return what of a square can be walked on."""
        bodies = self.bodies[self.body_tree.query(shape, predicate="intersects")]
        return shapely.difference(shape, shapely.union_all(bodies))

    def sight(self, places: Floats, ground: shapely.Geometry) -> Bools:
        """Say of which places each sees which (n × n, upper half)."""
        one, other = np.triu_indices(len(places), 1)
        between = shapely.linestrings(np.stack([places[one], places[other]], axis=1))
        allowed = shapely.buffer(ground, self.snap)
        shapely.prepare(allowed)
        clear = shapely.covers(allowed, between) & (shapely.length(between) > self.snap)
        near = self.lines[self.line_tree.query(ground, predicate="intersects")]
        here = shapely.get_parts(
            shapely.intersection(near, shapely.buffer(ground, 1.0))
        )  # not all of a coast
        clear[STRtree(here).query(between, predicate="crosses")[0]] = False
        result = np.zeros((len(places), len(places)), bool)
        result[one[clear], other[clear]] = True
        return result

    def along_street(self, chords: Floats) -> Bools:
        """Say which chords (n × 2 ends × 2) run along a street."""
        along = np.ones(len(chords), bool)
        for share in (0.25, 0.5, 0.75):
            points = shapely.points((1 - share) * chords[:, 0] + share * chords[:, 1])
            on = np.zeros(len(chords), bool)
            on[self.segment_tree.query(points, predicate="dwithin", distance=self.snap)[0]] = True
            along &= on
        return along


def _corners(ground: shapely.Geometry) -> Floats:
    """Return the corners round which one may have to walk: those where the ground turns inward."""
    found = [np.empty((0, 2))]
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(ground)))
    for ring in rings:
        xy = shapely.get_coordinates(ring)[:-1]
        before, after = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
        found.append(xy[before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0] < 0])
    return np.concatenate(found)


def _on_shortest_walks(places: Floats, sight: Bools, entries: int) -> Ints:
    """Return the pairs (n × 2) of places in sight of each other that lie on a shortest walk between two entries."""
    metres = np.linalg.norm(places[:, None] - places[None], axis=2)
    walk = shortest_path(np.where(sight, metres, 0.0), directed=False)
    one, other = np.nonzero(sight)
    used = np.zeros(len(one), bool)
    for entry in range(entries):  # walks from it by each pair to each entry
        through = walk[entry, one] + metres[one, other] + walk[:entries, other]
        used |= (np.isfinite(through) & (through <= walk[entry, :entries, None] + 1e-6)).any(axis=0)
    return np.stack([one[used], other[used]], axis=1)
