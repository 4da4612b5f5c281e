"""Lay out a parcel as builders do: rows of houses facing south, lanes between them, a spine, and gates to the street.

Work happens in the parcel's own frame, turned so that rows run along x; results are ground coordinates rounded to
the centimetre, so that lane, spine and street share their nodes exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon

XY = tuple[float, float]


@dataclass(frozen=True)
class Fabric:
    """How a kind of parcel is built; lengths in metres, floors as (fewest, most)."""

    length: tuple[float, float]
    depth: float
    gap: float
    spacing: float
    floors: tuple[int, int]
    rows_per_lane: int = 1
    shape: str = "bar"
    use: str = "residential"
    m2_per_person: float = 35.0


FABRICS = {
    "slab": Fabric((34, 62), 12, 9, 34, (5, 7), m2_per_person=38),
    "dormitory": Fabric((28, 46), 11, 8, 29, (3, 5), m2_per_person=31),
    "tower": Fabric((24, 34), 18, 24, 56, (11, 30), m2_per_person=47),
    "courtyard": Fabric((30, 36), 28, 7, 38, (2, 4), shape="court", m2_per_person=27),
    "villa": Fabric((13, 17), 13, 15, 36, (2, 3), m2_per_person=80),
    "bungalow": Fabric((30, 60), 8, 6, 18, (1, 1), rows_per_lane=2, m2_per_person=20),
    "village": Fabric((11, 18), 10, 8, 24, (1, 2), shape="loose", m2_per_person=42),
    "lanehouse": Fabric((18, 46), 10, 6, 29, (2, 4), shape="loose", m2_per_person=30),
    "school": Fabric((42, 60), 15, 22, 58, (3, 5), use="public"),
    "hospital": Fabric((46, 70), 18, 18, 52, (4, 9), use="public"),
    "office": Fabric((30, 46), 18, 24, 56, (4, 12), use="commercial"),
    "works": Fabric((48, 86), 24, 14, 46, (1, 2), use="industrial"),
}


@dataclass(frozen=True)
class House:
    """A building on the ground."""

    outline: Polygon
    floors: int
    use: str


@dataclass(frozen=True)
class Mouth:
    """A place where an inner way can leave the parcel: from `inner` through `gate` on the outline to `street`."""

    inner: XY
    gate: XY
    street: XY
    piece: int
    lane: int  # −1 for the spine

    @property
    def stub_m(self) -> float:
        """Length of the way outside the outline."""
        return float(np.hypot(self.gate[0] - self.street[0], self.gate[1] - self.street[1]))


@dataclass(frozen=True)
class Plan:
    """Houses, inner ways (as coordinate lists sharing nodes) and possible mouths of one parcel."""

    houses: list[House]
    spines: list[list[XY]]
    lanes: list[list[XY]]
    mouths: list[Mouth]


class Surroundings:
    """The streets and parcels around, for finding where a way may go out."""

    def __init__(self, pieces: list[LineString], usable: list[bool], parcels: list[Polygon]) -> None:
        self.pieces, self.usable, self.parcels = pieces, usable, parcels
        self._pieces, self._parcels = shapely.STRtree(pieces), shapely.STRtree(parcels)

    def mouth(
        self, outline: Polygon, inner: XY, towards: XY, lane: int, reach_m: float = 75.0
    ) -> Mouth | None:
        """Go straight from `inner` until the first street; None where the way is barred or the street unfit."""
        direction = np.array(towards) - inner
        direction = direction / np.hypot(*direction)
        ray = LineString([inner, np.array(inner) + direction * reach_m])
        out = _points(outline.exterior.intersection(ray))
        if len(out) != 1:
            return None
        hits = [
            (Point(inner).distance(point), int(i), point)
            for i in self._pieces.query(ray, predicate="intersects")
            for point in _points(self.pieces[i].intersection(ray))
        ]
        if not hits:
            return None
        _, piece, street = min(hits, key=lambda hit: hit[:2])
        line = self.pieces[piece]
        along = line.project(street)
        if not self.usable[piece] or not 9 < along < line.length - 9 or street.distance(out[0]) > 40:
            return None
        stub = LineString([out[0], street])
        beyond = LineString([stub.interpolate(0.3), street])
        if stub.length < 1.5 or self._parcels.query(beyond, predicate="intersects").size:
            return None
        return Mouth(inner, _xy(out[0]), _xy(street), piece, lane)


def lay_out(outline: Polygon, kind: str, around: Surroundings, rng: np.random.Generator) -> Plan:
    """Return the plan of a parcel of one kind."""
    fabric = FABRICS[kind]
    angle = _row_angle(outline)
    centre = outline.centroid
    turned = affinity.rotate(outline, -angle, origin=centre)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))

    def back(x: float, y: float) -> XY:
        dx, dy = x - centre.x, y - centre.y
        return round(float(centre.x + cos * dx - sin * dy), 2), round(
            float(centre.y + sin * dx + cos * dy), 2
        )

    x0, y0, x1, y1 = turned.bounds
    room, walk = turned.buffer(-5.5, join_style="mitre"), turned.buffer(-3.5, join_style="mitre")
    spine_x = _spine_places(x0, x1, fabric, rng)
    houses, lane_y = [], []
    first = y0 + 6 + rng.uniform(0, 3)
    for row, y in enumerate(np.arange(first, y1 - fabric.depth - 4, fabric.spacing)):
        houses += _row(room, y, fabric, spine_x, rng)
        if row % fabric.rows_per_lane == 0:
            lane_y.append(float(y + fabric.depth + min(6.5, 0.42 * (fabric.spacing - fabric.depth))))
    spines, lanes, mouths = [], [], []
    spans = [
        (x, span)
        for x in spine_x
        if (span := _longest(walk, LineString([(x, y0 - 1), (x, y1 + 1)]))) is not None
    ]
    rungs = []
    for y in lane_y:
        span = _longest(
            walk, LineString([(x0 - 1, y), (x1 + 1, y)]), [x for x, s in spans if s[0][1] <= y <= s[1][1]]
        )
        if span is not None:
            rungs.append((y, span))
    for x, (low, high) in spans:
        crossings = [y for y, (left, right) in rungs if left[0] <= x <= right[0] and low[1] <= y <= high[1]]
        if not crossings:
            crossings = [round((low[1] + high[1]) / 2, 2)]
        spines.append([back(x, y) for y in crossings])
        for end, outward in ((crossings[0], y0 - 100), (crossings[-1], y1 + 100)):
            mouth = around.mouth(outline, back(x, end), back(x, outward), -1)
            mouths += [mouth] if mouth else []
    for y, (left, right) in rungs:
        nodes = [x for x, (low, high) in spans if left[0] <= x <= right[0] and low[1] <= y <= high[1]]
        if not nodes:
            continue
        xs = sorted({round(x, 3) for x in (left[0] + 1, *nodes, right[0] - 1)})
        lanes.append([back(x, y) for x in xs])
        for end, outward in ((xs[0], x0 - 100), (xs[-1], x1 + 100)):
            mouth = around.mouth(outline, back(end, y), back(outward, y), len(lanes) - 1)
            mouths += [mouth] if mouth else []
    spines, lanes, mouths = _joined(spines, lanes, mouths)
    turned_houses = [
        House(
            shapely.transform(affinity.rotate(h.outline, angle, origin=centre), lambda p: np.round(p, 2)),
            h.floors,
            h.use,
        )
        for h in houses
    ]
    return Plan(_fronting(turned_houses, [*spines, *lanes], outline), spines, lanes, mouths)


def _joined(
    spines: list[list[XY]], lanes: list[list[XY]], mouths: list[Mouth]
) -> tuple[list[list[XY]], list[list[XY]], list[Mouth]]:
    """Keep the largest group of ways that hang together, and its mouths."""
    graph: nx.Graph = nx.Graph()
    for coords in [*spines, *lanes]:
        nx.add_path(graph, coords)
    if not len(graph):
        return [], [], []
    group = max(nx.connected_components(graph), key=lambda nodes: (len(nodes), min(nodes)))
    return (
        [coords for coords in spines if coords[0] in group],
        [coords for coords in lanes if coords[0] in group],
        [mouth for mouth in mouths if mouth.inner in group],
    )


def _fronting(houses: list[House], ways: list[list[XY]], outline: Polygon) -> list[House]:
    """Leave out houses from which no inner way can be reached straight, within the outline."""
    if not ways:
        return houses
    network = shapely.union_all(
        [LineString(coords) for coords in ways if len(coords) > 1] or [Point(ways[0][0])]
    )
    legs = shapely.shortest_line(np.array([house.outline for house in houses]), network)
    near = (shapely.length(legs) < 60) & shapely.covers(outline, legs)
    return [house for house, keep in zip(houses, near, strict=True) if keep]


def _row_angle(outline: Polygon) -> float:
    """Return the turn, in degrees within ±45, of the parcel's frame against east."""
    frame = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)
    side = frame[1] - frame[0]
    return float((np.degrees(np.arctan2(side[1], side[0])) + 45) % 90 - 45)


