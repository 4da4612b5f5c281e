"""Settle the people: residents and ages by compound, people in the old lanes, and the residents' committees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity, ops
from shapely.geometry import LineString, Point, Polygon

from pipeline.demo import streets, terrain
from pipeline.demo.city import City
from pipeline.demo.compounds import quarter
from pipeline.demo.layout import FABRICS
from pipeline.demo.terrain import BORDER, RAIL_V, RIVER_U

IN_COMPOUNDS, OUTSIDE = 140_000, 20_000
FULL_M2 = {"old": 1.0, "new": 0.78}
TARGETS = (4_900, 12_300, 13_900)  # two committees that just miss the range of a unit, one that clearly does
COMMITTEES = 30
TOLERANCES, TOLERANCE_SHARES = (1.0, 1.5, 2.6), (0.6, 0.25, 0.15)  # how unlike in size committees are
FEWEST = 900.0  # people in a committee
NOT_ALONG_STREETS = 0.2  # share of committee borders that ignore streets and cut compounds


@dataclass
class Home:
    """The people of a compound."""

    residents: int
    households: int
    child_0_3: int
    child_3_6: int
    elderly: int


@dataclass(frozen=True)
class Committee:
    """A residents' committee: its ground and its quarter of the town."""

    outline: Polygon
    quarter: int


@dataclass(frozen=True)
class People:
    """Homes by compound, residents of houses outside compounds, committees."""

    homes: dict[str, Home]
    outside: list[tuple[Point, float]]
    committees: list[Committee]
    member: dict[str, int]

    def crowd(self, city: City) -> tuple[np.ndarray, np.ndarray]:
        """Return where people live, shape (n, 2), and how many, shape (n,)."""
        spots = [c.outline.centroid for c in city.compounds] + [door for door, _ in self.outside]
        counts = [float(self.homes[c.compound_id].residents) for c in city.compounds]
        return np.array([[p.x, p.y] for p in spots]), np.array(counts + [count for _, count in self.outside])


def settle(city: City, rng: np.random.Generator) -> People:
    """Settle people in all homes."""
    weight = {}
    for compound in city.compounds:
        crowded = FULL_M2["new" if compound.built_year > 2008 else "old"] * rng.lognormal(0, 0.12)
        weight[compound.compound_id] = compound.floor_area_m2 / FABRICS[compound.kind].m2_per_person * crowded
    scale = IN_COMPOUNDS / sum(weight.values())
    residents = {key: value * scale for key, value in weight.items()}
    houses = [house for use, house in city.outside if use == "oldlanes"]
    room = np.array([house.outline.area * house.floors for house in houses])
    lodgers = room / room.sum() * OUTSIDE
    doors = [house.outline.centroid for house in houses]
    door_uv = terrain.unwarp(np.array([[p.x, p.y] for p in doors]))
    places = np.vstack([np.array([[c.u, c.v] for c in city.compounds]), door_uv])
    crowd = np.concatenate([np.array(list(residents.values())), lodgers])
    areas = _divide(places, crowd, city.cuts, rng)
    _aim(areas, places, crowd, len(city.compounds))
    for compound, people in zip(city.compounds, crowd, strict=False):
        residents[compound.compound_id] = float(people)
    homes = {
        c.compound_id: _ages(c.kind, c.built_year, residents[c.compound_id], rng) for c in city.compounds
    }
    outside = list(zip(doors, lodgers.tolist(), strict=True))
    committees = _committees(areas)
    tree = shapely.STRtree([committee.outline for committee in committees])
    member = {c.compound_id: int(tree.nearest(c.outline.centroid)) for c in city.compounds}
    return People(homes, outside, committees, member)


def _ages(kind: str, year: int, residents: float, rng: np.random.Generator) -> Home:
    count = max(round(residents), 12)
    old = float(np.clip(0.36 - (year - 1978) * 0.0062 + rng.normal(0, 0.03), 0.08, 0.45))
    young = float(np.clip(0.020 + (year - 1985) * 0.0009 + rng.normal(0, 0.004), 0.012, 0.06))
    size = 1.9 if kind in ("dormitory", "bungalow") else 2.35 if year < 2000 else 2.8
    return Home(
        count, round(count / size), round(count * young * 0.8), round(count * young), round(count * old)
    )


