"""The GeoPackage holds every layer with its style, and is the same each time."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import Point

from pipeline import store
from pipeline.report.geopackage import geopackage
from pipeline.report.plain_text import plain
from pipeline.report.styles import qml, styles
from tests.attacks import ATTACKS
from tests.runs import Chain


def test_layers_and_bytes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"name": ["海晏里"]}, geometry=[Point(1, 2)], crs="EPSG:32651")
    write = geopackage({"candidates": frame, "units": frame}, date(2026, 1, 1), "虚构示例 FICTIONAL")
    store.write({tmp_path / "a.gpkg": write})
    time.sleep(1.1)  # time stamps of a GeoPackage count seconds
    store.write({tmp_path / "b.gpkg": write})
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert set(pyogrio.list_layers(tmp_path / "a.gpkg")[:, 0]) == {"candidates", "units", "layer_styles"}
    assert gpd.read_file(tmp_path / "a.gpkg", layer="units").name[0] == "海晏里"


def test_attack_strings_stay_whole_and_act_on_nothing(tmp_path: Path) -> None:
    points = [Point(i, 0) for i in range(len(ATTACKS))]
    frame = gpd.GeoDataFrame({"name": ATTACKS}, geometry=points, crs="EPSG:32651")
    geopackage({"compounds": frame}, date(2026, 1, 1), "")(tmp_path / "a.gpkg")
    kept = gpd.read_file(tmp_path / "a.gpkg", layer="compounds")["name"].tolist()
    assert kept == [plain(text) for text in ATTACKS]
    assert not set("\x00\u202e\u2066") & set("".join(kept))


def test_every_layer_of_the_demo_opens_with_a_style_that_draws_each_row_once(demo: Chain) -> None:
    file = demo.folders.path("candidates.gpkg")
    layers = {name for name, kind in pyogrio.list_layers(file) if kind is not None}
    stored = pyogrio.read_dataframe(file, layer="layer_styles").set_index("f_table_name")
    assert set(stored.index) == layers == set(styles())
    assert stored["useAsDefault"].all()
    assert (stored["f_geometry_column"] == "geom").all()
    for name in layers:
        rows = pyogrio.read_info(file, layer=name)["features"]
        rules = ElementTree.fromstring(stored.at[name, "styleQML"].split("\n", 1)[1]).iter("rule")
        drawn = [len(pyogrio.read_dataframe(file, layer=name, where=rule.get("filter"))) for rule in rules]
        assert sum(drawn) == rows, name
    assert demo.folders.path("data_dictionary.md").read_text(encoding="utf-8").startswith("# 数据字典")


@pytest.mark.parametrize("name", list(styles()))
def test_a_style_has_a_symbol_for_every_rule(name: str) -> None:
    style = styles()[name]
    root = ElementTree.fromstring(qml(style).split("\n", 1)[1])
    symbols = {symbol.get("name"): symbol for symbol in root.iter("symbol")}
    for rule, drawn in zip(style.rules, root.iter("rule"), strict=True):
        options = {o.get("name"): o.get("value") for o in symbols[drawn.get("symbol")].iter("Option")}
        colour = options["color"]
        assert colour is not None
        if rule.fill is not None:
            red, green, blue, opaque = (int(part) for part in colour.split(","))
            assert f"#{red:02x}{green:02x}{blue:02x}" == rule.fill
            assert opaque == 255
        assert any("\u4e00" <= c <= "\u9fff" for c in drawn.get("label") or "")
