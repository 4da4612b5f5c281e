"""Write candidates, units and what explains them as one GeoPackage for QGIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio


def geopackage(
    layers: Mapping[str, gpd.GeoDataFrame], as_of: date, description: str
) -> Callable[[Path], None]:
    """Return a function that writes the layers, each with the description, to a path.

    The file's own time stamps are set to the district's date, so that the same input gives the same bytes.
    """

    def write(path: Path) -> None:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of.isoformat()}T00:00:00.000Z"})
        try:
            for name, frame in layers.items():
                frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio", DESCRIPTION=description)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})

    return write
