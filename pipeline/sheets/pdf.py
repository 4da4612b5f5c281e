"""Set the report as PDF with Typst: embedded Chinese text that can be selected, the same bytes each time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from pipeline.sheets.gather import Sheet

CJK_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei",
             "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")  # fmt: skip


@cache
def chinese_font() -> str | None:
    """Return the first of the fonts with Chinese characters that the system has."""
    families = {family.lower() for family in typst.Fonts(include_embedded_fonts=False).families()}
    return next((name for name in CJK_FONTS if name.lower() in families), None)


def report_pdf(content: Mapping[str, Any], sheets: Sequence[Sheet], as_of: date, language: int) -> bytes:
    """Return the report in a language (0 Chinese, 1 English).

    Parameters
    ----------
    content
        What `assets/report.typ` reads beside the sheets; pairs of texts stand for both languages.
    """
    named = [asdict(sheet) | {"picture": f"{i}.svg"} for i, sheet in enumerate(sheets)]
    pictures = {f"{i}.svg": sheet.picture for i, sheet in enumerate(sheets)}
    if content["overview"]:
        pictures["overview.svg"] = content["overview"]
    whole = in_language({**content, "sheets": named, "overview": bool(content["overview"])}, language)
    return compiled("report.typ", whole, pictures, as_of)


def without_font(as_of: date, mark: str) -> bytes:
    """Return a page that says, in letters that Typst brings along, why there is no report."""
    return compiled("no_font.typ", {"fonts": list(CJK_FONTS), "mark": mark.rpartition(" ")[2]}, {}, as_of)


def compiled(template: str, content: Mapping[str, Any], pictures: Mapping[str, str], as_of: date) -> bytes:
    """Compile a template with its content beside it; texts are strings of JSON, never source."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = files("pipeline.sheets").joinpath("assets", template).read_text(encoding="utf-8")
        folder.joinpath(template).write_text(source, encoding="utf-8")
        folder.joinpath("data.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        for picture, svg in pictures.items():
            folder.joinpath(picture).write_text(svg, encoding="utf-8")
        stamp = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
        return bytes(typst.compile(folder / template, root=folder, format="pdf", timestamp=stamp))


def in_language(content: Any, language: int) -> Any:
    """Return the content with each pair of texts replaced by its half."""
    if isinstance(content, tuple) and len(content) == 2 and all(isinstance(part, str) for part in content):
        return content[language]
    if isinstance(content, Mapping):
        return {key: in_language(value, language) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [in_language(value, language) for value in content]
    return content
