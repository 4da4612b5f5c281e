"""Write the streets as OpenStreetMap would hold them: shared nodes at junctions, crossings, bridges, tunnels, gates."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import osmium
import shapely
from pyproj import Transformer
from shapely import ops
from shapely.geometry import LineString, Point

from pipeline.demo import streets, terrain
from pipeline.demo.city import City
from pipeline.demo.layout import XY
from pipeline.demo.names import ARTERIALS, STREET_ENDINGS, Namer
from pipeline.demo.streets import ARTERIAL, Piece

Tags = dict[str, str]
SIDEWALK_M = 9.5


class StreetMap:
    """Ways and tagged nodes; points at the same centimetre are one node."""

    def __init__(self) -> None:
        self.nodes: dict[XY, int] = {}
        self.node_tags: dict[XY, Tags] = {}
        self.ways: list[tuple[list[XY], Tags]] = []

    def add(self, coords: list[XY], tags: Tags) -> None:
        """Add a way."""
        clean = [xy for i, xy in enumerate(coords) if i == 0 or xy != coords[i - 1]]
        for xy in clean:
            self.nodes.setdefault(xy, len(self.nodes) + 1)
        self.ways.append((clean, dict(tags)))

    def write(self, path: Path) -> None:
        """Write an OSM PBF in WGS 84; nodes and ways in the order of their ids."""
        to_wgs84 = Transformer.from_crs(terrain.CRS, "EPSG:4326", always_xy=True)
        points = np.array(list(self.nodes)) + np.array(terrain.ORIGIN)
        lon, lat = to_wgs84.transform(points[:, 0], points[:, 1])
        header = osmium.io.Header()
        header.set("generator", "fictional demo district")
        with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
            for (xy, number), x, y in zip(self.nodes.items(), lon, lat, strict=True):
                writer.add_node(
                    osmium.osm.mutable.Node(
                        id=number,
                        version=1,
                        location=(round(x, 7), round(y, 7)),
                        tags=self.node_tags.get(xy, {}),
                    )
                )
            for number, (coords, tags) in enumerate(self.ways, 1):
                writer.add_way(
                    osmium.osm.mutable.Way(
                        id=number, version=1, nodes=[self.nodes[xy] for xy in coords], tags=tags
                    )
                )


def compose(city: City, rng: np.random.Generator) -> StreetMap:
    """Compose the street map of the city."""
    chart = StreetMap()
    namer = Namer(rng)
    meeting: dict[XY, int] = defaultdict(int)
    for number, piece in enumerate(city.pieces):
        coords = _with_points(piece.line, city.meets.get(number, []))
        chart.add(coords, _tags(piece, namer, rng))
        for xy in (coords[0], coords[-1], *city.meets.get(number, [])):
            meeting[xy] += 1
    for way in city.lane_ways:
        chart.add(way.coords, way.tags)
    for compound in city.compounds:
        for way in compound.ways:
            chart.add(way.coords, way.tags)
        for gate in compound.gates:
            if rng.random() < 0.4:
                chart.node_tags[gate.point] = {"barrier": "gate"} | (
                    {"access": "private"} if gate.users == "residents" else {}
                )
    _motorway(chart, city)
    _crossings(chart, city, rng)
    _sidewalks(chart, city)
    return chart


def _with_points(line: LineString, points: list[XY]) -> list[XY]:
    """Return a line's coordinates with more points put in where they lie along it."""
    coords = [(round(x, 2), round(y, 2)) for x, y in line.coords]
    if not points:
        return coords
    along = [(line.project(Point(xy)), xy) for xy in [*coords[1:-1], *dict.fromkeys(points)]]
    return [coords[0], *(xy for _, xy in sorted(along)), coords[-1]]


def _tags(piece: Piece, namer: Namer, rng: np.random.Generator) -> Tags:
    tags = {"highway": piece.highway} | piece.tags
    chance, width = rng.random(2)
    if piece.name:
        tags |= {"name": piece.name, "name:en": ARTERIALS[piece.name]}
    elif piece.highway in STREET_ENDINGS and piece.highway != "service" and chance < 0.12:
        zh, en = namer.street(piece.highway)
        tags |= {"name": zh, "name:en": en}
    known = {
        "primary": "22",
        "secondary": "16",
        "tertiary": "11",
        "residential": "7",
        "living_street": "4.5",
        "service": "3.5",
    }
    if piece.highway in known and width < 0.75:
        tags["width"] = known[piece.highway]
    if piece.highway == "residential" and 0.2 < chance < 0.32:
        tags["oneway"] = "yes"
    if piece.highway == "steps":
        tags["incline"] = "up"
    return tags


