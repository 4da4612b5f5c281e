"""Draw the street network: arterials by hand, the rest by irregular subdivision, then broken and dead-ended.

On the plain sheet every superblock between arterials is cut again and again by slanted lines; deep cuts become lanes.
Pieces between junctions are then bent onto the ground; some are taken out, cut short, or turned into steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import networkx as nx
import numpy as np
import shapely
from shapely import affinity, ops
from shapely.geometry import LineString, Point, Polygon

from pipeline.demo import terrain
from pipeline.demo.terrain import BANK, EAST, RAIL_V, RIVER_U, SEASIDE_V, SOUTH, TRACKSIDE, WEST

CLASSES = (
    "primary",
    "secondary",
    "tertiary",
    "residential",
    "living_street",
    "service",
    "footway",
    "steps",
    "path",
)
ARTERIAL = ("primary", "secondary")
GRID = 0.01


@dataclass(frozen=True)
class Street:
    """A line of the sheet with its OSM class, name and tags."""

    line: LineString
    highway: str
    name: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A street between two junctions, on the ground; `open_end` where it is a dead end."""

    line: LineString
    highway: str
    name: str
    tags: dict[str, str]
    open_end: bool = False


def skeleton() -> list[Street]:
    """Return the hand-drawn streets: seaside road, arterials, riversides and tracksides."""
    west_bank, east_bank = RIVER_U - BANK, RIVER_U + BANK
    north_track, south_track = RAIL_V + TRACKSIDE, RAIL_V - TRACKSIDE
    plan = [
        ("primary", "滨海路", [(WEST, SEASIDE_V), (west_bank, SEASIDE_V)]),
        ("primary", "滨海路", [(east_bank, SEASIDE_V), (EAST, SEASIDE_V)]),
        ("primary", "海晏大街", [(WEST, 2640), (west_bank, 2740), (east_bank, 2745), (EAST, 2800)]),
        ("secondary", "槐荫路", [(WEST, 1905), (west_bank, 1850), (east_bank, 1850), (EAST, 1790)]),
        ("primary", "锚山路", [(1215, SOUTH), (1290, south_track), (1300, north_track), (1430, SEASIDE_V)]),
        ("secondary", "中和街", [(2350, 60), (2345, south_track), (2345, north_track), (2325, 1860)]),
        ("secondary", "渔市街", [(2170, 1863), (2130, SEASIDE_V)]),
        ("secondary", "东桥路", [(3960, SOUTH), (3925, south_track), (3920, north_track), (3830, SEASIDE_V)]),
        ("tertiary", "河西沿", [(west_bank, 60), (west_bank, south_track)]),
        ("tertiary", "河西沿", [(west_bank, north_track), (west_bank, SEASIDE_V)]),
        ("residential", "河东沿", [(east_bank, 60), (east_bank, south_track)]),
        ("tertiary", "河东沿", [(east_bank, north_track), (east_bank, SEASIDE_V)]),
        ("residential", "铁北街", [(WEST, north_track), (west_bank, north_track)]),
        ("residential", "铁北街", [(east_bank, north_track), (EAST, north_track)]),
        ("residential", "铁南街", [(WEST, south_track), (west_bank, south_track)]),
        ("residential", "铁南街", [(east_bank, south_track), (EAST, south_track)]),
        ("tertiary", "山脚路", [(WEST, 60), (west_bank, 60)]),
        ("tertiary", "山脚路", [(east_bank, 60), (EAST, 60)]),
    ]
    return [Street(LineString(points), highway, name) for highway, name, points in plan]


def _target_area_m2(u: float, v: float) -> float:
    """Size of block at which cutting stops: small in the old harbour town, large east of the river."""
    if not (WEST + 350 < u < EAST - 400 and v > 0):
        return 75_000
    if u < RIVER_U and v > 2690:
        return 22_000
    if u < RIVER_U and v > RAIL_V:
        return 31_000
    return 46_000 if v > RAIL_V else 42_000


