"""Text tables and encodings."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from pipeline.errors import ColumnError, EncodingError, MissingInputError
from pipeline.intake.text import likely_encoding, read_text_table
from pipeline.intake.vector import read_vector
from pipeline.settings import Layer

ORIGIN = {"date": "2025-01-01", "source": "drawn by hand", "licence": "Apache-2.0"}
TABLE = '小区编号,名称,地址\nK1,海港花园,滨海路十二号\n\nK2,东山里小区,"山前街, 三号"\n'
TRADITIONAL = "編號,名稱\n1,國安國宅社區\n2,瑞聯天地與臺灣大道\n"


def layer(**keys) -> Layer:
    return Layer.model_validate({"path": "x", **ORIGIN, **keys})


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", None), ("utf-8-sig", None), ("gbk", "gbk"), ("gb18030", "gb18030")]
)
def test_a_table_in_any_declared_encoding(write, encoding, declared):
    frame = read_text_table(write("a.csv", TABLE.encode(encoding)), layer(encoding=declared), "a.csv")
    assert frame.columns.tolist() == ["小区编号", "名称", "地址"]
    assert frame.index.tolist() == [2, 4]  # lines of the file
    assert frame.loc[4].tolist() == ["K2", "东山里小区", "山前街, 三号"]


@pytest.mark.parametrize(
    ("text", "encoding", "named"), [(TABLE, "gbk", "gb18030"), (TRADITIONAL, "big5", "big5")]
)
def test_undeclared_text_is_refused_and_its_encoding_named(write, text, encoding, named):
    path = write("a.csv", text.encode(encoding))
    assert likely_encoding(path) == named
    with pytest.raises(EncodingError, match=f"encoding: {named}"):
        read_text_table(path, layer(), "a.csv")


def test_a_wrongly_declared_encoding_is_refused(write):
    with pytest.raises(EncodingError):
        read_text_table(write("a.csv", TABLE.encode("gbk")), layer(encoding="ascii"), "a.csv")
    with pytest.raises(EncodingError, match="not known"):
        read_text_table(write("b.csv", TABLE.encode("gbk")), layer(encoding="gbk-9"), "b.csv")


def test_a_row_with_too_many_cells_and_an_empty_file_are_told(write):
    with pytest.raises(ColumnError, match="row 2"):
        read_text_table(write("a.csv", b"a,b\n1,2,3\n"), layer(), "a.csv")
    with pytest.raises(ColumnError, match="empty"):
        read_text_table(write("a.csv", b""), layer(), "a.csv")


@pytest.fixture
def points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"名称": ["海港花园", "东山里小区"]}, geometry=[Point(0, 0), Point(1, 1)], crs=32651
    )


def test_a_gbk_shapefile(tmp_path, points):
    path = tmp_path / "a.shp"
    points.to_file(path, encoding="gbk")
    assert read_vector(path, layer(), "a.shp")["名称"].tolist() == points["名称"].tolist()  # .cpg says so
    path.with_suffix(".cpg").unlink()
    assert read_vector(path, layer(encoding="gbk"), "a.shp")["名称"].tolist() == points["名称"].tolist()
    with pytest.raises(EncodingError, match="encoding: gb18030"):
        read_vector(path, layer(), "a.shp")


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp"])
def test_vector_formats_read_alike(tmp_path, points, name):
    path = tmp_path / name
    points.to_crs(4326).to_file(path, encoding="utf-8")
    frame = read_vector(path, layer(), name)
    assert frame["名称"].tolist() == ["海港花园", "东山里小区"] and frame.index.tolist() == [1, 2]
    assert frame.crs.to_epsg() == 4326


def test_geojson_in_gbk(write, points):
    text = points.to_crs(4326).to_json(ensure_ascii=False)
    path = write("a.geojson", text.encode("gbk"))
    assert read_vector(path, layer(encoding="gbk"), "a")["名称"].tolist() == points["名称"].tolist()
    with pytest.raises(EncodingError, match="gb18030"):
        read_vector(path, layer(), "a")


def test_a_broken_file_and_a_missing_layer_are_told(tmp_path, write, points):
    with pytest.raises(MissingInputError, match="cannot be opened"):
        read_vector(write("a.gpkg", b"not a database"), layer(), "a.gpkg")
    points.to_file(tmp_path / "b.gpkg", layer="小区")
    with pytest.raises(MissingInputError, match="its layers are: 小区"):
        read_vector(tmp_path / "b.gpkg", layer(layer="居委会"), "b.gpkg")
