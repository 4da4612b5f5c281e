"""Write the register as a workbook: a title, two rows of headings in merged groups, the sub-district merged over its rows."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter

from pipeline.demo import names, register
from pipeline.demo.describe import STAMP

NOT_IN_REGISTER = 3


def write(
    path: Path,
    rows: dict[str, register.Row],
    titles: dict[str, tuple[str, str]],
    homes: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> None:
    """Write the register; three compounds are not in it, and one of its rows is on no map."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "小区登记"
    columns = list(register.COLUMNS)
    headings = ["所属街道", "小区编号", "小区名称", *(register.COLUMNS[c][1] for c in columns)]
    headings += [*(heading for _, heading in register.LISTS.values()), "备注"]
    groups = ["所属街道", "小区编号", "小区名称", *(register.COLUMNS[c][0] for c in columns)]
    groups += [*(group for group, _ in register.LISTS.values()), "备注"]
    sheet.append([f"{names.DISTRICT[0]}住宅小区登记表 (虚构示例)"])
    sheet.append(groups)
    sheet.append(headings)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(headings))
    _merge_groups(sheet, groups)
    districts = dict(zip(homes["compound_id"], homes["subdistrict"], strict=True))
    listed = sorted(districts, key=lambda key: (districts[key], key))
    left_out = set(listed[20::70][:NOT_IN_REGISTER])
    first: dict[str, int] = {}
    for key in listed:
        if key in left_out:
            continue
        row = rows[key]
        cells = [register.typed(name, row[name], rng) for name in columns]
        cells += [row[name] for name in register.LISTS]
        sheet.append([districts[key], key, titles[key][0], *cells, row["note"] or None])
        first.setdefault(districts[key], sheet.max_row)
        last = sheet.max_row
        if key == [k for k in listed if districts[k] == districts[key] and k not in left_out][-1]:
            sheet.merge_cells(start_row=first[districts[key]], start_column=1, end_row=last, end_column=1)
    sheet.append(
        [
            "—",
            "C999",
            "老码头棚户",
            1975,
            *[None] * (len(columns) + len(register.LISTS) - 1),
            "已拆除, 图上无此小区",
        ]
    )
    sheet.freeze_panes = "D4"
    _save(book, path)


def _merge_groups(sheet: Any, groups: list[str]) -> None:
    start = 1
    for column in range(2, len(groups) + 2):
        if column <= len(groups) and groups[column - 1] == groups[start - 1]:
            continue
        single = column - 1 == start
        if single and start in (1, 2, 3, len(groups)):
            sheet.merge_cells(start_row=2, start_column=start, end_row=3, end_column=start)
        elif not single:
            sheet.merge_cells(start_row=2, start_column=start, end_row=2, end_column=column - 1)
        sheet.column_dimensions[get_column_letter(start)].width = 12
        start = column


def _save(book: openpyxl.Workbook, path: Path) -> None:
    """Save a workbook with the date of the data for every time that the format records."""
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", STAMP.encode(), content)
            target.writestr(zipfile.ZipInfo(name, (2026, 6, 11, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
