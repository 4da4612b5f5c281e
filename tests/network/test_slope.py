"""Slope, steps and crossings in minutes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
from pyproj import CRS

from pipeline.network.minutes import tobler_factor
from pipeline.network.profile import profile
from pipeline.network.slope import Terrain, impossible_share, read_terrain
from tests.network.town import PARAMS, UTM, Town, plane

ADULT = 1.2 * 60  # metres a minute on the flat


def test_a_street_uphill_and_down() -> None:
    """100 m rising 10 %: up at exp(−3.5·0.10), down at exp(−3.5·0.00) of the flat speed (|S + 0.05| less 0.05)."""
    town = Town()
    town.way((0, 0), (100, 0))
    town.way((0, 0), (0, 100))
    town.terrain = plane(0.10, 0.0)
    edge, level = town.build().edges.itertuples()
    assert edge.minutes_adult == pytest.approx(100 / ADULT / math.exp(-3.5 * (0.15 - 0.05)))
    assert edge.minutes_adult_back == pytest.approx(100 / ADULT / math.exp(-3.5 * (0.05 - 0.05)))
    assert edge.slope_max == pytest.approx(0.10)
    assert level.minutes_adult == pytest.approx(100 / ADULT)
    # 10 % is steeper than 8 %
    assert math.isinf(edge.minutes_elderly_step_free)
    assert level.minutes_elderly_step_free == pytest.approx(100 / 0.92 / 60)


def test_toblers_curve_is_fastest_slightly_downhill() -> None:
    assert tobler_factor(np.array([0.0]))[0] == pytest.approx(1)
    assert 5.036 * tobler_factor(np.array([-0.05]))[0] == pytest.approx(6, abs=1e-2)
    assert 5.036 * tobler_factor(np.array([0.05]))[0] == pytest.approx(4.227, abs=1e-2)


def test_over_a_hill_both_directions_are_alike() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    hill = plane(0.0, 0.0)
    axis = np.arange(-500, 1500, 10.0) + 5
    heights = np.tile(20 - 0.2 * np.abs(axis - 55), (200, 1))
    town.terrain = Terrain(heights, hill.grid, hill.crs)
    edge = town.build().edges.iloc[0]
    assert edge["slope_max"] == pytest.approx(0.2)
    assert edge["minutes_adult"] > 100 / ADULT * 1.2


def test_steps_take_longer_and_their_slope_does_not_count_again() -> None:
    town = Town()
    town.way((0, 0), (20, 0), highway="steps")
    town.terrain = plane(0.3, 0.0)
    edge = town.build().edges.iloc[0]
    assert edge["minutes_elderly"] == pytest.approx(20 / 0.92 / 60 * 2.0)
    assert edge["minutes_elderly_back"] == pytest.approx(edge["minutes_elderly"])
    assert math.isinf(edge["minutes_elderly_step_free"])
    assert edge["steps"]


def test_unknown_terrain_is_walked_as_flat_and_said() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    network = town.build()
    assert network.edges["slope_max"].isna().all()
    assert network.report["slope_steps_unknown"] == network.report["slope_steps"] == 5
    # flat for those who climb, and barred to those who must not: it may be steep
    assert math.isfinite(network.edges["minutes_elderly"].iloc[0])
    assert math.isinf(network.edges["minutes_elderly_step_free"].iloc[0])


def test_half_of_the_terrain_is_unknown() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    ramp = plane(0.05, 0.0)
    heights = ramp.heights.copy()
    heights[:, 55:] = np.nan  # cells east of x = 50; none west of the centre at 45 mixes with them
    town.terrain = Terrain(heights, ramp.grid, ramp.crs)
    network = town.build()
    edge = network.edges.iloc[0]
    assert network.report["slope_steps_unknown"] == 3
    assert edge["slope_max"] == pytest.approx(0.05)
    assert edge["minutes_adult"] == pytest.approx((40 / math.exp(-3.5 * 0.05) + 60) / ADULT)


def test_impossible_slopes_are_unknown_and_counted() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.terrain = plane(0.9, 0.0)
    network = town.build()
    assert network.report["slope_steps_impossible"] == 5
    edge = network.edges.iloc[0]
    assert math.isnan(edge["slope_max"]) and edge["minutes_adult"] == pytest.approx(100 / ADULT)
    assert math.isinf(edge["minutes_elderly_step_free"])


def test_a_glitch_makes_its_own_steps_unknown_and_no_others() -> None:
    """One cell 80 m too high on a gentle ramp: the steps up to it and down from it are no slopes; the rest stays as it is."""
    town = Town()
    town.way((0, 0), (200, 0))
    ramp = plane(0.05, 0.0)
    heights = ramp.heights.copy()
    row, column = np.array(~ramp.grid @ (100.0, 0.0)).astype(int)[::-1]
    heights[row - 1 : row + 1, column - 1 : column + 1] += 80
    town.terrain = Terrain(heights, ramp.grid, ramp.crs)
    network = town.build()
    edge = network.edges.iloc[0]
    assert network.report["slope_steps_impossible"] == 2
    assert edge["slope_max"] == pytest.approx(0.05)
    assert edge["minutes_adult"] == pytest.approx((160 / math.exp(-3.5 * 0.05) + 40) / ADULT)
    assert math.isinf(edge["minutes_elderly_step_free"]), "what the glitch hides may be steep"


@pytest.mark.parametrize(
    ("height_m", "unfit"), [(0.0, False), (0.5, False), (30.0, True)], ids=["ground", "noise", "roofs"]
)
def test_a_model_with_roofs_in_it_is_told_from_one_of_the_ground(height_m: float, unfit: bool) -> None:
    """Blocks of 70 m, and streets in the last 10 m of each 80, on a slope of 5 %, in cells of 10 m."""
    town = Town()
    for k in range(-4, 12):
        town.way((-400, 80 * k + 2), (900, 80 * k + 2))
        town.way((80 * k + 2, -400), (80 * k + 2, 900))
    ramp = plane(0.05, 0.0)
    axis = np.arange(-500, 1500, 10.0) + 5
    x, y = np.meshgrid(axis, axis[::-1])
    on_roof = (x % 80 < 70) & (y % 80 < 70)
    terrain = Terrain(ramp.heights + height_m * on_roof, ramp.grid, ramp.crs)
    share = impossible_share(town.table("ways"), terrain, PARAMS, profile())
    assert (share > PARAMS.impossible_slopes_max) is unfit


def valley() -> Terrain:
    """A gorge 40 m deep between x = 30 and x = 70."""
    flat = plane(0.0, 0.0)
    axis = np.arange(-500, 1500, 10.0) + 5
    row = np.where((axis > 30) & (axis < 70), 60.0, 100.0)
    return Terrain(np.tile(row, (200, 1)), flat.grid, flat.crs)


def test_a_bridge_does_not_go_down_into_the_valley() -> None:
    """The bridge is two ways that meet over the gorge, with a pier in the middle of nowhere."""
    town = Town()
    town.way((-50, 0), (0, 0))
    town.way((0, 0), (50, 0), bridge=True)
    town.way((50, 0), (100, 0), bridge=True)
    town.way((50, 0), (50, 20), bridge=True)
    town.way((100, 0), (150, 0))
    town.terrain = valley()
    edges = town.build().edges
    assert edges["slope_max"].max() == pytest.approx(0, abs=1e-9)


def test_a_ramp_over_a_bridge_is_even() -> None:
    town = Town()
    town.way((-100, 0), (0, 0))
    town.way((0, 0), (20, 0), bridge=True)
    town.way((20, 0), (100, 0), bridge=True)
    town.way((100, 0), (200, 0))
    high = plane(0.0, 0.0)
    axis = np.arange(-500, 1500, 10.0) + 5
    row = np.where(axis < 30, 100.0, np.where(axis < 70, 0.0, 106.0))
    town.terrain = Terrain(np.tile(row, (200, 1)), high.grid, high.crs)
    bridge = town.build().edges.iloc[1:3]
    assert bridge["slope_max"].to_numpy() == pytest.approx([0.06, 0.06])


def test_heights_are_bilinear() -> None:
    terrain = Terrain(np.array([[0.0, 10.0], [20.0, 30.0]]), rasterio.Affine(10, 0, 0, 0, -10, 20), CRS(UTM))
    points = np.array([[5, 15], [10, 15], [10, 10], [0, 20], [15.0, 5], [-1, 10], [10, 21]])
    assert terrain.at(points, CRS(UTM)) == pytest.approx([0, 5, 15, 0, 30, np.nan, np.nan], nan_ok=True)


def test_real_terrain_is_read_in_its_own_crs(shared_data) -> None:  # type: ignore[no-untyped-def]
    """Porto Alegre: a 1″ terrain in degrees, read for points in metres; rasterio's own sampling agrees at cells."""
    path = shared_data / "porto_alegre" / "elevation.tif"
    terrain = read_terrain(path)
    with rasterio.open(path) as source:
        rows, columns = np.meshgrid(np.arange(5, source.height - 5, 37), np.arange(5, source.width - 5, 41))
        x, y = source.xy(rows.ravel(), columns.ravel())
        expected = np.array([value[0] for value in source.sample(zip(x, y, strict=True))], dtype=float)
    assert terrain.at(np.stack([x, y], axis=1), CRS("EPSG:4326")) == pytest.approx(expected, nan_ok=True)
    assert np.nanmin(expected) > -20
    assert np.nanmax(expected) < 400


