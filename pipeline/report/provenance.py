"""Record what a run was made from: versions, parameters, input hashes, licences."""

from __future__ import annotations

import platform
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipeline.settings import Settings
from pipeline.store import hash_file

_LIBRARIES = (
    "folium geopandas networkx numba numpy osmium pandas pandera pyarrow pyogrio pyproj rasterio scipy shapely"
).split()


def provenance(settings: Settings, intake_report: dict[str, Any]) -> dict[str, Any]:
    """Return versions, parameters and the input layers with hash, source and licence (no clock, no machine)."""
    return {
        "district": settings.district.district_id,
        "fictional": settings.district.fictional,
        "crs": settings.district.crs,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "description": settings.district.model_dump(mode="json", by_alias=True),
        "catalogue": catalogue_hashes(),
        "parameters": settings.params.model_dump(mode="json", exclude={"district"}),
        "inputs": intake_report["layers"],
    }


def catalogue_hashes() -> dict[str, str]:
    """Return the SHA-256 of every catalogue file, by name."""
    folder = Path(str(files("pipeline.catalogue")))
    return {path.name: hash_file(path) for path in sorted(folder.glob("*.yaml"))}
