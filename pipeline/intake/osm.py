"""Read an OpenStreetMap file once: streets with their nodes, and every tagged thing that a layer may want."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.errors import MissingInputError
from pipeline.progress import track

SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
LINE_KEYS = ("barrier", "waterway", "railway", "natural")
NODE_KEYS = ("highway", "barrier", "crossing")
WGS84 = "EPSG:4326"

Places = list[tuple[float, float]]
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class OsmFile:
    """What an OpenStreetMap file holds, in WGS 84 degrees.

    Attributes
    ----------
    ways
        One row a way with `highway`: way_id, node_ids, tags, geometry; a way with nodes missing in the file is split
        at the gap, its later pieces have negative ids.
    gaps
        Ids of the ways that were split, and of those of which no two neighbouring nodes are in the file.
    nodes
        One row a node of `ways` with a tag of `NODE_KEYS`: node_id, tags, geometry.
    features
        One row a thing with a tag asked for: osm_id (`n1`, `w2`, `r3`), form (node, area, line, or ring: a closed line),
        tags, geometry.
    broken
        Ids of areas that cannot be assembled.
    box
        west, south, east, north of the data, as the header says, else of the streets.
    """

    ways: gpd.GeoDataFrame
    gaps: tuple[list[int], list[int]]
    nodes: gpd.GeoDataFrame
    features: gpd.GeoDataFrame
    broken: list[str]
    box: tuple[float, float, float, float]


def is_osm(path: Path) -> bool:
    """Whether the path names an OpenStreetMap file."""
    return path.name.lower().endswith(SUFFIXES)


def read_osm(path: Path, keys: frozenset[str]) -> OsmFile:
    """Read a `.osm.pbf` or `.osm` file; `keys` are the tags besides streets, walls and water that layers want.

    Raises
    ------
    MissingInputError
        The file is not there or cannot be read to its end.
    """
    wanted = sorted(keys | {"highway"} | set(LINE_KEYS))
    reader = _Reader(frozenset(wanted))
    key_filter = osmium.filter.KeyFilter(*wanted, *NODE_KEYS)
    try:
        file = osmium.FileProcessor(path).with_locations().with_areas(key_filter).with_filter(key_filter)
        for thing in track(file, path.name):
            reader.take(thing)
        header_box = file.header.box()
    except (RuntimeError, OSError, osmium.InvalidLocationError) as error:
        raise MissingInputError(str(path), f"cannot be read as OpenStreetMap data: {error}") from None
    return reader.result(header_box)


class _Reader:
    """Collects what the file yields; lines and points stay coordinates until the end, when they are made at once."""

    def __init__(self, keys: frozenset[str]) -> None:
        self.keys = keys
        self.wkb = osmium.geom.WKBFactory()
        self.ways: list[tuple[int, list[int], dict[str, str]]] = []
        self.way_lines: list[Places] = []
        self.nodes: list[tuple[int, dict[str, str]]] = []
        self.node_places: Places = []
        self.points: list[tuple[str, str, dict[str, str]]] = []
        self.point_places: Places = []
        self.lines: list[tuple[str, str, dict[str, str]]] = []
        self.line_places: list[Places] = []
        self.areas: list[tuple[str, str, dict[str, str]]] = []
        self.area_shapes: list[str] = []
        self.broken: list[str] = []
        self.split: list[int] = []
        self.lost: list[int] = []

    def take(self, thing: Any) -> None:
        tags = {tag.k: tag.v for tag in thing.tags}  # faster than looking up each key again
        if thing.is_node():
            place = (thing.lon, thing.lat)
            if any(key in tags for key in NODE_KEYS):
                self.nodes.append((thing.id, tags))
                self.node_places.append(place)
            if not self.keys.isdisjoint(tags):
                self.points.append((f"n{thing.id}", "node", tags))
                self.point_places.append(place)
        elif thing.is_area():
            osm_id = f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}"
            try:
                self.area_shapes.append(self.wkb.create_multipolygon(thing))
            except RuntimeError:
                self.broken.append(osm_id)
                return
            self.areas.append((osm_id, "area", tags))
        elif thing.is_way():
            street = "highway" in tags
            as_line = any(key in tags for key in LINE_KEYS) or (
                not thing.is_closed() and not (self.keys - {"highway"}).isdisjoint(tags)
            )
            if street or as_line:
                runs = list(_runs(thing))
                if street:
                    self._street(thing.id, len(thing.nodes), tags, runs)
                if as_line:
                    form = "ring" if thing.is_closed() else "line"
                    self.lines += [(f"w{thing.id}", form, tags)] * len(runs)
                    self.line_places += [places for _, places in runs]

    def _street(
        self, way_id: int, length: int, tags: dict[str, str], runs: list[tuple[list[int], Places]]
    ) -> None:
        if not runs:
            self.lost.append(way_id)
        elif len(runs[0][0]) < length:
            self.split.append(way_id)
        for piece, (node_ids, places) in enumerate(runs):
            self.ways.append((way_id if piece == 0 else -(way_id * 100 + piece), node_ids, tags))
            self.way_lines.append(places)

    def result(self, header_box: Any) -> OsmFile:
        ways = _frame(self.ways, ["way_id", "node_ids", "tags"], _lines(self.way_lines))
        on_ways = np.unique(np.concatenate([*ways["node_ids"], np.array([], dtype="int64")]))
        nodes = _frame(self.nodes, ["node_id", "tags"], _points(self.node_places))
        nodes = nodes[np.isin(nodes["node_id"].to_numpy(dtype="int64"), on_ways)].reset_index(drop=True)
        areas = shapely.from_wkb(np.array(self.area_shapes, dtype=object))
        single = shapely.get_num_geometries(areas) == 1
        areas[single] = shapely.get_geometry(areas[single], 0)
        features = _frame(
            [*self.points, *self.areas, *self.lines],
            ["osm_id", "form", "tags"],
            np.concatenate([_points(self.point_places), areas, _lines(self.line_places)]),
        )
        if header_box.valid():
            low, high = header_box.bottom_left, header_box.top_right
            box = (low.lon, low.lat, high.lon, high.lat)
        else:
            west, south, east, north = (float(value) for value in ways.total_bounds)
            box = (west, south, east, north)
        return OsmFile(ways, (self.split, self.lost), nodes, features, self.broken, box)


def _runs(way: Any) -> Iterator[tuple[list[int], Places]]:
    """Yield node ids and places of each run of two or more neighbouring nodes that the file has."""
    ids: list[int] = []
    places: Places = []
    for node in way.nodes:
        location = node.location
        if location.valid():
            ids.append(node.ref)
            places.append((location.lon, location.lat))
            continue
        if len(ids) > 1:
            yield ids, places
        ids, places = [], []
    if len(ids) > 1:
        yield ids, places


def _points(places: Places) -> Shapes:
    return shapely.points(np.array(places, dtype="float64").reshape(-1, 2))


def _lines(lines: list[Places]) -> Shapes:
    owner = np.repeat(np.arange(len(lines)), [len(places) for places in lines])
    flat = np.array([place for places in lines for place in places], dtype="float64").reshape(-1, 2)
    return shapely.linestrings(flat, indices=owner)


def _frame(rows: list[Any], columns: list[str], shapes: Shapes) -> gpd.GeoDataFrame:
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    data = {
        name: pd.Series(list(column), dtype="object") for name, column in zip(columns, values, strict=True)
    }
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=gpd.GeoSeries(shapes, crs=WGS84), crs=WGS84)
