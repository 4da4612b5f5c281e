"""Draw a unit's ground as a small map: streets, buildings, compounds, walls, gates, services, in one SVG picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from pipeline.maps.base import STREETS
from pipeline.maps.text import words
from pipeline.maps.themes import colours

WIDTH, MARGIN_SHARE, SHORTEST, TALLEST = 1000, 0.12, 0.62, 1.0
SERVICES = {
    "kindergarten": "#0b57a4",
    "elderly_station": "#8c510a",
    "health_station": "#01665e",
    "service_station": "#a12626",
}
_STREET_WIDTH_M = {"major": 16, "middle": 12, "minor": 8, "service": 4, "path": 2}
_SIGN = 32  # width of a service's sign, in counts
_FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Source Han Sans SC, sans-serif"


@dataclass(frozen=True)
class Frame:
    """The window of a picture: metres of the district's CRS, scaled to the picture's own counts."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, shape: shapely.Geometry) -> Frame:
        """Return the window around a shape, with a margin, neither flatter nor taller than the page has room for."""
        west, south, east, north = shape.bounds
        width, height = (east - west) * (1 + 2 * MARGIN_SHARE), (north - south) * (1 + 2 * MARGIN_SHARE)
        width = max(width, height / TALLEST)
        height = max(height, width * SHORTEST)
        x, y = (west + east) / 2, (south + north) / 2
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def scale(self) -> float:
        """Counts of the picture per metre."""
        return WIDTH / (self.east - self.west)

    @property
    def height(self) -> int:
        """Height of the picture, in its counts."""
        return round((self.north - self.south) * self.scale)

    @property
    def window(self) -> shapely.Polygon:
        """The window as a shape."""
        return shapely.box(self.west, self.south, self.east, self.north)

    def counts(self, xy: Any) -> Any:
        """Return (n, 2) metres as (n, 2) whole counts, y downwards."""
        return np.rint((np.asarray(xy) - [self.west, self.north]) * [self.scale, -self.scale]).astype(int)

    def path(self, shapes: Any) -> str:
        """Return the lines and rings of shapes, clipped to the window, as the text of an SVG path."""
        near = shapely.clip_by_rect(np.asarray(shapes), self.west, self.south, self.east, self.north)
        parts = shapely.get_parts(shapely.simplify(near, 0.4 / self.scale))
        parts = parts[shapely.get_dimensions(parts) > 0]
        areal = shapely.get_dimensions(parts) == 2
        pieces = np.concatenate([shapely.get_parts(parts[~areal]), shapely.get_rings(parts[areal])])
        xy, of = shapely.get_coordinates(pieces, return_index=True)
        counts = self.counts(xy)
        steps = np.diff(counts, axis=0)
        moved = (of[1:] == of[:-1]) & (steps != 0).any(axis=1)
        moves = [f"{x} {y}" for x, y in steps[moved].tolist()]
        start = counts[np.searchsorted(of, np.arange(len(pieces)))].tolist()
        end = np.searchsorted(of[1:][moved], np.arange(len(pieces) + 1)).tolist()
        close = np.where(shapely.get_type_id(pieces) == shapely.GeometryType.LINEARRING, "z", "")
        return "".join(
            f"M{x} {y}l{' '.join(moves[a:b])}{z}"
            for (x, y), a, b, z in zip(start, end, end[1:], close, strict=False)
            if b > a
        )


