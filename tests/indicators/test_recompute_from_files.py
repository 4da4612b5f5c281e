"""Recompute indicators of the demo district from its own files: workbook by openpyxl, areas by geopandas, walks by networkx."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import openpyxl
import pandas as pd
import pytest

from pipeline.catalogue.load import PEOPLE_OF_WHO, indicators, walker
from pipeline.settings import load_params
from tests.indicators.again import compare, settled, stated
from tests.indicators.by_networkx import pairs_within
from tests.runs import ROOT, Chain

CRS = "EPSG:32651"
Pairs = set[tuple[str, str]]


# ------------------------------------------------------------------------------------------------- share within minutes
@pytest.fixture(scope="module")
def reached(demo: Chain) -> dict[str, Pairs]:
    """Who reaches which kindergarten and which elderly station within ten minutes."""
    walkers = load_params(ROOT / "params.yaml").network.walkers
    facilities = demo["facilities"]
    return {
        name: pairs_within(
            demo["edges"],
            demo["residents"],
            facilities[facilities["class"] == name],
            walker(name),
            60 * walkers[walker(name)].speed_m_per_s,
            10.0,
        )
        for name in ("kindergarten", "elderly_station")
    }


@pytest.mark.parametrize("indicator", ["F01", "F03"])
def test_shares_within_minutes_by_networkx(
    demo: Chain, homes: dict[str, pd.DataFrame], reached: dict[str, Pairs], indicator: str
) -> None:
    one = indicators()[indicator]
    served, people = {point for point, _ in reached[one.class_]}, PEOPLE_OF_WHO[one.who]
    for unit, value in settled(demo, indicator)[["unit_id", "value"]].itertuples(index=False):
        mine = homes[unit]
        near = mine.loc[mine["point_id"].isin(served), people].sum()
        assert value == pytest.approx(100 * near / mine[people].sum(), rel=1e-6), unit


# ------------------------------------------------------------------------------------------------------ floating supply
@pytest.mark.parametrize(("indicator", "column"), [("F02", "学位数"), ("F05", "建筑面积")])
def test_places_per_head_by_loops_over_pairs(
    demo: Chain,
    demo_district: Path,
    homes: dict[str, pd.DataFrame],
    reached: dict[str, Pairs],
    indicator: str,
    column: str,
) -> None:
    """Two-step floating catchment with dictionaries; what facilities offer comes from poi.csv by name."""
    one = indicators()[indicator]
    people = demo["residents"].set_index("point_id")[PEOPLE_OF_WHO[one.who]].to_dict()
    poi = pd.read_csv(demo_district.parent / "poi.csv", encoding="utf-8-sig").drop_duplicates("名称")
    offered = poi.set_index("名称")[column].to_dict()
    listed = demo["facilities"]
    listed = listed[listed["class"] == one.class_].drop_duplicates("facility_id")
    assert listed["name"].is_unique
    offer = {f: offered[name] for f, name in zip(listed["facility_id"], listed["name"], strict=True)}
    demand: dict[str, float] = {}
    for point, facility in reached[one.class_]:
        demand[facility] = demand.get(facility, 0.0) + people[point]
    supply = dict.fromkeys(people, 0.0)
    for point, facility in reached[one.class_]:
        if demand[facility] > 0:
            supply[point] += offer[facility] / demand[facility]
    for unit, value in settled(demo, indicator)[["unit_id", "value"]].itertuples(index=False):
        mine = [p for p in homes[unit]["point_id"] if people[p] > 0]
        total = sum(people[p] * supply[p] for p in mine) / sum(people[p] for p in mine)
        assert value == pytest.approx(one.per * total, rel=1e-6), unit


# ------------------------------------------------------------------------------------------------------- variety and gap
@pytest.mark.parametrize("indicator", ["F09", "G04"])
def test_kinds_in_reach_person_by_person(demo: Chain, homes: dict[str, pd.DataFrame], indicator: str) -> None:
    """In units where all is known; the gap between people is recomputed in test_recompute.py."""
    one = indicators()[indicator]
    complete = demo["class_status"].set_index("class")["completeness"].eq("complete")
    kinds = [name for name in one.classes if complete.get(name, False)]
    times = demo["walk_times"]
    near = {
        (point, name)
        for point, name, legs, minutes in times[
            ["point_id", "class", "walker", "minutes_if_closed"]
        ].itertuples(index=False)
        if legs == walker(name) and minutes <= one.minutes
    }
    rows = stated(demo, indicator)
    if len(kinds) == len(one.classes):
        rows = settled(demo, indicator)
    for unit, low in rows[["unit_id", "value_low"]].itertuples(index=False):
        heap = people = 0.0
        for row in homes[unit].to_dict("records"):
            people += row["residents"]
            heap += row["residents"] * sum((row["point_id"], name) in near for name in one.classes)
        assert low == pytest.approx(heap / people, rel=1e-6), unit


# ------------------------------------------------------------------------------------------------------ network measures
def test_junction_density_by_degrees(demo: Chain) -> None:
    one = indicators()["T04"]
    edges, nodes, units = demo["edges"], demo["nodes"].set_index("node_id"), demo["units"]
    public = edges[edges["users"] == "public"]
    graph = nx.MultiGraph(list(zip(public["u"], public["v"], strict=True)))
    at = nodes.loc[sorted(node for node, degree in graph.degree() if degree >= one.min_ways)]
    land = demo["land"]
    wet = land[land["kind"].isin(["sea", "water", "river"]) & land.geom_type.str.endswith("Polygon")]
    shapes = units.set_index("unit_id").geometry

    def again(unit: str) -> float:
        outline = shapes[unit]
        inside = sum(
            at.geometry.intersects(outline.buffer(d, quad_segs=8)).sum()
            for d in (one.border_m, -one.border_m)
        )
        return float(inside / 2 / (outline.difference(wet.union_all()).area / 1e6))

    compare(demo, "T04", again)


# ----------------------------------------------------------------------------------------------------------- area shares
@pytest.fixture(scope="module")
def committees(demo_district: Path) -> gpd.GeoSeries:
    """Committees as the shapefile has them."""
    frame = gpd.read_file(demo_district.parent / "committees.shp", encoding="gbk").to_crs(CRS)
    return frame.set_index("编号").geometry


@pytest.fixture(scope="module")
def parks(demo_district: Path) -> gpd.GeoSeries:
    """Parks as grounds.geojson has them."""
    grounds = gpd.read_file(demo_district.parent / "grounds.geojson").to_crs(CRS)
    return grounds.geometry[grounds["类别"] == "公园绿地"]


def test_the_green_share_from_the_files(
    demo: Chain, demo_district: Path, committees: gpd.GeoSeries, parks: gpd.GeoSeries
) -> None:
    def layer(name: str) -> gpd.GeoSeries:
        shapes = gpd.read_file(demo_district.parent / "land.gpkg", layer=name).to_crs(CRS).geometry
        return shapes[shapes.geom_type.str.endswith("Polygon")]

    wet = pd.concat([layer(name) for name in ("water", "sea", "river")]).union_all()
    green = pd.concat([layer("green"), parks]).union_all()
    rows = stated(demo, "E03")
    rows = rows[rows["unit_id"].isin(committees.index)]
    assert len(rows) == len(committees)
    for unit, value in rows[["unit_id", "value"]].itertuples(index=False):
        ground = committees[unit].difference(wet)
        again = 100 * ground.intersection(green).area / ground.area
        assert value == pytest.approx(again, rel=1e-5, abs=1e-5), unit


def test_park_area_per_resident_from_the_files(
    demo: Chain, homes: dict[str, pd.DataFrame], committees: gpd.GeoSeries, parks: gpd.GeoSeries
) -> None:
    rows = stated(demo, "E02")
    rows = rows[rows["unit_id"].isin(committees.index)]
    assert len(rows) >= 10
    for unit, value in rows[["unit_id", "value"]].itertuples(index=False):
        around = committees[unit].buffer(indicators()["E02"].around_m, quad_segs=64)
        again = parks.intersection(around).union_all().area / homes[unit]["residents"].sum()
        # a circle drawn with fewer corners is a hair smaller
        assert value == pytest.approx(again, rel=0.01, abs=0.01), unit


# ------------------------------------------------------------------------------------------------------- register shares
@pytest.fixture(scope="module")
def workbook(demo_district: Path) -> dict[str, dict[str, Any]]:
    """Compound to heading to cell, as register.xlsx has them: groups in row 2, headings in row 3."""
    sheet = openpyxl.load_workbook(demo_district.parent / "register.xlsx")["小区登记"]
    table = list(sheet.iter_rows(min_row=2, values_only=True))
    headings = [leaf or group for group, leaf in zip(table[0], table[1], strict=True)]
    rows = [dict(zip(headings, cells, strict=True)) for cells in table[2:]]
    return {str(row["小区编号"]): row for row in rows}


def figure(cell: Any) -> float | None:
    """Read a share, or a word of which 无, 否 and 未… mean none; None where it is not known."""
    text = unicodedata.normalize("NFKC", str(cell or "").strip())
    if isinstance(cell, int | float):
        return float(cell)
    if text in ("", "—", "不详", "/"):
        return None
    try:
        return float(text.rstrip("%"))
    except ValueError:
        return 0.0 if text[0] in "无否未" else 100.0


@pytest.mark.parametrize(
    ("indicator", "heading"),
    [
        ("C01", "居民满意度"),
        ("T08", "加装电梯比例"),
        ("F12", "管网完好率"),
        ("W01", "业主委员会"),
        ("W02", "物业企业"),
    ],
)
def test_register_shares_from_the_workbook(
    demo: Chain,
    homes: dict[str, pd.DataFrame],
    workbook: dict[str, dict[str, Any]],
    indicator: str,
    heading: str,
) -> None:
    def again(unit: str) -> float:
        total = people = 0.0
        for compound, residents in homes[unit].groupby("compound_id")["residents"].sum().items():
            value = figure(workbook.get(compound, {}).get(heading))
            if value is not None:
                total, people = total + residents * value, people + residents
        return total / people

    compare(demo, indicator, again)
