"""Write the district's files, each in the format in which such a file usually arrives, and its `district.yaml`.

Every file is byte-identical for the same seed: time stamps of formats are set to the date of the data.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import Transformer

from pipeline.demo import city as build_city
from pipeline.demo import (
    compounds,
    describe,
    facilities,
    grounds,
    names,
    offices,
    osm,
    people,
    progress,
    rasters,
    register,
    terrain,
    workbook,
)
from pipeline.demo.city import City
from pipeline.demo.describe import STAMP
from pipeline.demo.people import People
from pipeline.intake.datum import wgs84_to_gcj02


def generate(out: Path, seed: int) -> None:
    """Write the demo district into `out`; files there appear only when all of them are complete."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as draft, _stamped():
        write_district(Path(draft), seed)
        out.mkdir(exist_ok=True)
        for file in sorted(Path(draft).iterdir()):
            shutil.move(file, out / file.name)


@contextmanager
def _stamped() -> Iterator[None]:
    """Have GDAL write the date of the data instead of the present."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_district(folder: Path, seed: int) -> None:
    """Build the district and write all its files."""
    rng = [np.random.default_rng([seed, number]) for number in range(8)]
    city = build_city.build(seed)
    folk = people.settle(city, rng[0])
    office = offices.survey(city, folk)
    listed = facilities.place(city, folk, office.leading, rng[1])
    namer = names.Namer(rng[2])
    titles = {c.compound_id: namer.compound(c.kind) for c in city.compounds}
    committees = _committees(folk, namer)
    homes = _compounds(city, folk, titles, committees, rng[3])
    rows = register.forget(register.fill_in(city, folk, office, rng[4]), office, rng[5])
    osm.compose(city, rng[6]).write(folder / "streets.osm.pbf")
    _write_committees(folder / "committees.shp", committees)
    _vector(homes, folder / "compounds.gpkg", "小区")
    _vector(_buildings(city, rng[7]).to_crs(4326), folder / "buildings.geojson")
    walls, gates = _walls_gates(city)
    _vector(walls, folder / "walls_gates.gpkg", "围墙")
    _vector(gates, folder / "walls_gates.gpkg", "出入口")
    for kind, geometry in _land(city).items():
        _vector(geometry, folder / "land.gpkg", kind)
    _vector(_grounds(city, rng[1]).to_crs(4326), folder / "grounds.geojson")
    _poi(folder / "poi.csv", listed)
    workbook.write(folder / "register.xlsx", rows, titles, homes, rng[5])
    progress.write(folder / "progress.csv", rows, committees)
    rasters.write_heights(folder / "terrain.tif")
    rasters.write_people(folder / "population_outside.tif", folk)
    (folder / "district.yaml").write_text(describe.text(), encoding="utf-8", newline="\n")


def _frame(columns: dict[str, Any], shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[terrain.to_map(shape) for shape in shapes], crs=terrain.CRS)


def _vector(frame: gpd.GeoDataFrame, path: Path, layer: str | None = None) -> None:
    if path.suffix == ".geojson":
        pyogrio.write_dataframe(frame, path, driver="GeoJSON", COORDINATE_PRECISION=7, WRITE_NAME="NO")
    else:
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists())


def _committees(folk: People, namer: names.Namer) -> gpd.GeoDataFrame:
    titles = [namer.committee() for _ in folk.committees]
    return _frame(
        {
            "committee_id": [f"JW{number:02d}" for number in range(1, len(titles) + 1)],
            "name": [zh for zh, _ in titles],
            "name_en": [en for _, en in titles],
            "subdistrict": [names.SUBDISTRICTS[c.quarter][0] for c in folk.committees],
        },
        [committee.outline for committee in folk.committees],
    )


def _write_committees(path: Path, committees: gpd.GeoDataFrame) -> None:
    headings = {"committee_id": "编号", "name": "居委会名称", "name_en": "英文名", "subdistrict": "所属街道"}
    pyogrio.write_dataframe(
        committees.rename(columns=headings), path, driver="ESRI Shapefile", encoding="GBK",
        layer_options={"DBF_DATE_LAST_UPDATE": STAMP[:10]},
    )  # fmt: skip
    path.with_suffix(".cpg").unlink(missing_ok=True)


def _compounds(
    city: City,
    folk: People,
    titles: dict[str, tuple[str, str]],
    committees: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    ids = [c.compound_id for c in city.compounds]
    homes = [folk.homes[key] for key in ids]
    frame = _frame(
        {
            "compound_id": ids,
            "name": [titles[key][0] for key in ids],
            "name_en": [titles[key][1] for key in ids],
            "households": pd.array([h.households for h in homes], dtype="Int64"),
            "residents": pd.array([h.residents for h in homes], dtype="Int64"),
            "child_0_3": pd.array([h.child_0_3 for h in homes], dtype="Int64"),
            "child_3_6": pd.array([h.child_3_6 for h in homes], dtype="Int64"),
            "elderly": pd.array([h.elderly for h in homes], dtype="Int64"),
        },
        [c.outline for c in city.compounds],
    )
    spots = frame.geometry.centroid
    nearest = shapely.STRtree(committees.geometry.to_numpy()).nearest(spots.to_numpy())
    frame.insert(3, "subdistrict", committees["subdistrict"].to_numpy()[nearest])
    uncounted = rng.random(len(frame)) < 0.08
    for column in ("child_0_3", "child_3_6", "elderly"):
        frame.loc[uncounted, column] = pd.NA
    return frame


def _buildings(city: City, rng: np.random.Generator) -> gpd.GeoDataFrame:
    words = {"residential": "住宅", "commercial": "商业", "public": "公共", "industrial": "工业"}
    houses = [house for compound in city.compounds for house in compound.houses] + [
        house for _, house in city.outside
    ]
    floors = pd.array([house.floors for house in houses], dtype="Int64")
    floors[rng.random(len(houses)) < 0.04] = pd.NA
    uses = np.array([words[house.use] for house in houses], dtype=object)
    uses[rng.random(len(houses)) < 0.01] = "不详"
    return _frame(
        {"编号": [f"B{number:04d}" for number in range(1, len(houses) + 1)], "层数": floors, "用途": uses},
        [house.outline for house in houses],
    )


def _walls_gates(city: City) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return surveyed walls and gates, with gaps.

    Every ninth walled compound has no wall lines, every seventeenth no gates. Of every twelfth gate nobody wrote down whom
    it admits; of every fortieth the hours are words.
    """
    walled = [c.compound_id for c in city.compounds if c.walled]
    special = {c.compound_id for c in city.compounds if c.special}
    no_lines, no_gates = set(walled[4::9]) - special, set(walled[7::17]) - special
    lines = [(key, line) for key, line in compounds.walls(city.compounds) if key not in no_lines]
    gates = [
        (c.compound_id, gate) for c in city.compounds for gate in c.gates if c.compound_id not in no_gates
    ]
    words = {"public": "公众", "residents": "仅业主", "permit": "凭证登记", "closed": "常闭"}
    wall_frame = _frame(
        {
            "wall_id": [f"W{n:03d}" for n in range(1, len(lines) + 1)],
            "小区编号": [key for key, _ in lines],
            "kind": "wall",
        },
        [line for _, line in lines],
    )
    gate_frame = _frame(
        {
            "gate_id": [f"G{n:03d}" for n in range(1, len(gates) + 1)],
            "小区编号": [key for key, _ in gates],
            "准入": [None if n % 12 == 5 else words[gate.users] for n, (_, gate) in enumerate(gates)],
            "开放时间": [
                "早晚高峰" if n % 40 == 7 else gate.hours or None for n, (_, gate) in enumerate(gates)
            ],
        },
        [shapely.Point(gate.point) for _, gate in gates],
    )
    return wall_frame, gate_frame


