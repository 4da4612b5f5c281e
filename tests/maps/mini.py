"""Make a small district of straight streets whose every number can be worked by hand, in the tables' own schemas."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, box

from pipeline.catalogue.load import facility_classes, walker
from pipeline.settings import District, Settings, load_params
from pipeline.tables import DTYPES, FIELDS, TABLES, Table, check
from tests.attacks import ATTACKS

ROOT = Path(__file__).resolve().parents[2]
CRS = "EPSG:32651"
EAST, NORTH = 356_000.0, 4_155_000.0  # about 121.37° E, 37.53° N
COLUMNS, ROWS, WIDTH, HEIGHT, STREET = 6, 4, 200.0, 160.0, 24.0
PEOPLE_PER_BUILDING = 150.0
HOSTILE = ATTACKS[:4]


def settings() -> Settings:
    layer = {"path": "x.gpkg", "date": date(2026, 11, 1), "source": "示例 <b>来源</b>", "licence": "CC0"}
    district = District.model_validate(
        {
            "district_id": "mini",
            "name": {"zh": "迷你区", "en": "Mini"},
            "fictional": True,
            "crs": CRS,
            "date": date(2026, 11, 1),
            "folder": ROOT,
            "layers": {"committees": layer, "streets": layer, "facilities": [layer]},
        }
    )
    return Settings(params=load_params(ROOT / "params.yaml"), district=district)


def frame(name: str, columns: dict[str, Any]) -> pd.DataFrame:
    """Make a table from some of its columns. Of the others those that may be missing are, and the rest hold what is least:
    the first code, nought, false, no text. So a new column of a table is not a new line here."""
    table = TABLES[name]
    size = len(next(iter(columns.values())))
    made = pd.DataFrame(index=range(size))
    for column, nullable in table.nullable.items():
        if column == "geometry":
            continue
        kind = FIELDS[column].type
        dtype = {"int": "Int64"}.get(kind, DTYPES[kind]) if nullable else DTYPES[kind]
        values = columns.get(column, [None if nullable else _least(table, column)] * size)
        made[column] = pd.Series(values, dtype=dtype or "object")
    if table.spatial:
        made = gpd.GeoDataFrame(made, geometry=gpd.GeoSeries(columns["geometry"], crs=CRS), crs=CRS)
    return check(name, made)


def _least(table: Table, column: str) -> Any:
    field = FIELDS[column]
    codes = dict(table.codes).get(column, field.codes)
    if codes:
        return codes[0]
    return {"str": "", "date": "2026-11-01", "bool": False}.get(field.type, field.min or 0)


def cell(column: int, row: int) -> shapely.Polygon:
    x = EAST + column * (WIDTH + STREET)
    y = NORTH + row * (HEIGHT + STREET)
    return box(x, y, x + WIDTH, y + HEIGHT)


def district_tables() -> dict[str, Any]:
    """24 compounds of 8 buildings of 150 people; four units of 7,200; two committees of 14,400.

    Kindergartens are listed completely: column 0 walks just 5 minutes, column 1 walks 8, 2 walks 12, 3 none in 30,
    4 none but the edge of the data is 4 minutes away, 5 is not tied to the network. Stations are a partial list.
    """
    cells = [(c, r) for c in range(COLUMNS) for r in range(ROWS)]
    blocks = [cell(c, r) for c, r in cells]
    ids = [f"C{c}{r}" for c, r in cells]
    names = [f"海风{c}{r}小区" for c, r in cells]
    names[: len(HOSTILE)] = HOSTILE
    committee = ["J0" if c < 3 else "J1" for c, _ in cells]
    unit = [f"P{(c // 3) * 2 + r // 2}" for c, r in cells]

    made: dict[str, Any] = {}
    made["compounds"] = frame(
        "compounds",
        {
            "compound_id": ids,
            "name": names,
            "committee_id": committee,
            "subdistrict": ["滨海街道"] * 24,
            "geometry": blocks,
        },
    )
    slabs, slab_of = [], []
    for i, block in enumerate(blocks):
        x, y, _, _ = block.bounds
        slabs += [
            box(x + 20 + 90 * (k % 2), y + 16 + 36 * (k // 2), x + 90 + 90 * (k % 2), y + 30 + 36 * (k // 2))
            for k in range(8)
        ]
        slab_of += [i] * 8
    n = len(slabs)
    of = np.array(slab_of)
    made["buildings"] = frame(
        "buildings",
        {
            "building_id": [f"B{k:03d}" for k in range(n)],
            "compound_id": np.array(ids)[of],
            "use": ["residential"] * n,
            "geometry": slabs,
        },
    )
    column = np.array([c for c, _ in cells])[of]
    linked = column < 5
    points = [f"A{k:03d}" for k in range(n)]
    made["residents"] = frame(
        "residents",
        {
            "point_id": points,
            "building_id": made["buildings"]["building_id"],
            "compound_id": np.array(ids)[of],
            "committee_id": np.array(committee)[of],
            "residents": [PEOPLE_PER_BUILDING] * n,
            "residents_low": [140.0] * n,
            "residents_high": [160.0] * n,
            "child_0_3": [4.0] * n,
            "child_3_6": [6.0] * n,
            "elderly": [30.0] * n,
            "ages_estimated": [True] * n,
            "edge_id": np.where(linked, 1, None),
            "offset_m": np.where(linked, 5.0, np.nan),
            "access_m": np.where(linked, 9.0, np.nan),
            "linked": linked,
            "link_reason": np.where(linked, None, "behind_wall"),
            "geometry": [slab.centroid for slab in slabs],
        },
    )
    made |= _walks(points, column)
    made |= _areas(cells, blocks, ids, unit, committee, points, of)
    made |= _ground(blocks)
    return made


def _walks(points: list[str], column: np.ndarray) -> dict[str, Any]:
    minutes = np.array([5.0, 8.0, 12.0, np.nan, np.nan, np.nan])[column]
    walked = [
        pd.DataFrame(
            {
                "point_id": points,
                "class": name,
                "walker": walker(name),
                "minutes": minutes,
                "minutes_if_closed": minutes,
            }
        )
        for name in ("kindergarten", "elderly_station")
    ]
    times = pd.concat(walked)
    edge = np.array([np.nan, np.nan, np.nan, np.nan, 4.0, np.nan])[column]
    edges = pd.concat(
        [
            pd.DataFrame({"point_id": points, "walker": w, "edge_of_data_minutes": edge})
            for w in ("child", "elderly", "adult")
        ]
    )
    status = {"kindergarten": "complete", "elderly_station": "partial"}
    return {
        "walk_times": frame("walk_times", {c: times[c].to_numpy() for c in times}),
        "edge_times": frame("edge_times", {c: edges[c].to_numpy() for c in edges}),
        "class_status": frame(
            "class_status",
            {
                "class": list(facility_classes()),
                "completeness": [status.get(c, "unknown") for c in facility_classes()],
                "count": [2 if c in status else 0 for c in facility_classes()],
                "source": ["示例"] * len(facility_classes()),
            },
        ),
        "facilities": frame(
            "facilities",
            {
                "entrance_id": ["F1", "F2", "F3", "F4"],
                "facility_id": ["F1", "F2", "F3", "F4"],
                "class": ["kindergarten"] * 2 + ["elderly_station"] * 2,
                "name": ["海星幼儿园", HOSTILE[0], "夕阳红站", None],
                "capacity": [180.0, None, 40.0, None],
                "linked": [True] * 4,
                "edge_id": [1] * 4,
                "offset_m": [245.0, 600.0, 272.0, 650.0],
                "access_m": [0.0] * 4,
                "geometry": [
                    Point(EAST + x, NORTH + y) for x, y in ((-12, 90), (212, 300), (-12, 500), (430, 200))
                ],
            },
        ),
    }


def _areas(
    cells: Any, blocks: Any, ids: Any, unit: Any, committee: Any, points: Any, of: np.ndarray
) -> dict[str, Any]:
    parts = gpd.GeoDataFrame({"unit": unit, "committee": committee}, geometry=blocks, crs=CRS)
    joined = [parts.dissolve(by).geometry.buffer(13).buffer(-13) for by in ("unit", "committee")]
    shapes = pd.concat(joined)
    size = len(shapes)
    proposed = shapes.index.str.startswith("P")
    count = np.where(proposed, 6, 12)
    return {
        "atoms": frame(
            "atoms",
            {
                "atom_id": ids,
                "kind": ["compound"] * 24,
                "compound_id": ids,
                "name": ids,
                "residents": [1200.0] * 24,
                "geometry": blocks,
            },
        ),
        "address_areas": frame(
            "address_areas", {"point_id": points, "atom_id": np.array(ids)[of], "unit_id": np.array(unit)[of]}
        ),
        "unit_members": frame("unit_members", {"unit_id": unit, "atom_id": ids, "residents": [1200.0] * 24}),
        "units": frame(
            "units",
            {
                "unit_id": shapes.index,
                "kind": np.where(proposed, "proposed", "committee"),
                "name": ["海风里", "石桥北", "清泉南", "渔港东", "滨海居委会", "石桥居委会"],
                "name_en": ["Haifeng Li", "Shiqiao North", "Qingquan South", "Yugang East", None, None],
                "residents": count * 1200.0,
                "residents_low": count * 1120.0,
                "residents_high": count * 1280.0,
                "size_result": np.where(proposed, "fits", "too_large"),
                "near_miss": [False] * size,
                "margin_residents": np.where(proposed, 2200.0, -2400.0),
                "connected": [True] * size,
                "atoms": count,
                "committees_cut": [1] * size,
                "reason": ["人口在范围内"] * size,
                "reason_en": ["within the range"] * size,
                "geometry": shapes.to_numpy(),
            },
        ),
        "unit_checks": frame(
            "unit_checks",
            {
                "area_kind": np.where(proposed, "proposed", "committee"),
                "area_id": shapes.index,
                "name": ["海风里", "石桥北", "清泉南", "渔港东", "滨海居委会", "石桥居委会"],
                "residents": count * 1200.0,
                "residents_low": count * 1120.0,
                "residents_high": count * 1280.0,
                "size_result": np.where(proposed, "fits", "too_large"),
                "margin_residents": np.where(proposed, 2200.0, -2400.0),
                "kindergarten_share_10": [0.9, 0.6, 0.95, 0.2, 0.9, None],
                "elderly_station_share_10": [0.8, 0.9, 0.85, 0.9, None, 0.9],
                "connected": [True] * size,
                "barriers": ["", "河流", "", "", "干路", "干路"],
                "barriers_en": ["", "river", "", "", "arterial", "arterial"],
                "atoms": count,
                "committees_cut": [1] * size,
                "sentence": [f"单元 {unit} 的核查。" for unit in shapes.index],
                "sentence_en": [f"The check of {unit}." for unit in shapes.index],
            },
        ),
    }


def _ground(blocks: list[Any]) -> dict[str, Any]:
    width, height = COLUMNS * (WIDTH + STREET), ROWS * (HEIGHT + STREET)
    lines = [
        LineString(
            [
                (EAST - 300, NORTH + r * (HEIGHT + STREET) - STREET / 2),
                (EAST + width + 300, NORTH + r * (HEIGHT + STREET) - STREET / 2),
            ]
        )
        for r in range(ROWS + 1)
    ]
    lines += [
        LineString(
            [
                (EAST + c * (WIDTH + STREET) - STREET / 2, NORTH - 300),
                (EAST + c * (WIDTH + STREET) - STREET / 2, NORTH + height + 200),
            ]
        )
        for c in range(COLUMNS + 1)
    ]
    n = len(lines)
    highway = (["secondary"] + ["residential"] * ROWS) + ["primary"] + ["tertiary"] * COLUMNS
    sea = box(EAST - 2000, NORTH + height + 250, EAST + width + 2000, NORTH + height + 2500)
    hill = Point(EAST + width + 500, NORTH + 300).buffer(260)
    rail = LineString([(EAST - 900, NORTH - 250), (EAST + width + 900, NORTH - 120)])
    walls = [block.exterior for block in blocks[::3]]
    gates = [Point(block.bounds[0], block.centroid.y) for block in blocks[::3]]
    users = ["public", "residents", "permit", "closed", "unknown", "residents", "public", "residents"]
    return {
        "ways": frame(
            "ways",
            {
                "way_id": range(n),
                "node_ids": [[1, 2]] * n,
                "highway": highway,
                "bridge": [False] * n,
                "tunnel": [False] * n,
                "layer": [0] * n,
                "name": [f"第{i}路" for i in range(n)],
                "geometry": lines,
            },
        ),
        "land": frame(
            "land",
            {
                "land_id": ["L1", "L2", "L3"],
                "kind": ["sea", "green", "railway"],
                "geometry": [sea, hill, rail],
            },
        ),
        "walls": frame(
            "walls",
            {
                "wall_id": [f"W{i}" for i in range(len(walls))],
                "kind": ["wall"] * len(walls),
                "geometry": walls,
            },
        ),
        "openings": frame(
            "openings",
            {
                "opening_id": [f"O{i}" for i in range(len(gates))],
                "status": ["gate"] * len(gates),
                "gate_users": users,
                "compound_id": [
                    f"C{c}{r}" for c, r in [(c, r) for c in range(COLUMNS) for r in range(ROWS)][::3]
                ],
                "node_id": [1, 2, None, 9, 9, 9, 9, 9],
                "inferred": [i % 2 == 1 for i in range(len(gates))],
                "geometry": gates,
            },
        ),
    }
