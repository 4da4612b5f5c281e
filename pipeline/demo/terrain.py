"""Shape the ground of the fictional district: coast, hills, river and railway.

Streets are first drawn on a plain sheet (u eastwards, v northwards, metres) and then bent onto the ground by `warp`,
so that they follow the bay, the river and the foot of the hills. All lengths are metres; ground coordinates are
local (x, y) until `to_map` puts them into EPSG:32651, far out at sea where no district is.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

CRS = "EPSG:32651"
ORIGIN = (570_000.0, 4_004_000.0)  # about 123.8° E, 36.2° N: open sea
WEST, EAST, SOUTH, NORTH = -350.0, 5150.0, -350.0, 4800.0  # sheet with the margin beyond the district
BORDER = (120.0, 130.0, 4650.0)  # the district's west, south and east border on the sheet
COAST_V, SEASIDE_V = 3990.0, 3790.0  # shore and seaside road
RIVER_U, RIVER_HALF_WIDTH = 2880.0, 24.0
RAIL_V = 1250.0
BANK, TRACKSIDE = 42.0, 42.0  # riverside and trackside streets, from the middle line

# x, y, height, radius east–west, radius north–south
HILLS = (
    (620.0, 330.0, 118.0, 330.0, 270.0),
    (1850.0, 260.0, 92.0, 240.0, 250.0),
    (3380.0, 210.0, 112.0, 300.0, 250.0),
    (4560.0, 420.0, 84.0, 330.0, 330.0),
    (250.0, 3330.0, 68.0, 270.0, 270.0),
    (1930.0, 2290.0, 44.0, 190.0, 170.0),
    (4430.0, 2400.0, 52.0, 400.0, 300.0),
)
# quarters laid out in directions of their own: x, y, turn in radians, radius
SWIRLS = (
    (760.0, 3130.0, 0.62, 640.0),
    (1880.0, 2250.0, -0.55, 560.0),
    (3420.0, 2980.0, 0.45, 560.0),
    (4230.0, 1950.0, -0.60, 620.0),
    (760.0, 1780.0, -0.42, 430.0),
    (1880.0, 930.0, 0.40, 430.0),
    (3450.0, 900.0, -0.35, 480.0),
)


def _bay(u: Array) -> Array:
    return (
        230 * np.exp(-(((u - 250) / 620) ** 2))
        - 430 * np.exp(-(((u - 2550) / 900) ** 2))
        + 160 * np.exp(-(((u - 4700) / 560) ** 2))
    )


def warp(uv: Array) -> Array:
    """Bend points of the sheet onto the ground, shape (n, 2) to (n, 2)."""
    bent = _waved(uv)
    for swirl in SWIRLS:
        bent = _turned(bent, swirl)
    return bent


def _waved(uv: Array) -> Array:
    u, v = uv[:, 0], uv[:, 1]
    t = np.clip((v - 1300) / 2500, 0, 1)
    seaward = t * t * (3 - 2 * t)
    meander = np.exp(-(((u - RIVER_U) / 700) ** 2))
    x = (
        u
        + 95 * np.sin(v / 470 + 0.6) * meander
        + 38 * np.sin(v / 390 + u / 640)
        + 9 * np.sin(u / 150 + v / 95)
    )
    y = (
        v
        + seaward * _bay(u)
        + 75 * (1 - 0.6 * seaward) * np.sin(u / 690 + 1.2)
        + 30 * np.sin(u / 310 + v / 520)
        + 8 * np.sin(v / 140 + u / 105)
    )
    return np.column_stack([x, y])


def _turned(xy: Array, swirl: tuple[float, float, float, float]) -> Array:
    """Turn points around a centre, less the farther they are; the opposite angle turns them back exactly."""
    cx, cy, angle, radius = swirl
    offset = xy - (cx, cy)
    turn = angle * np.exp(-(offset**2).sum(axis=1) / radius**2)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.column_stack(
        [cx + cos * offset[:, 0] - sin * offset[:, 1], cy + sin * offset[:, 0] + cos * offset[:, 1]]
    )


def unwarp(xy: Array) -> Array:
    """Find the sheet point of ground points, shape (n, 2) to (n, 2); the bending is a contraction, so this converges."""
    waved = xy.astype(float)
    for cx, cy, angle, radius in reversed(SWIRLS):
        waved = _turned(waved, (cx, cy, -angle, radius))
    uv = waved.copy()
    for _ in range(14):
        uv -= _waved(uv) - waved
    return uv


def bend(geometry: BaseGeometry, step_m: float = 15.0) -> BaseGeometry:
    """Bend a geometry of the sheet onto the ground, with a vertex at least every `step_m`."""
    dense = shapely.segmentize(geometry, step_m)
    return shapely.transform(dense, lambda points: np.round(warp(points), 2))


def to_map(geometry: BaseGeometry) -> BaseGeometry:
    """Move a geometry from local metres to EPSG:32651."""
    return shapely.transform(geometry, lambda points: np.round(points + np.array(ORIGIN), 2))


def elevation(xy: Array) -> Array:
    """Height above the sea at ground points, shape (n, 2) to (n,)."""
    x, y = xy[:, 0], xy[:, 1]
    shore = warp(np.column_stack([x, np.full_like(x, COAST_V)]))[:, 1]
    height = 2.2 + np.clip(shore - y, 0, None) * 0.0035
    for cx, cy, top, rx, ry in HILLS:
        height = height + top * np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2)
    bed = np.exp(-(((unwarp(xy)[:, 0] - RIVER_U) / 60) ** 2))
    return height - 0.7 * bed * np.clip(height - 1.0, 0, 6)


def river() -> tuple[Polygon, LineString]:
    """Return the river's surface and its middle line, from beyond the border to the bay."""
    middle = LineString([(RIVER_U, SOUTH), (RIVER_U, COAST_V + 60)])
    surface = shapely.box(RIVER_U - RIVER_HALF_WIDTH, SOUTH, RIVER_U + RIVER_HALF_WIDTH, COAST_V + 60)
    return bend(surface), bend(middle)


def railway() -> LineString:
    """Return the railway's middle line."""
    return bend(LineString([(WEST, RAIL_V), (EAST, RAIL_V)]))


def land() -> Polygon:
    """Return the land, river included: shore, two piers of the harbour and the mole."""
    shore = bend(shapely.box(WEST, SOUTH, EAST, COAST_V))
    quay = [bend(shapely.box(u, COAST_V - 30, u + width, COAST_V + reach)) for u, width, reach in _PIERS]
    mole = bend(LineString([(3330, COAST_V - 20), (3250, 4290), (2960, 4500), (2560, 4560)])).buffer(
        14, cap_style="flat"
    )
    return shapely.union_all([shore, *quay, mole])


_PIERS = ((1380.0, 130.0, 240.0), (1760.0, 110.0, 300.0), (2130.0, 150.0, 190.0), (4180.0, 60.0, 110.0))


def sea() -> Polygon:
    """Return the sea within the sheet."""
    frame = shapely.transform(
        shapely.box(WEST, SOUTH, EAST, NORTH), lambda points: points + np.array([0.0, 60.0])
    )
    shore = bend(shapely.box(WEST - 400, SOUTH - 400, EAST + 400, COAST_V))
    sea_side = frame.difference(shapely.union_all([shore, land()]))
    parts = [part for part in shapely.get_parts(sea_side) if part.area > 5_000]
    return max(parts, key=lambda part: part.area)
