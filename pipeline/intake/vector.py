"""Read vector files: Shapefile, GeoPackage, GeoJSON and whatever else GDAL opens."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors
from pyproj import CRS

from pipeline.errors import EncodingError, MissingInputError
from pipeline.intake.text import decode, likely_encoding
from pipeline.settings import Layer

GEOJSON = (".geojson", ".json")


def read_vector(path: Path, layer: Layer, where: str) -> pd.DataFrame:
    """Return the features with the file's own headings; the index counts them from 1.

    `crs` of the result is what the file states; None where it states none.

    Raises
    ------
    MissingInputError
        GDAL cannot open the file, or it has no such layer.
    EncodingError
        Its text is not in the declared encoding.
    """
    source: Path | bytes = path
    encoding: str | None = layer.encoding
    text = ""
    if path.suffix.lower() in GEOJSON:
        text = decode(path, layer, where)
        source, encoding = text.encode("utf-8"), None
    elif path.suffix.lower() == ".shp" and encoding is None and not path.with_suffix(".cpg").exists():
        encoding = "utf-8"  # without .cpg GDAL would take Latin-1, which accepts any bytes
    try:
        frame = pyogrio.read_dataframe(source, layer=layer.layer, encoding=encoding, on_invalid="ignore")
    except (UnicodeDecodeError, LookupError):
        attributes = path.with_suffix(".dbf") if path.suffix.lower() == ".shp" else path
        raise EncodingError(
            where,
            f"its text is not {layer.encoding or 'UTF-8'}",
            todo=f"set `encoding: {likely_encoding(attributes)}` for this layer",
        ) from None
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        told = "is in no format that can be read" if source is not path else f"cannot be opened: {error}"
        raise MissingInputError(where, told, todo=_layers(path)) from None
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    if isinstance(frame, gpd.GeoDataFrame) and text and layer.crs and '"crs"' not in text:
        # GeoJSON without a crs member is WGS 84 by definition; a declared CRS knows better
        frame = frame.set_crs(CRS.from_user_input(layer.crs), allow_override=True)
    return frame


def _layers(path: Path) -> str:
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError:
        return "check that the file is whole and of a format that GDAL reads"
    return f"its layers are: {', '.join(names)}"
