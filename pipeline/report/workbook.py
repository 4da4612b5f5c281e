"""Write the committee's workbook: candidates, weights, scores, indicators, eligibility, units.

The totals in sheet 排名 are Excel formulas over the scenario scores and the weights in sheet 权重: a member changes a
weight and sees the totals follow. Text from data is written as text, never as a formula.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.settings import Settings
from pipeline.tables import FIELDS

_HEAD = PatternFill("solid", fgColor="E8F0F8")
_WIDE = {"reasons", "reasons_en", "reason", "reason_en", "note", "evidence", "zh", "en", "clause", "source"}


def candidates_workbook(
    settings: Settings,
    scenarios: Mapping[str, str],
    candidates: pd.DataFrame,
    scores: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> bytes:
    """Return the workbook's bytes.

    Parameters
    ----------
    scenarios
        Scenario id to its label, in the catalogue's order.
    candidates, scores
        Tables of those names.
    tables
        Further sheets by title; each frame is written as it is, with labelled headings.
    """
    book = Workbook()
    ranking = book.active
    assert ranking is not None
    ranking.title = "排名 ranking"
    weights = book.create_sheet("权重 weights")
    _weights(weights, settings, scenarios)
    _ranking(ranking, settings, scenarios, candidates, scores)
    for title, frame in tables.items():
        _sheet(book.create_sheet(title), frame)
    for sheet in book.worksheets:  # on every printed page
        sheet.oddHeader.center.text = f"{settings.district.name.zh} {settings.district.mark}".strip()
    return _fixed_dates(book, settings.district.date)


def _weights(sheet: Worksheet, settings: Settings, scenarios: Mapping[str, str]) -> None:
    sheet.append(["场景 scenario", "名称 name", "权重 weight"])
    for scenario, label in scenarios.items():
        sheet.append([scenario, label, settings.params.score.scenario_weights[scenario]])
    _dress(sheet, ["scenario", "name", "value"])


def _ranking(
    sheet: Worksheet,
    settings: Settings,
    scenarios: Mapping[str, str],
    candidates: pd.DataFrame,
    scores: pd.DataFrame,
) -> None:
    label = settings.district.name
    sheet.append(
        [f"{label.zh} 美好社区试点候选 / {label.en}: candidate pilots  {settings.district.mark}".rstrip()]
    )
    plain = [
        "rank",
        "unit_id",
        "name",
        "eligible",
        "pilot_type",
        "low",
        "high",
        "coverage",
        "need",
        "readiness",
        "chance_top_k",
    ]
    head = (
        [_label(c) for c in plain]
        + [f"{s} {t}" for s, t in scenarios.items()]
        + ["总分(公式) total (formula)", _label("reasons")]
    )
    sheet.append(head)
    wide = scores.pivot(index="unit_id", columns="scenario", values="score")
    first = len(plain) + 1
    cells = f"{get_column_letter(first)}{{row}}:{get_column_letter(first + len(scenarios) - 1)}{{row}}"
    span = f"'权重 weights'!$C$2:$C${len(scenarios) + 1}"
    for row, candidate in enumerate(candidates.itertuples(index=False), start=3):
        values = [_plain(getattr(candidate, c)) for c in plain]
        values += [_plain(wide.at[candidate.unit_id, s]) for s in scenarios]
        here = cells.format(row=row)
        # weighted mean over the known scenarios: blanks are unknown and drop out of both sums
        total = (
            f'=IFERROR(SUMPRODUCT(TRANSPOSE({here}),{span})/SUMPRODUCT(TRANSPOSE(--({here}<>"")),{span}),"")'
        )
        _fill(sheet, row, values)
        at = f"{get_column_letter(first + len(scenarios))}{row}"
        sheet[at] = ArrayFormula(at, total)
        _text(sheet.cell(row, first + len(scenarios) + 1), str(candidate.reasons))
    _dress(sheet, [*plain, *scenarios, "total", "reasons"], head_row=2)
    sheet["A1"].font = Font(bold=True, size=14)


def _sheet(sheet: Worksheet, frame: pd.DataFrame) -> None:
    sheet.append([_label(column) for column in frame.columns])
    for row, values in enumerate(frame.itertuples(index=False, name=None), start=2):
        _fill(sheet, row, [_plain(value) for value in values])
    _dress(sheet, list(frame.columns))


def _label(column: str) -> str:
    return f"{FIELDS[column].zh} {column}" if column in FIELDS else column


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return round(value, 4) if isinstance(value, float) else value


def _fill(sheet: Worksheet, row: int, values: list[Any]) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            _text(cell, value)
        else:
            cell.value = value


def _text(cell: Any, value: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub(
        "\ufffd", value
    )  # control characters, which a workbook cannot hold
    if value[:1] in "=+-@\t\r":
        cell.data_type = "s"
        cell.quotePrefix = True


def _dress(sheet: Worksheet, columns: list[str], head_row: int = 1) -> None:
    for cell in sheet[head_row]:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = 48 if column in _WIDE else 16
    sheet.freeze_panes = sheet.cell(head_row + 1, 1)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _fixed_dates(book: Workbook, as_of: date) -> bytes:
    """Save with the district's date for every time stamp: the same input gives the same bytes."""
    stamp = datetime.combine(as_of, time())
    book.properties.created = stamp
    book.properties.creator = "meihao-siting"
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