def arterial_town(**tags: str) -> Town:
    """An arterial from west to east; a lane crosses it at x = 50, another joins from the south at x = 100."""
    town = Town()
    town.way((0, 0), (50, 0), (100, 0), (150, 0), highway="secondary")
    town.way((50, -60), (50, 0), (50, 60), **tags)
    town.way((100, -60), (100, 0))
    return town


def test_crossing_an_arterial_costs_one_wait() -> None:
    edges = arterial_town().build().edges
    lane = edges[edges["way_id"] == 101]
    assert lane["minutes_adult"].sum() == pytest.approx(120 / ADULT + 15 / 60)
    assert lane["minutes_child"].to_numpy() == pytest.approx([60 / 0.83 / 60 + 12.5 / 60] * 2)
    assert np.isinf(lane["minutes_child_no_arterial_crossing"]).all()
    others = edges[edges["way_id"] != 101]
    assert others["minutes_adult"].to_numpy() == pytest.approx(others["length_m"] / ADULT)
    assert np.isfinite(others["minutes_child_no_arterial_crossing"]).all()


@pytest.mark.parametrize("tags", [{"crossing": "traffic_signals"}, {"highway": "traffic_signals"}])
def test_signals_have_a_wait_of_their_own(tags: dict[str, str]) -> None:
    town = arterial_town()
    town.tag((50, 0), **tags)
    network = town.build()
    lane = network.edges[network.edges["way_id"] == 101]
    assert lane["minutes_adult"].sum() == pytest.approx(120 / ADULT + 25 / 60)
    assert network.report["arterial_crossings_signalled"] == 1
    assert network.report["arterial_crossings_unsignalled"] == 0


