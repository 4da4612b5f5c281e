"""Coordinates that cannot be right, and the CRS that would be."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from pipeline.errors import CrsError
from pipeline.intake.log import LayerLog
from pipeline.intake.place import Around, district_crs, to_wgs84, utm_zone
from pipeline.settings import Layer
from tests.intake.conftest import ORIGIN

YANTAI = Around((121.3, 37.4, 121.5, 37.6))


def log(**keys) -> LayerLog:
    return LayerLog("walls", Layer.model_validate({"path": "walls.shp", **ORIGIN, **keys}), {})


def points(x: float, y: float, crs: object = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([x, x], [y, y]), crs=crs)


def test_the_zone_of_a_place():
    assert utm_zone(121.4, 37.5).startswith("EPSG:32651") and utm_zone(-51.2, -30.0).startswith("EPSG:32722")


@pytest.mark.parametrize("code", [32651, 4528, 4549, 3857, 4510])
def test_a_missing_crs_is_named_by_where_it_would_put_the_layer(code):
    x, y = Transformer.from_crs(4326, code, always_xy=True).transform(*YANTAI.centre)
    with pytest.raises(CrsError) as error:
        to_wgs84(points(x, y), log(), YANTAI)
    assert f"EPSG:{code} " in str(error.value)


def test_degrees_without_crs_are_recognised():
    with pytest.raises(CrsError, match="EPSG:4326"):
        to_wgs84(points(121.4, 37.5), log(), YANTAI)


@pytest.mark.parametrize(
    ("crs", "problem"),
    [
        ("EPSG:4326", "geographic"),
        ("EPSG:3857", "off by"),
        ("EPSG:32631", "off by"),
        ("EPSG:2263", "foot"),
        ("EPSG:999999", "is no CRS"),
    ],
)
def test_a_district_needs_metres_that_are_metres(crs, problem):
    with pytest.raises(CrsError, match=problem) as error:
        district_crs(crs, YANTAI)
    if problem != "is no CRS":
        assert "EPSG:32651" in str(error.value)


@pytest.mark.parametrize("crs", ["EPSG:32651", "EPSG:4528", "EPSG:4549"])
def test_the_usual_ones_are_taken(crs):
    assert district_crs(crs, YANTAI).is_projected


def test_the_file_and_the_settings_must_agree():
    with pytest.raises(CrsError, match=r"EPSG:32651.*EPSG:32650"):
        to_wgs84(points(359000, 4150000, 32651), log(crs="EPSG:32650"), YANTAI)


def test_a_datum_of_degrees_with_metres_is_an_error():
    with pytest.raises(CrsError, match="GCJ-02"):
        to_wgs84(points(359000, 4150000, 32651), log(datum="GCJ-02"), YANTAI)


def test_projected_numbers_said_to_be_degrees_are_told():
    with pytest.raises(CrsError, match="said to be in degrees"):
        to_wgs84(points(359000, 4150000, 4326), log(), YANTAI)


@given(st.floats(121.3, 121.5), st.floats(37.4, 37.6))
def test_swapped_coordinates_are_always_noticed(lon, lat):
    assert len(to_wgs84(points(lon, lat, 4326), log(), YANTAI)) == 2
    with pytest.raises(CrsError, match="swapped"):
        to_wgs84(points(lat, lon, 4326), log(), YANTAI)


def test_a_list_of_a_whole_province_is_welcome():
    lon, lat = np.linspace(115, 122.5, 200), np.linspace(34.5, 38, 200)
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    assert len(to_wgs84(frame, log(), YANTAI)) == 200