def _land(city: City) -> dict[str, gpd.GeoDataFrame]:
    surface, middle = terrain.river()
    ponds = [
        p.outline.centroid.buffer(28, quad_segs=5)
        for p in city.parcels
        if p.use == "park" and p.outline.area > 30_000
    ]
    shapes: dict[str, tuple[str, list[shapely.Geometry]]] = {
        "green": ("", grounds.greens(city)),
        "water": ("", [surface.difference(terrain.sea()), *ponds]),
        "sea": ("芝海湾", [terrain.sea()]),
        "river": ("锚河", [middle]),
        "railway": ("", [terrain.railway()]),
        "coast": ("", [terrain.sea().exterior.intersection(terrain.land().buffer(2))]),
    }
    return {
        kind: _frame({"kind": kind, "name": [name or None] * len(parts)}, parts)
        for kind, (name, parts) in shapes.items()
    }


def _grounds(city: City, rng: np.random.Generator) -> gpd.GeoDataFrame:
    words = {"park": "公园绿地", "activity_ground": "公共活动场地", "shelter": "应急避难场所"}
    listed = grounds.grounds(city, rng)
    return _frame(
        {"类别": [words[g.kind] for g in listed], "名称": [g.name for g in listed]},
        [g.outline for g in listed],
    )


def _poi(path: Path, listed: list[facilities.Facility]) -> None:
    to_wgs84 = Transformer.from_crs(terrain.CRS, "EPSG:4326", always_xy=True)
    points = np.array([[f.point.x, f.point.y] if f.point else [0.0, 0.0] for f in listed]) + np.array(
        terrain.ORIGIN
    )
    lon, lat = wgs84_to_gcj02(*to_wgs84.transform(points[:, 0], points[:, 1]))
    lines = ["名称,类别,经度,纬度,学位数,建筑面积,备注"]
    for f, x, y in zip(listed, lon, lat, strict=True):
        place = f"{x:.6f},{y:.6f}" if f.point else ","
        lines.append(f"{f.name},{f.word},{place},{_cell(f.capacity)},{_cell(f.floor_area_m2)},{f.note}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="\r\n")


def _cell(number: int | None) -> str:
    return "" if number is None else str(number)
