"""A small district of straight streets whose every number can be worked by hand, in the tables' own schemas."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from pipeline.catalogue.load import facility_classes, indicators, scenarios, walker
from pipeline.eligibility.rules import rule_catalogue
from pipeline.maps.page import write
from pipeline.procedure.steps import procedure
from pipeline.settings import District, Settings, load_params
from pipeline.tables import DTYPES, FIELDS, TABLES, check
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
    """Make a table from some of its columns; the others are missing."""
    table = TABLES[name]
    size = len(next(iter(columns.values())))
    made = pd.DataFrame(index=range(size))
    for column, nullable in table.nullable.items():
        values = columns.get(column)
        if column == "geometry":
            continue
        kind = FIELDS[column].type
        dtype = {"int": "Int64"}.get(kind, DTYPES[kind]) if nullable else DTYPES[kind]
        made[column] = pd.Series(values if values is not None else [None] * size, dtype=dtype or "object")
    if table.spatial:
        made = gpd.GeoDataFrame(made, geometry=gpd.GeoSeries(columns["geometry"], crs=CRS), crs=CRS)
    return check(name, made)


def cell(column: int, row: int) -> shapely.Polygon:
    x = EAST + column * (WIDTH + STREET)
    y = NORTH + row * (HEIGHT + STREET)
    return box(x, y, x + WIDTH, y + HEIGHT)


@pytest.fixture(scope="session")
def mini_settings() -> Settings:
    return settings()


@pytest.fixture(scope="session")
def tables() -> dict[str, Any]:
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
    made |= _judgements(ids)
    made |= _follow_up(points, made["openings"])
    made["procedure"] = _progress()
    return made


def _progress() -> pd.DataFrame:
    """C00 has come to the second step, C01 to the first; a second row of C01 is refused; committee J0 has applied."""
    rows = [
        ("compound", "C00", 0),
        ("compound", "C00", 1),
        ("compound", "C01", 0),
        ("compound", "C01", 0),
        ("unit", "J0", 0),
    ]
    steps = [procedure().steps[step] for *_, step in rows]
    return frame(
        "procedure",
        {
            "row": range(2, 7),
            "subject_kind": [kind for kind, *_ in rows],
            "subject_id": [subject for _, subject, _ in rows],
            "step_id": [step.id for step in steps],
            "date": ["2026-01-05", "2026-02-06", "2026-01-07", "2026-01-08", "2026-03-01"],
            "accepted": [True, True, True, False, True],
            "reason": [""] * 5,
            "reason_en": [""] * 5,
        },
    )


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


def _follow_up(points: list[str], openings: pd.DataFrame) -> dict[str, Any]:
    """One street of 700 m on which everybody and everything lies, 5 minutes to the first kindergarten and station; what
    opening the second gate brings; what comes next."""
    line = LineString([(EAST - 12, NORTH - 12), (EAST - 12, NORTH + 688)])
    minutes = {
        f"minutes_{who}{back}": [700 / 60 / speed]
        for who, speed in (("adult", 1.2), ("child", 0.83), ("elderly", 0.92))
        for back in ("", "_back")
    }
    walkers = ("elderly_step_free", "child_no_arterial_crossing")
    minutes |= {f"minutes_{who}{back}": [np.inf] for who in walkers for back in ("", "_back")}
    ring = Point(EAST + 100, NORTH + 100)
    return {
        "edges": frame(
            "edges",
            {
                "edge_id": [1], "u": [1], "v": [2], "way_id": [1], "highway": ["residential"], "length_m": [700.0],
                "users": ["public"], "users_in_hours": ["public"], "users_if_closed": ["public"], "restricted": [False],
                "steps": [False], "bridge": [False], "tunnel": [False],
                "crossings_signalled": [0.0], "crossings_unsignalled": [0.0], "name": ["第1路"], "component": [0],
                "geometry": [line], **minutes,
            },
        ),
        "extent": frame("extent", {"area_id": ["E"], "geometry": [box(EAST - 1000, NORTH - 700, EAST + 2000, NORTH + 1500)]}),
        "catchments": frame(
            "catchments",
            {
                "class_id": ["kindergarten"] * 2, "walker": ["child"] * 2, "minutes": [5.0, 10.0],
                "geometry": [ring.buffer(200), ring.buffer(400)],
            },
        ),
        "gates_to_open": frame(
            "gates_to_open",
            {
                "subject_kind": ["opening", "opening", "compound"], "subject_id": ["O1", "O1", "C00"],
                "class": ["kindergarten"] * 3, "unit_id": ["P0", "P1", "P0"], "people_gained": [120.0, 30.0, 4.0],
                "people_nearer": [120.0, 60.0, 4.0], "person_minutes_saved": [480.0, 60.0, 8.0],
            },
        ),
        "pilots": frame(
            "pilots",
            {
                "unit_id": ["P0", "P1"], "rank": [1, 2], "within_quota": [True, False],
                "pilot_type": ["comprehensive_upgrade", "demolition_renewal"], "type_reason": ["老小区多"] * 2,
                "type_reason_en": ["mostly old"] * 2, "runner_up": ["planned_new", None],
                "runner_up_reason": ["次之", None], "runner_up_reason_en": ["second", None],
                "deadline_years": [1, 2], "award_cap_cny": [6_000_000, None],
            },
        ),
        "rank_pairs": frame(
            "rank_pairs",
            {
                "rank": [1], "unit_id": ["P0"], "next_unit_id": ["P1"], "chance_before": [0.7], "flip_result": ["never"],
                "sentence": ["P0 排在 P1 之前"], "sentence_en": ["P0 stands before P1"],
            },
        ),
        "survey": frame(
            "survey",
            {
                "rank": [1, 2, 3], "subject_kind": ["compound", "unit", "class"], "subject_id": ["C00", "P1", "bank"],
                "fact": ["A7", "B12", "list"], "question": ["门 & < > \" ' 开吗？", "问二", "问三"],
                "question_en": ["first?", "second?", "third?"], "how_to_answer": ["是或否 yes or no"] * 3,
                "effect_top_k": [0.2, 0.1, 0.0],
                "changes_verdict": [False] * 3, "open_points": [0.0] * 3,
            },
        ),
        "portfolio": frame(
            "portfolio",
            {
                "plan": [1, 2], "unit_id": ["P0", "P0"], "rank": [1, 2], "name": ["海风里"] * 2, "eligible": ["pass"] * 2,
                "priority": [50.0] * 2, "residents": [7200.0] * 2, "award_cny": [6e6] * 2, "plan_priority": [50.0] * 2,
                "plan_subdistricts": [1] * 2,
            },
        ),
    }  # fmt: skip


def _judgements(ids: list[str]) -> dict[str, Any]:
    units = ["P0", "P1", "P2", "P3", "J0", "J1"]
    kinds, subjects, rules, effects, results = [], [], [], [], []
    for rule in rule_catalogue().rules:
        for i, subject in enumerate(ids if rule.level == "compound" else units):
            kinds.append(rule.level)
            subjects.append(subject)
            rules.append(rule.id)
            effects.append(rule.effect)
            results.append(
                "unknown" if (i + len(rules)) % 5 == 0 else "defer" if rule.id == "A8" and i == 1 else "pass"
            )
    n = len(rules)
    points = {s: 40.0 + 5 * k for k, s in enumerate(scenarios())}
    score_rows = [
        (
            u,
            s,
            None if (s == "G" and k == 1) else points[s] + 8 * (3 - k),
            points[s] - 6,
            min(100.0, points[s] + 36),
            0.4 if u == "P3" else 0.8,
        )
        for k, u in enumerate(units)
        for s in points
    ]
    score_rows += [
        (u, "total", 78.4 - 4 * k, 72.1 - 4 * k, 83.2 - 4 * k, 0.4 if u == "P3" else 0.86)
        for k, u in enumerate(units)
    ]
    scores = pd.DataFrame(score_rows, columns=["unit_id", "scenario", "score", "low", "high", "coverage"])
    cases = [(u, i) for u in units for i in indicators()]
    known = [k % 3 > 0 for k in range(len(cases))]
    shares = {"P0": (0.86, 0.0), "P1": (0.5, 0.2)}
    reach = [
        (kind, area, name, walker(name), 900.0, 900.0, 0.3, *shares.get(area, (0.6, 0.1)))
        for kind, areas in (("unit", units[:4]), ("committee", units[4:]), ("compound", ids))
        for area in areas
        for name in ("kindergarten", "elderly_station")
    ]
    # other walkers are in the table too, and are not the ones whose legs count
    reach += [(*row[:3], "adult", 900.0, 900.0, 0.9, 0.99, 0.0) for row in reach]
    columns = [
        "area_kind",
        "area_id",
        "class",
        "walker",
        "people",
        "linked_people",
        "share_5",
        "share_10",
        "unknown_10",
    ]
    reach_frame = pd.DataFrame(reach, columns=columns)
    best = ["P0", "P1", "P2", "P3"]
    total = scores[scores["scenario"] == "total"].set_index("unit_id").loc[best]
    squares = [cell(c, r) for c, r in ((0, 0), (0, 2), (3, 0), (3, 2))]
    return {
        "eligibility": frame(
            "eligibility",
            {
                "subject_kind": kinds,
                "subject_id": subjects,
                "rule_id": rules,
                "effect": effects,
                "result": results,
                "near_miss": [False] * n,
                "reason": ["依据登记表"] * n,
                "reason_en": ["by the register"] * n,
            },
        ),
        "scores": frame("scores", {c: scores[c].to_numpy() for c in scores}),
        "indicators": frame(
            "indicators",
            {
                "unit_id": [u for u, _ in cases],
                "indicator_id": [i for _, i in cases],
                "value": [66.0 if k else None for k in known],
                "value_low": [50.0] * len(cases),
                "value_high": [80.0] * len(cases),
                "points": [60.0 if k else None for k in known],
                "points_low": [40.0] * len(cases),
                "points_high": [90.0] * len(cases),
                "known": known,
                "evidence_share": [0.8 if k else 0.0 for k in known],
                "evidence": ["residents, walk_times"] * len(cases),
                "note": [""] * len(cases),
            },
        ),
        "reach": frame("reach", {c: reach_frame[c].to_numpy() for c in reach_frame}),
        "candidates": frame(
            "candidates",
            {
                "rank": [1, 2, 3, None],
                "unit_id": best,
                "name": ["海风里", "石桥北", "清泉南", "渔港东"],
                "name_en": ["Haifeng Li", "Shiqiao North", "Qingquan South", "Yugang East"],
                "score": total["score"].to_numpy(),
                "low": total["low"].to_numpy(),
                "high": total["high"].to_numpy(),
                "coverage": total["coverage"].to_numpy(),
                "need": [79.96, 50.0, 20.0, None],
                "readiness": [70.46, 40.0, 60.0, None],
                "eligible": ["defer", "unknown", "pass", "unknown"],
                "pilot_type": ["comprehensive_upgrade", "demolition_renewal", "planned_new", "undetermined"],
                "chance_top_k": [1.0, 0.95, 0.9, 0.0],
                "papers_missing": [3, 5, 2, 9],
                "reasons": ["需求大、条件好"] * 4,
                "reasons_en": ["high need, good conditions"] * 4,
                "geometry": squares,
            },
        ),
    }


@pytest.fixture(scope="session")
def index_html(
    tables: dict[str, Any], mini_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("maps") / "index.html"
    path.write_text(write(mini_settings, tables), encoding="utf-8")
    return path
