"""The GeoPackage holds every layer and is the same each time."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio
from shapely.geometry import Point

from pipeline import store
from pipeline.report.geopackage import geopackage


def test_layers_and_bytes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"name": ["海晏里"]}, geometry=[Point(1, 2)], crs="EPSG:32651")
    write = geopackage({"candidates": frame, "units": frame}, date(2026, 1, 1), "虚构示例 FICTIONAL")
    store.write({tmp_path / "a.gpkg": write})
    time.sleep(1.1)  # time stamps of a GeoPackage count seconds
    store.write({tmp_path / "b.gpkg": write})
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert set(pyogrio.list_layers(tmp_path / "a.gpkg")[:, 0]) == {"candidates", "units"}
    assert gpd.read_file(tmp_path / "a.gpkg", layer="units").name[0] == "海晏里"
