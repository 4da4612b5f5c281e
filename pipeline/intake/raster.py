"""Read rasters: a population grid cell by cell, never resampled; a terrain model as it is."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from pyproj import CRS
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import Affine
from rasterio.windows import Window, from_bounds

from pipeline.errors import CrsError, MissingInputError, SettingsError
from pipeline.intake.datum import TO_WGS84
from pipeline.intake.log import LayerLog
from pipeline.intake.place import Around
from pipeline.network.profile import profile
from pipeline.network.slope import impossible_share, read_terrain
from pipeline.settings import NetworkParams

NODATA = -9999.0


def _open(path: Path, log: LayerLog) -> DatasetReader:
    if log.layer.datum in TO_WGS84:
        raise SettingsError(
            log.where, f"datum {log.layer.datum} for a raster", "WGS84 or CGCS2000: a raster cannot be shifted without resampling"
        )  # fmt: skip
    try:
        source = rasterio.open(path)
    except RasterioIOError as error:
        raise MissingInputError(log.where, f"cannot be opened as a raster: {error}") from None
    if source.crs is None:
        raise CrsError(log.where, "states no CRS", "a raster with a CRS", "set it with `gdal_edit.py -a_srs`")
    log.crs = CRS.from_user_input(source.crs).to_string()
    return source


def _near(source: DatasetReader, around: Around, log: LayerLog) -> Window:
    """Return the whole pixels over the district's box.

    Raises
    ------
    CrsError
        There are none.
    """
    box = gpd.GeoSeries([shapely.segmentize(shapely.box(*around.box), 0.01)], crs=4326).to_crs(source.crs)
    window = from_bounds(*box.total_bounds, transform=source.transform)
    top, left = max(int(np.floor(window.row_off)), 0), max(int(np.floor(window.col_off)), 0)
    bottom = min(int(np.ceil(window.row_off + window.height)), source.height)
    right = min(int(np.ceil(window.col_off + window.width)), source.width)
    if bottom <= top or right <= left:
        raise CrsError(
            log.where, "does not cover the committees", todo="check its CRS, and that it is the right file"
        )
    return Window(left, top, right - left, bottom - top)


def cells(path: Path, log: LayerLog, around: Around) -> gpd.GeoDataFrame:
    """Return the cells with people near the district: residents and the cell's outline, in WGS 84.

    The index names row and column of the raster; cells without data, negative and empty ones are counted.
    """
    with _open(path, log) as source:
        window = _near(source, around, log)
        values = source.read(1, window=window, masked=True).astype("float64")
        transform = source.window_transform(window)
        crs = source.crs
    counts = values.filled(np.nan)
    row, col = np.indices(counts.shape)
    top, left = int(window.row_off), int(window.col_off)
    names = np.char.add(
        np.char.add("r", (row + top).astype("str")), np.char.add("c", (col + left).astype("str"))
    )
    log.read = counts.size
    log.refuse("no_data", names[np.isnan(counts)])
    log.refuse("negative", names[counts < 0])
    log.refuse("nobody", names[counts == 0])
    full = counts > 0
    return gpd.GeoDataFrame(
        {"residents": counts[full]},
        geometry=_outlines(transform, row[full], col[full]),
        index=names[full],
        crs=crs,
    ).to_crs(4326)


def _outlines(transform: Affine, row: np.ndarray, col: np.ndarray) -> np.ndarray:
    """Return the outlines of pixels, in the raster's CRS, for any transform."""
    corners = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]
    rings = [transform @ (col + right, row + down) for down, right in corners]
    return shapely.polygons(np.stack([np.column_stack(ring) for ring in rings], axis=1))


def terrain(
    path: Path, log: LayerLog, around: Around, ways: gpd.GeoDataFrame, params: NetworkParams
) -> bytes:
    """Return a terrain model's GeoTIFF as it is, after checking that it has a CRS and covers the district.

    Where too many slopes along streets are beyond `slope_limit`, it is a model of roofs and trees, or full of glitches:
    even its gentle slopes are then no ground's, and the terrain is unknown, as if there were no such layer.
    """
    with _open(path, log) as source:
        if source.driver != "GTiff":
            raise MissingInputError(log.where, f"is {source.driver}", "a GeoTIFF")
        _near(source, around, log)
        log.read = log.kept = source.width * source.height
    share = impossible_share(ways, read_terrain(path), params, profile())
    if share > params.impossible_slopes_max:
        log.warn("surface_model", f"{share:.1%} > {params.slope_limit:.0%}")
        log.kept = 0
        return no_terrain(ways.crs)
    return path.read_bytes()


def no_terrain(crs: CRS) -> bytes:
    """Return a GeoTIFF of one pixel without data: the terrain is not known."""
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=1, height=1, count=1, dtype="float32", nodata=NODATA,
            crs=crs.to_wkt(), transform=Affine(1, 0, 0, 0, -1, 1),
        ) as target:  # fmt: skip
            target.write(np.full((1, 1, 1), NODATA, dtype="float32"))
        return bytes(memory.read())
