"""The public edition of pages, sheets and report tells no count of people below its threshold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline import store
from pipeline.report.public import COUNTS, INTERNAL, handed_out
from pipeline.settings import Settings, load_district, load_params
from pipeline.stages import maps, sheets
from pipeline.stages.report import LAYERS, SHEETS
from tests.programs import pdf_text
from tests.runs import ROOT, Chain

THRESHOLD = 900  # buildings of 150 people are below, compounds of 1,200 above
_COUNT = re.compile(
    r"(?<![A-Za-z\d.,—–:#\"-])(\d[\d,]*(?:\.\d+)?)\s*(?:人|位|户|居民|residents\b|people\b|older people\b)"
)


def _public(settings: Settings, threshold: int) -> Settings:
    report = settings.params.report.model_copy(update={"public": True, "public_min_people": threshold})
    return settings.model_copy(update={"params": settings.params.model_copy(update={"report": report})})


@pytest.fixture(scope="module")
def few(printed: dict[str, Any]) -> dict[str, Any]:
    """The mini district with small counts in its sentences."""
    told = printed["eligibility"].assign(
        reason="征求 7 户，同意 5 户", reason_en="7 owners asked, 5 households agreed"
    )
    candidates = printed["candidates"].assign(reasons="其中 850 人未接入", reasons_en="850 people not tied")
    return printed | {"eligibility": told, "candidates": candidates}


def _small(text: str) -> list[str]:
    counts = [(match[0], float(match[1].replace(",", ""))) for match in _COUNT.finditer(text)]
    return [told for told, number in counts if 0 < number < THRESHOLD]


def test_the_sheets_and_the_report(mini_settings: Settings, few: dict[str, Any], tmp_path: Path) -> None:
    for settings, hidden in ((mini_settings, False), (_public(mini_settings, THRESHOLD), True)):
        out = tmp_path / str(hidden)
        outputs = sheets.run(settings, few)
        store.write({out / name.rstrip("/"): content for name, content in outputs.items()})
        pages = "".join(file.read_text(encoding="utf-8") for file in (out / "candidates").iterdir())
        words = re.sub(r"<[^>]*>", " ", re.sub(r"<(svg|style|script).*?</\1>", " ", pages, flags=re.S))
        report = pdf_text(out / "report.pdf") + pdf_text(out / "report_en.pdf")
        for text in (words, report):
            assert bool(_small(text)) != hidden, _small(text)[:5]
            assert ("公开版" in text) == hidden
        assert ("7,200" in words) == ("7,200" in report) is True


def test_the_page(mini_settings: Settings, few: dict[str, Any]) -> None:
    page = maps.run(_public(mini_settings, THRESHOLD), few)["index.html"]
    assert isinstance(page, str)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    assert not _small(found[1])
    data = json.loads(found[1])
    assert set(data["addresses"]["people"]) == {-1}
    assert {compound["people"] for compound in data["compounds"]} == {1200}
    assert all(
        number is None or number == -1 or number >= THRESHOLD
        for unit in data["units"]
        for number in unit["people"]
    )


def test_the_demos_workbook_and_geopackage(demo: Chain, demo_district: Path) -> None:
    """What is handed to both, of a real run, at a threshold that hides a third of the compounds."""
    threshold = 600
    provenance = demo["provenance.json"]
    assert provenance["parameters"]["report"]["public"] is False
    chosen = ("report.public=true", f"report.public_min_people={threshold}")
    district = load_district(demo_district)
    settings = Settings(params=load_params(ROOT / "params.yaml", chosen), district=district)
    tables = {name: demo[name] for name in {*SHEETS.values(), *LAYERS}}
    frames = handed_out(settings, tables, {name: name for name in tables})
    assert not {"residents", "atoms", "unit_members", "survey", "procedure"} & set(frames)
    hidden = 0
    for name, frame in frames.items():
        assert not INTERNAL & set(frame.columns)
        for column in COUNTS.intersection(frame.columns):
            kept = frame[column].dropna().abs()
            assert not ((kept > 0) & (kept < threshold)).any(), (name, column)
            hidden += int(frame[column].isna().sum() - tables[name][column].isna().sum())
        for column in frame.drop(columns="geometry", errors="ignore").select_dtypes(["str", "object"]):
            counts = [m for text in frame[column].dropna() for m in _COUNT.findall(str(text))]
            assert not [c for c in counts if 0 < float(c.replace(",", "")) < threshold], (name, column)
    assert hidden > 50
