"""Place facilities: every class of the catalogue that the district lists, with deserts, crowding and a few bad rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry import Point, Polygon

from pipeline.demo import terrain
from pipeline.demo.city import City
from pipeline.demo.compounds import Compound
from pipeline.demo.layout import House
from pipeline.demo.people import Committee, People

# class: word in the list, how many, where (compound, lanes, shop, school …), places, floor area
CLASSES: dict[str, tuple[str, int, tuple[str, ...], tuple[int, int] | None, tuple[int, int] | None]] = {
    "kindergarten": ("幼儿园", 25, ("compound", "school", "oldlanes"), (90, 330), (900, 3600)),
    "primary_school": ("小学", 9, ("school",), (540, 1400), (4800, 9800)),
    "nursery": ("托育机构", 9, ("shop", "compound"), (20, 80), (200, 600)),
    "elderly_station": ("老年服务站", 19, ("compound", "shop", "oldlanes"), None, (120, 720)),
    "health_station": ("社区卫生服务站", 14, ("shop", "office", "hospital"), None, (150, 900)),
    "service_station": ("社区综合服务站", 27, ("shop", "compound", "office"), None, (220, 1600)),
    "food_shop": ("综合超市与菜市场", 27, ("shop",), None, (300, 2600)),
    "pharmacy": ("药店", 38, ("shop", "oldlanes"), None, (40, 160)),
    "canteen": ("社区食堂", 8, ("shop", "compound"), (40, 120), (90, 320)),
    "restaurant": ("餐饮", 64, ("shop", "oldlanes"), None, None),
    "parcel": ("快递服务", 46, ("shop", "compound", "walled", "oldlanes"), None, None),
    "hairdresser": ("理发店", 38, ("shop", "oldlanes"), None, None),
    "bank": ("银行", 15, ("shop", "office"), None, None),
    "domestic_service": ("家政洗衣", 12, ("shop",), None, None),
    "cultural_room": ("文化活动室", 15, ("compound", "walled", "office", "oldlanes"), None, (80, 600)),
    "playground": ("儿童游戏场", 18, ("compound", "walled"), None, None),
    "waste_point": ("垃圾分类投放点", 120, ("compound", "walled", "oldlanes"), None, None),
    "fire_station": ("消防站", 2, ("works",), None, (1800, 2600)),
}
COMPLETENESS = {
    "kindergarten": "complete", "primary_school": "complete", "nursery": "complete", "elderly_station": "complete",
    "health_station": "complete", "service_station": "complete", "food_shop": "complete", "pharmacy": "complete",
    "canteen": "complete", "bank": "complete", "cultural_room": "complete", "bus_stop": "complete",
    "waste_point": "complete", "fire_station": "complete", "restaurant": "partial", "parcel": "partial",
    "hairdresser": "partial", "domestic_service": "partial", "playground": "partial",
}  # fmt: skip
DESERTS = {  # class: sheet box (u0, v0, u1, v1) without any
    "kindergarten": (100.0, 1280.0, 1330.0, 2640.0),
    "elderly_station": (3890.0, 1830.0, 4700.0, 3990.0),
    "health_station": (100.0, 100.0, 2880.0, 1250.0),
}
WELL_SERVED = {  # how many of a class the leading committees have at least
    "kindergarten": 3, "elderly_station": 2, "health_station": 1, "service_station": 2, "food_shop": 2, "cultural_room": 1,
}  # fmt: skip
WORDS = (
    "海燕",
    "小帆船",
    "青槐",
    "贝壳",
    "朝阳坡",
    "双井",
    "灯塔",
    "同泰",
    "潮生",
    "仁和",
    "福顺",
    "月牙",
    "春晖",
    "桥头",
    "北礁",
    "松涧",
)


@dataclass(frozen=True)
class Facility:
    """A row of the list of facilities; `point` is None where the list has no coordinates."""

    word: str
    name: str
    point: Point | None
    capacity: int | None = None
    floor_area_m2: int | None = None
    note: str = ""


def place(city: City, folk: People, leading: list[int], rng: np.random.Generator) -> list[Facility]:
    """Place the point facilities and write the list as the town keeps it, bad rows included."""
    hosts = _hosts(city)
    crowd = folk.crowd(city)
    rows: list[Facility] = []
    for kind, (word, count, where, places, area) in CLASSES.items():
        options = [host for use in dict.fromkeys(where) for host in hosts[use]]
        points = np.array([[p.x, p.y] for p in options])
        first = [s for n in leading for s in _middles(folk.committees[n], crowd, WELL_SERVED.get(kind, 0))]
        spots = _spread(points, count, DESERTS.get(kind), first, _neighbours(points, crowd), rng)
        for number, spot in enumerate(spots):
            rows.append(
                Facility(
                    word,
                    f"{WORDS[int(rng.integers(len(WORDS)))]}{word}{number + 1}"
                    if count > 12
                    else f"{WORDS[number]}{word}",
                    options[spot],
                    _known(places, 0.1, rng),
                    _known(area, 0.08, rng),
                )
            )
    rows += (
        _behind_gates(hosts["walled"], rng)
        + _detour_case(city)
        + _across()
        + _bus_stops(city)
        + _beyond(city)
    )
    return rows + _bad(rows)


def _hosts(city: City) -> dict[str, list[Point]]:
    """Return doors by kind of house; in walled compounds they lie inside."""
    hosts: dict[str, list[Point]] = {"compound": [], "walled": []}
    streets = shapely.union_all([piece.line for piece in city.pieces if not piece.tags])
    shapely.prepare(streets)
    for compound in city.compounds:
        if compound.kind not in ("villa", "bungalow"):
            hosts["walled" if compound.walled else "compound"] += [
                _door(house.outline, compound.outline.exterior) for house in compound.houses[::3]
            ]
    for use, house in city.outside:
        hosts.setdefault(use, []).append(_door(house.outline, streets))
    return hosts


def _door(outline: Polygon, street: shapely.Geometry) -> Point:
    """Return the place on a house's outline that is nearest to a line, a step inside."""
    edge = shapely.shortest_line(outline, street).coords[0]
    centre = outline.centroid
    step = 1.0 / max(Point(edge).distance(centre), 1.0)
    return Point(
        round(edge[0] + (centre.x - edge[0]) * step, 2), round(edge[1] + (centre.y - edge[1]) * step, 2)
    )