def picture(unit: shapely.Geometry, members: set[str], tables: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Return the SVG text of a unit's map.

    Parameters
    ----------
    unit
        Outline in the tables' CRS (metres).
    members
        compound_id of the compounds in the unit.
    tables
        land, ways, buildings, compounds, walls, openings, facilities.
    """
    frame, colour = Frame.around(unit), colours()
    near = {name: table.iloc[table.sindex.query(frame.window)] for name, table in tables.items()}
    land, compounds, ways = near["land"], near["compounds"], near["ways"]
    own = compounds[compounds["compound_id"].isin(members)]
    layers = [
        *_ground(frame, land, colour),
        *_streets(frame, ways, colour),
        _line(frame, land[land["kind"] == "railway"], colour["railway"], 3, 'stroke-dasharray="10 5"'),
        _area(frame, own, "#dfe9f5"),
        _area(frame, near["buildings"], "#c9c4ba"),
        _outside(frame, unit),
        _line(frame, own.boundary.to_frame("geometry"), colour["note"], 1.5),
        _line(frame, near["walls"], colour["wall"], 3),
        _line(frame, gpd.GeoDataFrame(geometry=[unit.boundary]), colour["accent"], 6),
        *_gates(frame, near["openings"], colour),
        *_services(frame, near["facilities"]),
        *_compass_and_scale(frame, colour["ink"]),
    ]
    return _svg(frame, layers)


def overview(units: gpd.GeoDataFrame, best: Mapping[str, int], tables: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Return the SVG text of the district's map: the proposed units, the best of them outlined and numbered.

    Parameters
    ----------
    units
        The proposed units (metres).
    best
        unit_id of the best candidates to their rank.
    tables
        land, ways.
    """
    frame, colour = Frame.around(units.union_all()), colours()
    land = tables["land"].iloc[tables["land"].sindex.query(frame.window)]
    ways = tables["ways"].iloc[tables["ways"].sindex.query(frame.window)]
    wide = ways[ways["highway"].isin([*STREETS["major"], *STREETS["middle"], *STREETS["minor"]])]
    first = units[units["unit_id"].isin(best)]
    layers = [
        *_ground(frame, land, colour),
        *_streets(frame, wide, colour),
        _line(frame, units.boundary.to_frame("geometry"), colour["ranked"], 1.5),
        _area(frame, first, colour["accent"], 0.12),
        _line(frame, first.boundary.to_frame("geometry"), colour["accent"], 4),
        *(
            f'<circle cx="{x}" cy="{y}" r="17" fill="{colour["accent"]}" stroke="#fff" stroke-width="2.5"/>'
            f'<text x="{x}" y="{y + 8}" font-size="22" font-weight="600" text-anchor="middle" fill="#fff">{best[unit]}</text>'
            for (x, y), unit in zip(_spots(frame, first), first["unit_id"], strict=True)
        ),
        *_compass_and_scale(frame, colour["ink"]),
    ]
    return _svg(frame, layers)


def _svg(frame: Frame, layers: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {frame.height}" '
        f'font-family="{_FONT}" role="img" aria-label="{" ".join(words()["map_label"])}">'
        + "".join(layers)
        + "</svg>"
    )


def _ground(frame: Frame, land: Any, colour: Mapping[str, str]) -> list[str]:
    return [
        f'<rect width="{WIDTH}" height="{frame.height}" fill="{colour["ground"]}"/>',
        *(_area(frame, land[land["kind"] == kind], colour[kind]) for kind in ("sea", "water", "green")),
        _line(frame, land[land["kind"].isin(["river", "coast"])], colour["water"], 3),
    ]


def _area(frame: Frame, shapes: Any, fill: str, opacity: float = 1) -> str:
    polygons = shapes.geometry[shapely.get_dimensions(shapes.geometry.to_numpy()) == 2]
    if not len(polygons):
        return ""
    return f'<path d="{frame.path(polygons)}" fill="{fill}" fill-opacity="{opacity:g}" fill-rule="evenodd"/>'


def _line(frame: Frame, shapes: Any, stroke: str, width: float, more: str = "") -> str:
    if not len(shapes):
        return ""
    d = frame.path(shapes.geometry)
    return f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}" stroke-linejoin="round" {more}/>'


def _streets(frame: Frame, ways: Any, colour: Mapping[str, str]) -> list[str]:
    """Casings first, widest streets last, so that junctions look open."""
    drawn = [(kind, ways[ways["highway"].isin(values)]) for kind, values in STREETS.items()][::-1]
    widths = {kind: max(metres * frame.scale, 1.2) for kind, metres in _STREET_WIDTH_M.items()}
    return [
        *(_line(frame, rows, colour["casing"], widths[kind] + 2.5) for kind, rows in drawn),
        *(_line(frame, rows, colour["streets"], widths[kind]) for kind, rows in drawn),
    ]


def _outside(frame: Frame, unit: shapely.Geometry) -> str:
    """A veil over what is not the unit."""
    return f'<path d="{frame.path([frame.window.difference(unit)])}" fill="#fff" fill-opacity=".55" fill-rule="evenodd"/>'


def _gates(frame: Frame, openings: Any, colour: Mapping[str, str]) -> list[str]:
    signs = []
    blocked = openings["status"] == "blocked"
    for (x, y), users, stopped in zip(_spots(frame, openings), openings["gate_users"], blocked, strict=True):
        if stopped or users == "closed":
            signs.append(
                f'<path d="M{x - 6} {y - 6}l12 12m-12 0l12 -12" stroke="{colour["wall"]}" stroke-width="3"/>'
            )
        else:
            fill = colour["wall"] if users == "public" else "#fff"
            signs.append(
                f'<circle cx="{x}" cy="{y}" r="6" fill="{fill}" stroke="{colour["wall"]}" stroke-width="2.5"/>'
            )
    return signs


def _services(frame: Frame, facilities: Any) -> list[str]:
    """A sign each; one that would lie on another stands to the right of it."""
    found = facilities[facilities["class"].isin(SERVICES)].drop_duplicates("facility_id")
    taken: list[tuple[int, int]] = []
    signs = []
    for (x, y), name in zip(_spots(frame, found), found["class"], strict=True):
        while any(abs(x - a) < _SIGN and abs(y - b) < _SIGN for a, b in taken):
            x += _SIGN
        taken.append((x, y))
        signs.append(
            f'<circle cx="{x}" cy="{y}" r="15" fill="{SERVICES[name]}" stroke="#fff" stroke-width="2"/>'
            f'<text x="{x}" y="{y + 7}" font-size="19" text-anchor="middle" fill="#fff">{words()[f"glyph_{name}"][0]}</text>'
        )
    return signs


def _spots(frame: Frame, points: Any) -> list[list[int]]:
    middle = shapely.point_on_surface(points.geometry.to_numpy())
    return frame.counts(shapely.get_coordinates(middle)).tolist() if len(points) else []


def _compass_and_scale(frame: Frame, ink: str) -> list[str]:
    metres = max(m for m in (50, 100, 200, 500, 1000, 2000) if m * frame.scale <= WIDTH * 0.28 or m == 50)
    length, y = round(metres * frame.scale), frame.height - 18
    return [
        f'<path d="M20 {y - 8}v8h{length}v-8" fill="none" stroke="{ink}" stroke-width="3"/>'
        f'<text x="{28 + length}" y="{y}" font-size="22" fill="{ink}">{metres} m</text>',
        f'<path d="M965 16l14 40l-14 -9l-14 9z" fill="{ink}"/>',
    ]
