"""What circles and node snapping would have said, beside what the streets say."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import Point

from pipeline.report.metrics import BASIC, circle_metrics
from tests.runs import Chain


def test_circles_by_hand() -> None:
    """At 0.5 m/s 10 minutes are 300 m: of 4 children one lives 299 m off, three 301 m; no station is listed at all."""
    residents = gpd.GeoDataFrame(
        {"child_3_6": [1.0, 3.0], "elderly": [5.0, 0.0]}, geometry=[Point(299, 0), Point(0, 301)]
    )
    facilities = gpd.GeoDataFrame({"class": ["kindergarten", "park"]}, geometry=[Point(0, 0), Point(299, 0)])
    assert circle_metrics(residents, facilities, {"child": 0.5, "elderly": 0.5}) == {
        "kindergarten": {"served_10": 0.25},
        "elderly_station": {"served_10": 0.0},
    }


def test_a_run_shows_all_three(demo: Chain) -> None:
    metrics = demo["metrics.json"]
    for name in BASIC:
        walked, circles = metrics["reach"][name]["served_10"], metrics["reach_by_circles"][name]["served_10"]
        assert walked < circles <= 1, "a walk is longer than the line"
        assert 0 < metrics["reach_by_node_snapping"][name]["served_10"] < 1
        parts = [metrics["reach"][name][key] for key in ("served_10", "cannot_know_10", "not_served_10")]
        assert sum(parts) == pytest.approx(1, abs=2e-5)
