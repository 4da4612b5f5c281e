"""Build the compounds: kind, year, plan, which mouths become gates, and whom the gates admit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from pipeline.demo.blocks import Parcel
from pipeline.demo.layout import XY, House, Mouth, Plan, Surroundings, lay_out
from pipeline.demo.terrain import RAIL_V, RIVER_U

# kind: share by quarter (harbour town, centre, east of the river, foot of the hills), years, share walled
KINDS = {
    "slab": ((0.42, 0.62, 0.46, 0.42), {"old": (1979, 2000), "east": (1992, 2009)}, 0.52),
    "dormitory": ((0.12, 0.16, 0.02, 0.10), {"old": (1975, 1990), "east": (1978, 1990)}, 0.45),
    "tower": ((0.08, 0.12, 0.42, 0.08), {"old": (2003, 2019), "east": (2002, 2021)}, 0.95),
    "courtyard": ((0.28, 0.06, 0.01, 0.02), {"old": (1975, 1986), "east": (1975, 1986)}, 0.15),
    "villa": ((0.02, 0.00, 0.06, 0.20), {"old": (1999, 2014), "east": (2001, 2016)}, 1.0),
    "bungalow": ((0.08, 0.04, 0.03, 0.18), {"old": (1975, 1984), "east": (1975, 1984)}, 0.0),
}
STREET_RANK = (
    "tertiary",
    "residential",
    "secondary",
    "primary",
    "living_street",
    "service",
    "footway",
    "path",
)
HOURS = ("06:00-22:00", "05:30-23:00", "06:30-21:30", "00:00-24:00", "07:00-19:00", "")
HOURS_SHARES = (0.34, 0.16, 0.08, 0.14, 0.06, 0.22)
ALL_PRIVATE = "every way private"
USERS = ("public", "residents", "permit", "closed")


@dataclass(frozen=True)
class Gate:
    """A gate in an outline: where, whom it admits, when."""

    point: XY
    users: str
    hours: str


@dataclass(frozen=True)
class Way:
    """An inner way: coordinates that share nodes with streets and other ways, and OSM tags."""

    coords: list[XY]
    tags: dict[str, str]


@dataclass
class Compound:
    """A compound as built; surveys of it may know less."""

    compound_id: str
    outline: Polygon
    kind: str
    built_year: int
    walled: bool
    houses: list[House]
    ways: list[Way]
    gates: list[Gate]
    u: float
    v: float
    special: str = ""

    @property
    def floor_area_m2(self) -> float:
        """Floor area of its homes."""
        return sum(h.outline.area * h.floors for h in self.houses if h.use == "residential")


def quarter(u: float, v: float) -> int:
    """Return 0 harbour town, 1 centre, 2 east of the river, 3 foot of the hills."""
    if v < RAIL_V:
        return 3
    if u > RIVER_U:
        return 2
    return 0 if v > 2690 else 1


def build(
    parcels: list[Parcel], around: Surroundings, classes: list[str], rng: np.random.Generator
) -> tuple[list[Compound], dict[int, list[XY]]]:
    """Build all compounds; also return the points where their ways meet each street piece."""
    meets: dict[int, list[XY]] = {}
    compounds: list[Compound] = []
    village = max(
        (p for p in parcels if p.v < RAIL_V - 250 and p.u < RIVER_U),
        key=lambda p: p.outline.area,
        default=None,
    )
    for parcel in parcels:
        kind = "village" if parcel is village else _kind(parcel, rng)
        plan = lay_out(parcel.outline, kind, around, rng)
        if len(plan.houses) < 3 or not plan.mouths:
            continue
        years = {"village": (1976, 1992)}.get(kind) or KINDS[kind][1]["east" if parcel.u > RIVER_U else "old"]
        walled = kind != "village" and bool(rng.random() < KINDS[kind][2])
        mouths = choose_mouths(plan, walled, classes, rng)
        if walled and parcel.seam is not None and rng.random() < 0.6:
            mouths = [max(plan.mouths, key=lambda m: (Point(m.gate).distance(parcel.seam), m.gate))]
        gates = _gates(mouths, kind, rng) if walled else []
        private = walled and bool(rng.random() < 0.4) and all(gate.users != "public" for gate in gates)
        ways = connect(plan, mouths, _tags(kind, private, rng))
        if private and not any(c.special == ALL_PRIVATE for c in compounds):
            special = ALL_PRIVATE
        else:
            special, ways = "", [part for way in ways for part in _approach(way, gates, parcel.outline)]
        for mouth in mouths:
            meets.setdefault(mouth.piece, []).append(mouth.street)
        compounds.append(
            Compound(
                f"C{len(compounds) + 1:03d}", parcel.outline, kind, int(rng.integers(years[0], years[1] + 1)), walled,
                clear(plan.houses, ways), ways, gates, parcel.u, parcel.v, special,
            )
        )  # fmt: skip
    return compounds, meets


def _approach(way: Way, gates: list[Gate], outline: Polygon) -> list[Way]:
    """Part a private way at its gates: the approach from the street is not private."""
    at = {gate.point for gate in gates}
    if "access" not in way.tags or not at & set(way.coords):
        return [way]
    places = [0, *(i for i, xy in enumerate(way.coords) if xy in at), len(way.coords) - 1]
    open_tags = {key: value for key, value in way.tags.items() if key != "access"}
    parts = [way.coords[a : b + 1] for a, b in pairwise(places)]
    inside = [outline.contains(LineString(part).interpolate(0.5, normalized=True)) for part in parts]
    return [Way(part, way.tags if within else open_tags) for part, within in zip(parts, inside, strict=True)]


def _kind(parcel: Parcel, rng: np.random.Generator) -> str:
    where = quarter(parcel.u, parcel.v)
    shares = np.array([KINDS[kind][0][where] for kind in KINDS])
    kind = str(rng.choice(list(KINDS), p=shares / shares.sum()))
    return "slab" if kind == "tower" and parcel.outline.area < 12_000 else kind


def choose_mouths(plan: Plan, walled: bool, classes: list[str], rng: np.random.Generator) -> list[Mouth]:
    """Choose which mouths are used: few and apart where walled, all but the crowded ones where open."""
    count = int(rng.choice([1, 2, 3], p=[0.3, 0.45, 0.25])) if walled else 9
    apart = 70.0 if walled else 24.0
    chosen: list[Mouth] = []
    for mouth in sorted(
        plan.mouths, key=lambda m: (m.lane >= 0, STREET_RANK.index(classes[m.piece]), m.stub_m, m.gate)
    ):
        if len(chosen) < count and all(
            np.hypot(*np.subtract(mouth.gate, other.gate)) > apart for other in chosen
        ):
            chosen.append(mouth)
    return chosen


def connect(plan: Plan, mouths: list[Mouth], tags: tuple[dict[str, str], dict[str, str]]) -> list[Way]:
    """Return the plan's ways, lengthened through the chosen mouths to the street."""
    ways = []
    for lines, which, kind in ((plan.spines, tags[0], "spine"), (plan.lanes, tags[1], "lane")):
        for coords in lines:
            full = list(coords)
            for mouth in mouths:
                if (mouth.lane < 0) != (kind == "spine"):
                    continue
                if mouth.inner == full[-1]:
                    full = [*full, mouth.gate, mouth.street]
                elif mouth.inner == full[0]:
                    full = [mouth.street, mouth.gate, *full]
            if len(full) > 1:
                ways.append(Way(full, which))
    return ways


