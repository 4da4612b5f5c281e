"""Read the areas that everything is told by: committees, compounds, and the ground that the data covers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from pipeline.errors import GeometryError, ValueRowError
from pipeline.intake.columns import unique
from pipeline.intake.layers import Opener
from pipeline.intake.log import LayerLog
from pipeline.intake.osm import is_osm
from pipeline.intake.place import Around
from pipeline.settings import Layer
from pipeline.tables import TABLES

WHOLE_SHARE = 0.95  # lines drawn twice never coincide: from here an area counts as wholly inside, below 1 − this as outside


def committees(opener: Opener) -> gpd.GeoDataFrame:
    """Return the residents' committees in WGS 84, checked against the place of the streets."""
    layer = opener.district.layers.committees
    frame = opener.shapes("committees", layer, "committees", ("polygon",), streets_place(opener), strict=True)
    unique(frame, "committee_id", opener.logs["committees"].where)
    return frame


def streets_place(opener: Opener) -> Around | None:
    """Return where an OpenStreetMap street file lies; None for other formats."""
    layer = opener.district.layers.streets
    opener.log("streets", layer)
    return Around(opener.osm(layer).box) if is_osm(opener.district.file(layer)) else None


def extent(opener: Opener, around: Around, crs: CRS, streets: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return table `extent`: the layer of that name, else the box of the street file or of the streets.

    Raises
    ------
    GeometryError
        No committee touches it.
    """
    layer = opener.district.layers.extent
    if layer is not None:
        frame = opener.shapes("extent", layer, "extent", ("polygon",), around, strict=True).to_crs(crs)
        opener.logs["extent"].kept = len(frame)
        shape = shapely.union_all(frame.geometry.to_numpy())
    else:
        file = opener.district.file(opener.district.layers.streets)
        if is_osm(file):
            box = shapely.segmentize(shapely.box(*opener.osm(opener.district.layers.streets).box), 0.01)
            shape = gpd.GeoSeries([box], crs=4326).to_crs(crs).iloc[0]
        else:
            assert streets is not None
            shape = shapely.box(*streets.total_bounds)
    return gpd.GeoDataFrame({"area_id": pd.Series(["extent"], dtype="str")}, geometry=[shape], crs=crs)


def share_inside(shapes: np.ndarray, region: shapely.Geometry) -> np.ndarray:
    """Return the share of each polygon's area inside the region; 0 or 1 where it is so but for the drawing."""
    shapely.prepare(region)
    share = np.ones(len(shapes))
    cut = ~shapely.covers(region, shapes)
    share[cut] = shapely.area(shapely.intersection(shapes[cut], region)) / shapely.area(shapes[cut])
    share[share >= WHOLE_SHARE] = 1.0
    share[share <= 1 - WHOLE_SHARE] = 0.0
    return share


def clip(frame: gpd.GeoDataFrame, region: shapely.Geometry, share: np.ndarray) -> gpd.GeoDataFrame:
    """Return the rows inside the region; those that its edge cuts with only their part inside."""
    shapes = frame.geometry.to_numpy()
    cut = (share > 0) & (share < 1)
    shapes[cut] = [polygons_of(shape) for shape in shapely.intersection(shapes[cut], region)]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))[share > 0]


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the areal part of a shape that an overlay may have left with lines and points."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def within_extent(committees: gpd.GeoDataFrame, region: shapely.Geometry, log: LayerLog) -> gpd.GeoDataFrame:
    """Return the committees inside an extent that `district.yaml` gives, cut at its edge, each counted.

    Raises
    ------
    GeometryError
        None is.
    """
    share = share_inside(committees.geometry.to_numpy(), region)
    log.refuse("outside_extent", committees.index[share == 0])
    log.repair("cut_by_extent", committees["name"][(share > 0) & (share < 1)])
    if not (share > 0).any():
        raise GeometryError(
            log.where, "no committee lies within the extent", todo="check the extent layer and its CRS"
        )
    return clip(committees, region, share)


def compounds(
    opener: Opener, layer: Layer, around: Around, crs: CRS, committees: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the compounds in the district's CRS with the register's columns that the layer has.

    A compound without committee gets the one that covers most of it; one outside every committee is refused.
    """
    strict = not is_osm(opener.district.file(layer))
    frame = opener.shapes("compounds", layer, "compounds", ("polygon",), around, strict).to_crs(crs)
    log = opener.logs["compounds"]
    unique(frame, "compound_id", log.where)
    strange = frame["committee_id"].notna() & ~frame["committee_id"].isin(committees["committee_id"])
    if strange.any():
        raise ValueRowError(
            f"{log.where}, column committee_id, row {', '.join(map(str, frame.index[strange][:5]))}",
            f"unknown committees: {', '.join(sorted(set(frame['committee_id'][strange]))[:5])}",
            "an id of the committees layer",
            "correct the file, or take committee_id out of `columns`: the committee is then found by place",
        )
    chosen = largest_overlap(frame, committees, "committee_id")
    log.refuse("outside_committees", frame.index[chosen.isna()])
    frame["committee_id"] = frame["committee_id"].fillna(chosen)
    subdistricts = committees.set_index("committee_id")["subdistrict"]
    frame["subdistrict"] = frame["subdistrict"].fillna(frame["committee_id"].map(subdistricts)).astype("str")
    frame = frame[chosen.notna()]
    log.kept = len(frame)
    note_overlaps(frame, log)
    return frame


def note_overlaps(frame: gpd.GeoDataFrame, log: LayerLog) -> None:
    """Warn of polygons of which one covers a notable part of another: what stands there belongs to both."""
    shapes = frame.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    pairs = int((common > (1 - WHOLE_SHARE) * smaller).sum())
    if pairs:
        log.warn("overlap", f"{pairs}")


def largest_overlap(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Return the areas' column of the area that covers most of each row; missing where none touches it."""
    rows, found = areas.sindex.query(frame.geometry, predicate="intersects")
    size = shapely.area(
        shapely.intersection(frame.geometry.to_numpy()[rows], areas.geometry.to_numpy()[found])
    )
    pairs = pd.DataFrame({"row": rows, "name": areas[column].to_numpy()[found], "size": size})
    pairs = pairs[pairs["size"] > 0].sort_values(["size", "name"], ascending=[False, True])
    best = pairs.drop_duplicates("row").set_index("row")["name"]
    return pd.Series(best.reindex(range(len(frame))).to_numpy(), index=frame.index, dtype="str")


def table(name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame with the table's columns, sorted by its key."""
    spec = TABLES[name]
    columns = list(spec.nullable)
    return frame[columns].sort_values(spec.key.split()).reset_index(drop=True)
