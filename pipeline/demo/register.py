"""Fill in the register of compounds as an office would: Chinese headings, groups, typed text, gaps, a few exact cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from pipeline.demo.city import City
from pipeline.demo.compounds import Compound
from pipeline.demo.offices import EFFORTS, UNKNOWN, Offices
from pipeline.demo.people import People

Row = dict[str, Any]
YES_NO = {True: "是", False: "否"}
# our column: (group heading, heading, words for values)
COLUMNS: dict[str, tuple[str, str, dict[Any, str]]] = {
    "built_year": ("基本情况", "建成年份", {}),
    "land_tenure": ("基本情况", "土地性质", {"state_owned": "国有", "collective": "集体", "other": "其他"}),
    "housing_kind": (
        "基本情况",
        "住宅类型",
        {
            "ordinary": "普通住宅",
            "villa": "别墅",
            "luxury": "高档住宅",
            "illegal": "违建小区",
            "bungalow": "平房",
            "village": "村居",
        },
    ),
    "households": ("基本情况", "户数", {}),
    "floor_area_m2": ("基本情况", "建筑面积(平方米)", {}),
    "gated": ("基本情况", "封闭管理", {True: "封闭", False: "开放"}),
    "structure_grade": ("房屋安全", "房屋安全等级", {}),
    "seismic_ok": ("房屋安全", "抗震设防", {True: "达标", False: "不达标"}),
    "dangerous_share": ("房屋安全", "C、D级危房面积比例", {}),
    "in_central_programme": ("计划", "已纳入中央补助计划", YES_NO),
    "planned_expropriation": ("计划", "拟征收", YES_NO),
    "planned_rebuild": ("计划", "拟拆除新建", {"none": "不涉及", "whole": "整体", "single_building": "单栋"}),
    "owners_committee": ("治理", "业主委员会", {True: "已成立", False: "未成立"}),
    "property_company": ("治理", "物业企业", {"none": "无"}),
    "party_organisation": ("治理", "党组织健全", YES_NO),
    "governance_mechanism": ("治理", "多方共治机制", {True: "有", False: "无"}),
    "illegal_structures": (
        "拆违",
        "拆违进展",
        {"none": "无违建", "cleared": "已拆除", "under_way": "正在拆除", "not_begun": "未开展"},
    ),
    "illegal_cleared_share": ("拆违", "违建拆除率", {}),
    "consent_illegal_removal": ("意愿", "同意拆违", {True: "同意", False: "不同意"}),
    "consent_property": ("意愿", "同意引入物业", {True: "同意", False: "不同意"}),
    "idle_space_agreed": ("意愿", "空闲空间利用达成一致", YES_NO),
    "owners": ("意愿", "业主总数", {}),
    "consulted": ("意愿", "征求意见数", {}),
    "agreed": ("意愿", "同意数", {}),
    "wish_share": ("意愿", "改造意愿", {}),
    "scheme_reviewed": ("方案", "方案已审核", YES_NO),
    "posted_on": ("方案", "公示日期", {}),
    "objections": ("方案", "异议数", {}),
    "demolished_floor_area_m2": ("方案", "拟拆除建筑面积", {}),
    "new_floor_area_m2": ("方案", "拟新增建筑面积", {}),
    "resettlement_local_share": ("方案", "就地就近安置率", {}),
    "utilities_complete_share": ("现状调查", "管网完好率", {}),
    "service_area_per_100_households_m2": ("现状调查", "每百户服务设施面积", {}),
    "facade_good_share": ("现状调查", "立面屋面完好率", {}),
    "parking_per_household": ("现状调查", "户均停车位", {}),
    "lift_share": ("现状调查", "加装电梯比例", {}),
    "energy_retrofit_share": ("现状调查", "节能改造比例", {}),
    "water_reuse": ("现状调查", "雨水中水利用", YES_NO),
    "waste_reuse_share": ("现状调查", "建筑垃圾资源化率", {}),
    "efficient_lighting_share": ("现状调查", "智慧照明覆盖率", {}),
    "smart_security_share": ("现状调查", "智慧安防覆盖率", {}),
    "smart_platform": ("现状调查", "接入智慧平台", YES_NO),
    "satisfaction": ("服务", "居民满意度", {}),
    "requests_settled_share": ("服务", "诉求办结率", {}),
    "assistance_share": ("服务", "困难家庭帮扶率", {}),
    "counselling": ("服务", "心理疏导服务", {True: "有", False: "无"}),
    "shared_parking_share": ("共享", "错时共享停车比例", {}),
    "shared_space_m2": ("共享", "盘活闲置空间面积", {}),
    "sharing_platform_share": ("共享", "互助平台参与率", {}),
}
# what the office of a committee that has begun adds from its own lists: plain cells, or none
LISTS: dict[str, tuple[str, str]] = {
    "consulted_floor_area_m2": ("表决与内容", "征求意见专有面积"),
    "agreed_floor_area_m2": ("表决与内容", "同意专有面积"),
    "items_planned": ("表决与内容", "拟改造内容"),
    "items_done": ("表决与内容", "已改造内容"),
    "acceptance_date": ("表决与内容", "竣工验收日期"),
    "low_income_households": ("民政", "低保户数"),
}
ITEMS = (
    "供水",
    "排水",
    "供热",
    "道路",
    "建筑物公共部位维修",
    "物业管理与服务用房",
    "机动车停车位",
    "无障碍及适老化改造",
    "室外健身设施及公共活动场地",
    "智能信包箱及快递柜",
)
SHARES = (*(name for name in COLUMNS if name.endswith("_share")), "satisfaction")
UNKNOWN_WORDS, UNKNOWN_WORD_SHARES = (None, "—", "不详", "/"), (0.55, 0.2, 0.15, 0.1)
FIRMS = ("海晏物业", "同泰物业", "清泉物业", "仁和物业", "锚地物业")


def _area(share: float, new_per_demolished: float) -> Callable[[Row], Row]:
    def values(row: Row) -> Row:
        demolished = row["floor_area_m2"] * share
        return {"demolished_floor_area_m2": demolished, "new_floor_area_m2": demolished * new_per_demolished}

    return values


EXACT: tuple[tuple[str, Row | Callable[[Row], Row]], ...] = (
    ("征求意见恰为三分之二, 同意恰为四分之三", {"owners": 300, "consulted": 200, "agreed": 150}),
    ("征求意见恰为三分之二, 同意恰为四分之三", {"owners": 360, "consulted": 240, "agreed": 180}),
    ("征求意见差一户", {"owners": 300, "consulted": 199, "agreed": 180}),
    ("同意差一户", {"owners": 300, "consulted": 200, "agreed": 149}),
    ("2005年底前建成", {"built_year": 2005}),
    ("2005年底前建成", {"built_year": 2005}),
    ("2006年建成", {"built_year": 2006}),
    ("2006年建成", {"built_year": 2006}),
    ("拆除恰为两成", _area(0.20, 1.0)),
    ("拆除超过两成", _area(0.21, 1.0)),
    ("拆建比恰为2", _area(0.10, 2.0)),
    ("拆建比超过2", _area(0.10, 2.05)),
    ("列入征收计划", {"planned_expropriation": True}),
    ("列入征收计划", {"planned_expropriation": True}),
    ("已列入中央补助支持计划", {"in_central_programme": True}),
    ("已列入中央补助支持计划", {"in_central_programme": True}),
    ("拟整体拆除新建", {"planned_rebuild": "whole"}),
    ("一栋拟拆除新建", {"planned_rebuild": "single_building"}),
    ("企业自用土地", {"land_tenure": "other"}),
    ("集体土地", {"land_tenure": "collective"}),
    ("高档住宅", {"housing_kind": "luxury"}),
    ("违建小区", {"housing_kind": "illegal"}),
    ("安置率恰为五成", {"resettlement_local_share": 50.0}),
    ("安置率不足五成", {"resettlement_local_share": 49.0}),
)


def fill_in(city: City, people: People, offices: Offices, rng: np.random.Generator) -> dict[str, Row]:
    """Return what is true of every compound, with the office's notes."""
    rows = {
        c.compound_id: _row(c, people, EFFORTS[offices.level[c.compound_id]], rng) for c in city.compounds
    }
    for key in sorted(offices.renewal):
        rows[key] |= _renewal(rows[key], rng)
    plain = [
        c.compound_id
        for c in city.compounds
        if c.kind in ("slab", "dormitory")
        and offices.level[c.compound_id] not in ("full", "partly")
        and c.built_year < 2004
        and not c.special
    ]
    for key, (note, change) in zip(plain[:: max(len(plain) // len(EXACT), 1)], EXACT, strict=False):
        values = change(rows[key]) if callable(change) else change
        rows[key] |= values | {"note": note, "surveyed": set(values) | {"floor_area_m2"}}
    begun = {key for key in rows if offices.level[key] in ("full", "partly")}
    rows = {key: row | _lists(row, key in begun, rng) for key, row in rows.items()}
    return {key: row | _low_income(row, key in begun, rng) for key, row in rows.items()}


def _lists(row: Row, begun: bool, rng: np.random.Generator) -> Row:
    """Return the cells from the office's own lists; large flats answer a little less often than small ones."""
    larger, order = rng.uniform(0.9, 1.02, 2), rng.permutation(len(ITEMS))
    done, planned = int(rng.integers(0, 4)), int(rng.integers(4, 7))
    accepted = date(2025, 6, 1) + timedelta(days=int(rng.integers(0, 330)))
    if not begun:
        return dict.fromkeys(LISTS)
    consulted = round(row["floor_area_m2"] * min(row["consulted"] / row["owners"] * larger[0], 1))
    return {
        "consulted_floor_area_m2": consulted,
        "agreed_floor_area_m2": round(consulted * min(row["agreed"] / row["consulted"] * larger[1], 1)),
        "items_planned": "、".join(ITEMS[i] for i in sorted(order[done : done + planned])),
        "items_done": "、".join(ITEMS[i] for i in sorted(order[:done])) or "无",
        "acceptance_date": accepted if done == 3 else None,
    }


def _low_income(row: Row, begun: bool, rng: np.random.Generator) -> Row:
    """Return the households with the minimum living allowance: more in old compounds, about one in fifty at most."""
    mean = row["households"] * float(np.interp(row["built_year"], (1980, 2010), (0.02, 0.003)))
    return {"low_income_households": int(rng.poisson(mean)) if begun else None}


def _renewal(row: Row, rng: np.random.Generator) -> Row:
    """Return the scheme of a compound of which much is to be pulled down."""
    demolished = round(row["floor_area_m2"] * rng.uniform(0.26, 0.45))
    return {
        "structure_grade": str(rng.choice(["C", "D"])),
        "seismic_ok": False,
        "dangerous_share": float(round(rng.uniform(25, 60))),
        "demolished_floor_area_m2": demolished,
        "new_floor_area_m2": round(demolished * rng.uniform(1.6, 2.4)),
        "surveyed": {
            "structure_grade",
            "seismic_ok",
            "demolished_floor_area_m2",
            "new_floor_area_m2",
            "floor_area_m2",
        },
    }


def _row(compound: Compound, people: People, effort: float, rng: np.random.Generator) -> Row:
    home = people.homes[compound.compound_id]
    age = 2026 - compound.built_year
    good = float(np.clip(1 - age / 55 + rng.normal(0, 0.12) + 0.12 * effort, 0.03, 0.98))

    def yes(chance: float) -> bool:
        return bool(rng.random() < chance + (0.985 - chance) * effort)

    def no(chance: float) -> bool:
        return bool(rng.random() < chance * (1 - 0.9 * effort))

    def share(middle: float, spread: float = 14.0) -> float:
        return float(np.clip(round(100 * middle + rng.normal(0, spread)), 0, 100))

    kind = {"villa": "villa", "bungalow": "bungalow", "village": "village"}.get(compound.kind, "ordinary")
    if kind == "ordinary" and effort < 1:
        shares = [0.9, 0.07, 0.03] if compound.kind == "tower" else [0.965, 0.0, 0.035]
        kind = str(rng.choice(["ordinary", "luxury", "illegal"], p=shares))
    tenure = "collective" if kind == "village" or no(0.05) else "other" if no(0.03) else "state_owned"
    owners = max(home.households - int(rng.integers(0, 9)), 5)
    consulted = int(owners * rng.uniform(0.86, 0.99)) if yes(0.62) else int(owners * rng.uniform(0.3, 0.66))
    agreed = int(np.ceil(consulted * (rng.uniform(0.79, 0.97) if yes(0.66) else rng.uniform(0.5, 0.74))))
    progress = (
        (0.25, 0.72, 0.02, 0.01)
        if effort > 0.9
        else (0.25, 0.5, 0.15, 0.1)
        if effort > 0.5
        else (0.18, 0.36, 0.24, 0.22)
    )
    illegal = str(rng.choice(["none", "cleared", "under_way", "not_begun"], p=progress))
    cleared = {"none": 100.0, "cleared": 100.0, "under_way": share(0.5, 18), "not_begun": 0.0}[illegal]
    grade = str(rng.choice(list("ABCD"), p=_grades(age)))
    floor_area = float(round(compound.floor_area_m2 * rng.uniform(0.97, 1.03), -1))
    demolished = floor_area * (rng.uniform(0.0, 0.12) if yes(0.85) else rng.uniform(0.22, 0.5))
    reviewed = yes(0.45)
    company = bool(yes(0.88 if compound.built_year > 2000 else 0.48))
    return {
        "built_year": compound.built_year,
        "land_tenure": tenure,
        "housing_kind": kind,
        "households": home.households,
        "floor_area_m2": floor_area,
        "gated": compound.walled,
        "structure_grade": grade,
        "seismic_ok": bool(rng.random() < 0.25 + 0.75 * good) and grade in "ABC",
        "dangerous_share": {"A": 0.0, "B": 0.0, "C": share(0.14, 6), "D": share(0.4, 12)}[grade],
        "in_central_programme": no(0.09),
        "planned_expropriation": no(0.06),
        "planned_rebuild": str(rng.choice(["whole", "single_building"])) if no(0.08) else "none",
        "owners_committee": yes(0.52 + 0.2 * good),
        "property_company": FIRMS[int(rng.integers(len(FIRMS)))] if company else "none",
        "party_organisation": yes(0.74),
        "governance_mechanism": yes(0.5),
        "illegal_structures": illegal,
        "illegal_cleared_share": cleared,
        "consent_illegal_removal": yes(0.72),
        "consent_property": yes(0.68),
        "idle_space_agreed": yes(0.5),
        "owners": owners,
        "consulted": consulted,
        "agreed": agreed,
        "wish_share": share(0.84 - 0.35 * good + 0.08 * effort),
        "scheme_reviewed": reviewed,
        "posted_on": date(2025, 9, 1) + timedelta(days=int(rng.integers(0, 250))) if reviewed else None,
        "objections": int(rng.integers(0, 19)) if reviewed else None,
        "demolished_floor_area_m2": round(demolished),
        "new_floor_area_m2": round(
            demolished * (rng.uniform(0.4, 1.9) if yes(0.85) else rng.uniform(2.1, 3.2))
        ),
        "resettlement_local_share": share(0.8, 10) if yes(0.85) else share(0.38, 6),
        "utilities_complete_share": share(0.25 + 0.7 * good),
        "service_area_per_100_households_m2": round(float(rng.gamma(3, 9)), 1),
        "facade_good_share": share(0.2 + 0.75 * good),
        "parking_per_household": round(
            float(np.clip(0.1 + 0.9 * good**1.6 + rng.normal(0, 0.08), 0, 1.8)), 2
        ),
        "lift_share": 100.0 if compound.kind == "tower" else share(0.03 + 0.25 * good, 8),
        "energy_retrofit_share": share(0.25 + 0.6 * good, 20),
        "water_reuse": bool(rng.random() < 0.1 + 0.3 * good),
        "waste_reuse_share": share(0.3, 16),
        "efficient_lighting_share": share(0.3 + 0.6 * good),
        "smart_security_share": share(0.35 + 0.5 * good, 18),
        "smart_platform": bool(rng.random() < 0.25 + 0.5 * good),
        "satisfaction": share(0.52 + 0.38 * good, 8),
        "requests_settled_share": share(0.82, 8),
        "assistance_share": share(0.78, 12),
        "counselling": bool(rng.random() < 0.4),
        "shared_parking_share": share(0.08, 8),
        "shared_space_m2": round(float(rng.gamma(1.3, 26))),
        "sharing_platform_share": share(0.22, 13),
        "note": "",
        "surveyed": {"built_year", "housing_kind"},
    }


def _grades(age: int) -> np.ndarray:
    if age < 25:
        return np.array([0.7, 0.29, 0.01, 0.0])
    if age < 38:
        return np.array([0.2, 0.7, 0.09, 0.01])
    return np.array([0.05, 0.77, 0.14, 0.04])


def forget(rows: dict[str, Row], offices: Offices, rng: np.random.Generator) -> dict[str, Row]:
    """Return the rows as the office knows them: about 15 % of the cells are not known."""
    known = {}
    for key, row in rows.items():
        gaps = rng.random(len(COLUMNS)) < UNKNOWN[offices.level[key]]
        known[key] = row | {
            name: None for name, gap in zip(COLUMNS, gaps, strict=True) if gap and name not in row["surveyed"]
        }
    return known


def typed(name: str, value: Any, rng: np.random.Generator) -> Any:
    """Return a cell as somebody typed it: words, numbers kept as text, markers for what is not known."""
    if value is None:
        return UNKNOWN_WORDS[int(rng.choice(len(UNKNOWN_WORDS), p=UNKNOWN_WORD_SHARES))]
    words = COLUMNS[name][2]
    if value in words and isinstance(value, (bool, str)):
        return words[value]
    chance = rng.random()
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日" if chance < 0.4 else value
    if isinstance(value, str) or chance > 0.18:
        return value
    if name in SHARES:
        return f"{value:g}%"
    if isinstance(value, int) and name != "built_year" and value < 1000:
        return str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return f"{value:,}" if name != "built_year" else str(value)
