"""Hold the terrain model and tell height and slope at points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.transform import rowcol

from pipeline.indicators.measure import Floats


@dataclass(frozen=True)
class Terrain:
    """Heights in metres on a north-up grid in the district's projected CRS; NaN where unknown."""

    height_m: Floats
    transform: Affine

    @classmethod
    def read(cls, path: Path) -> Terrain | None:
        """Read the terrain layer; none where it holds no height at all."""
        with rasterio.open(path) as source:
            height = source.read(1, masked=True).astype(np.float64).filled(np.nan)
            transform = source.transform
        return None if np.isnan(height).all() else cls(height, transform)

    def at(self, points: NDArray[np.object_]) -> tuple[Floats, Floats]:
        """Return height (m) and slope (degrees) of the cell each point lies in; NaN outside and where unknown.

        The slope is that of the steepest line through the cell, by central differences between its neighbours.
        """
        down, right = np.gradient(self.height_m, abs(self.transform.e), abs(self.transform.a))
        slope = np.degrees(np.arctan(np.hypot(down, right)))
        i, j = (
            np.asarray(k, np.int64)
            for k in rowcol(self.transform, shapely.get_x(points), shapely.get_y(points))
        )
        rows, columns = self.height_m.shape
        inside = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
        i, j = np.where(inside, i, 0), np.where(inside, j, 0)
        return np.where(inside, self.height_m[i, j], np.nan), np.where(inside, slope[i, j], np.nan)
