"""Write candidates, units and what explains them as one GeoPackage that opens coloured in QGIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from pipeline.report.plain_text import plain
from pipeline.report.styles import qml, styles


def geopackage(
    layers: Mapping[str, gpd.GeoDataFrame], as_of: date, description: str
) -> Callable[[Path], None]:
    """Return a function that writes the layers, each with the description, and their styles to a path.

    QGIS looks for styles in a table `layer_styles` of the file itself. The file's own time stamps are set to the
    district's date, so that the same input gives the same bytes.
    """

    def write(path: Path) -> None:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of.isoformat()}T00:00:00.000Z"})
        try:
            for name, frame in layers.items():
                shown_text(frame).to_file(
                    path, layer=name, driver="GPKG", engine="pyogrio", DESCRIPTION=description
                )
            pyogrio.write_dataframe(
                layer_styles(list(layers), as_of, description),
                path,
                layer="layer_styles",
                append=True,
                FID="id",
            )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})

    return write


def shown_text(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose texts hold no characters that end a text (NUL) or act on others."""
    texts = frame.drop(columns=frame.geometry.name).select_dtypes(["str", "object"]).columns
    return frame.assign(**{name: frame[name].map(_plain, na_action="ignore") for name in texts})


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def layer_styles(layers: list[str], as_of: date, description: str) -> pd.DataFrame:
    """Return the rows of `layer_styles` for the layers that have a style.

    Source: QGIS, *Saving and loading layer styles in a database*; catalogue and schema are empty in a GeoPackage.
    """
    drawn = {name: style for name, style in styles().items() if name in layers}
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(drawn),
            "f_geometry_column": "geom",
            "styleName": list(drawn),
            "styleQML": [qml(style) for style in drawn.values()],
            "styleSLD": "",
            "useAsDefault": True,
            "description": description,
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(as_of),
        }
    )
