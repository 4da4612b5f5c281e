"""The workbook recomputes, carries text as text, and is the same each time."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from pipeline.report.workbook import candidates_workbook
from pipeline.settings import District, Settings, load_params

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = dict.fromkeys("FETGSWCO", "label")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    layer = {"path": "x", "date": "2026-01-01", "source": "made up", "licence": "CC0-1.0"}
    district = District.model_validate(
        {
            "district_id": "x",
            "name": {"zh": "甲区", "en": "A"},
            "crs": "EPSG:32651",
            "date": "2026-01-01",
            "fictional": True,
            "layers": {"committees": layer, "streets": layer, "facilities": [layer]},
            "folder": tmp_path,
        }
    )
    return Settings(params=load_params(ROOT / "params.yaml"), district=district)


def _book(settings: Settings, name: str = "海晏里") -> bytes:
    candidates = pd.DataFrame(
        {
            "rank": pd.array([1, None], dtype="Int64"), "unit_id": ["P1", "P2"], "name": [name, "乙"], "score": [50.0, None],
            "low": [40.0, 0.0], "high": [60.0, 100.0], "coverage": [0.8, 0.0], "need": [30.0, None], "readiness": [70.0, None],
            "eligible": ["pass", "unknown"], "pilot_type": ["comprehensive_upgrade", "undetermined"],
            "chance_top_k": [1.0, 0.0], "reasons": ["=HYPERLINK(\"x\")", "好"],
        }
    )  # fmt: skip
    scores = pd.DataFrame(
        [("P1", s, 10.0 * (i + 1)) for i, s in enumerate("FETGSWC")]
        + [("P1", "O", None)]
        + [("P2", s, None) for s in "FETGSWCO"],
        columns=["unit_id", "scenario", "score"],
    )
    return candidates_workbook(
        settings, SCENARIOS, candidates, scores, {"units": candidates[["unit_id", "name"]]}
    )


def test_the_total_is_a_formula_over_scores_and_weights(settings: Settings) -> None:
    sheet = load_workbook(io.BytesIO(_book(settings)))["排名 ranking"]
    formula = sheet["T3"].value.text
    assert formula == (
        "=IFERROR(SUMPRODUCT(TRANSPOSE(L3:S3),'权重 weights'!$C$2:$C$9)"
        '/SUMPRODUCT(TRANSPOSE(--(L3:S3<>"")),\'权重 weights\'!$C$2:$C$9),"")'
    )
    assert [sheet.cell(3, c).value for c in range(12, 20)] == [10, 20, 30, 40, 50, 60, 70, None]


@pytest.mark.parametrize("name", ["=1+1", "+86", "-2", "@cmd", "=cmd|' /C calc'!A0"])
def test_text_from_data_never_becomes_a_formula(settings: Settings, name: str) -> None:
    book = load_workbook(io.BytesIO(_book(settings, name)))
    for cell in (book["排名 ranking"]["C3"], book["units"]["B2"]):
        assert cell.value == name
        assert cell.data_type == "s"
        assert cell.quotePrefix


def test_a_control_character_is_shown_as_one_that_cannot_be(settings: Settings) -> None:
    assert load_workbook(io.BytesIO(_book(settings, "海\x01晏")))["units"]["B2"].value == "海\ufffd晏"


def test_the_demo_label_and_the_same_bytes_each_time(settings: Settings) -> None:
    assert "虚构示例 FICTIONAL" in load_workbook(io.BytesIO(_book(settings)))["排名 ranking"]["A1"].value
    assert _book(settings) == _book(settings)