def test_a_crossing_way_may_carry_the_signals_tag() -> None:
    lane = arterial_town(highway="footway", crossing="traffic_signals").build().edges
    lane = lane[lane["way_id"] == 101]
    assert lane["minutes_adult"].sum() == pytest.approx(120 / ADULT + 25 / 60)
    assert lane["crossing"].tolist() == ["traffic_signals"] * 2


def test_a_divided_road_is_one_crossing() -> None:
    town = Town()
    for y in (0, 12):
        town.way((0, y), (50, y), (100, y), highway="primary")
    town.way((50, -60), (50, 0), (50, 12), (50, 72))
    edges = town.build().edges
    lane = edges[edges["way_id"] == 102]
    assert lane["minutes_adult"].sum() == pytest.approx(132 / ADULT + 15 / 60)
    assert lane["minutes_adult"].iloc[1] == pytest.approx(12 / ADULT)


def test_over_or_under_an_arterial_nobody_waits() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0), highway="primary")
    town.way((50, -60), (50, 60), node_ids=[901, 902], bridge=True)
    edge = town.build().edges.iloc[-1]
    assert edge["minutes_adult"] == pytest.approx(120 / ADULT)
    assert edge["minutes_child_no_arterial_crossing"] == pytest.approx(120 / 0.83 / 60)


def test_walkers_keep_their_order() -> None:
    town = arterial_town()
    town.way((50, 60), (90, 60), highway="steps")
    town.terrain = plane(0.04, 0.02)
    edges = town.build().edges
    for suffix in ("", "_back"):
        assert (edges[f"minutes_elderly{suffix}"] >= edges[f"minutes_adult{suffix}"]).all()
        assert (edges[f"minutes_elderly_step_free{suffix}"] >= edges[f"minutes_elderly{suffix}"]).all()
        assert (edges[f"minutes_child_no_arterial_crossing{suffix}"] >= edges[f"minutes_child{suffix}"]).all()
