"""Read workbooks as offices keep them: headings on two rows, merged cells, numbers as text."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import ColumnError, MissingInputError
from pipeline.intake.words import heading
from pipeline.settings import Layer

Cells = dict[tuple[int, int], Any]


def read_sheet(path: Path, layer: Layer, where: str, formulas: bool = False) -> pd.DataFrame:
    """Return a sheet's rows with its headings; the index is the row in the sheet.

    Merged cells count for every row that they cover. Where cells of the heading row are merged across columns, the row
    below holds the headings proper; a heading that occurs twice is written `group/heading`. A formula counts as what it
    computed when the workbook was saved, or with `formulas` as its own text.

    Raises
    ------
    MissingInputError, ColumnError
        It is no workbook or has no such sheet; a heading occurs twice.
    """
    try:
        book = openpyxl.load_workbook(path, data_only=not formulas)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise MissingInputError(where, f"is not an .xlsx workbook ({error})") from None
    if layer.sheet is not None and layer.sheet not in book.sheetnames:
        raise MissingInputError(
            where, f"has no sheet {layer.sheet!r}", f"one of its sheets: {', '.join(book.sheetnames)}"
        )
    sheet: Worksheet = book[layer.sheet] if layer.sheet else book.worksheets[0]
    top = layer.header_row
    grouped = any(
        area.min_row == area.max_row == top and area.size["columns"] > 1 for area in sheet.merged_cells
    )
    bottom = top + 1 if grouped else top
    cells = _cells(sheet, bottom)
    headings = _headings(cells, sheet.max_column, top, bottom, where)
    rows = {
        row: [cells.get((row, column)) for column in headings.values()]
        for row in range(bottom + 1, sheet.max_row + 1)
    }
    filled = {row: values for row, values in rows.items() if any(_filled(value) for value in values)}
    return pd.DataFrame.from_dict(filled, orient="index", columns=list(headings), dtype="object")


def _filled(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _cells(sheet: Worksheet, bottom: int) -> Cells:
    """Return the sheet's values by (row, column).

    A merged value stands in every row that it covers; in the heading rows down to `bottom` in every column too.
    """
    cells: Cells = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                percent = isinstance(cell.value, (int, float)) and "%" in str(cell.number_format)
                cells[cell.row, cell.column] = round(cell.value * 100, 9) if percent else cell.value
    for area in sheet.merged_cells.ranges:
        anchor = cells.get((area.min_row, area.min_col))
        right = area.max_col if area.min_row <= bottom else area.min_col
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, right + 1):
                cells[row, column] = anchor
    return cells


def _headings(cells: Cells, width: int, top: int, bottom: int, where: str) -> dict[str, int]:
    """Return heading to column number."""
    leaves = {
        column: heading(str(cells[bottom, column]))
        for column in range(1, width + 1)
        if _filled(cells.get((bottom, column)))
    }
    names = list(leaves.values())
    headings: dict[str, int] = {}
    for column, leaf in leaves.items():
        group = cells.get((top, column)) if bottom > top else None
        name = f"{heading(str(group))}/{leaf}" if names.count(leaf) > 1 and group else leaf
        if name in headings:
            raise ColumnError(
                where, f"the heading {name!r} occurs twice in row {bottom}", "headings that differ"
            )
        headings[name] = column
    if not headings:
        raise ColumnError(where, f"row {bottom} has no headings", "the row of headings", "set `header_row`")
    return headings
