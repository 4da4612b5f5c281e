"""Write cells of a workbook: text as text, numbers in full, formulas where we mean them, and sheets that print well."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import ceil
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.report.plain_text import plain
from pipeline.tables import FIELDS

LONGEST = 32_767  # characters that a cell can hold
_HEAD = PatternFill("solid", fgColor="E8F0F8")
_TEXT = Alignment(horizontal="left", vertical="top", indent=1)
_NUMBER = Alignment(vertical="top")
_WRAPPED = Alignment(horizontal="left", vertical="top", indent=1, wrap_text=True)
LINE_POINTS, MOST_LINES = 14.5, 6
"""Height of a line; a row is no higher than so many lines: what is longer shows in full when its cell is chosen."""
_WIDE = {
    "reasons", "reasons_en", "reason", "reason_en", "note", "evidence", "question", "question_en", "sentence",
    "sentence_en", "clause", "source",
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A formula of ours; any other text is written as text."""

    text: str


def label(column: str) -> str:
    """Return a column's heading: its Chinese name, then its own."""
    return f"{FIELDS[column].zh} {column}" if column in FIELDS else column


def fill(sheet: Worksheet, row: int, values: Sequence[Any]) -> None:
    """Write a row. What is missing stays empty; numbers keep all their digits and are shown with few."""
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        if isinstance(value, Formula):
            cell.value = value.text
        elif isinstance(value, str):
            _write_text(cell, value)
        else:
            cell.value = _number(value)
        if isinstance(value, float | Formula):
            cell.number_format = "#,##0.00"


def table_sheet(sheet: Worksheet, frame: pd.DataFrame) -> None:
    """Write a table as it is but for its geometry, with labelled headings."""
    frame = frame.drop(columns="geometry", errors="ignore")
    fill(sheet, 1, [label(str(column)) for column in frame.columns])
    for row, values in enumerate(frame.itertuples(index=False, name=None), start=2):
        fill(sheet, row, values)
    dress(sheet, {str(column): 48 if column in _WIDE else 16 for column in frame.columns}, filtered=True)


def dress(sheet: Worksheet, widths: Mapping[str, float], head_row: int = 1, filtered: bool = False) -> None:
    """Set widths by column in order, freeze the headings, repeat them on every page of A4 landscape."""
    for cell in sheet[head_row]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    wide = list(widths.values())
    for index, width in enumerate(wide, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    for row in sheet.iter_rows(head_row, sheet.max_row):
        wrapped = [cell for cell, width in zip(row, wide, strict=False) if width > 40 or cell.row == head_row]
        lines = max((_lines(cell.value, wide[cell.column - 1]) for cell in wrapped), default=1)
        sheet.row_dimensions[row[0].row].height = LINE_POINTS * min(lines, MOST_LINES)
        for cell in row:
            if cell.data_type == "s" and cell.value is not None:
                cell.alignment = _WRAPPED if cell in wrapped else _TEXT
            elif lines > 1:
                cell.alignment = _NUMBER
    sheet.freeze_panes = sheet.cell(head_row + 1, 1)
    sheet.print_title_rows = f"{head_row}:{head_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if filtered and sheet.max_row > head_row:
        last = f"{get_column_letter(len(widths))}{sheet.max_row}"
        sheet.auto_filter.ref = f"A{head_row}:{last}"


def _lines(value: Any, width: float) -> int:
    """Lines that a text takes in a column `width` letters wide: Chinese characters count twice.

    Heights are written, since not every program works them out on opening.
    """
    room = max(width - 2, 1)
    parts = value.split("\n") if isinstance(value, str) else [""]
    return sum(
        max(1, ceil(sum(2 if east_asian_width(c) in "WF" else 1 for c in part) / room)) for part in parts
    )


def saved(book: Workbook, as_of: date) -> bytes:
    """Save with the district's date for every time stamp: the same input gives the same bytes.

    Formulas are computed when the workbook is opened.
    """
    stamp = datetime.combine(as_of, time())
    book.properties.created = stamp
    book.properties.creator = "meihao-siting"
    book.calculation.fullCalcOnLoad = True
    draft, final = io.BytesIO(), io.BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(final, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in sorted(source.infolist(), key=lambda info: info.filename != "[Content_Types].xml"):
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                modified = book.properties.modified.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = content.replace(modified, stamp.strftime("%Y-%m-%dT%H:%M:%SZ").encode())
            target.writestr(
                zipfile.ZipInfo(entry.filename, stamp.timetuple()[:6]), content, zipfile.ZIP_DEFLATED
            )
    return final.getvalue()


def _number(value: Any) -> Any:
    if pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isinf(value) else value


def _write_text(cell: Any, value: str) -> None:
    text = plain(value)
    cell.value = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    cell.data_type = "s"
    cell.quotePrefix = value.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r")