def _spread(
    points: np.ndarray,
    count: int,
    desert: tuple[float, float, float, float] | None,
    first: list[np.ndarray],
    neighbours: np.ndarray,
    rng: np.random.Generator,
) -> list[int]:
    """Choose places: the nearest to the `first` spots, then the loneliest of a few among many people; none in the desert."""
    uv = terrain.unwarp(points)
    inside = (uv[:, 0] > terrain.BORDER[0]) & (uv[:, 0] < terrain.BORDER[2]) & (uv[:, 1] > terrain.BORDER[1])
    if desert is not None:
        u0, v0, u1, v1 = desert
        inside &= ~((uv[:, 0] > u0) & (uv[:, 0] < u1) & (uv[:, 1] > v0) & (uv[:, 1] < v1))
    free = np.flatnonzero(inside)
    chosen: list[int] = []
    for spot in first:
        near = free[np.argsort(np.hypot(*(points[free] - spot).T), kind="stable")]
        nearest = next((int(i) for i in near if int(i) not in chosen), None)
        if nearest is not None and np.hypot(*(points[nearest] - spot)) < 300:
            chosen.append(nearest)
    while len(chosen) < min(count, len(free)):
        some = [int(i) for i in rng.choice(free, 5) if int(i) not in chosen]
        if not some:
            continue
        if chosen:
            gaps = [np.hypot(*(points[chosen] - points[i]).T).min() * neighbours[i] ** 0.5 for i in some]
            some = [some[int(np.argmax(gaps))]]
        chosen.append(some[0])
    return chosen


def _middles(committee: Committee, crowd: tuple[np.ndarray, np.ndarray], count: int) -> list[np.ndarray]:
    """Return the middles of the people in `count` slices of a committee, across its longer side."""
    if count == 0:
        return []
    points, people = crowd
    inside = shapely.contains(committee.outline, shapely.points(points))
    spots, weights = points[inside], people[inside]
    axis = int(np.argmax(np.ptp(spots, axis=0)))
    order = np.argsort(spots[:, axis], kind="stable")
    slice_of = np.minimum(np.cumsum(weights[order]) / weights.sum() * count, count - 1).astype(int)
    parts = [order[slice_of == part] for part in range(count)]
    return [np.average(spots[part], axis=0, weights=weights[part]) for part in parts if len(part)]


def _neighbours(
    points: np.ndarray, crowd: tuple[np.ndarray, np.ndarray], radius_m: float = 350.0
) -> np.ndarray:
    """Return the people within a radius of each point."""
    spots, people = crowd
    near = np.hypot(points[:, None, 0] - spots[None, :, 0], points[:, None, 1] - spots[None, :, 1]) < radius_m
    return near @ people


def _known(span: tuple[int, int] | None, unknown: float, rng: np.random.Generator) -> int | None:
    """Draw a number, or nothing where the list does not know it."""
    if span is None or rng.random() < unknown:
        return None
    return int(np.round(rng.uniform(*span), -1))


