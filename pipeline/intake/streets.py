"""Read the streets with their nodes and the tags that walking needs."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from pipeline.errors import GeometryError, SettingsError
from pipeline.intake.areas import table
from pipeline.intake.layers import Opener
from pipeline.intake.log import LayerLog
from pipeline.intake.osm import is_osm
from pipeline.intake.place import Around, to_wgs84
from pipeline.intake.values import number
from pipeline.tables import empty

SAME_NODE_M = 0.01  # ends of lines that meet to the centimetre are one junction


def streets(opener: Opener, around: Around, crs: CRS) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return tables `ways` and `way_nodes`.

    From an OpenStreetMap file the nodes are its own; from a layer of lines, vertices at the same place are one node.

    Raises
    ------
    GeometryError
        There is no street.
    """
    layer = opener.district.layers.streets
    log = opener.log("streets", layer)
    if is_osm(opener.district.file(layer)):
        ways, nodes = _from_osm(opener, log, around)
    else:
        ways = opener.shapes("streets", layer, "streets", ("line",), around, strict=False)
        nodes = gpd.GeoDataFrame()
    if ways.empty:
        raise GeometryError(log.where, "holds no street", "ways with `highway`")
    ways = ways.to_crs(crs)
    if "node_ids" not in ways:
        ways = _with_nodes(ways)
    log.kept = len(ways)
    node_table = table("way_nodes", nodes.to_crs(crs)) if len(nodes) else empty("way_nodes", crs)
    return table("ways", ways), gpd.GeoDataFrame(node_table)


def reaching(ways: gpd.GeoDataFrame, ground: shapely.Geometry, log: LayerLog) -> gpd.GeoDataFrame:
    """Return the ways that touch the extent; they stay whole, so that those which lead out cross its edge."""
    touching = shapely.intersects(ground, ways.geometry.to_numpy())
    log.refuse("outside_extent", ways["way_id"][~touching])
    log.kept = int(touching.sum())
    return ways[touching].reset_index(drop=True)


def _from_osm(opener: Opener, log: LayerLog, around: Around) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    layer = opener.district.layers.streets
    if layer.columns or layer.values or layer.set or layer.where:
        raise SettingsError(
            log.where,
            "columns, values, set or where with an OpenStreetMap file",
            "its tags are read as they are",
        )
    osm = opener.osm(layer)
    split, lost = osm.gaps
    log.repair("split_at_gap", split)
    log.refuse("nodes_missing", lost)
    opener.note_volunteered(log)
    ways = to_wgs84(osm.ways, log, around)
    log.read = len(ways) + len(lost)
    tags = ways["tags"]
    ways = ways.assign(
        way_id=ways["way_id"].astype("int64"),
        highway=_tag(tags, "highway"),
        foot=_tag(tags, "foot"),
        access=_tag(tags, "access"),
        crossing=_crossing(tags),
        bridge=[tag.get("bridge", "no") != "no" for tag in tags],
        tunnel=[tag.get("tunnel", "no") != "no" for tag in tags],
        layer=pd.Series(
            [int(_number(tag.get("layer")) or 0) for tag in tags], index=ways.index, dtype="int64"
        ),
        width_m=pd.Series([_number(tag.get("width")) for tag in tags], index=ways.index, dtype="float64"),
        name=_tag(tags, "name"),
    )
    nodes = to_wgs84(osm.nodes, log, None)
    tags = nodes["tags"]
    nodes = nodes.assign(
        node_id=nodes["node_id"].astype("int64"),
        highway=_tag(tags, "highway"),
        barrier=_tag(tags, "barrier"),
        access=_tag(tags, "foot").fillna(_tag(tags, "access")),
        open_hours=_tag(tags, "opening_hours"),
        crossing=_crossing(tags),
    )
    return ways, nodes


def _tag(tags: pd.Series, key: str) -> pd.Series:
    return tags.map(lambda found: found.get(key)).astype("object").astype("str")


def _crossing(tags: pd.Series) -> pd.Series:
    """Return the crossing tag; the newer `crossing:signals=yes` is written as the older `traffic_signals`."""
    signals = tags.map(lambda found: found.get("crossing:signals", "no") not in ("no", "separate"))
    return _tag(tags, "crossing").mask(signals.astype("bool"), "traffic_signals").astype("str")


def _number(value: Any) -> float | None:
    try:
        return number(value) if value else None
    except ValueError:
        return None


def _with_nodes(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return single lines with way_id and node_ids; nodes are numbered from west to east, then south to north."""
    lines = lines.explode(ignore_index=True)
    coordinates, owner = shapely.get_coordinates(lines.geometry.to_numpy(), return_index=True)
    _, node = np.unique(np.round(coordinates / SAME_NODE_M).astype("int64"), axis=0, return_inverse=True)
    ends = np.cumsum(np.bincount(owner, minlength=len(lines)))[:-1]
    return lines.assign(
        way_id=np.arange(1, len(lines) + 1, dtype="int64"),
        node_ids=pd.Series([part.tolist() for part in np.split(node.ravel() + 1, ends)], dtype="object"),
        bridge=lines["bridge"].fillna(False).astype("bool"),
        tunnel=lines["tunnel"].fillna(False).astype("bool"),
        layer=lines["layer"].fillna(0).astype("int64"),
    )
