"""Bad input through the real command line: one clear message, exit 1, no traceback, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely

from pipeline import run as runner
from pipeline.errors import PipelineError, ValueRowError
from tests.intake.conftest import CRS, ROOT, District, degrees, frame, square, write_register

Spoil = Callable[[District], None]


def missing_file(district: District) -> None:
    (district.folder / "compounds.shp").unlink()


def wrong_column(district: District) -> None:
    district.layer("committees")["columns"]["name"] = "名"


def geographic_district_crs(district: District) -> None:
    district.content["crs"] = "EPSG:4490"


def layer_without_crs(district: District) -> None:
    (district.folder / "compounds.prj").unlink()


def layer_in_another_place(district: District) -> None:
    (district.folder / "compounds.prj").unlink()
    district.layer("compounds")["crs"] = "EPSG:32650"


def broken_geometry(district: District) -> None:
    path = district.folder / "committees.gpkg"
    broken = gpd.read_file(path)
    path.unlink()
    broken.loc[1, "geometry"] = shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
    broken.to_file(path, layer="居委会")


def negative_residents(district: District) -> None:
    path = district.folder / "compounds.shp"
    compounds = gpd.read_file(path, encoding="gbk")
    compounds.loc[0, "人口"] = -5
    compounds.to_file(path, encoding="gbk")


def duplicate_id(district: District) -> None:
    path = district.folder / "committees.gpkg"
    committees = gpd.read_file(path)
    path.unlink()
    committees["编号"] = "C1"
    committees.to_file(path, layer="居委会")


def unknown_value(district: District) -> None:
    write_register(
        district.folder / "register.xlsx", [["K1", "国有", 1, "是", 80], ["K2", "划拨", 1, "是", 80]]
    )


def empty_layer(district: District) -> None:
    path = district.folder / "committees.gpkg"
    committees = gpd.read_file(path)
    path.unlink()
    committees.iloc[:0].to_file(path, layer="居委会")


def undeclared_encoding(district: District) -> None:
    del district.layer("compounds")["encoding"]


def swapped_coordinates(district: District) -> None:
    facilities = district.layer("facilities")
    facilities["x"], facilities["y"] = facilities["y"], facilities["x"]


def swapped_polygons(district: District) -> None:
    path = district.folder / "compounds.shp"
    compounds = gpd.read_file(path, encoding="gbk").to_crs(4326)
    compounds.geometry = shapely.transform(compounds.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    compounds.to_file(path, encoding="gbk")


def personal_column(district: District) -> None:
    path = district.folder / "facilities.csv"
    text = path.read_text(encoding="gbk").replace("名称,类别", "负责人手机,名称,类别", 1)
    path.write_text(
        "\n".join(f"139,{line}" if i else line for i, line in enumerate(text.splitlines())), "gbk"
    )


def people_counted_twice(district: District) -> None:
    district.layer("population")["outside_compounds"] = False


COMMAND_LINE: dict[str, tuple[Spoil, list[str]]] = {
    "missing file": (missing_file, ["[missing-input]", "compounds.shp", "is not there"]),
    "wrong column": (wrong_column, ["[column]", "committees.gpkg", "'名'", "did you mean '名称'"]),
    "geographic CRS of the district": (geographic_district_crs, ["[crs]", "geographic", "EPSG:32651"]),
    "broken geometry": (broken_geometry, ["[geometry]", "committees.gpkg", "row 2", "broken beyond repair"]),
    "negative residents": (negative_residents, ["[value]", "compounds.shp", "residents", "-5", "row 1"]),
    "duplicate id": (duplicate_id, ["[value]", "committees.gpkg", "'C1' in rows 1, 2"]),
    "unknown value": (unknown_value, ["[value]", "register.xlsx", "'划拨' in row 4", "state_owned"]),
    "empty layer": (empty_layer, ["[value]", "committees.gpkg", "has no rows"]),
    "undeclared encoding": (undeclared_encoding, ["[encoding]", "compounds.shp", "encoding: gb18030"]),
    "swapped coordinates": (swapped_coordinates, ["[crs]", "facilities.csv", "swapped"]),
}
IN_PROCESS: dict[str, tuple[Spoil, list[str]]] = {
    "layer without CRS": (layer_without_crs, ["[crs]", "compounds.shp", "states no CRS", "EPSG:32651"]),
    "layer in another place": (layer_in_another_place, ["[crs]", "compounds.shp", "longitude 117"]),
    "swapped polygons": (swapped_polygons, ["[crs]", "compounds.shp", "swapped"]),
    "personal column": (personal_column, ["[personal-data]", "facilities.csv", "负责人手机"]),
    "people counted twice": (people_counted_twice, ["[settings]", "population", "counted twice"]),
}


@pytest.mark.parametrize("case", COMMAND_LINE)
def test_bad_input_ends_in_one_clear_message(district: District, tmp_path, case):
    spoil, told = COMMAND_LINE[case]
    spoil(district)
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", str(district.save()), "--out", str(out)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("[") and done.stderr.count("\n[") == 0, done.stderr
    for words in told:
        assert words in done.stderr, done.stderr
    assert [path for path in out.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("case", IN_PROCESS)
def test_further_faults_are_told_as_clearly(district: District, case):
    spoil, told = IN_PROCESS[case]
    spoil(district)
    with pytest.raises(PipelineError) as error:
        district.read()
    for words in told:
        assert words in str(error.value)


def test_a_fault_leaves_the_results_of_the_last_run_whole(district: District, tmp_path):
    folders = runner.Folders(tmp_path / "processed", tmp_path / "maps")
    stage = runner.stages()["intake"]
    runner.run_stage(stage, district.settings(), folders)
    before = {path.name: path.read_bytes() for path in folders.processed.iterdir()}
    negative_residents(district)
    with pytest.raises(ValueRowError):
        runner.run_stage(stage, district.settings(), folders)
    assert {path.name: path.read_bytes() for path in folders.processed.iterdir()} == before


def test_a_single_swapped_row_of_a_list_is_refused_not_the_list(district: District):
    lon, lat = degrees(400, 20)
    path = district.folder / "facilities.csv"
    path.write_text(path.read_text(encoding="gbk") + f"倒置,幼儿园,{lat:.6f},{lon:.6f},10\n", encoding="gbk")
    report = district.read().report["layers"]["facilities[0]"]
    assert report["kept"] == 2
    assert report["refused"]["outside_extent"]["examples"] == ["4", "7"]


def test_self_crossing_polygons_are_repaired_and_counted(district: District):
    bow_tie = shapely.Polygon([(572700, 4006600), (572800, 4006700), (572800, 4006600), (572700, 4006700)])
    frame({"用途": ["住宅", "住宅"], "层数": [1, 2]}, [bow_tie, square(600, 600, 20)]).to_file(
        district.folder / "buildings.geojson"
    )
    intake = district.read()
    assert intake.report["layers"]["buildings"]["repaired"]["made_valid"]["examples"] == ["1"]
    assert intake.tables["buildings"].is_valid.all() and len(intake.tables["buildings"]) == 2


def test_codes_of_committees_that_do_not_exist_are_told(district: District):
    path = district.folder / "compounds.shp"
    compounds = gpd.read_file(path, encoding="gbk").assign(居委=["C2", "C9"])
    compounds.set_crs(CRS, allow_override=True).to_file(path, encoding="gbk")
    district.layer("compounds")["columns"]["committee_id"] = "居委"
    with pytest.raises(ValueRowError, match="C9"):
        district.read()