def twins(compounds: list[Compound]) -> list[tuple[Compound, Compound]]:
    """Return pairs of walled compounds of flats with a common wall of 60 m or more, longest way round first."""
    flats = [c for c in compounds if c.walled and c.kind in ("slab", "tower", "dormitory")]
    pairs = []
    for i, one in enumerate(flats):
        for other in flats[i + 1 :]:
            if one.outline.distance(other.outline) > 0.05:
                continue
            wall = one.outline.buffer(0.3).intersection(other.outline.exterior)
            if wall.length < 60 or max(len(one.gates), len(other.gates)) > 1:
                continue
            middle = wall.centroid
            round_m = sum(Point(c.gates[0].point).distance(middle) for c in (one, other))
            pairs.append((-round_m, one, other))
    return [(one, other) for _, one, other in sorted(pairs, key=lambda p: (p[0], p[1].compound_id))]


def _behind_gates(doors: list[Point], rng: np.random.Generator) -> list[Facility]:
    """Put three kindergartens inside walled compounds: only those whom the gates admit can use them."""
    spots = [doors[int(i)] for i in rng.choice(len(doors), 3, replace=False)]
    return [
        Facility("幼儿园", f"园内幼儿园{n}", spot, 120, 1000, "小区内") for n, spot in enumerate(spots, 1)
    ]


def _detour_case(city: City) -> list[Facility]:
    """Put a kindergarten behind the common wall of two compounds, open to all through the far gate."""
    pairs = twins(city.compounds)
    if not pairs:
        return []
    home, host = pairs[0]
    nearest = min(host.houses, key=lambda house: house.outline.distance(home.outline))
    host.houses[host.houses.index(nearest)] = House(nearest.outline, 2, "public")
    host.gates[:] = [replace(gate, users="public", hours="06:00-22:00") for gate in host.gates]
    host.special, home.special = "kindergarten_behind_wall", "walled_off"
    return [Facility("幼儿园", "墙东幼儿园", nearest.outline.centroid, 180, 1500)]


def _across() -> list[Facility]:
    """Put a kindergarten on the east bank, near in a straight line from the west bank but far on foot."""
    spot = terrain.warp(np.array([[terrain.RIVER_U + terrain.BANK + 14, 2290.0]]))[0]
    return [Facility("幼儿园", "河东沿幼儿园", Point(np.round(spot, 2)), 240, 2200)]


def _bus_stops(city: City) -> list[Facility]:
    stops: list[Facility] = []
    for piece in city.pieces:
        if piece.highway not in ("primary", "secondary") or piece.tags or piece.line.length < 90:
            continue
        middle = piece.line.interpolate(0.5, normalized=True)
        if all(middle.distance(stop.point) > 330 for stop in stops):
            aside = shapely.offset_curve(piece.line, 8).interpolate(0.5, normalized=True)
            stops.append(
                Facility(
                    "公交站", f"{piece.name}{len(stops) + 1}号站", Point(round(aside.x, 2), round(aside.y, 2))
                )
            )
    return stops


def _beyond(city: City) -> list[Facility]:
    """Put some facilities beyond the border: they count for people inside it."""
    spots = terrain.warp(
        np.array([[60.0, 2300.0], [4730.0, 2840.0], [40.0, 3000.0], [4720.0, 1650.0], [4760.0, 2100.0]])
    )
    lines = [p.line for p in city.pieces if p.highway in ("residential", "tertiary", "primary", "secondary")]
    tree = shapely.STRtree(lines)
    words = (
        ("幼儿园", "界西幼儿园", 210),
        ("老年服务站", "界东老年服务站", None),
        ("社区卫生服务站", "界西社区卫生服务站", None),
        ("综合超市与菜市场", "界东菜市场", None),
        ("幼儿园", "界东幼儿园", 150),
    )
    rows = []
    for (word, name, places), spot in zip(words, spots, strict=True):
        line = lines[int(tree.nearest(Point(spot)))]
        near = shapely.shortest_line(line, Point(spot)).interpolate(9)
        rows.append(Facility(word, name, Point(round(near.x, 2), round(near.y, 2)), places, 800, "区界外"))
    return rows


def _bad(rows: list[Facility]) -> list[Facility]:
    """Return rows that intake must refuse or report, one of each kind."""
    market = next(row for row in rows if row.word == "综合超市与菜市场")
    return [
        Facility("药店", "远海药店", Point(2600.0, 7900.0), note="坐标待核"),
        Facility("餐饮", "浮台餐饮", Point(2350.0, 3900.0), note="坐标待核"),
        Facility("银行", "待核银行", None, note="未测坐标"),
        replace(market, note="重复登记"),
        Facility("棋牌游艺", "双井棋牌室", market.point),
        Facility("", "同泰服务点", market.point, note="类别待定"),
    ]
