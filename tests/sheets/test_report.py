"""The report is set in both languages, says what the run found, and reads no text as Typst."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.maps.text import layer_label
from pipeline.settings import Layers, Settings
from pipeline.sheets import pdf
from pipeline.sheets.gather import Sheet, gather
from pipeline.sheets.pdf import chinese_font, in_language, report_pdf, without_font
from pipeline.sheets.report import report_content
from pipeline.stages import sheets as stage
from tests.programs import pdf_text
from tests.runs import Chain
from tests.sheets.conftest import TYPST

HEADINGS = (
    "一、摘要",
    "二、方法",
    "三、候选单元一览",
    "四、候选单元体检",
    "五、数据质量",
    "六、复算与对照",
    "七、数据来源与许可",
)
AS_OF = date(2026, 11, 1)


def test_every_layer_that_a_district_may_give_has_a_name_to_be_shown_by() -> None:
    for name in Layers.model_fields:
        zh, en = layer_label(f"{name.rstrip('_')}[0]")
        assert zh and en


@pytest.fixture(scope="session")
def font() -> str:
    found = chinese_font()
    if found is None:
        pytest.skip("no font with Chinese characters; `make programs` gets one on Debian as root")
    return found


def _text(tmp_path: Path, content: bytes) -> str:
    (tmp_path / "report.pdf").write_bytes(content)
    return pdf_text(tmp_path / "report.pdf")


def test_headings_and_figures_can_be_selected(
    mini_settings: Settings, printed: dict[str, Any], sheets: list[Sheet], font: str, tmp_path: Path
) -> None:
    content = report_content(mini_settings, printed, sheets, 2, font)
    chinese = report_pdf(content, sheets[:2], AS_OF, 0)
    told = _text(tmp_path, chinese)
    for heading in HEADINGS:
        assert heading in told
    for figure in (
        "海风里",
        "78 (72–83)",
        "虚构示例 FICTIONAL",
        "没有设施类别 1",
        "其余 2 个见",
        "1.4e-14",
        "40.0%",
    ):
        assert figure in told
    english = _text(tmp_path, report_pdf(content, sheets[:2], AS_OF, 1))
    for figure in ("1 Summary", "Haifeng Li", "no class: 1", "the other 2", "7 Sources and licences"):
        assert figure in english
    assert chinese == report_pdf(content, sheets[:2], AS_OF, 0)


def test_no_text_is_read_as_typst_or_markup(
    hostile_settings: Settings, hostile: dict[str, Any], font: str, tmp_path: Path
) -> None:
    sheets = gather(hostile_settings, hostile)
    content = report_content(hostile_settings, hostile, sheets, len(sheets), font)
    told = "".join(_text(tmp_path, report_pdf(content, sheets, AS_OF, language)) for language in (0, 1))
    assert "root:" not in told
    whole = told.replace("\n", "").replace(" ", "")
    shown = [text for text in TYPST if text.replace(" ", "") in whole]
    assert '#panic("attack")' in told
    assert len(shown) >= 6, shown
    assert not set("\u202e\u2066\x00") & set(told)


def test_without_candidates_the_report_still_says_so(
    mini_settings: Settings, printed: dict[str, Any], font: str, tmp_path: Path
) -> None:
    none = printed | {
        "candidates": printed["candidates"].iloc[:0],
        "units": printed["units"][printed["units"]["kind"] == "committee"],
    }
    content = report_content(mini_settings, none, [], 0, font)
    assert "没有候选单元" in _text(tmp_path, report_pdf(content, [], AS_OF, 0))


def test_without_a_chinese_font_a_page_and_the_summary_say_why(
    mini_settings: Settings, printed: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stage, "chinese_font", lambda: None)
    outputs = stage.run(mini_settings, printed)
    assert outputs["sheets_report.json"] == {"sheets": 4, "in_report": 0, "font": None}
    told = _text(tmp_path, outputs["report.pdf"])  # type: ignore[arg-type]
    assert "no font with Chinese characters" in " ".join(told.split())
    assert "FICTIONAL" in told
    assert "fonts-noto-cjk" in told
    assert outputs["report.pdf"] == without_font(mini_settings.district.date, mini_settings.district.mark)


def test_halves_of_pairs() -> None:
    content = {"a": ("甲", "A"), "b": [("乙", "B"), "c"], "d": (("丙", "C"), ("丁", "D")), "e": 1}
    assert in_language(content, 0) == {"a": "甲", "b": ["乙", "c"], "d": ["丙", "丁"], "e": 1}
    assert in_language(content, 1) == {"a": "A", "b": ["B", "c"], "d": ["C", "D"], "e": 1}


def test_the_demos_report(demo: Chain, font: str) -> None:
    told = pdf_text(demo.folders.path("report.pdf"))
    assert all(heading in told for heading in HEADINGS)
    printed = demo["sheets_report.json"]
    assert printed["font"] == pdf.chinese_font()
    assert printed["in_report"] == min(printed["sheets"], 12)
    for name in demo["candidates"]["name"].head(12):
        assert name.replace("—", "") in told.replace("—", "").replace("\n", "") or name.split("—")[0] in told