def _divide(
    places: np.ndarray, crowd: np.ndarray, cuts: list[LineString], rng: np.random.Generator
) -> list[Polygon]:
    """Divide the sheet into committees, along arterials, river and railway, then streets, now and then straight across."""
    west, south, east = BORDER
    frame = shapely.box(west, south, east, 4700)
    seams = [
        s.line
        for s in streets.skeleton()
        if s.name in ("海晏大街", "槐荫路", "锚山路", "中和街", "渔市街", "东桥路")
    ]
    seams += [LineString([(RIVER_U, 0), (RIVER_U, 4800)]), LineString([(0, RAIL_V), (5200, RAIL_V)])]
    seams += [LineString([(2350, 60), (2350, 0)])]
    seams += [
        affinity.scale(s, 1.0, 1.0)
        for s in (
            LineString([(1430, 3780), (1440, 4800)]),
            LineString([(2130, 3780), (2125, 4800)]),
            LineString([(3830, 3780), (3825, 4800)]),
        )
    ]
    noded = shapely.unary_union([frame.boundary, *seams], grid_size=0.01)
    cells = sorted(
        shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))),
        key=lambda c: tuple(c.centroid.coords[0]),
    )
    cells = [cell for cell in cells if frame.buffer(1).covers(cell)]
    points = shapely.points(places)
    leaves: dict[bytes, tuple[float, Polygon]] = {}

    def add(area: Polygon) -> None:
        """Note an area and how badly it wants dividing: some offices bear more people than others."""
        tolerance = float(rng.choice(TOLERANCES, p=TOLERANCE_SHARES))
        leaves[area.wkb] = (float(crowd[shapely.contains(area, points)].sum()) / tolerance, area)

    for cell in cells:
        add(cell)
    while len(leaves) < COMMITTEES:
        key = max(leaves, key=lambda k: (leaves[k][0], k))
        area = leaves[key][1]
        halves = _halves(area, points, crowd, cuts, rng)
        if halves is None:
            leaves[key] = (0.0, area)
            continue
        del leaves[key]
        for half in halves:
            add(half)
    return [area for _, area in leaves.values()]


def _halves(
    cell: Polygon, points: np.ndarray, crowd: np.ndarray, cuts: list[LineString], rng: np.random.Generator
) -> list[Polygon] | None:
    """Halve an area along a street where one runs through, else straight across the people's middle."""
    inside = shapely.contains(cell, points)
    if crowd[inside].sum() < 2 * FEWEST:
        return None
    along = _along_streets(cell, cuts) if rng.random() > NOT_ALONG_STREETS else []
    across = _across(
        cell, np.average(shapely.get_coordinates(points[inside]), axis=0, weights=crowd[inside]), rng
    )
    return _most_even(cell, along, points, crowd) or _most_even(cell, [across], points, crowd)


def _along_streets(cell: Polygon, cuts: list[LineString]) -> list[LineString]:
    """Return the streets that run through a cell from border to border."""
    border = cell.boundary
    return [
        affinity.scale(cut, 1.5, 1.5)
        for cut in cuts
        if cut.length > 250
        and cell.intersects(cut)
        and max(border.distance(Point(end)) for end in (cut.coords[0], cut.coords[-1])) < 60
    ]


def _across(cell: Polygon, middle: np.ndarray, rng: np.random.Generator) -> LineString:
    """Return a slanted line through the people's middle, across the cell's longer side."""
    west, south, east, north = cell.bounds
    angle = rng.uniform(-0.3, 0.3) + (0 if north - south > east - west else np.pi / 2)
    arm = 3000 * np.array([np.cos(angle), np.sin(angle)])
    return LineString([middle - arm, middle + arm])


def _most_even(
    cell: Polygon, lines: list[LineString], points: np.ndarray, crowd: np.ndarray
) -> list[Polygon] | None:
    """Return the two halves of the line that halves the people best; None where no line leaves people on both sides."""
    best: tuple[float, list[Polygon] | None] = (np.inf, None)
    for line in lines:
        halves = sorted(shapely.get_parts(ops.split(cell, line)), key=lambda h: tuple(h.centroid.coords[0]))
        if len(halves) == 2:
            sizes = [float(crowd[shapely.contains(half, points)].sum()) for half in halves]
            if min(sizes) > FEWEST and abs(sizes[0] - sizes[1]) < best[0]:
                best = (abs(sizes[0] - sizes[1]), halves)
    return best[1]


def _aim(areas: list[Polygon], places: np.ndarray, crowd: np.ndarray, compounds: int) -> None:
    """Scale the compounds of three committees, in place, to the targets; the rest make up for it."""
    points = shapely.points(places)
    member = np.array([shapely.contains(area, points) for area in areas])
    totals = member @ crowd
    taken: set[int] = set()
    aimed = np.zeros(len(crowd), dtype=bool)
    for target in TARGETS:
        order = np.argsort(np.abs(totals - target))
        chosen = next(int(i) for i in order if int(i) not in taken)
        taken.add(chosen)
        movable = member[chosen] & (np.arange(len(crowd)) < compounds)
        crowd[movable] *= (target - crowd[member[chosen] & ~movable].sum()) / crowd[movable].sum()
        aimed |= movable
    rest = ~aimed & (np.arange(len(crowd)) < compounds)
    crowd[rest] *= (IN_COMPOUNDS - crowd[aimed].sum()) / crowd[rest].sum()


def _committees(areas: list[Polygon]) -> list[Committee]:
    """Bend the committees onto the land; neighbours share their border exactly."""
    noded = shapely.get_parts(shapely.unary_union([area.boundary for area in areas], grid_size=0.01))
    lines = [terrain.bend(line, 20) for line in noded]
    shapes = shapely.get_parts(shapely.polygonize(lines))
    spots = terrain.unwarp(np.array([s.representative_point().coords[0] for s in shapes]))
    land = terrain.land()
    committees = []
    for area in areas:
        mine = shapes[shapely.contains(area, shapely.points(spots))]
        ground = shapely.union_all(mine).intersection(land)
        parts = [part for part in shapely.get_parts(ground) if part.area > 500]
        outline = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
        u, v = area.centroid.coords[0]
        committees.append(Committee(outline, quarter(u, v) if u < RIVER_U or v < 0 else 2))
    return committees
