"""Make what people print: a check-up sheet for each candidate, and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.public import Published, page_settings
from pipeline.settings import Settings
from pipeline.sheets.gather import gather
from pipeline.sheets.page import sheet_pages
from pipeline.sheets.pdf import chinese_font, report_pdf, without_font
from pipeline.sheets.report import report_content
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the folder of sheets, the report in both languages, and what could not be printed."""
    as_of, font = settings.district.date, chinese_font()
    settings = page_settings(settings)
    tables = Published(settings, {name: inputs[name] for name in inputs})
    sheets = gather(settings, tables)
    shown = min(len(sheets), settings.params.report.candidates_in_pdf)
    if font is None:
        report = [without_font(as_of, settings.district.mark)] * 2
    else:
        content = report_content(settings, tables, sheets, shown, font)
        report = [report_pdf(content, sheets[:shown], as_of, language) for language in (0, 1)]
    return {
        "candidates/": sheet_pages(settings, sheets),
        "report.pdf": report[0],
        "report_en.pdf": report[1],
        "sheets_report.json": {"sheets": len(sheets), "in_report": shown if font else 0, "font": font},
    }
