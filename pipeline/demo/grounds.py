"""Lay out the ground that people use: parks, activity grounds, shelters, and all that is green."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon

from pipeline.demo import terrain
from pipeline.demo.city import City
from pipeline.demo.compounds import Compound
from pipeline.demo.facilities import WORDS
from pipeline.demo.terrain import RAIL_V


@dataclass(frozen=True)
class Ground:
    """A facility with an area: park, activity ground or shelter."""

    kind: str
    name: str
    outline: Polygon


def grounds(city: City, rng: np.random.Generator) -> list[Ground]:
    """Return parks, activity grounds and shelters as areas."""
    parks = [p.outline for p in city.parcels if p.use in ("park", "pocket") and p.inside]
    hills = [p.outline for p in city.parcels if p.use == "hill" and p.inside and p.v > RAIL_V]
    schools = [p.outline for p in city.parcels if p.use == "school"]
    clearings = [_clearing(compound, rng) for compound in city.compounds[::6]]
    return [
        *(Ground("park", _name(n, "公园"), park.buffer(-1)) for n, park in enumerate(parks)),
        *(Ground("park", _name(n, "山公园"), hill.buffer(-1)) for n, hill in enumerate(hills)),
        *(
            Ground("activity_ground", _name(n, "公园广场"), _square(park.centroid, 34, 24, rng))
            for n, park in enumerate(parks)
            if park.area > 6_000
        ),
        *(
            Ground("activity_ground", _name(n, "活动场地"), spot)
            for n, spot in enumerate(clearings)
            if spot is not None
        ),
        *(
            Ground(
                "shelter",
                _name(n, "公园应急避难场所"),
                park.centroid.buffer(0.32 * park.area**0.5, quad_segs=4),
            )
            for n, park in enumerate(parks[::2])
        ),
        *(
            Ground("shelter", _name(n, "学校应急避难场所"), affinity.scale(school, 0.5, 0.5))
            for n, school in enumerate(schools[::2])
        ),
    ]


def _name(number: int, ending: str) -> str:
    """Return a name, numbered where the words do not suffice."""
    again = number // len(WORDS)
    return f"{WORDS[number % len(WORDS)]}{ending}{again + 1 if again else ''}"


def _square(centre: Point, width: float, depth: float, rng: np.random.Generator) -> Polygon:
    box = shapely.box(centre.x - width / 2, centre.y - depth / 2, centre.x + width / 2, centre.y + depth / 2)
    return affinity.rotate(box, float(rng.uniform(-20, 20)))


def _clearing(compound: Compound, rng: np.random.Generator) -> Polygon | None:
    """Find room for an activity ground between a compound's houses."""
    built = shapely.union_all([house.outline.buffer(1.5) for house in compound.houses])
    x0, y0, x1, y1 = compound.outline.bounds
    for _ in range(40):
        spot = _square(Point(rng.uniform(x0, x1), rng.uniform(y0, y1)), 17, 12, rng)
        if compound.outline.contains(spot) and not spot.intersects(built):
            return spot
    return None


def greens(city: City) -> list[Polygon]:
    """Return green land: parks, hills, and the green of newer compounds."""
    found = [p.outline for p in city.parcels if p.use in ("park", "pocket", "hill")]
    shore = [p.outline.buffer(-22) for p in city.parcels if p.use == "shore" and p.u > terrain.RIVER_U]
    for compound in city.compounds:
        if compound.kind in ("tower", "villa") and compound.houses:
            taken = [house.outline.buffer(5) for house in compound.houses]
            taken += [LineString(way.coords).buffer(6) for way in compound.ways]
            found.append(
                compound.outline.buffer(-9).difference(shapely.union_all(taken)).buffer(-2).simplify(1.0)
            )
    parts = [part for shape in [*found, *shore] for part in shapely.get_parts(shape)]
    return [part for part in parts if part.geom_type == "Polygon" and part.area > 60]
