"""Read what stands on the ground: buildings, squares, walls, gates, green, water, railways and coast."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from pipeline.intake.areas import table
from pipeline.intake.columns import unique
from pipeline.intake.layers import Opener
from pipeline.intake.osm import is_osm
from pipeline.intake.place import Around
from pipeline.intake.shapes import Kind
from pipeline.settings import Layer
from pipeline.tables import empty

_KINDS: dict[str, tuple[Kind, ...]] = {
    "buildings": ("polygon",),
    "squares": ("polygon",),
    "walls": ("line", "polygon"),
    "gates": ("point",),
    "land": ("polygon", "line"),
}
_IDS = {
    "buildings": "building_id",
    "squares": "square_id",
    "walls": "wall_id",
    "gates": "gate_id",
    "land": "land_id",
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "buildings": {"use": "unknown"},
    "squares": {"layer": 0},
    "walls": {"kind": "wall"},
    "gates": {"gate_users": "unknown"},
    "land": {},
}


def layer_table(
    opener: Opener,
    name: str,
    layers: dict[str, Layer],
    around: Around,
    crs: CRS,
    ground: shapely.Geometry,
    compounds: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return table `buildings`, `squares`, `walls`, `gates` or `land` from its layers; empty where there are none.

    What touches neither the extent nor a committee (`ground`) is refused and counted. Ids that the file lacks are the layer
    and row number. Walls given as areas become their outlines, and single lines each. Buildings without compound get the
    one they stand in.
    """
    parts = []
    for label, layer in layers.items():
        frame = opener.shapes(label, layer, name, _KINDS[name], around, strict=False).to_crs(crs)
        log = opener.logs[label]
        own = frame[_IDS[name]].notna()
        if own.any() and not is_osm(opener.district.file(layer)):
            unique(frame, _IDS[name], log.where)
        if not own.all():
            prefix = label.replace("[", "-").replace("]", "")
            ids = pd.Series([f"{prefix}-{row}" for row in frame.index], index=frame.index, dtype="str")
            frame[_IDS[name]] = frame[_IDS[name]].fillna(ids)
        if "compound_id" in frame:
            strange = frame["compound_id"].notna() & ~frame["compound_id"].isin(compounds["compound_id"])
            if strange.any():
                log.warn("unknown_compound", f"{int(strange.sum())}")
            frame["compound_id"] = frame["compound_id"].mask(strange)
        touching = shapely.intersects(ground, frame.geometry.to_numpy())
        log.refuse("outside_extent", frame.index[~touching])
        parts.append(frame[touching])
        log.kept = int(touching.sum())
    if not parts:
        return gpd.GeoDataFrame(empty(name, crs))
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=crs)
    for column, value in _DEFAULTS[name].items():
        frame[column] = frame[column].fillna(value)
    if name == "walls":
        areas = shapely.get_dimensions(frame.geometry.to_numpy()) == 2
        frame.loc[areas, "geometry"] = frame.geometry[areas].boundary
        frame = frame.explode(ignore_index=True)
    if name == "buildings":
        frame["compound_id"] = frame["compound_id"].fillna(_standing_in(frame, compounds)).astype("str")
    frame[_IDS[name]] = numbered(frame[_IDS[name]])
    return table(name, frame)


def _standing_in(buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> pd.Series:
    """Return the compound that each building stands in: the smallest that holds a point inside the building."""
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    rows, found = compounds.sindex.query(points, predicate="intersects")
    pairs = pd.DataFrame({"row": rows, "found": found, "size": compounds.geometry.area.to_numpy()[found]})
    best = pairs.sort_values(["size", "found"]).drop_duplicates("row").set_index("row")["found"]
    names = best.map(dict(enumerate(compounds["compound_id"])))
    return pd.Series(names.reindex(range(len(buildings))).to_numpy(), index=buildings.index, dtype="str")


def numbered(ids: pd.Series) -> pd.Series:
    """Return ids made unique: the second of a kind gets `-2`, and so on, in the rows' order."""
    order = ids.groupby(ids).cumcount()
    return ids.where(order == 0, ids + "-" + (order + 1).astype("str")).astype("str")