def _cut(block: Polygon, rng: np.random.Generator) -> LineString:
    """Return a slanted cut across the block's longer side."""
    frame = np.asarray(block.minimum_rotated_rectangle.exterior.coords)
    sides = frame[1:3] - frame[:2]
    long = sides[np.argmax(np.hypot(*sides.T))]
    angle = np.arctan2(long[1], long[0]) + np.pi / 2 + rng.normal(0, 0.13)
    direction = long / np.hypot(*long)
    reach = np.asarray(block.exterior.coords) @ direction
    middle = np.asarray(block.centroid.coords[0])
    along = reach.min() + (reach.max() - reach.min()) * rng.uniform(0.36, 0.64) - middle @ direction
    point = middle + along * direction
    arm = np.array([np.cos(angle), np.sin(angle)]) * 4000
    return LineString([point - arm, point + arm]).intersection(block)


def _subdivide(block: Polygon, rng: np.random.Generator) -> list[Street]:
    u, v = block.centroid.coords[0]
    target = _target_area_m2(u, v)
    if block.area < target * rng.uniform(0.85, 1.7):
        return []
    line = _cut(block, rng)
    if block.area > 260_000:
        highway = "tertiary"
    elif block.area > 90_000 or target > 47_000:
        highway = "residential"
    elif target < 23_000:
        highway = str(
            rng.choice(["living_street", "service", "footway", "residential"], p=[0.4, 0.2, 0.15, 0.25])
        )
    else:
        highway = str(rng.choice(["residential", "living_street", "service"], p=[0.6, 0.2, 0.2]))
    halves = sorted(
        shapely.get_parts(ops.split(block, affinity.scale(line, 1.01, 1.01))),
        key=lambda half: tuple(half.centroid.coords[0]),
    )
    return [Street(line, highway)] + [street for half in halves for street in _subdivide(half, rng)]


def _noded(streets: list[Street]) -> list[Street]:
    """Cut streets at their junctions; each piece keeps the class of the most important street it lies on."""
    pieces = shapely.get_parts(shapely.unary_union([s.line for s in streets], grid_size=GRID))
    tree = shapely.STRtree([s.line for s in streets])
    result = []
    for piece in pieces:
        middle = piece.interpolate(0.5, normalized=True)
        hits = tree.query(middle.buffer(0.1), predicate="intersects")
        source = min((streets[i] for i in hits), key=lambda s: (CLASSES.index(s.highway), s.name))
        result.append(replace(source, line=piece))
    return sorted(result, key=lambda s: s.line.wkb)


def _passage(street: Street) -> dict[str, str]:
    """Return the tags of a bridge or tunnel where a piece crosses the river or the railway."""
    (u, v) = street.line.interpolate(0.5, normalized=True).coords[0]
    if abs(u - RIVER_U) < BANK - 1 and street.name in ("海晏大街", "槐荫路"):
        return {"bridge": "yes", "layer": "1"}
    if abs(v - RAIL_V) < TRACKSIDE - 1:
        over = street.name == "中和街"
        return {"bridge": "yes", "layer": "1"} if over else {"tunnel": "yes", "layer": "-1"}
    return {}


def draw(rng: np.random.Generator) -> tuple[list[Piece], list[LineString]]:
    """Return all pieces of the public street network, on the ground, and the cuts that made them, on the sheet."""
    main = skeleton()
    strips = shapely.union(
        shapely.box(RIVER_U - BANK, SOUTH, RIVER_U + BANK, SEASIDE_V),
        shapely.box(WEST, RAIL_V - TRACKSIDE, EAST, RAIL_V + TRACKSIDE),
    )
    frame = shapely.box(WEST, SOUTH, EAST, SEASIDE_V).boundary
    noded = shapely.unary_union([*(s.line for s in main), frame, strips.boundary], grid_size=GRID)
    superblocks = sorted(
        shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))),
        key=lambda p: tuple(p.centroid.coords[0]),
    )
    minor: list[Street] = []
    for block in superblocks:
        if block.intersection(strips).area < 0.5 * block.area:
            minor += _subdivide(block, rng)
    quay = [
        Street(LineString([(u, SEASIDE_V), (u + 15, SEASIDE_V + 150)]), "service")
        for u in (900, 1440, 1810, 2190, 4200)
    ]
    streets = _noded(main + minor + quay)
    pieces = []
    for street in streets:
        line = shapely.simplify(terrain.bend(street.line), 0.35)
        pieces.append(Piece(line, street.highway, street.name, street.tags | _passage(street)))
    return _connected(_hilly(_broken(pieces, rng))), [s.line for s in minor]


