"""Check geometries: present, of the right kind, valid; repair what can be repaired."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.errors import GeometryError
from pipeline.intake.log import LayerLog
from pipeline.intake.values import SHOWN

Kind = Literal["polygon", "line", "point"]
_TYPES: dict[Kind, tuple[int, ...]] = {"point": (0,), "line": (1, 2, 5), "polygon": (3, 6)}
_NAMES: dict[Kind, str] = {"point": "points", "line": "lines", "polygon": "polygons"}


def checked(
    frame: gpd.GeoDataFrame, kinds: tuple[Kind, ...], log: LayerLog, strict: bool
) -> gpd.GeoDataFrame:
    """Return the rows with a usable geometry, without heights; invalid ones are made valid and counted.

    `strict` layers (committees, compounds …) must have all their rows; of the others bad rows are refused and counted.

    Raises
    ------
    GeometryError
        `strict`, and a geometry is missing, of another kind, or broken beyond repair.
    """
    geometry = shapely.force_2d(frame.geometry.to_numpy())
    geometry = _single(geometry)
    ids = shapely.get_type_id(geometry)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    allowed = np.isin(ids, [code for kind in kinds for code in _TYPES[kind]])
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    invalid = ~absent & allowed & finite & ~shapely.is_valid(geometry)
    geometry[invalid] = [_made_valid(shape) for shape in geometry[invalid]]
    broken = ~absent & allowed & (~finite | shapely.is_missing(geometry))
    reasons = {"no_geometry": absent, "wrong_geometry": ~absent & ~allowed, "broken_geometry": broken}
    for reason, rows in reasons.items():
        if strict and rows.any():
            _fail(log, reason, frame.index[rows], kinds)
        log.refuse(reason, frame.index[rows])
    good = ~absent & allowed & ~broken
    log.repair("made_valid", frame.index[invalid & good])
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))[good]


def _single(geometry: np.ndarray) -> np.ndarray:
    """Turn multi-points of one point into that point."""
    lone = (shapely.get_type_id(geometry) == 4) & (shapely.get_num_geometries(geometry) == 1)
    geometry[lone] = shapely.get_geometry(geometry[lone], 0)
    return geometry


def _made_valid(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the valid parts of the shape's own dimension, or None where nothing of it is left."""
    dimension = shapely.get_dimensions(shape)
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    parts = parts[shapely.get_dimensions(parts) == dimension]
    whole = shapely.union_all(parts)
    return None if shapely.is_empty(whole) else whole


def _fail(log: LayerLog, reason: str, rows: pd.Index, kinds: tuple[Kind, ...]) -> None:
    found = {
        "no_geometry": "no geometry",
        "wrong_geometry": "a geometry of another kind",
        "broken_geometry": "a geometry broken beyond repair",
    }[reason]
    listed = ", ".join(str(row) for row in rows[:SHOWN]) + (" …" if len(rows) > SHOWN else "")
    raise GeometryError(
        f"{log.where}, row {listed}",
        f"{found} ({len(rows)} of {log.read} rows)",
        f"valid {' or '.join(_NAMES[kind] for kind in kinds)}",
        "redraw it in a GIS, or take the row out",
    )
