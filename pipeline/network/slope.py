"""Read the terrain along edges.

Heights are sampled bilinearly at a fixed spacing. What stands on a bridge or runs in a tunnel does not follow the
ground: its height is interpolated between the places where it leaves the ground, by length along the deck.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from pipeline.network.graph import Bools, Floats, Ints, components
from pipeline.network.profile import Profile
from pipeline.settings import NetworkParams


@dataclass(frozen=True)
class Terrain:
    """A terrain model: heights (rows × columns, NaN where unknown), its grid and CRS."""

    heights: Floats
    grid: rasterio.Affine
    crs: CRS | None

    def at(self, xy: Floats, crs: CRS) -> Floats:
        """Return the height at points (n × 2, in `crs`), bilinear between cell centres; NaN where unknown."""
        if self.crs is None or np.isnan(self.heights).all():
            return np.full(len(xy), np.nan)
        x, y = Transformer.from_crs(crs, self.crs, always_xy=True).transform(xy[:, 0], xy[:, 1])
        to_cells = np.array(~self.grid).reshape(3, 3)
        column, row, _ = to_cells @ np.stack([x, y, np.ones(len(xy))])
        height, width = self.heights.shape
        inside = (column >= 0) & (column <= width) & (row >= 0) & (row <= height)
        # Half a cell along the border has one neighbour only: its height is the border cell's.
        column, row = np.clip(column - 0.5, 0, width - 1), np.clip(row - 0.5, 0, height - 1)
        left, top = np.floor(column).astype(int), np.floor(row).astype(int)
        right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
        a, b = column - left, row - top
        z = self.heights
        upper = _mix(z[top, left], z[top, right], a)
        lower = _mix(z[bottom, left], z[bottom, right], a)
        return np.where(inside, _mix(upper, lower, b), np.nan)


def _mix(first: Floats, second: Floats, share: Floats) -> Floats:
    """Interpolate; a value with no weight may be unknown."""
    return np.where(share == 0, first, (1 - share) * first + share * second)


def read_terrain(path: Path) -> Terrain:
    """Read a single-band GeoTIFF of heights in metres."""
    with rasterio.open(path) as source:
        heights = source.read(1, masked=True).astype("float64").filled(np.nan)
        return Terrain(heights, source.transform, CRS.from_user_input(source.crs) if source.crs else None)


@dataclass(frozen=True)
class Steps:
    """Edges in equal steps: the edge of each step, its length and its slope from u to v (NaN where unknown)."""

    edge: Ints
    length_m: Floats
    slope: Floats


def slope_steps(
    geometry: NDArray[np.object_], u: Ints, v: Ints, raised: Bools, terrain: Terrain, crs: CRS, step_m: float
) -> Steps:
    """Divide edges into equal steps no longer than `step_m` and give each its slope.

    Parameters
    ----------
    geometry, u, v
        Line and end junctions of every edge.
    raised
        On a bridge or in a tunnel.
    terrain
        Heights.
    crs
        Projected CRS of the geometry, metres.
    """
    length = shapely.length(geometry)
    count = np.maximum(np.ceil(length / step_m).astype(np.int64), 1)
    samples = count + 1
    edge = np.repeat(np.arange(len(count)), samples)
    number = np.arange(samples.sum()) - np.repeat(np.cumsum(samples) - samples, samples)
    share = number / count[edge]
    points = shapely.line_interpolate_point(geometry[edge], share, normalized=True)
    height = terrain.at(shapely.get_coordinates(points), crs)

    ground = np.stack([height[number == 0], height[number == count[edge]]], axis=1)
    deck = _deck_heights(ground, u, v, raised, length)
    up = raised[edge]
    height[up] = (1 - share[up]) * deck[edge[up], 0] + share[up] * deck[edge[up], 1]

    first = np.flatnonzero(number < count[edge])
    metres = (length / count)[edge[first]]
    return Steps(edge[first], metres, (height[first + 1] - height[first]) / metres)


def possible(steps: Steps, limit: float) -> Steps:
    """Return the steps with slopes beyond a limit unknown: no street is so steep, so there the terrain model errs."""
    return Steps(steps.edge, steps.length_m, np.where(np.abs(steps.slope) <= limit, steps.slope, np.nan))


def impossible_share(
    ways: gpd.GeoDataFrame, terrain: Terrain, params: NetworkParams, rules: Profile
) -> float:
    """Return the share of known slopes along streets that are beyond the limit; NaN where none is known.

    Steps, bridges and tunnels are left out. A model of the surface, with roofs and trees, or one full of glitches has
    many such slopes; one of the ground has next to none.
    """
    on_ground = ~(ways["bridge"] | ways["tunnel"] | ways["highway"].isin(rules.highway.steps))
    lines = ways.geometry[on_ground].to_numpy()
    ends = np.arange(len(lines))  # nothing is raised, so it does not matter which ways meet
    steps = slope_steps(lines, ends, ends, np.zeros(len(lines), bool), terrain, ways.crs, params.slope_step_m)
    known = np.abs(steps.slope[np.isfinite(steps.slope)])
    return float((known > params.slope_limit).mean()) if len(known) else float("nan")


def _deck_heights(ground: Floats, u: Ints, v: Ints, raised: Bools, length: Floats) -> Floats:
    """Return the heights of both ends of every edge, interpolated where only raised edges meet.

    With weights 1/length the interpolation (each free junction is the weighted mean of its neighbours) is linear
    along a plain bridge, and level on a pier. Decks that touch no ground, and so have no height, are unknown.
    """
    result = ground.copy()
    ids, place = np.unique(np.concatenate([u, v]), return_inverse=True)
    start, end = place[: len(u)], place[len(u) :]
    free = np.ones(len(ids), dtype=bool)
    free[start[~raised]] = free[end[~raised]] = False
    height = np.full(len(ids), np.nan)
    height[start], height[end] = ground[:, 0], ground[:, 1]
    height[free] = np.nan

    deck = np.flatnonzero(raised)
    a, b, weight = start[deck], end[deck], 1 / length[deck]
    part = components(a, b, len(ids))
    anchored = np.isin(part, part[~free & np.isfinite(height)])
    solve = np.flatnonzero(free & anchored)
    if solve.size:
        row = np.full(len(ids), -1)
        row[solve] = np.arange(len(solve))
        pairs = [(a, b), (b, a)]
        here = np.concatenate([x for x, _ in pairs])
        there = np.concatenate([y for _, y in pairs])
        w = np.concatenate([weight, weight])
        used = (row[here] >= 0) & ((row[there] >= 0) | np.isfinite(height[there]))
        here, there, w = here[used], there[used], w[used]
        inner = row[there] >= 0
        size = (len(solve), len(solve))
        total = np.bincount(row[here], w, len(solve))
        matrix = coo_array((w[inner], (row[here[inner]], row[there[inner]])), shape=size)
        diagonal = coo_array((total, (np.arange(len(solve)),) * 2), shape=size)
        known = np.bincount(row[here[~inner]], w[~inner] * height[there[~inner]], len(solve))
        height[solve] = spsolve((diagonal - matrix).tocsr(), known)
    result[deck, 0], result[deck, 1] = height[a], height[b]
    return result
