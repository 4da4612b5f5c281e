"""The workbook recomputes, carries text as text, and is the same each time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from pipeline.catalogue.load import indicators, scenarios
from pipeline.report.cells import LINE_POINTS, LONGEST, MOST_LINES, table_sheet
from pipeline.report.recompute import CATALOGUE, HEAD, INDICATORS, RANKING, SCENARIOS, WEIGHTS
from pipeline.report.workbook import candidates_workbook
from pipeline.scoring.table import score_table
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import District, Settings, load_params
from tests.attacks import ATTACKS
from tests.programs import recalculated
from tests.runs import ROOT, Chain


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return _settings(tmp_path)


def _settings(folder: Path, *chosen: str) -> Settings:
    layer = {"path": "x", "date": "2026-01-01", "source": "made up", "licence": "CC0-1.0"}
    district = District.model_validate(
        {
            "district_id": "x",
            "name": {"zh": "甲 & 乙区", "en": "A & B"},
            "crs": "EPSG:32651",
            "date": "2026-01-01",
            "fictional": True,
            "layers": {"committees": layer, "streets": layer, "facilities": [layer]},
            "folder": folder,
        }
    )
    return Settings(params=load_params(ROOT / "params.yaml", chosen), district=district)


def _evidence(units: list[str], seed: int) -> pd.DataFrame:
    """Values within and beyond the breakpoints, intervals, unknown ones, and units and scenarios without any value."""
    random, rows = np.random.default_rng(seed), []
    for unit in units:
        for key, entry in indicators().items():
            xs, ps = (np.array(side) for side in zip(*entry.score, strict=True))
            span = xs[-1] - xs[0]
            low, value, high = np.sort(random.uniform(xs[0] - 0.2 * span, xs[-1] + 0.2 * span, 3))
            if random.random() < 0.2:
                value = float(random.choice(xs))  # on a breakpoint
                low, high = min(low, value), max(high, value)
            known = unit != "P3" and not (unit == "P2" and key[0] == "F") and random.random() < 0.7
            if random.random() < 0.3:
                low, high = np.nan, np.nan
            ends = np.interp([np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)], xs, ps)
            at = np.interp(value, xs, ps) if known else np.nan
            rows.append(
                {
                    "unit_id": unit, "indicator_id": key, "value": value if known else np.nan, "value_low": low,
                    "value_high": high, "points": at, "points_low": ends.min(), "points_high": ends.max(),
                    "known": known, "evidence_share": random.random(), "evidence": "e", "note": "",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _candidates(units: list[str], text: str = "海晏里") -> pd.DataFrame:
    n = len(units)
    return pd.DataFrame(
        {
            "rank": pd.array([1, *[None] * (n - 1)], dtype="Int64"), "unit_id": units, "name": text,
            "eligible": "pass", "pilot_type": "undetermined", "need": [30.0, *[None] * (n - 1)],
            "readiness": [70.0, *[None] * (n - 1)], "chance_top_k": 1.0, "papers_missing": pd.array([2] * n, dtype="Int64"),
            "reasons": text,
        }
    )  # fmt: skip


def _book(settings: Settings, text: str = "海晏里", evidence: pd.DataFrame | None = None) -> bytes:
    units = ["P1"] if evidence is None else list(dict.fromkeys(evidence["unit_id"]))
    evidence = _evidence(units, 1) if evidence is None else evidence
    tables = {"资格 eligibility": pd.DataFrame({"name": [text], "reason": [text]})}
    return candidates_workbook(
        settings, scenarios(), indicators(), _candidates(units, text), evidence, tables
    )


def _weights(settings: Settings):  # type: ignore[no-untyped-def]
    return catalogue_weights(scenarios(), indicators(), settings.params.score.scenario_weights)


def _agrees(book: Workbook, scores: pd.DataFrame, evidence: pd.DataFrame) -> int:
    """Compare every computed cell with the tables; return how many were compared."""
    kept, compared = scores.set_index(["unit_id", "scenario"]), 0

    def same(cells: tuple[object, ...], values: list[float]) -> int:
        for cell, value in zip(cells, values, strict=True):
            if np.isnan(value):
                assert cell in (None, "")
            else:
                assert cell == pytest.approx(value, abs=1e-9)
        return len(values)

    for row in book[RANKING].iter_rows(min_row=HEAD + 1, values_only=True):
        total = kept.loc[(row[1], "total")]
        compared += same(row[5:9], [total[c] for c in ("score", "low", "high", "coverage")])
    for row in book[SCENARIOS].iter_rows(min_row=2, values_only=True):
        scenario = kept.loc[(row[0], row[1])]
        compared += same(row[4:8], [scenario[c] for c in ("score", "low", "high", "coverage")])
    points = evidence.set_index(["unit_id", "indicator_id"])
    for row in book[INDICATORS].iter_rows(min_row=2, values_only=True):
        found = points.loc[(row[0], row[1])]
        compared += same(row[9:12], [found[c] for c in ("points", "points_low", "points_high")])
    return compared


@pytest.mark.parametrize("aggregate", ["arithmetic", "geometric"])
def test_libreoffice_comes_to_the_same_scores(tmp_path: Path, aggregate: str) -> None:
    """Random values, unknown indicators, a unit without a scenario and one without anything, uneven weights."""
    weights = "score.scenario_weights={F: 3, E: 1, T: 0.5, G: 0, S: 1, W: 2, C: 1, O: 1}"
    settings = _settings(tmp_path, f"score.aggregate={aggregate}", weights)
    evidence = _evidence(["P1", "P2", "P3"], seed=7)
    (tmp_path / "c.xlsx").write_bytes(_book(settings, evidence=evidence))
    (tmp_path / "out").mkdir()
    book = load_workbook(recalculated(tmp_path / "c.xlsx", tmp_path / "out"), data_only=True)
    scores = score_table(evidence, _weights(settings), settings.params.score.aggregate)
    assert _agrees(book, scores, evidence) == 3 * (4 + 8 * 4 + 66 * 3)


def test_the_demos_workbook_equals_its_tables(demo: Chain, tmp_path: Path) -> None:
    book = load_workbook(recalculated(demo.folders.path("candidates.xlsx"), tmp_path), data_only=True)
    candidates = demo["candidates"]
    assert _agrees(book, demo["scores"], demo["indicators"]) == len(candidates) * (4 + 8 * 4 + 66 * 3)
    rows = list(book[RANKING].iter_rows(min_row=HEAD + 1, values_only=True))
    assert [row[1] for row in rows] == candidates["unit_id"].tolist()
    priority = 0.5 * candidates["need"] + 0.5 * candidates["readiness"]
    for row, expected in zip(rows, priority, strict=True):
        assert np.isnan(expected) or row[19] == pytest.approx(expected, abs=1e-9)
    assert not any(
        "#" in str(cell.value) for sheet in book for line in sheet.iter_rows(max_row=3) for cell in line
    )


def test_a_changed_weight_value_and_breakpoint_change_the_total(settings: Settings, tmp_path: Path) -> None:
    evidence = _evidence(["P1"], seed=3)
    book = load_workbook(io.BytesIO(_book(settings, evidence=evidence)))
    book[WEIGHTS]["C2"] = 5.0  # scenario F
    first = next(row for row in book[INDICATORS].iter_rows(min_row=2) if row[1].value == "F01")
    first[4].value = 65.0
    assert book[CATALOGUE]["A2"].value == "F01"
    assert book[CATALOGUE]["G2"].value == 40.0
    book[CATALOGUE]["G2"] = 50.0
    book.save(tmp_path / "c.xlsx")
    (tmp_path / "out").mkdir()
    after = load_workbook(recalculated(tmp_path / "c.xlsx", tmp_path / "out"), data_only=True)
    f01 = (evidence["indicator_id"] == "F01").to_numpy()
    entry = indicators()["F01"]
    xs, ps = (list(side) for side in zip(*entry.score, strict=True))
    xs[0] = 50.0
    changed = evidence.copy()
    changed.loc[f01, ["value", "points", "known"]] = [65.0, np.interp(65.0, xs, ps), True]
    changed.loc[f01, ["points_low", "points_high"]] = [
        0.0,
        100.0,
    ]  # a known value: its interval does not enter the score
    weights = catalogue_weights(
        scenarios(), indicators(), settings.params.score.scenario_weights | {"F": 5.0}
    )
    total = score_table(changed, weights, "arithmetic").query("scenario == 'total'").iloc[0]
    assert after[RANKING].cell(HEAD + 1, 6).value == pytest.approx(total["score"], abs=1e-9)


@pytest.mark.parametrize("text", ATTACKS)
def test_text_from_data_stays_text(settings: Settings, text: str) -> None:
    book = load_workbook(io.BytesIO(_book(settings, text)))
    cells = [book[RANKING].cell(HEAD + 1, 3), *(book["资格 eligibility"][at] for at in ("A2", "B2"))]
    for cell in cells:
        assert cell.data_type == "s"
        assert cell.hyperlink is None
        assert not set("\u202e\u202c\u2066\u2067\u061c\u200f\x00") & set(cell.value)
        if text[:1] in "=+-@\t":
            assert cell.quotePrefix
    formulas = [c.value for row in book[RANKING].iter_rows() for c in row if c.data_type == "f"]
    assert all("HYPERLINK" not in f and "cmd" not in f for f in formulas)


def test_text_longer_than_a_cell_ends_in_an_ellipsis(settings: Settings) -> None:
    value = load_workbook(io.BytesIO(_book(settings, "长" * 40_000)))["资格 eligibility"]["A2"].value
    assert len(value) == LONGEST
    assert value.endswith("长…")


def test_a_row_is_as_high_as_its_text() -> None:
    """A column of reasons is 48 letters wide, 46 of them free: 23 Chinese characters a line."""
    sheet = Workbook().create_sheet("x")
    texts = ["字" * 23, "字" * 24, "a" * 93, "一行\n二行", "字" * 999]
    table_sheet(sheet, pd.DataFrame({"unit_id": "P1", "reason": texts}))
    lines = [sheet.row_dimensions[row].height / LINE_POINTS for row in range(2, 7)]
    assert lines == [1, 2, 3, 2, MOST_LINES]


def test_headings_freeze_and_print(settings: Settings) -> None:
    book = load_workbook(io.BytesIO(_book(settings)))
    assert book.sheetnames[0] == RANKING
    for sheet in book:
        assert sheet.freeze_panes not in (None, "A1")
        assert sheet.print_title_rows
        assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.oddHeader.center.text == "甲 && 乙区 虚构示例 FICTIONAL"
        first = str(sheet.cell(HEAD if sheet.title == RANKING else 1, 1).value)
        assert any("\u4e00" <= character <= "\u9fff" for character in first)
    assert "虚构示例 FICTIONAL" in book[RANKING]["A1"].value


def test_the_same_bytes_each_time(settings: Settings) -> None:
    assert _book(settings) == _book(settings)
