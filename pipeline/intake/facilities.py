"""Read the lists of facilities, and say of each class how far its list can be trusted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from pipeline.catalogue.load import facility_classes
from pipeline.errors import SettingsError
from pipeline.intake.layers import Opener
from pipeline.intake.log import LayerLog
from pipeline.intake.osm import is_osm
from pipeline.intake.place import Around
from pipeline.settings import Completeness, Layer
from pipeline.tables import empty

BEYOND_EXTENT_M = 100.0  # an entrance further from the streets' ground than an access leg cannot be reached
SAME_PLACE_M = 1.0
_ORDER: tuple[Completeness, ...] = ("unknown", "partial", "complete")


def listed(opener: Opener, around: Around, crs: CRS, ground: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the usable rows of all facility layers with the columns of table `places`, and `list`, the layer's label.

    Rows that cannot be used are refused and counted.
    """
    parts = [
        _list(opener, f"facilities[{i}]", layer, around, crs, ground, f"f{i}")
        for i, layer in enumerate(opener.district.layers.facilities)
    ]
    if not parts:
        return gpd.GeoDataFrame(empty("places", crs).assign(list=pd.Series([], dtype="str")))
    frame = gpd.GeoDataFrame(pd.concat(parts), geometry="geometry", crs=crs)
    clash = frame["facility_id"].duplicated(keep=False)
    for label, rows in frame[clash].groupby("list"):
        opener.logs[str(label)].repair("id_renamed", rows.index)
    frame["facility_id"] = (
        frame["facility_id"].mask(clash, frame["prefix"] + "-" + frame["facility_id"]).astype("str")
    )
    return frame


def _list(
    opener: Opener, label: str, layer: Layer, around: Around, crs: CRS, ground: shapely.Geometry, prefix: str
) -> gpd.GeoDataFrame:
    frame = opener.shapes(label, layer, "facilities", ("point", "line", "polygon"), around, strict=False)
    log = opener.logs[label]
    frame = frame.to_crs(crs)
    known = set(facility_classes())
    absent = frame["class"].isna()
    log.refuse("no_class", frame.index[absent])
    strange = ~absent & ~frame["class"].isin(known)
    log.refuse("unknown_class", [f"{row} ({name})" for row, name in frame["class"][strange].items()])
    with np.errstate(invalid="ignore"):  # coordinates that no projection takes are infinite here
        near = shapely.dwithin(ground, frame.geometry.to_numpy(), BEYOND_EXTENT_M)
    outside = ~absent & ~strange & ~near
    log.refuse("outside_extent", frame.index[outside])
    frame = _whole(frame[~absent & ~strange & ~outside], log)
    generated = pd.Series([f"{prefix}-{row}" for row in frame.index], index=frame.index, dtype="str")
    frame["facility_id"] = frame["facility_id"].fillna(generated)
    frame = _first_of_each(frame, log)
    log.kept = len(frame)
    return frame.assign(source=layer.source, list=label, prefix=prefix)


def _whole(frame: gpd.GeoDataFrame, log: LayerLog) -> gpd.GeoDataFrame:
    """Stand a point for each line, halfway along it."""
    shapes = frame.geometry.to_numpy()
    lines = shapely.get_dimensions(shapes) == 1
    shapes[lines] = shapely.line_interpolate_point(shapely.line_merge(shapes[lines]), 0.5, normalized=True)
    log.repair("to_points", frame.index[lines])
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _first_of_each(frame: gpd.GeoDataFrame, log: LayerLog) -> gpd.GeoDataFrame:
    """Refuse rows whose id, or whose class, name and place, an earlier row has."""
    bounds = np.round(frame.geometry.bounds.to_numpy() / SAME_PLACE_M)
    same = pd.DataFrame(bounds, index=frame.index).assign(kind=frame["class"], name=frame["name"])
    again = frame["facility_id"].duplicated() | (same.duplicated() & frame["name"].notna())
    log.refuse("duplicate", frame.index[again])
    return frame[~again]


def class_status(opener: Opener, listed: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return table `class_status`: how many places of each class, from which layers, and how complete the list is.

    A class that several layers list is as complete as the best of them; one that no layer mentions is unknown.

    Raises
    ------
    SettingsError
        `completeness` names a class that the catalogue does not have.
    """
    names = list(facility_classes())
    status: dict[str, Completeness] = dict.fromkeys(names, "unknown")
    sources: dict[str, list[str]] = {name: [] for name in names}
    for i, layer in enumerate(opener.district.layers.facilities):
        label = f"facilities[{i}]"
        stated = {name: value for name, value in layer.completeness.items() if name != "*"}
        for name in stated:
            if name not in status:
                raise SettingsError(
                    f"{label}, completeness", f"{name!r} is no facility class", f"of: {', '.join(names)}"
                )
        mentioned = set(stated) | set(listed.loc[listed["list"] == label, "class"])
        mentioned |= {str(name) for name in layer.values.get("class", {}).values()} & set(names)
        if is_osm(opener.district.file(layer)):
            mentioned = set(names)
        for name in mentioned:
            value = stated.get(name, layer.completeness.get("*", "unknown"))
            status[name] = max(status[name], value, key=_ORDER.index)
            sources[name].append(layer.source)
        incomplete = sorted(name for name in mentioned if status[name] != "complete")
        if incomplete:
            opener.logs[label].warn("list_not_complete", ", ".join(incomplete))
    counts = listed["class"].value_counts().reindex(names, fill_value=0)
    return pd.DataFrame(
        {
            "class": pd.Series(names, dtype="str"),
            "completeness": pd.Series([status[name] for name in names], dtype="str"),
            "count": counts.to_numpy(dtype="int64"),
            "source": pd.Series(["; ".join(dict.fromkeys(sources[name])) for name in names], dtype="str"),
        }
    ).sort_values("class", ignore_index=True)
