"""Lists of facilities: one list may be trusted more than another."""

from __future__ import annotations

import pytest
from shapely import LineString

from pipeline.errors import SettingsError
from tests.intake.conftest import ORIGIN, X0, Y0, frame, square


def add_list(district, name: str, rows: dict, shapes: list, **keys) -> None:
    frame(rows, shapes).to_file(district.folder / name)
    district.content["layers"]["facilities"].append({"path": name, **ORIGIN, **keys})


def test_two_lists_numbered_alike_keep_all_their_rows(district):
    district.content["layers"]["facilities"] = []
    for name, kind, left in (("a.gpkg", "bank", 100), ("b.gpkg", "pharmacy", 400)):
        add_list(
            district,
            name,
            {"facility_id": ["1", "2"]},
            [square(left, 0, 5), square(left + 50, 0, 5)],
            set={"class": kind},
        )
    places = district.read().tables["places"]
    assert places["facility_id"].tolist() == ["f0-1", "f0-2", "f1-1", "f1-2"]


def test_the_second_of_two_equal_rows_is_refused(district):
    district.content["layers"]["facilities"] = []
    add_list(
        district, "a.gpkg", {"name": ["甲", "甲", "甲"]}, [square(100, 0, 5), square(100, 0, 5), square(200, 0, 5)],
        set={"class": "bank"},
    )  # fmt: skip
    intake = district.read()
    assert len(intake.tables["places"]) == 2
    assert intake.report["layers"]["facilities[0]"]["refused"]["duplicate"]["examples"] == ["2"]


def test_a_line_stands_at_its_middle(district):
    district.content["layers"]["facilities"] = []
    add_list(
        district, "a.gpkg", {"n": [1]}, [LineString([(X0, Y0), (X0 + 80, Y0)])], set={"class": "bus_stop"}
    )
    assert district.read().tables["places"].geometry.iloc[0].x == pytest.approx(X0 + 40, abs=1e-3)


def test_the_better_list_decides_on_completeness(district):
    add_list(
        district, "b.gpkg", {"n": [1]}, [square(100, 0, 5)], set={"class": "elderly_station"},
        completeness={"elderly_station": "complete"},
    )  # fmt: skip
    status = district.read().tables["class_status"].set_index("class")
    assert status.loc["elderly_station", ["completeness", "count"]].tolist() == ["complete", 2]


def test_completeness_of_a_class_that_does_not_exist_is_told(district):
    district.layer("facilities")["completeness"]["kindergaten"] = "complete"
    with pytest.raises(SettingsError, match="kindergaten"):
        district.read()


def test_no_list_at_all_leaves_every_class_unknown(district):
    district.content["layers"]["facilities"] = []
    tables = district.read().tables
    assert tables["places"].empty and set(tables["class_status"]["completeness"]) == {"unknown"}
