"""Rasters: every cell as it is, totals exact, terrain byte for byte."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from pyproj import CRS as Crs

from pipeline.errors import CrsError, MissingInputError, SettingsError
from pipeline.intake import raster
from pipeline.intake.log import LayerLog
from pipeline.intake.place import Around
from pipeline.settings import Layer
from tests.intake.conftest import CRS, ORIGIN, degrees, write_raster

AROUND = Around((*degrees(0, 0), *degrees(2000, 1000)))


def log(**keys) -> LayerLog:
    return LayerLog("population[0]", Layer.model_validate({"path": "grid.tif", **ORIGIN, **keys}), {})


def test_cells_are_outlines_with_their_own_count(tmp_path):
    path = tmp_path / "grid.tif"
    write_raster(path, np.array([[10, -9999, 0, 20], [5, -1, 2.5, 7.5]]), 0, 1000, 500)
    counts = log()
    cells = raster.cells(path, counts, AROUND).to_crs(CRS)
    assert cells["residents"].to_dict() == {"r0c0": 10, "r0c3": 20, "r1c0": 5, "r1c2": 2.5, "r1c3": 7.5}
    assert cells.geometry.area.to_numpy() == pytest.approx(250_000, rel=1e-9)
    assert cells.loc["r1c0"].geometry.centroid.coords[0] == pytest.approx((572250, 4006250), abs=1e-3)
    refused = {reason: note["examples"] for reason, note in counts.as_dict()["refused"].items()}
    assert refused == {"no_data": ["r0c1"], "negative": ["r1c1"], "nobody": ["r0c2"]}


def test_a_grid_in_degrees_keeps_its_total(tmp_path):
    counts = np.random.default_rng(5).uniform(0.1, 9, (40, 50))
    path = tmp_path / "grid.tif"
    west, _, _, north = AROUND.box
    transform = rasterio.transform.from_origin(
        west, north, (AROUND.box[2] - west) / 50, (north - AROUND.box[1]) / 40
    )
    write_raster(path, counts, 0, 0, 1, crs="EPSG:4326")
    with rasterio.open(path, "r+") as target:
        target.transform = transform
    cells = raster.cells(path, log(), AROUND)
    assert cells["residents"].sum() == pytest.approx(counts.astype("float32").sum(dtype="float64"), rel=1e-12)


def test_only_the_cells_near_the_district_are_read(tmp_path):
    path = tmp_path / "grid.tif"
    write_raster(path, np.ones((100, 100)), -24000, 25000, 500)
    counts = log()
    cells = raster.cells(path, counts, AROUND)
    assert counts.read < 40 and len(cells) == counts.read


def test_a_raster_elsewhere_without_crs_or_in_gcj02_is_refused(tmp_path):
    path = tmp_path / "grid.tif"
    write_raster(path, np.ones((2, 2)), 90000, 90000, 100)
    with pytest.raises(CrsError, match="does not cover"):
        raster.cells(path, log(), AROUND)
    write_raster(path, np.ones((2, 2)), 0, 0, 100, crs=None)
    with pytest.raises(CrsError, match="no CRS"):
        raster.cells(path, log(), AROUND)
    with pytest.raises(SettingsError, match="GCJ-02"):
        raster.cells(path, log(datum="GCJ-02"), AROUND)
    path.write_bytes(b"no raster")
    with pytest.raises(MissingInputError, match="raster"):
        raster.cells(path, log(), AROUND)


def test_terrain_is_copied_byte_for_byte(district):
    assert district.read().terrain == (district.folder / "terrain.tif").read_bytes()


def _said_of(heights, district):
    """The codes of what is said of a terrain of these heights, and the terrain that is passed on."""
    write_raster(district.folder / "terrain.tif", heights, -200, 1300, 10)
    read = district.read()
    layer = read.report["layers"]["terrain"]
    return [(warning["code"], warning["detail"][-5:]) for warning in layer["warnings"]], read.terrain


def test_a_model_of_roofs_is_not_taken_for_the_ground_and_said(district):
    """Half of the cells 30 m higher than the others."""
    roofs = 30.0 * np.random.default_rng(2).integers(0, 2, (150, 250))
    unknown = raster.no_terrain(Crs.from_user_input(CRS))
    assert _said_of(roofs, district) == ([("surface_model", "> 40%")], unknown)
    level = np.zeros((150, 250))
    assert _said_of(level, district) == ([], (district.folder / "terrain.tif").read_bytes())


def test_without_terrain_there_is_one_pixel_without_data(tmp_path):
    content = raster.no_terrain(Crs.from_epsg(32651))
    assert content == raster.no_terrain(Crs.from_epsg(32651))
    path = tmp_path / "terrain.tif"
    path.write_bytes(content)
    with rasterio.open(path) as source:
        assert (source.width, source.height) == (1, 1)
        assert source.read(1, masked=True).mask.all() and source.crs.to_epsg() == 32651
