"""Write the committee's workbook: candidates that recompute from values and weights, then the tables behind them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from openpyxl import Workbook

from pipeline.catalogue.indicators import Indicator, Scenario
from pipeline.report.cells import saved, table_sheet
from pipeline.report.plain_text import plain
from pipeline.report.recompute import computed_sheets
from pipeline.settings import Settings


def candidates_workbook(
    settings: Settings,
    scenarios: Mapping[str, Scenario],
    indicators: Mapping[str, Indicator],
    candidates: pd.DataFrame,
    evidence: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> bytes:
    """Return the workbook's bytes.

    Parameters
    ----------
    scenarios, indicators
        The catalogue, in its order.
    candidates, evidence
        Tables `candidates` and `indicators`.
    tables
        Further sheets by title; each frame is written as it is, with labelled headings.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    computed_sheets(book, settings, scenarios, indicators, candidates, evidence)
    for title, frame in tables.items():
        table_sheet(book.create_sheet(title), frame)
    district = settings.district
    for sheet in book.worksheets:  # on every printed page
        name = plain(district.name.zh).replace("&", "&&")  # a lone & would begin a code
        sheet.oddHeader.center.text = f"{name} {district.mark}".strip()
        sheet.oddFooter.left.text = f"{sheet.title}  {district.date.isoformat()}"
        sheet.oddFooter.right.text = "&P / &N"
    return saved(book, district.date)