def clear(houses: list[House], ways: list[Way]) -> list[House]:
    """Leave out houses that stand in a way."""
    if not ways:
        return houses
    corridor = shapely.union_all([LineString(way.coords).buffer(2.2) for way in ways])
    return [house for house in houses if not house.outline.intersects(corridor)]


def _tags(kind: str, private: bool, rng: np.random.Generator) -> tuple[dict[str, str], dict[str, str]]:
    width = {"tower": "6", "slab": "4.5", "villa": "5", "dormitory": "4"}.get(kind, "3")
    access = {"access": "private"} if private else {}
    lane = "service" if kind in ("tower", "villa") or rng.random() < 0.6 else "footway"
    return {"highway": "service", "width": width} | access, {"highway": lane} | access


def _gates(mouths: list[Mouth], kind: str, rng: np.random.Generator) -> list[Gate]:
    shares = (0.12, 0.62, 0.22, 0.04) if kind in ("tower", "villa") else (0.40, 0.34, 0.12, 0.14)
    gates = []
    for number, mouth in enumerate(mouths):
        users = str(rng.choice(USERS, p=shares))
        if number == 0 and users == "closed":
            users = "residents"
        hours = str(rng.choice(HOURS, p=HOURS_SHARES))
        gates.append(Gate(mouth.gate, users, "" if users == "closed" else hours))
    return gates


def walls(compounds: list[Compound], opening_m: float = 2.5) -> list[tuple[str, LineString]]:
    """Return (compound_id, line) of every wall: outlines of walled compounds, open only at gates, shared ones once."""
    found: list[tuple[str, LineString]] = []
    built: list[LineString] = []
    for compound in compounds:
        if not compound.walled:
            continue
        line = compound.outline.exterior
        if compound.gates:
            line = line.difference(
                shapely.union_all([Point(gate.point).buffer(opening_m) for gate in compound.gates])
            )
        near = [other for other in built if other.distance(line) < 0.3]
        if near:
            line = line.difference(shapely.union_all(near).buffer(0.3))
        merged = shapely.line_merge(line) if line.geom_type != "LineString" else line
        parts = [part for part in shapely.get_parts(merged) if part.length > 2]
        parts.sort(key=lambda part: part.coords[0])
        built += parts
        found += [(compound.compound_id, part) for part in parts]
    return found