def _spine_places(x0: float, x1: float, fabric: Fabric, rng: np.random.Generator) -> list[float]:
    width = x1 - x0
    count = 1 if width < 150 else 2 if width < 260 else 3
    share = (np.arange(count) + 0.5) / count + rng.uniform(-0.09, 0.09, count)
    return [round(float(x0 + width * s), 3) for s in share]


def _row(
    room: Polygon, y: float, fabric: Fabric, spine_x: list[float], rng: np.random.Generator
) -> list[House]:
    """Fill one row with houses, leaving the spines free."""
    houses: list[House] = []
    floors = int(rng.integers(fabric.floors[0], fabric.floors[1] + 1))
    heights = np.linspace(y, y + fabric.depth, 4)
    across = [room.intersection(LineString([(-1e5, level), (1e5, level)])) for level in heights]
    shared = across[0]
    for line in across[1:]:
        shared = shared.intersection(
            affinity.translate(line, 0, y - line.bounds[1] if not line.is_empty else 0)
        )
    for part in shapely.get_parts(shared):
        if part.length < fabric.length[0]:
            continue
        left, _, right, _ = part.bounds
        x = left
        while x < right - fabric.length[0]:
            length = float(rng.uniform(*fabric.length))
            if right - x - length < fabric.length[0] * 0.6:
                length = right - x
            length = min(length, right - x, fabric.length[1] * 1.15)
            spine = next((s for s in spine_x if x - 5 < s < x + length + 5), None)
            if spine is not None:
                if spine - 5 - x >= 0.7 * fabric.length[0]:
                    length = spine - 5 - x
                else:
                    x = spine + 5.1
                    continue
            house = _shape(x, y, length, fabric, rng)
            if room.covers(house):
                height = max(floors + int(rng.integers(-1, 2)) * (floors > 8) * 2, 1)
                houses.append(House(house, height, fabric.use))
            x += length + fabric.gap
    return houses


