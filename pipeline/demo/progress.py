"""Keep the progress file as an office would: subjects by id or by name, remarks, and a few rows that do not hold."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd

from pipeline.demo.register import Row

STEPS = ("申报", "区审核", "市专家审核确定", "编制方案", "实施", "联合验收", "试运营", "评估公布")
DAYS = (0, 35, 80, 170, 260, 560, 575, 675)  # from the application to each step
FIRST, APART_DAYS = date(2024, 3, 4), 24
COMPOUNDS, COMMITTEES = 8, 5
STEPS_GONE = (8, 8, 7, 6, 5, 5, 4, 4, 3, 2, 2, 1, 1)  # by subject, first come first

Line = tuple[str, str, date, str]


def lines(rows: dict[str, Row], committees: gpd.GeoDataFrame) -> list[Line]:
    """Return the file's rows: subject, step, date, remark.

    Old compounds with an owners' committee are written by id, whole committees by name.
    """
    ready = [
        key for key, row in rows.items() if row["owners_committee"] and (row["built_year"] or 9999) <= 2000
    ]
    named = committees.groupby("subdistrict")["name"].first().tolist() + committees["name"].tolist()[-1:]
    subjects = [*ready[: COMPOUNDS * 5 : 5], *named[:COMMITTEES]]
    told: list[Line] = []
    for number, (subject, gone) in enumerate(zip(subjects, STEPS_GONE, strict=True)):
        begun = FIRST + timedelta(days=APART_DAYS * number)
        told += [
            (subject, step, begun + timedelta(days=days), "")
            for step, days in zip(STEPS[:gone], DAYS, strict=False)
        ]
    return sorted(told + _faulty(subjects, told), key=lambda line: line[2])


def _faulty(subjects: list[str], told: list[Line]) -> list[Line]:
    """Return rows that the procedure refuses, each for its own reason."""
    last = {subject: day for subject, _, day, _ in told}

    def later(subject: str, days: int) -> date:
        return last[subject] + timedelta(days=days)

    return [
        ("C998", "申报", date(2025, 3, 3), "图上无此小区"),
        (subjects[12], "编制方案", later(subjects[12], 60), "尚未经区、市审核"),
        (subjects[9], "市专家审核确定", later(subjects[9], -20), "日期早于区审核"),
        (subjects[11], "申报", later(subjects[11], 14), "重复上报"),
        (subjects[2], "评估公布", later(subjects[2], 62), "试运营不满三个月"),
        (subjects[3], "试营业", later(subjects[3], 10), "步骤名称有误"),
    ]


def write(path: Path, rows: dict[str, Row], committees: gpd.GeoDataFrame) -> None:
    """Write the file as CSV."""
    told = [",".join((s, step, day.isoformat(), remark)) for s, step, day, remark in lines(rows, committees)]
    path.write_text("\n".join(["对象,步骤,日期,备注", *told]) + "\n", encoding="utf-8-sig", newline="\r\n")