def _crossings(chart: StreetMap, city: City, rng: np.random.Generator) -> None:
    """Tag nodes of arterials where side ways meet them: signals at the larger ones, zebras at some, nothing at others."""
    rank: dict[XY, list[str]] = defaultdict(list)
    for number, piece in enumerate(city.pieces):
        for end in streets.ends(piece):
            rank[end].append(piece.highway)
        if piece.highway in ARTERIAL:
            for xy in city.meets.get(number, []):
                rank[xy] += [piece.highway, "service"]
    for xy in sorted(rank):
        kinds = rank[xy]
        if not set(kinds) & set(ARTERIAL) or (set(kinds) <= set(ARTERIAL) and len(kinds) < 3):
            continue
        side = [kind for kind in kinds if kind not in ARTERIAL]
        signals = (
            0.85 if sum(kind in ARTERIAL for kind in kinds) > 2 else 0.45 if "tertiary" in side else 0.06
        )
        chance = rng.random()
        if chance < signals:
            chart.node_tags[xy] = {"highway": "crossing", "crossing": "traffic_signals"}
        elif chance < signals + 0.38:
            chart.node_tags[xy] = {
                "highway": "crossing",
                "crossing": str(rng.choice(["uncontrolled", "marked", "unmarked"], p=[0.6, 0.2, 0.2])),
            }


def _sidewalks(chart: StreetMap, city: City) -> None:
    """Map the pavements of a few arterial pieces as ways of their own, with a crossing between; over one a footbridge."""
    free = [
        piece
        for number, piece in enumerate(city.pieces)
        if piece.highway in ARTERIAL
        and not piece.tags
        and number not in city.meets
        and 70 < piece.line.length < 220
    ]
    for number, piece in enumerate(free[:: max(len(free) // 6, 1)][:6]):
        a, b = streets.ends(piece)
        sides = []
        for sign in (1, -1):
            line = ops.substring(shapely.offset_curve(piece.line, sign * SIDEWALK_M), 8, -8)
            middle = line.interpolate(0.5, normalized=True)
            xy = (round(middle.x, 2), round(middle.y, 2))
            coords = [(round(x, 2), round(y, 2)) for x, y in line.coords]
            cut = sum(line.project(Point(c)) < line.length / 2 for c in coords)
            chart.add([a, *coords[:cut], xy, *coords[cut:], b], {"highway": "footway", "footway": "sidewalk"})
            sides.append(xy)
        if number == 0:
            left, right = np.array(sides)
            up, down = (tuple(np.round(left + (right - left) * t, 2).tolist()) for t in (0.2, 0.8))
            chart.add([sides[0], up], {"highway": "steps", "incline": "up"})
            chart.add([up, down], {"highway": "footway", "bridge": "yes", "layer": "1"})
            chart.add([down, sides[1]], {"highway": "steps", "incline": "down"})
            continue
        foot = piece.line.interpolate(piece.line.project(Point(sides[0])))
        centre = (round(foot.x, 2), round(foot.y, 2))
        for index, (coords, tags) in enumerate(chart.ways):
            if coords[0] == a and coords[-1] == b and tags["highway"] == piece.highway:
                chart.ways[index] = (_with_points(LineString(coords), [centre]), tags)
        kind = "traffic_signals" if number % 2 else "uncontrolled"
        chart.node_tags[centre] = {"highway": "crossing", "crossing": kind}
        chart.add(
            [sides[0], centre, sides[1]], {"highway": "footway", "footway": "crossing", "crossing": kind}
        )


def _motorway(chart: StreetMap, city: City) -> None:
    """Add the bypass, which joins nothing but its link, and the link's foot on the first arterial."""
    road, link = streets.motorway()
    chart.add(
        [(x, y) for x, y in road.coords],
        {
            "highway": "motorway",
            "name": "环海高速",
            "name:en": "Huanhai Expressway",
            "bridge": "yes",
            "layer": "1",
            "oneway": "yes",
        },
    )
    foot = Point(link.coords[-1])
    index, (coords, tags) = min(
        ((i, way) for i, way in enumerate(chart.ways) if way[1].get("name") == "锚山路"),
        key=lambda item: LineString(item[1][0]).distance(foot),
    )
    line = LineString(coords)
    near = line.interpolate(line.project(foot))
    meet = (round(near.x, 2), round(near.y, 2))
    chart.ways[index] = (_with_points(line, [meet]), tags)
    chart.add(
        [*((round(x, 2), round(y, 2)) for x, y in link.coords[:-1]), meet],
        {"highway": "motorway_link", "oneway": "yes"},
    )