def _shape(x: float, y: float, length: float, fabric: Fabric, rng: np.random.Generator) -> Polygon:
    if fabric.shape == "court":
        box = shapely.box(x, y, x + length, y + fabric.depth)
        yard = shapely.box(x + 8, y + 8, x + length - 8, y + fabric.depth - 8)
        passage = shapely.box(x + length / 2 - 2, y - 1, x + length / 2 + 2, y + 9)
        return box.difference(yard).difference(passage)
    if fabric.shape == "loose":
        box = shapely.box(x, y, x + length, y + fabric.depth * rng.uniform(0.75, 1))
        return affinity.rotate(affinity.translate(box, 0, rng.uniform(-1.5, 1.5)), rng.uniform(-6, 6))
    return shapely.box(x, y, x + length, y + fabric.depth)


def _longest(area: Polygon, line: LineString, through: list[float] | None = None) -> tuple[XY, XY] | None:
    """Return the ends of the longest part of a line inside an area (that meets one of the x given), low end first."""
    parts = [part for part in shapely.get_parts(area.intersection(line)) if part.length > 8]
    if through is not None:
        parts = [p for p in parts if any(p.bounds[0] + 1 <= x <= p.bounds[2] - 1 for x in through)]
    if not parts:
        return None
    longest = max(parts, key=lambda part: part.length)
    low, high = sorted(longest.coords)
    return low, high


def _points(geometry: shapely.Geometry) -> list[Point]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, Point)]


def _xy(point: Point) -> XY:
    return round(float(point.x), 2), round(float(point.y), 2)
