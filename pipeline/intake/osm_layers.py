"""Take our layers from OpenStreetMap's tags; which tags mean what is data (`osm_tags.yaml`, the catalogue)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import pandas as pd
import yaml

from pipeline.catalogue.load import facility_classes
from pipeline.intake.osm import WGS84, OsmFile
from pipeline.intake.values import number

Tags = Mapping[str, str]
_MAP: dict[str, Any] = yaml.safe_load(
    files("pipeline.intake").joinpath("osm_tags.yaml").read_text(encoding="utf-8")
)
_USE = {value: use for use, values in _MAP["building_use"].items() for value in values}
_USERS = {value: users for users, values in _MAP["gate_users"].items() for value in values}


@cache
def parse(expression: str) -> tuple[tuple[str, bool, str], ...]:
    """Split `a=b & c!=d & e=*` into (key, equal, value) parts."""
    parts = []
    for part in expression.split(" & "):
        key, _, value = part.partition("=")
        parts.append((key.removesuffix("!"), not key.endswith("!"), value))
    return tuple(parts)


def matches(tags: Tags, expression: str) -> bool:
    """Whether all parts of the expression hold: `key=value`, `key=*` (present), `key!=value` (different or absent)."""
    return all(
        (key in tags) if value == "*" else (tags.get(key) == value) is equal
        for key, equal, value in parse(expression)
    )


def keys() -> frozenset[str]:
    """Return the tag keys by which any of our layers finds its things."""
    expressions = [line for entry in facility_classes().values() for line in entry.osm]
    expressions += [line for entry in _MAP["land"] for line in entry["osm"]]
    expressions += _MAP["squares"]
    return frozenset(parse(line)[0][0] for line in expressions) | {"building", "barrier", "landuse"}


def facilities(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return one row a thing and class that it matches: facility_id, class, name, name_en, capacity, geometry."""
    lookup = _Lookup((name, line) for name, entry in facility_classes().items() for line in entry.osm)
    rows = [
        (f"{osm_id}/{name}", name, *_names(tags), _number(tags.get("capacity")), shape)
        for osm_id, tags, shape in _things(osm, ("node", "area", "line"))
        for name in lookup.found(tags)
    ]
    return _layer(rows, ["facility_id", "class", "name", "name_en", "capacity"])


def buildings(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return building areas: building_id, use, floors."""
    rows = [
        (osm_id, _USE.get(tags["building"], "other"), _number(tags.get("building:levels")), shape)
        for osm_id, tags, shape in _things(osm, ("area",))
        if tags.get("building", "no") != "no"
    ]
    return _layer(rows, ["building_id", "use", "floors"])


def walls(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return walls and fences as lines: wall_id, kind."""
    rows = [
        (osm_id, tags["barrier"], shape)
        for osm_id, tags, shape in _things(osm, ("line", "ring"))
        if tags.get("barrier") in _MAP["walls"]
    ]
    return _layer(rows, ["wall_id", "kind"])


def squares(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return areas that people walk across: square_id, foot, access, layer, name.

    A closed way is the line round something unless it says that it is an area; a multipolygon is one.
    """
    rows = [
        (
            osm_id,
            tags.get("foot"),
            tags.get("access"),
            int(_number(tags.get("layer")) or 0),
            _names(tags)[0],
            shape,
        )
        for osm_id, tags, shape in _things(osm, ("area",))
        if any(matches(tags, line) for line in _MAP["squares"])
        or (
            tags.get("highway") in _MAP["square_highways"]
            and (osm_id.startswith("r") or tags.get("area") == "yes")
        )
    ]
    return _layer(rows, ["square_id", "foot", "access", "layer", "name"])


def gates(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return gates and gaps: gate_id, gate_users, open_hours."""
    rows = [
        (osm_id, _gate_users(tags), tags.get("opening_hours"), shape)
        for osm_id, tags, shape in _things(osm, ("node",))
        if tags.get("barrier") in _MAP["gates"]
    ]
    return _layer(rows, ["gate_id", "gate_users", "open_hours"])


def _gate_users(tags: Tags) -> str:
    tagged = tags.get("foot", tags.get("access"))
    if tagged is None:
        return "public" if tags["barrier"] in _MAP["open_gates"] else "unknown"
    return str(_USERS.get(tagged, "unknown"))


def compounds(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return named residential land: compound_id, name, name_en, gated (where the land's own edge is a wall)."""
    rows = [
        (osm_id, *_names(tags), True if tags.get("barrier") in _MAP["walls"] else None, shape)
        for osm_id, tags, shape in _things(osm, ("area",))
        if tags.get("landuse") == "residential" and _names(tags)[0]
    ]
    return _layer(rows, ["compound_id", "name", "name_en", "gated"])


def land(osm: OsmFile) -> gpd.GeoDataFrame:
    """Return green, water, rivers, railways and coast: land_id, kind, name; what runs in tunnels is left out."""
    lookup = _Lookup(
        ((entry["kind"], entry["shape"]), line) for entry in _MAP["land"] for line in entry["osm"]
    )
    rows = []
    for forms, shape_wanted in ((("area",), "polygon"), (("line", "ring"), "line")):
        for osm_id, tags, shape in _things(osm, forms):
            kinds = [kind for kind, wanted in lookup.found(tags) if wanted == shape_wanted]
            if kinds and tags.get("tunnel", "no") == "no":
                rows.append((osm_id, kinds[0], _names(tags)[0], shape))
    return _layer(rows, ["land_id", "kind", "name"])


LAYERS: dict[str, Callable[[OsmFile], gpd.GeoDataFrame]] = {
    "facilities": facilities,
    "buildings": buildings,
    "squares": squares,
    "walls": walls,
    "gates": gates,
    "compounds": compounds,
    "land": land,
}


class _Lookup:
    """Finds what the tags of a thing match, trying only the lines that begin with a key that it has."""

    def __init__(self, lines: Iterable[tuple[Any, str]]) -> None:
        self.by_key: dict[str, list[tuple[Any, str]]] = {}
        self.order: dict[Any, int] = {}
        for name, line in lines:
            self.order.setdefault(name, len(self.order))
            self.by_key.setdefault(parse(line)[0][0], []).append((name, line))

    def found(self, tags: Tags) -> list[Any]:
        names = {name for key in tags for name, line in self.by_key.get(key, ()) if matches(tags, line)}
        return sorted(names, key=self.order.__getitem__)


def _things(osm: OsmFile, forms: tuple[str, ...]) -> Iterable[tuple[str, dict[str, str], Any]]:
    chosen = osm.features[osm.features["form"].isin(forms)]
    return zip(chosen["osm_id"], chosen["tags"], chosen.geometry, strict=True)


def _names(tags: Tags) -> tuple[str | None, str | None]:
    return tags.get("name:zh", tags.get("name")), tags.get("name:en")


def _number(value: str | None) -> float | None:
    """Read a number; of a list such as `3;4` the largest; free text is not known."""
    try:
        return max(number(part) for part in value.split(";")) if value else None
    except ValueError:
        return None


def _layer(rows: Sequence[tuple[Any, ...]], columns: list[str]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=[*columns, "geometry"]).astype(dict.fromkeys(columns, "object"))
    frame.index = pd.Index(frame[columns[0]].to_list(), dtype="object")
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(frame["geometry"], crs=WGS84), crs=WGS84)
