"""Real open data: Las Palmas and Taichung, read whole."""

from __future__ import annotations

import time

import pytest

from pipeline.intake.read import Intake, read_district
from pipeline.intake.report import describe
from pipeline.settings import Settings, load_district, load_params
from pipeline.tables import check
from tests.intake.conftest import ROOT


def read(name: str, shared_data, monkeypatch: pytest.MonkeyPatch) -> Intake:
    monkeypatch.setenv("SHARED_DATA", str(shared_data))
    district = load_district(ROOT / "data" / "raw" / name / "district.yaml")
    return read_district(Settings(params=load_params(ROOT / "params.yaml"), district=district))


def test_las_palmas(shared_data, monkeypatch):
    start = time.perf_counter()
    intake = read("las_palmas", shared_data, monkeypatch)
    assert time.perf_counter() - start < 60  # about 5 s on a quiet machine
    tables = intake.tables
    for name, frame in tables.items():
        check(name, frame)
    assert len(tables["committees"]) == 52
    assert tables["population_zones"]["residents"].sum() == 378_675
    counts = tables["class_status"].set_index("class")["count"]
    assert counts["kindergarten"] == 23
    assert counts["pharmacy"] == 82
    assert counts["food_shop"] >= 128
    assert set(tables["class_status"]["completeness"]) == {"unknown"}
    assert tables["register"].drop(columns=["compound_id", "gated"]).isna().all(axis=None)
    assert 20_000 < len(tables["buildings"]) < 25_000
    steps = tables["ways"]["highway"] == "steps"
    assert 650 < steps.sum() < 800
    assert len(tables["walls"]) > 4_000
    assert (tables["ways"]["node_ids"].map(len) == tables["ways"].geometry.count_coordinates()).all()


def test_taichung(shared_data, monkeypatch):
    intake = read("taichung", shared_data, monkeypatch)
    tables = intake.tables
    committees = tables["committees"].set_index("name")
    assert {"福瑞里", "福林里", "福雅里"} <= set(committees.index)
    zones = tables["population_zones"]
    # whole 里 keep their registered people; cut ones a part of theirs
    whole = [3864.0, 9821.0, 7503.0]
    assert set(whole) <= set(zones["residents"].round(6))
    assert sum(whole) < zones["residents"].sum() < 60_000
    extent = tables["extent"].geometry.iloc[0]
    assert committees.geometry.within(extent.buffer(0.01)).all()
    assert (zones["elderly"] / zones["residents"]).round(6).unique().tolist() == [0.171]
    assert zones["ages_estimated"].all()
    assert "瑞聯天地A區" in set(tables["compounds"]["name"])
    assert tables["compounds"]["committee_id"].notna().all()
    text = describe(intake.report)
    assert "瑞" not in text and "年龄为估计" in text and "cut" not in text
    layer = intake.report["layers"]["population[0]"]
    assert layer["people"]["residents"] + layer["people"]["outside"] == pytest.approx(231_773)


@pytest.mark.parametrize("name", ["beijing-cau-2026", "beijing-tsinghua-2017", "nanjing-xinjiekou-2021"])
def test_chinese_streets_have_walls_gates_and_compounds(shared_data, name):
    from pipeline.intake import osm_layers
    from pipeline.intake.osm import read_osm

    found = read_osm(shared_data / "chinese_streets" / f"{name}.osm.pbf", osm_layers.keys())
    layers = {kind: reader(found) for kind, reader in osm_layers.LAYERS.items()}
    assert len(layers["buildings"]) > 200 and len(layers["walls"]) > 0
    assert all(frame.geometry.is_valid.all() for frame in layers.values())
