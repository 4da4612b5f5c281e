"""Lay a small whole district on paper: two committees, two compounds, a register, streets, lists, a grid, a hill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
import yaml
from pyproj import Transformer
from rasterio.transform import from_origin
from shapely import LineString, Point, Polygon, box

from pipeline.intake.datum import wgs84_to_gcj02
from pipeline.intake.read import Intake, read_district
from pipeline.settings import Settings, load_district, load_params

ROOT = Path(__file__).resolve().parents[2]
CRS = "EPSG:32651"
X0, Y0 = 572000.0, 4006000.0  # at sea, near 123.8° E, 36.2° N
_TO_DEGREES = Transformer.from_crs(CRS, 4326, always_xy=True)
ORIGIN = {"date": "2025-01-01", "source": "drawn by hand", "licence": "Apache-2.0"}


def square(left: float, bottom: float, side: float) -> Polygon:
    """A square in metres from the district's south-west corner."""
    return box(X0 + left, Y0 + bottom, X0 + left + side, Y0 + bottom + side)


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place in metres from the south-west corner."""
    lon, lat = _TO_DEGREES.transform(X0 + x, Y0 + y)
    return float(lon), float(lat)


def frame(rows: dict[str, list[Any]], shapes: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)


def streets_xml(extra: str = "") -> str:
    """Four nodes on a square of streets; one node is a traffic signal, one a gate."""
    places = {1: (0, 0), 2: (1000, 0), 3: (2000, 0), 4: (2000, 1000), 5: (1000, 1000), 6: (0, 1000)}
    tags = {
        2: '<tag k="highway" v="traffic_signals"/>',
        5: '<tag k="barrier" v="gate"/><tag k="access" v="private"/>',
    }
    nodes = "".join(
        f'<node id="{i}" version="1" lon="{degrees(*place)[0]:.7f}" lat="{degrees(*place)[1]:.7f}">{tags.get(i, "")}</node>'
        for i, place in places.items()
    )
    ways = "".join(
        f'<way id="{i}" version="1">{"".join(f"""<nd ref="{n}"/>""" for n in refs)}<tag k="highway" v="{kind}"/></way>'
        for i, (refs, kind) in enumerate(
            [([1, 2, 3], "residential"), ([3, 4], "footway"), ([4, 5, 6], "residential"), ([6, 1], "steps")],
            start=101,
        )
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>{nodes}{ways}{extra}</osm>"


def write_raster(
    path: Path, values: np.ndarray, left: float, top: float, cell: float, **profile: Any
) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=values.shape[0], width=values.shape[1], dtype="float32",
        transform=from_origin(X0 + left, Y0 + top, cell, cell), **({"crs": CRS, "nodata": -9999.0} | profile),
    ) as target:  # fmt: skip
        target.write(values.astype("float32"), 1)


def write_register(path: Path, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "登记"
    sheet.append(["小区登记表"])
    sheet.append(["小区编号", "土地性质", "业主总数", "业委会", "满意度"])
    for row in rows:
        sheet.append(row)
    book.save(path)


@dataclass
class District:
    """A district on disk that a test may spoil."""

    folder: Path
    content: dict[str, Any]

    def layer(self, name: str) -> dict[str, Any]:
        found = self.content["layers"][name]
        return found[0] if isinstance(found, list) else found

    def save(self) -> Path:
        path = self.folder / "district.yaml"
        path.write_text(yaml.safe_dump(self.content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    def settings(self) -> Settings:
        return Settings(params=load_params(ROOT / "params.yaml"), district=load_district(self.save()))

    def read(self) -> Intake:
        return read_district(self.settings())


def lay_out(folder: Path) -> District:
    committees = frame(
        {"编号": ["C1", "C2"], "名称": ["东居委会", "西居委会"], "街道": ["滨海街道", "滨海街道"]},
        [square(1000, 0, 1000), square(0, 0, 1000)],
    )
    committees.to_file(folder / "committees.gpkg", layer="居委会")
    compounds = frame(
        {
            "编号": ["K1", "K2"],
            "名称": ["海港花园", "东山里"],
            "户数": [100, 40],
            "人口": [250, None],
            "封闭": ["是", "否"],
        },
        [square(100, 100, 200), square(1100, 100, 200)],
    )
    compounds.to_file(folder / "compounds.shp", encoding="gbk")
    folder.joinpath("compounds.cpg").unlink()
    write_register(
        folder / "register.xlsx",
        [
            ["K1", "国有", "1,００0", "是", "85.5%"],
            ["K2", "集体", "不详", "—", None],
            ["K9", "国有", 5, "否", 70],
            ["合计", None, 1005, None, None],
        ],
    )
    (folder / "streets.osm").write_text(streets_xml(), encoding="utf-8")
    rows = []
    for name, kind, place in (
        ("小海星幼儿园", "幼儿园", (500, 20)),
        ("夕阳红服务站", "养老", (1500, 20)),
        ("远处幼儿园", "幼儿园", (9000, 20)),
        ("怪店", "奇怪", (600, 20)),
    ):
        lon, lat = (float(value[0]) for value in wgs84_to_gcj02(*(np.array([v]) for v in degrees(*place))))
        rows.append(f"{name},{kind},{lon:.7f},{lat:.7f},120")
    rows.append("无坐标,幼儿园,,,")
    folder.joinpath("facilities.csv").write_text(
        "\n".join(["名称,类别,经度,纬度,学位", *rows]) + "\n", encoding="gbk"
    )
    cells = np.array([[10, -9999, 0, 20], [5, -1, 2.5, 7.5]])
    write_raster(folder / "population.tif", cells, 0, 1000, 500)
    frame(
        {"层数": [6, 0, 3], "用途": ["住宅", "商业", None]},
        [square(110, 110, 20), square(600, 600, 20), square(1110, 110, 20)],
    ).to_file(folder / "buildings.geojson")
    frame({"id": [1]}, [LineString([(X0 + 100, Y0 + 100), (X0 + 300, Y0 + 100)])]).to_file(
        folder / "walls.gpkg"
    )
    frame({"准入": ["业主"]}, [Point(X0 + 200, Y0 + 100)]).to_file(folder / "gates.gpkg")
    frame({"类": ["绿地"]}, [square(700, 700, 100)]).to_file(folder / "land.gpkg")
    write_raster(folder / "terrain.tif", np.arange(100.0).reshape(10, 10), -500, 1500, 300)
    content = {
        "district_id": "paper",
        "name": {"zh": "纸上区", "en": "Paper district"},
        "fictional": True,
        "crs": CRS,
        "date": "2025-01-01",
        "age_shares": {"child_0_3": 0.02, "child_3_6": 0.03, "elderly": 0.2},
        "ages_estimated": "示例 example",
        "layers": {
            "committees": {
                "path": "committees.gpkg", "columns": {"committee_id": "编号", "name": "名称", "subdistrict": "街道"}, **ORIGIN,
            },
            "streets": {"path": "streets.osm", **ORIGIN},
            "facilities": [
                {
                    "path": "facilities.csv", "encoding": "gbk", "crs": "EPSG:4326", "datum": "GCJ-02", "x": "经度", "y": "纬度",
                    "columns": {"name": "名称", "class": "类别", "capacity": "学位"},
                    "values": {"class": {"幼儿园": "kindergarten", "养老": "elderly_station"}},
                    "completeness": {"kindergarten": "complete", "nursery": "complete", "*": "partial"}, **ORIGIN,
                }
            ],
            "compounds": {
                "path": "compounds.shp", "encoding": "gbk",
                "columns": {
                    "compound_id": "编号", "name": "名称", "households": "户数", "residents": "人口", "gated": "封闭",
                }, **ORIGIN,
            },
            "register": {
                "path": "register.xlsx", "sheet": "登记", "header_row": 2,
                "columns": {
                    "compound_id": "小区编号", "land_tenure": "土地性质", "owners": "业主总数", "owners_committee": "业委会",
                    "satisfaction": "满意度",
                },
                "values": {"land_tenure": {"国有": "state_owned", "集体": "collective"}}, **ORIGIN,
            },
            "population": [
                {"path": "population.tif", "kind": "raster", "outside_compounds": True, "uncertainty_share": 0.2, **ORIGIN}
            ],
            "buildings": {
                "path": "buildings.geojson", "columns": {"floors": "层数", "use": "用途"},
                "values": {"use": {"住宅": "residential", "商业": "other"}}, **ORIGIN,
            },
            "walls": {"path": "walls.gpkg", **ORIGIN},
            "gates": {
                "path": "gates.gpkg", "columns": {"gate_users": "准入"},
                "values": {"gate_users": {"业主": "residents"}}, **ORIGIN,
            },
            "land": [{"path": "land.gpkg", "set": {"kind": "green"}, **ORIGIN}],
            "terrain": {"path": "terrain.tif", **ORIGIN},
        },
    }  # fmt: skip
    return District(folder, content)


@pytest.fixture
def district(tmp_path: Path) -> District:
    folder = tmp_path / "district"
    folder.mkdir()
    return lay_out(folder)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_file
