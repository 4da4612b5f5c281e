"""Build the whole district: ground, streets, parcels, compounds and everything between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import ops
from shapely.geometry import LineString, Point, Polygon

from pipeline.demo import blocks, compounds, streets, terrain
from pipeline.demo.blocks import HALF_WIDTH_M, Parcel
from pipeline.demo.compounds import Compound, Way
from pipeline.demo.layout import XY, House, Surroundings, lay_out
from pipeline.demo.streets import ARTERIAL, Piece

PLAN_OF_USE = {
    "oldlanes": "lanehouse", "school": "school", "hospital": "hospital", "office": "office", "works": "works", "port": "works",
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """All that stands on the ground, in local metres."""

    pieces: list[Piece]
    cuts: list[LineString]
    meets: dict[int, list[XY]]
    parcels: list[Parcel]
    compounds: list[Compound]
    lane_ways: list[Way]
    outside: list[tuple[str, House]]


def build(seed: int) -> City:
    """Build the city from a seed."""
    rng = np.random.default_rng(seed)
    pieces, cuts = streets.draw(rng)
    pieces += streets.hill_paths(pieces)
    plots = blocks.parcels(pieces, rng)
    usable = [p.highway not in ("steps", "path") and not p.tags for p in pieces]
    built = [p.outline for p in plots if p.use not in ("hill", "margin", "shore", "bank", "field", "pocket")]
    around = Surroundings([p.line for p in pieces], usable, built)
    classes = [p.highway for p in pieces]
    homes, meets = compounds.build([p for p in plots if p.use == "compound"], around, classes, rng)
    lane_ways = _park_paths(plots, around, meets)
    outside: list[tuple[str, House]] = []
    for parcel in plots:
        if parcel.use not in PLAN_OF_USE:
            continue
        plan = lay_out(parcel.outline, PLAN_OF_USE[parcel.use], around, rng)
        houses = plan.houses
        if parcel.use == "oldlanes" and plan.mouths:
            mouths = compounds.choose_mouths(plan, False, classes, rng)
            ways = compounds.connect(
                plan, mouths, ({"highway": "service", "width": "3"}, {"highway": "footway"})
            )
            for mouth in mouths:
                meets.setdefault(mouth.piece, []).append(mouth.street)
            lane_ways += ways
            houses = compounds.clear(houses, ways)
        outside += [(parcel.use, house) for house in houses]
    outside.append(("oldlanes", _lighthouse()))
    ways = lane_ways + [way for compound in homes for way in compound.ways]
    outside += [("shop", house) for house in _shopfronts(pieces, built, ways, rng)]
    return City(pieces, cuts, meets, plots, homes, lane_ways, outside)


def _lighthouse() -> House:
    """Return the quarters of the lighthouse on the mole, which no mapped way reaches: people who cannot be linked."""
    spot = terrain.bend(Point(2960.0, 4500.0))
    return House(shapely.box(spot.x - 7, spot.y - 4, spot.x + 7, spot.y + 4), 2, "residential")


def _park_paths(parcels: list[Parcel], around: Surroundings, meets: dict[int, list[XY]]) -> list[Way]:
    """Lead paths from the streets around a park to its middle."""
    paths = []
    for parcel in parcels:
        centre = parcel.outline.centroid
        if parcel.use != "park" or not parcel.outline.contains(centre):
            continue
        middle = (round(centre.x, 2), round(centre.y, 2))
        for angle in np.arange(0.4, 2 * np.pi, np.pi / 2.5):
            towards = (middle[0] + float(np.cos(angle)), middle[1] + float(np.sin(angle)))
            mouth = around.mouth(parcel.outline, middle, towards, -1, reach_m=400)
            if mouth is not None:
                meets.setdefault(mouth.piece, []).append(mouth.street)
                paths.append(Way([mouth.street, mouth.gate, middle], {"highway": "footway"}))
    return paths


def _shopfronts(
    pieces: list[Piece], parcels: list[Polygon], ways: list[Way], rng: np.random.Generator
) -> list[House]:
    """Line the arterials with shops of two to four floors, where nothing else stands."""
    taken = [*parcels, *(LineString(way.coords).buffer(2.5) for way in ways)]
    taken += [p.line.buffer(HALF_WIDTH_M[p.highway] - 1) for p in pieces]
    taken += [terrain.river()[0].buffer(8), terrain.railway().buffer(15), terrain.sea()]
    shops: list[House] = []
    for piece in pieces:
        if piece.highway not in ARTERIAL or piece.tags:
            continue
        for side in (1, -1):
            line = shapely.offset_curve(piece.line, side * (HALF_WIDTH_M[piece.highway] + 7))
            start = float(rng.uniform(4, 14))
            while line.geom_type == "LineString" and start < line.length - 12:
                length = float(rng.uniform(18, 52))
                front = ops.substring(line, start, min(start + length, line.length - 3))
                start += length + float(rng.choice([2, 8, 25], p=[0.4, 0.3, 0.3]))
                if front.length > 10 and rng.random() < 0.4:
                    outline = LineString([front.coords[0], front.coords[-1]]).buffer(5, cap_style="flat")
                    shops.append(
                        House(
                            shapely.transform(outline, lambda p: np.round(p, 2)),
                            int(rng.integers(2, 5)),
                            "commercial",
                        )
                    )
    tree = shapely.STRtree(taken)
    centres = np.array([shop.outline.centroid.coords[0] for shop in shops])
    uv, height = terrain.unwarp(centres), terrain.elevation(centres)
    west, south, east = terrain.BORDER
    kept: list[House] = []
    for shop, (u, v), high in zip(shops, uv, height, strict=True):
        inside = west < u < east and v > south + 300
        free = not tree.query(shop.outline, predicate="intersects").size
        if inside and high < 40 and free and not any(shop.outline.intersects(o.outline) for o in kept):
            kept.append(shop)
    return kept
