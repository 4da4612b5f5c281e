"""Streets from a layer of lines: where vertices meet there is a node."""

from __future__ import annotations

import pytest
from shapely import LineString, MultiLineString

from pipeline.errors import SettingsError
from pipeline.tables import check
from tests.intake.conftest import X0, Y0, frame, square, streets_xml


def line(*places: tuple[float, float]) -> LineString:
    return LineString([(X0 + x, Y0 + y) for x, y in places])


def test_lines_that_meet_share_a_node(district):
    cross = [line((0, 0), (500, 0), (1000, 0)), line((500, 0), (500, 400)), line((2000, 900), (1900, 900))]
    rows = {"等级": ["residential", "steps", "footway"], "桥": [None, None, "是"], "宽": ["4米", None, 2.5]}
    frame(rows | {"宽": [str(width) if width else None for width in rows["宽"]]}, cross).to_file(
        district.folder / "streets.gpkg"
    )
    columns = {"highway": "等级", "bridge": "桥", "width_m": "宽"}
    district.content["layers"]["streets"].update({"path": "streets.gpkg", "columns": columns})
    tables = district.read().tables
    ways = check("ways", tables["ways"]).set_index("highway")
    first, second = ways.loc["residential", "node_ids"], ways.loc["steps", "node_ids"]
    assert first[1] == second[0] and len(set(first + second)) == 4
    assert ways["bridge"].to_dict() == {"residential": False, "steps": False, "footway": True}
    assert ways.loc["residential", "width_m"] == 4
    assert check("way_nodes", tables["way_nodes"]).empty


def test_the_parts_of_a_multiline_are_ways_of_their_own(district):
    parts = MultiLineString([line((0, 0), (100, 0)), line((500, 0), (600, 0))])
    frame({"highway": ["path"]}, [parts]).to_file(district.folder / "streets.gpkg")
    district.content["layers"]["streets"]["path"] = "streets.gpkg"
    assert district.read().tables["ways"]["way_id"].tolist() == [1, 2]


def test_squares_come_from_the_street_file_or_from_a_layer_of_their_own(district):
    """A square over the four corners of the drawn streets, tagged; then the same drawn by an analyst, with a name."""
    area = '<way id="200" version="1"><nd ref="1"/><nd ref="2"/><nd ref="5"/><nd ref="6"/><nd ref="1"/>'
    area += '<tag k="highway" v="pedestrian"/><tag k="area" v="yes"/></way>'
    (district.folder / "streets.osm").write_text(streets_xml(area), encoding="utf-8")
    read = district.read()
    squares = check("squares", read.tables["squares"])
    assert squares["square_id"].tolist() == ["w200"]
    assert squares.geometry.area.iloc[0] == pytest.approx(1e6, rel=1e-5)
    assert read.report["layers"]["squares"]["kept"] == 1

    named = frame({"名": ["人民广场"], "层": [-1]}, [square(0, 0, 500)])
    named.to_file(district.folder / "squares.gpkg")
    given = {"path": "squares.gpkg", "columns": {"name": "名", "layer": "层"}}
    district.content["layers"]["squares"] = district.layer("streets") | given
    squares = check("squares", district.read().tables["squares"])
    assert squares[["square_id", "name", "layer"]].to_numpy().tolist() == [["squares-1", "人民广场", -1]]


def test_settings_that_an_openstreetmap_file_cannot_heed_are_told(district):
    district.layer("streets")["set"] = {"highway": "path"}
    with pytest.raises(SettingsError, match="tags are read as they are"):
        district.read()