def ends(piece: Piece) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the coordinates of both ends."""
    return piece.line.coords[0], piece.line.coords[-1]


def _broken(pieces: list[Piece], rng: np.random.Generator) -> list[Piece]:
    """Take out some minor pieces and cut others short, never leaving a junction with a single street."""
    degree: dict[tuple[float, float], int] = {}
    for piece in pieces:
        for end in ends(piece):
            degree[end] = degree.get(end, 0) + 1
    kept = []
    for piece in pieces:
        a, b = ends(piece)
        minor = CLASSES.index(piece.highway) >= CLASSES.index("residential") and not piece.tags
        chance = rng.random()
        if not minor or min(degree[a], degree[b]) < 3 or chance > 0.24 or piece.line.length < 60:
            kept.append(piece)
            continue
        degree[b] -= 1
        if chance < 0.10:
            degree[a] -= 1
            continue
        short = ops.substring(piece.line, 0, rng.uniform(0.45, 0.75), normalized=True)
        kept.append(replace(piece, line=_rounded(short), open_end=True))
    return kept


def _hilly(pieces: list[Piece]) -> list[Piece]:
    """Turn steep minor pieces into steps or paths and leave the hilltops free."""
    lines_ = np.array([piece.line for piece in pieces])
    fractions = np.linspace(0, 1, 7)
    points = shapely.line_interpolate_point(lines_[:, None], fractions[None, :], normalized=True)
    heights = terrain.elevation(shapely.get_coordinates(points)).reshape(len(pieces), -1)
    slopes = np.abs(np.diff(heights)).max(axis=1) / (shapely.length(lines_) / 6)
    kept = []
    for piece, height, steep in zip(pieces, heights[:, 3], slopes, strict=True):
        if piece.highway in ARTERIAL or piece.tags or piece.name == "山脚路":
            kept.append(piece)
        elif height > 62 or steep > 0.42:
            continue
        elif steep > 0.16 and piece.line.length < 190:
            kept.append(replace(piece, highway="steps"))
        elif steep > 0.19:
            kept.append(replace(piece, highway="path"))
        else:
            kept.append(piece)
    return kept


def _connected(pieces: list[Piece]) -> list[Piece]:
    """Keep the main component: the hills cut off a few scraps that nobody would have built."""
    graph: nx.Graph = nx.Graph()
    graph.add_edges_from(ends(piece) for piece in pieces)
    main = max(nx.connected_components(graph), key=len)
    return [piece for piece in pieces if piece.line.coords[0] in main]


def hill_paths(pieces: list[Piece]) -> list[Piece]:
    """Return a winding path with a flight of steps from the nearest street to each of the high hilltops."""
    junctions = sorted({end for piece in pieces for end in ends(piece)})
    points = np.array(junctions)
    paths = []
    for cx, cy, top, *_ in terrain.HILLS:
        if top < 30:
            continue
        start = points[np.argmin(np.hypot(points[:, 0] - cx, points[:, 1] - cy))]
        t = np.linspace(0, 1, 14)
        across = np.array([-(cy - start[1]), cx - start[0]])
        line = (
            start + np.outer(t, np.array([cx, cy]) - start) + np.outer(0.13 * np.sin(t * 9) * (1 - t), across)
        )
        coords = [tuple(start), *map(tuple, np.round(line[1:], 2))]
        paths.append(Piece(LineString(coords[:9]), "path", "", {}, open_end=True))
        paths.append(Piece(LineString(coords[8:]), "steps", "", {}, open_end=True))
    return paths


def motorway() -> tuple[LineString, LineString]:
    """Return the motorway beyond the border and the link that joins it to the first arterial."""
    road = terrain.bend(LineString([(WEST, -160), (1900, -190), (3500, -140), (EAST, -210)]))
    arterial = terrain.bend(LineString([(1215, SOUTH), (1290, RAIL_V - TRACKSIDE)]))
    foot = arterial.interpolate(330)
    start = Point(road.coords[int(np.argmin([Point(c).distance(Point(700, -160)) for c in road.coords]))])
    middle = Point((start.x + foot.x) / 2, max(start.y, foot.y) - 20)
    return road, LineString([start.coords[0], middle.coords[0], foot.coords[0]])


def _rounded(line: LineString) -> LineString:
    return shapely.transform(line, lambda points: np.round(points, 2))
