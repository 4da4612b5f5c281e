"""People: each counted once, ages from counts where there are any, else from stated shares."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from pipeline.errors import SettingsError, ValueRowError
from tests.intake.conftest import CRS, ORIGIN, X0, Y0, frame, square


def only(district, **population):
    """Let one population layer count everybody."""
    columns = district.layer("compounds")["columns"]
    columns.pop("residents", None)
    district.content["layers"]["population"] = [{**ORIGIN, **population}]
    return district


def test_a_total_is_one_zone_over_all_committees(district):
    (district.folder / "total.csv").write_text('街区,人数\n甲,"1,000"\n乙,500\n', encoding="utf-8")
    zones = (
        only(district, path="total.csv", kind="total", columns={"residents": "人数"})
        .read()
        .tables["population_zones"]
    )
    assert zones["kind"].tolist() == ["total"] and zones["residents"].tolist() == [1500]
    assert zones.geometry.iloc[0].area == pytest.approx(2e6)
    assert zones["residents_low"].iloc[0] == 1500 * 0.95


def test_points_outside_the_committees_are_not_counted_and_told(district):
    places = [Point(X0 + 500, Y0 + 500), Point(X0 + 5000, Y0 + 500)]
    frame({"人": [30, 7]}, places).to_file(district.folder / "points.gpkg")
    intake = only(district, path="points.gpkg", kind="points", columns={"residents": "人"}).read()
    assert intake.tables["population_zones"]["residents"].tolist() == [30]
    assert intake.report["layers"]["population[0]"]["people"] == {"residents": 30.0, "outside": 7.0}


def test_known_ages_stand_and_only_the_missing_are_estimated(district):
    frame(
        {"人": [100, 100], "老": [31, None], "幼": [4, 4], "学前": [5, 5]},
        [square(0, 0, 1000), square(1000, 0, 1000)],
    ).to_file(district.folder / "areas.gpkg")
    columns = {"residents": "人", "elderly": "老", "child_0_3": "幼", "child_3_6": "学前"}
    zones = only(district, path="areas.gpkg", kind="areas", columns=columns).read().tables["population_zones"]
    assert zones["elderly"].tolist() == [31, 20] and zones["child_0_3"].tolist() == [4, 4]
    assert zones["ages_estimated"].tolist() == [False, True]


def test_more_people_in_the_age_groups_than_residents_is_an_error(district):
    frame({"人": [100], "老": [131]}, [square(0, 0, 1000)]).to_file(district.folder / "areas.gpkg")
    only(district, path="areas.gpkg", kind="areas", columns={"residents": "人", "elderly": "老"})
    with pytest.raises(ValueRowError, match="age groups"):
        district.read()


def test_an_area_without_a_count_is_unknown_not_empty(district):
    frame({"人": [100, None]}, [square(0, 0, 1000), square(1000, 0, 1000)]).to_file(
        district.folder / "areas.gpkg"
    )
    intake = only(district, path="areas.gpkg", kind="areas", columns={"residents": "人"}).read()
    layer = intake.report["layers"]["population[0]"]
    assert layer["refused"]["residents_unknown"]["examples"] == ["2"]
    assert "residents_unknown" in [warning["code"] for warning in layer["warnings"]]


def test_households_stand_in_only_where_no_layer_counts_everybody(district):
    (district.folder / "total.csv").write_text("人数\n1500\n", encoding="utf-8")
    only(district, path="total.csv", kind="total", columns={"residents": "人数"})
    assert district.read().tables["population_zones"]["kind"].tolist() == ["total"]
    district.content["layers"]["population"] = []
    zones = district.read().tables["population_zones"]
    assert zones["residents"].tolist() == [250, 100]  # 100 and 40 households × 2.5


def test_nobody_anywhere_is_an_error(district):
    for name in ("residents", "households"):
        district.layer("compounds")["columns"].pop(name)
    district.content["layers"]["population"] = []
    with pytest.raises(SettingsError, match="nothing says where people live"):
        district.read()


def test_two_layers_that_count_everybody_are_an_error(district):
    only(district, path="population.tif", kind="raster")
    district.content["layers"]["population"] *= 2
    with pytest.raises(SettingsError, match="count everybody"):
        district.read()


def test_a_cell_that_compounds_cover_whole_keeps_its_people(district):
    path = district.folder / "compounds.shp"
    compounds = gpd.read_file(path, encoding="gbk").set_crs(CRS, allow_override=True)
    compounds.loc[0, "geometry"] = square(0, 0, 500)
    compounds.to_file(path, encoding="gbk")
    zones = district.read().tables["population_zones"].set_index("zone_id")
    assert zones.loc["population-0-r1c0", "residents"] == 5
    assert zones.loc["population-0-r1c0"].geometry.area == pytest.approx(250_000)
    assert zones["residents"].sum() == 395
