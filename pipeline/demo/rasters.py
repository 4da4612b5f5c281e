"""Write the rasters: heights by cell, and people outside compounds by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.features import rasterize
from rasterio.transform import from_origin

from pipeline.demo import terrain
from pipeline.demo.people import People

NODATA = -9999.0
DEM_CELL_M, PEOPLE_CELL_M = 15.0, 100.0


def write_heights(path: Path) -> None:
    """Write heights on the land by cell; the sea has none."""
    x, y = _cells(DEM_CELL_M)
    heights = terrain.elevation(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)
    wet = rasterize([terrain.to_map(terrain.sea())], out_shape=x.shape, transform=_transform(DEM_CELL_M))
    _write(path, np.where(wet == 1, NODATA, np.round(heights, 1)), DEM_CELL_M)


def write_people(path: Path, folk: People) -> None:
    """Write people outside compounds by cell; cells wholly at sea have none."""
    x, _ = _cells(PEOPLE_CELL_M)
    grid = np.zeros(x.shape)
    for door, count in folk.outside:
        row = int((terrain.NORTH - door.y) // PEOPLE_CELL_M)
        grid[row, int((door.x - terrain.WEST) // PEOPLE_CELL_M)] += count
    dry = rasterize(
        [terrain.to_map(terrain.land())],
        out_shape=x.shape,
        transform=_transform(PEOPLE_CELL_M),
        all_touched=True,
    )
    _write(path, np.where((dry == 1) | (grid > 0), np.round(grid, 2), NODATA), PEOPLE_CELL_M)


def _transform(cell_m: float) -> Any:
    return from_origin(terrain.ORIGIN[0] + terrain.WEST, terrain.ORIGIN[1] + terrain.NORTH, cell_m, cell_m)


def _cells(cell_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return local x and y of the cells' middles, north first."""
    x = np.arange(terrain.WEST + cell_m / 2, terrain.EAST, cell_m)
    y = np.arange(terrain.NORTH - cell_m / 2, terrain.SOUTH, -cell_m)
    east, north = np.meshgrid(x, y)
    return east, north


def _write(path: Path, values: np.ndarray, cell_m: float) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype="float32",
        crs=terrain.CRS, transform=_transform(cell_m), nodata=NODATA, compress="deflate", predictor=3,
    ) as target:  # fmt: skip
        target.write(values.astype("float32"), 1)
