"""The paper district, whole: what each layer becomes, worked by hand."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from pipeline import run as runner
from pipeline import store
from pipeline.tables import TABLES, check


def test_the_paper_district(district):
    intake = district.read()
    tables = intake.tables

    assert tables["committees"]["committee_id"].tolist() == ["C1", "C2"]
    compounds = tables["compounds"].set_index("compound_id")
    assert compounds["committee_id"].to_dict() == {"K1": "C2", "K2": "C1"}  # by place
    assert compounds.loc["K1", "subdistrict"] == "滨海街道"

    register = tables["register"].set_index("compound_id")
    assert register.loc["K1", "owners"] == 1000  # "1,００0"
    assert register.loc["K1", "satisfaction"] == 85.5  # "85.5%"
    assert register.loc["K1", "owners_committee"] is np.True_ or register.loc["K1", "owners_committee"]
    assert pd.isna(register.loc["K2", "owners"]) and pd.isna(register.loc["K2", "owners_committee"])
    assert register["gated"].tolist() == [True, False]  # a register column of the compounds layer
    assert register["built_year"].isna().all()

    zones = tables["population_zones"].set_index("zone_id")
    assert zones.loc["compound-K1", "residents"] == 250
    assert zones.loc["compound-K2", "residents"] == 40 * 2.5  # households × params.population.household_size
    cells = zones[zones["kind"] == "cell"]
    assert sorted(cells["residents"]) == [2.5, 5, 7.5, 10, 20]  # nodata, zero and negative left out
    assert zones["residents"].sum() == 250 + 100 + 45
    assert cells["residents_high"].sum() == pytest.approx(45 * 1.2)
    assert zones.loc["compound-K1", "elderly"] == 250 * 0.2
    assert zones["ages_estimated"].all()
    # cells lose the ground of compounds that carry people: K1 200 × 200 m out of 500 × 500 m
    assert zones.loc["population-0-r1c0"].geometry.area == pytest.approx(500**2 - 200**2)

    places = tables["places"].set_index("name")
    assert sorted(places["class"]) == ["elderly_station", "kindergarten"]
    where = places.loc["小海星幼儿园"].geometry
    assert where.distance(shapely.Point(572500, 4006020)) < 0.1  # GCJ-02 undone
    status = tables["class_status"].set_index("class")
    assert status.loc["kindergarten", ["completeness", "count"]].tolist() == ["complete", 1]
    assert status.loc["elderly_station", ["completeness", "count"]].tolist() == ["partial", 1]
    assert status.loc["nursery", ["completeness", "count"]].tolist() == ["complete", 0]  # said to be none
    assert status.loc["bank", ["completeness", "count"]].tolist() == ["unknown", 0]

    buildings = tables["buildings"]
    assert buildings["use"].tolist() == ["residential", "other", "unknown"]
    assert buildings["compound_id"].fillna("").tolist() == ["K1", "", "K2"]
    assert tables["gates"]["gate_users"].tolist() == ["residents"]
    ways = tables["ways"].set_index("way_id")
    assert ways.loc[101, "node_ids"] == [1, 2, 3]
    assert ways.loc[101].geometry.length == pytest.approx(2000, abs=0.1)
    nodes = tables["way_nodes"].set_index("node_id")
    assert nodes.loc[2, "highway"] == "traffic_signals" and nodes.loc[5, "barrier"] == "gate"


def test_every_table_of_the_contract_is_there_and_keeps_its_schema(district):
    tables = district.read().tables
    stage = runner.stages()["intake"]
    assert {*tables, "terrain.tif", "intake_report.json"} == set(stage.writes)
    for name, frame in tables.items():
        checked = check(name, frame)
        if TABLES[name].spatial:
            assert isinstance(checked, gpd.GeoDataFrame) and checked.crs.to_epsg() == 32651


def test_reading_twice_gives_the_same_bytes(district, tmp_path):
    for out in ("a", "b"):
        settings = district.settings()
        runner.run_stage(runner.stages()["intake"], settings, runner.Folders(tmp_path / out, tmp_path / out))
    for name in runner.stages()["intake"].writes:
        file = store.file_name(name)
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_the_report_counts_every_row(district):
    report = district.read().report
    facilities = report["layers"]["facilities[0]"]
    assert (facilities["read"], facilities["kept"]) == (5, 2)
    assert {reason: note["count"] for reason, note in facilities["refused"].items()} == {
        "no_coordinates": 1, "outside_extent": 1, "unknown_class": 1,
    }  # fmt: skip
    assert facilities["refused"]["no_coordinates"]["examples"] == ["6"]  # the line in the file
    assert facilities["refused"]["unknown_class"]["examples"] == ["5 (奇怪)"]
    register = report["layers"]["register"]
    assert (register["read"], register["kept"]) == (4, 2)
    assert register["refused"]["unknown_compound"]["count"] == 2  # K9 and the total row
    raster = report["layers"]["population[0]"]
    assert {reason: note["count"] for reason, note in raster["refused"].items()} == {
        "negative": 1, "no_data": 1, "nobody": 1,
    }  # fmt: skip
    assert report["totals"]["residents_by_kind"] == {"cell": 45.0, "compound": 350.0}
    for label, layer in report["layers"].items():
        rows = layer["kept"] + sum(note["count"] for note in layer["refused"].values())
        assert rows == layer["read"], label


def test_the_report_knows_no_machine(district):
    report = json.dumps(district.read().report, ensure_ascii=False)
    assert str(district.folder) not in report
    assert '"path": "compounds.shp"' in report


def test_optional_layers_may_be_absent(district):
    for name in ("compounds", "register", "buildings", "walls", "gates", "land", "terrain"):
        district.content["layers"].pop(name)
    district.content["layers"]["population"][0]["outside_compounds"] = False
    intake = district.read()
    for name in ("compounds", "register", "buildings", "walls", "gates", "land"):
        assert intake.tables[name].empty
        check(name, intake.tables[name])
    missing = {cost["layer"]: cost["indicators"] for cost in intake.report["missing"]}
    assert {"register", "terrain", "buildings"} <= set(missing)
    assert "T05" in missing["terrain"] and "W01" in missing["register"]


def test_an_extent_cuts_committees_and_takes_people_in_proportion(district):
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(572000, 4006000, 573500, 4007000)], crs=32651)
    frame.to_file(district.folder / "extent.gpkg")
    zones = gpd.GeoDataFrame(
        {"人": [100, 300]},
        geometry=[
            shapely.box(572000, 4006000, 573000, 4007000),
            shapely.box(573000, 4006000, 574000, 4007000),
        ],
        crs=32651,
    )
    zones.to_file(district.folder / "areas.gpkg")
    origin = {key: district.layer("streets")[key] for key in ("date", "source", "licence")}
    district.content["layers"]["extent"] = {"path": "extent.gpkg", **origin}
    del district.layer("compounds")["columns"]["residents"]
    district.content["layers"]["population"] = [
        {"path": "areas.gpkg", "kind": "areas", "columns": {"residents": "人"}, **origin}
    ]
    intake = district.read()
    people = intake.tables["population_zones"]
    assert people["residents"].tolist() == pytest.approx([100, 150])  # half of the second area
    assert people.union_all().area == pytest.approx(1.5e6)
    assert intake.report["layers"]["population[0]"]["people"]["outside"] == pytest.approx(150)
    assert intake.report["layers"]["committees"]["repaired"]["cut_by_extent"]["examples"] == ["东居委会"]
    assert 102 not in intake.tables["ways"]["way_id"].tolist()  # beyond the extent
    assert 103 in intake.tables["ways"]["way_id"].tolist()  # leads out of it, stays whole


def test_rows_in_another_order_give_the_same_tables(district):
    before = district.read().tables["committees"]
    path = district.folder / "committees.gpkg"
    frame = gpd.read_file(path)
    path.unlink()
    frame.iloc[::-1].to_file(path, layer="居委会")
    assert_frame_equal(before, district.read().tables["committees"])
