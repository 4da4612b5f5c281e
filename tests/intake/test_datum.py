"""Datums: control values, round trips, and where the shift does not apply."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from pipeline.intake.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_box,
    wgs84_to_gcj02,
)

METRES = Geod(ellps="WGS84")
lons = st.floats(73, 137)
lats = st.floats(1.5, 55)


def arrays(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


def test_where_the_sines_vanish_the_shift_can_be_worked_by_hand():
    # at 105° E, 35° N every sine is that of 0: 300 m east and 100 m south on Krasovsky's ellipsoid
    lon, lat = wgs84_to_gcj02(*arrays(105.0, 35.0))
    krasovsky = Geod(a=6378245.0, rf=298.3)
    azimuth, _, distance = krasovsky.inv(105.0, 35.0, lon[0], lat[0])
    assert distance * np.sin(np.radians(azimuth)) == pytest.approx(300, abs=0.05)
    assert distance * np.cos(np.radians(azimuth)) == pytest.approx(-100, abs=0.05)


def test_the_control_value_that_public_converters_agree_on():
    lon, lat = wgs84_to_gcj02(*arrays(116.404, 39.915))
    assert (lon[0], lat[0]) == (
        pytest.approx(116.41024449916938, abs=1e-10),
        pytest.approx(39.91640428150164, abs=1e-10),
    )
    lon, lat = gcj02_to_bd09(*arrays(116.404, 39.915))
    assert (lon[0], lat[0]) == (
        pytest.approx(116.41036949371029, abs=1e-10),
        pytest.approx(39.92133699351021, abs=1e-10),
    )


@given(lons, lats)
def test_there_and_back_is_within_a_millimetre(lon, lat):
    for there, back in ((wgs84_to_gcj02, gcj02_to_wgs84), (gcj02_to_bd09, bd09_to_gcj02)):
        x, y = back(*there(*arrays(lon, lat)))
        assert METRES.inv(lon, lat, x[0], y[0])[2] < 0.001
    x, y = bd09_to_wgs84(*gcj02_to_bd09(*wgs84_to_gcj02(*arrays(lon, lat))))
    assert METRES.inv(lon, lat, x[0], y[0])[2] < 0.001


@given(lons, lats)
def test_the_shift_is_of_the_size_that_maps_are_off_by(lon, lat):
    x, y = wgs84_to_gcj02(*arrays(lon, lat))
    assert METRES.inv(lon, lat, x[0], y[0])[2] < 1500


@given(st.floats(-180, 180), st.floats(-80, 80))
def test_outside_the_box_nothing_moves(lon, lat):
    if not in_box(*arrays(lon, lat))[0]:
        for convert in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02):
            assert convert(*arrays(lon, lat)) == (lon, lat)


def test_many_points_at_once_equal_one_by_one():
    lon, lat = np.array([121.4, 123.8, -15.4]), np.array([37.5, 36.2, 28.1])
    together = np.column_stack(gcj02_to_wgs84(lon, lat))
    alone = np.array([np.ravel(gcj02_to_wgs84(*arrays(x, y))) for x, y in zip(lon, lat, strict=True)])
    assert np.allclose(together, alone, rtol=0, atol=1e-9)
