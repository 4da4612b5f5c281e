"""Find the blocks between the streets and say what stands on each: compounds, old lanes, works, schools, green."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import ops
from shapely.geometry import LineString, Polygon

from pipeline.demo import terrain
from pipeline.demo.streets import Piece
from pipeline.demo.terrain import BANK, BORDER, COAST_V, RAIL_V, RIVER_U, SEASIDE_V, TRACKSIDE

HALF_WIDTH_M = {
    "primary": 15.0, "secondary": 12.0, "tertiary": 9.0, "residential": 6.5, "living_street": 5.0,
    "service": 4.0, "footway": 3.0, "steps": 3.0, "path": 2.0,
}  # fmt: skip
SHOPFRONT_M = {"primary": 15.0, "secondary": 15.0, "tertiary": 0.0}
LARGEST_COMPOUND_M2 = 40_000
SMALLEST_PARCEL_M2 = 2_500
NECK_M = 26.0  # where a face is narrower than this, it is two parcels


@dataclass(frozen=True)
class Parcel:
    """Ground between streets, its use, and its place (u, v) on the sheet."""

    outline: Polygon
    use: str
    u: float
    v: float
    steep: float
    inside: bool
    seam: LineString | None = None


def faces(pieces: list[Piece]) -> list[Polygon]:
    """Return the ground's faces between streets, shore and the frame of the map."""
    west, south, east = terrain.WEST + 40, terrain.SOUTH + 40, terrain.EAST - 40
    frame = terrain.bend(shapely.box(west, south, east, COAST_V).exterior)
    lines = [piece.line for piece in pieces if not piece.open_end]
    river = terrain.bend(LineString([(RIVER_U - BANK, SEASIDE_V - 5), (RIVER_U - BANK, COAST_V + 20)]))
    east_bank = terrain.bend(LineString([(RIVER_U + BANK, SEASIDE_V - 5), (RIVER_U + BANK, COAST_V + 20)]))
    quay = terrain.bend(LineString([(1010, SEASIDE_V - 5), (1010, COAST_V + 20)]))
    noded = shapely.unary_union([*lines, frame, river, east_bank, quay])
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return sorted(found, key=lambda face: tuple(face.representative_point().coords[0]))


def parcels(pieces: list[Piece], rng: np.random.Generator) -> list[Parcel]:
    """Return the parcels: faces less the streets' width, with their use."""
    blocks = faces(pieces)
    centres = terrain.unwarp(np.array([face.centroid.coords[0] for face in blocks]))
    widths = np.array([HALF_WIDTH_M[p.highway] + SHOPFRONT_M.get(p.highway, 0.0) for p in pieces])
    streets = shapely.buffer(np.array([p.line for p in pieces]), widths, quad_segs=3)
    tree = shapely.STRtree(streets)
    water, _ = terrain.river()
    strips = terrain.bend(shapely.box(RIVER_U - BANK, terrain.SOUTH, RIVER_U + BANK, SEASIDE_V)).union(
        terrain.bend(shapely.box(terrain.WEST, RAIL_V - TRACKSIDE, terrain.EAST, RAIL_V + TRACKSIDE))
    )
    west, south, east = BORDER
    border = terrain.bend(shapely.box(west, south, east, COAST_V + 200))
    result = []
    for face, (u, v) in zip(blocks, centres, strict=True):
        taken = shapely.union_all(
            [*streets[np.sort(tree.query(face, predicate="intersects"))], water.buffer(3)]
        )
        rest = [part for part in shapely.get_parts(face.difference(taken)) if part.area > 900]
        if not rest:
            continue
        for outline in _plain(max(rest, key=lambda part: part.area)):
            steep, height = _ground(outline)
            inside = bool(border.contains(outline))
            use = _use(u, v, steep, height, outline, inside, rng)
            if outline.intersection(strips).area > 0.5 * outline.area:
                use = "bank"
            parcel = Parcel(outline, use, float(u), float(v), steep, inside)
            result += _shared_out(parcel) if use == "compound" else [parcel]
    return result


def _plain(outline: Polygon) -> list[Polygon]:
    """Smooth the nicks of an outline away, as a surveyor would, and part it where it is narrow; slivers are left out."""
    outline = shapely.set_precision(outline, 0.01)
    opened = outline.buffer(-NECK_M / 2, join_style="mitre").buffer(
        NECK_M / 2, join_style="mitre", mitre_limit=3
    )
    opened = shapely.intersection(opened.buffer(0), outline.buffer(0))
    parts = [
        part
        for part in shapely.get_parts(opened.simplify(0.8))
        if isinstance(part, Polygon) and part.area > 900
    ]
    whole = [shapely.transform(Polygon(part.exterior), lambda points: np.round(points, 2)) for part in parts]
    return sorted(whole, key=lambda part: tuple(part.centroid.coords[0]))


def _ground(outline: Polygon) -> tuple[float, float]:
    """Return mean slope and mean height of a parcel."""
    x0, y0, x1, y1 = outline.bounds
    x, y = np.meshgrid(np.linspace(x0, x1, 7), np.linspace(y0, y1, 7))
    height = terrain.elevation(np.column_stack([x.ravel(), y.ravel()])).reshape(7, 7)
    slope = np.hypot(np.gradient(height, x[0], axis=1), np.gradient(height, y[:, 0], axis=0))
    return float(slope.mean()), float(height.mean())


def _use(
    u: float, v: float, steep: float, height: float, outline: Polygon, inside: bool, rng: np.random.Generator
) -> str:
    chance = float(rng.random())
    near_rail = abs(v - RAIL_V) < 260
    if v > SEASIDE_V:
        return "port" if 1050 < u < RIVER_U - 100 and inside else "shore"
    if steep > 0.15 or height > 46:
        return "hill"
    if not inside:
        return "margin"
    if outline.area > 110_000:
        return "park"
    if outline.area < SMALLEST_PARCEL_M2:
        return "pocket" if chance < 0.35 else "oldlanes"
    uses = {
        "park": 0.05,
        "school": 0.065,
        "hospital": 0.015,
        "office": 0.045,
        "works": 0.30 if near_rail else 0.05,
        "oldlanes": 0.11 if u < RIVER_U and v > 1850 else 0.05,
        "field": 0.22 if v < 1208 else 0.09 if u > 3900 else 0.03,
    }
    for use, share in uses.items():
        if chance < share:
            return use
        chance -= share
    return "compound"


def _shared_out(parcel: Parcel) -> list[Parcel]:
    """Share a large parcel out among two compounds with one common boundary."""
    if parcel.outline.area < LARGEST_COMPOUND_M2:
        return [parcel]
    frame = np.asarray(parcel.outline.minimum_rotated_rectangle.exterior.coords)
    sides = frame[1:3] - frame[:2]
    long = sides[np.argmax(np.hypot(*sides.T))]
    across = np.array([-long[1], long[0]]) / np.hypot(*long)
    middle = np.asarray(parcel.outline.centroid.coords[0]) + 0.04 * long
    cut = LineString(np.round([middle - across * 900, middle + across * 900], 2))
    halves = [p for p in shapely.get_parts(ops.split(parcel.outline, cut)) if p.area > SMALLEST_PARCEL_M2]
    halves = sorted(halves, key=lambda half: tuple(half.centroid.coords[0]))
    rounded = [shapely.transform(half, lambda points: np.round(points, 2)) for half in halves]
    places = terrain.unwarp(np.array([half.centroid.coords[0] for half in rounded]))
    return [
        part
        for half, (u, v) in zip(rounded, places, strict=True)
        for part in _shared_out(replace(parcel, outline=half, u=float(u), v=float(v), seam=cut))
    ]
