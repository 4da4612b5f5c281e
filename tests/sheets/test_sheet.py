"""A candidate's sheet says what the tables say, opens from a file without network, and fits A4."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely

from pipeline import store
from pipeline.settings import Settings
from pipeline.sheets.drawing import WIDTH, Frame
from pipeline.sheets.gather import Sheet, count, gather
from pipeline.sheets.page import sheet_pages
from tests.programs import program
from tests.runs import Chain


def test_a_sheet_says_what_the_tables_say(sheets: list[Sheet]) -> None:
    first, *_, last = sheets
    assert [sheet.unit_id for sheet in sheets] == ["P0", "P1", "P2", "P3"]
    assert (first.rank, last.rank) == (1, None)
    facts = {label[0]: value[0] for label, value in first.facts}
    assert facts["居民"].startswith("7,200 (")
    assert facts["规模结论"] == "规模符合"
    assert facts["小区数"] == "6"
    assert first.total.text[0] == "78 (72–83)"
    assert [bar.label[0][0] for bar in first.scenarios] == list("FETGSWCO")
    assert sheets[1].scenarios[3].text == ("未知", "unknown")  # G of P1
    assert {label[1]: value[1] for label, value in first.pilot} == {
        "Type": "comprehensive upgrade", "Because": "66% of residents", "Runner-up": "planned new-build: second",
        "Deadline": "1-year limit from confirmation", "Highest award": "CNY 6,000,000",
    }  # fmt: skip
    papers = {rule: whose for rule, _, whose in first.papers}
    assert papers["B10"] == ("缺少：物业企业", "missing: property management")
    assert papers["A9"][0].endswith("等另 2 个")
    assert papers["A9"][1].endswith("and 2 more")
    reach = {name[1]: (share[0], unknown[0]) for name, share, unknown in first.reach}
    assert reach["kindergarten"] == ("86%", "0%")
    assert len(first.unknown) == 22  # every third indicator
    assert {f.result for f in first.findings} <= {"pass", "fail", "defer", "unknown"}


@pytest.mark.parametrize(
    ("number", "told"),
    [(3, "<10"), (0, "0"), (9.6, "10"), (9.4, "<10"), (None, "未知"), (12_345.4, "12,345")],
)
def test_small_counts_are_not_told(number: float | None, told: str) -> None:
    assert count(number, 10)[0] == told


def test_a_picture_is_to_scale_and_within_its_frame() -> None:
    frame = Frame.around(shapely.box(0, 0, 800, 500))
    assert frame.scale * 800 * 1.24 == pytest.approx(WIDTH)
    assert frame.counts([(0, 500)]).tolist() == [
        [round(0.12 * 800 * frame.scale), round(frame.scale * (frame.north - 500))]
    ]
    tall = Frame.around(shapely.box(0, 0, 10, 500))
    assert tall.height == WIDTH
    assert frame.path([shapely.box(-9999, -9999, 9999, 9999)]).startswith("M")
    assert frame.path([shapely.box(5000, 5000, 6000, 6000)]) == ""


def test_pictures_are_well_formed(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        root = ElementTree.fromstring(sheet.picture)
        assert root.tag.endswith("svg")
        assert len(sheet.picture) < 100_000


def _open(chromium: Any, page: Path) -> tuple[Any, list[str], list[str]]:
    context = chromium.new_context(viewport={"width": 900, "height": 1200}, offline=True)
    opened, requests, faults = context.new_page(), [], []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on(
        "console",
        lambda message: faults.append(message.text) if message.type in ("error", "warning") else None,
    )
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(page.as_uri())
    return opened, requests, faults


def test_a_sheet_opens_in_both_languages_without_network(
    chromium: Any, mini_settings: Settings, sheets: list[Sheet], tmp_path: Path
) -> None:
    store.write({tmp_path / "candidates": sheet_pages(mini_settings, sheets)})
    file = tmp_path / "candidates" / "P0.html"
    page, requests, faults = _open(chromium, file)
    assert (requests, faults) == ([file.as_uri()], [])
    assert "海风里" in page.inner_text("h1")
    assert page.locator(".badge").inner_text() == "虚构示例 FICTIONAL"
    assert "Highest award" not in page.inner_text("body")
    page.click("#language")
    assert "Haifeng Li" in page.inner_text("h1")
    assert "Highest award" in page.inner_text("body")
    for width in (1400, 900, 420):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    page.context.close()


def test_every_text_of_an_attack_stays_text(
    chromium: Any, hostile_settings: Settings, hostile: dict[str, Any], tmp_path: Path
) -> None:
    store.write({tmp_path / "candidates": sheet_pages(hostile_settings, gather(hostile_settings, hostile))})
    for file in sorted((tmp_path / "candidates").iterdir()):
        page, requests, faults = _open(chromium, file)
        page.click("#language")
        page.wait_for_timeout(50)
        assert page.evaluate("window.hit") is None
        assert (requests, faults) == ([file.as_uri()], [])
        strange = "img,iframe,object,embed,link,math,details,body input,meta[http-equiv=refresh],script:not(:last-of-type)"
        assert page.locator(strange).count() == 0
        assert page.locator("script").count() == 1
        assert page.locator("a").evaluate_all("links => links.map(a => a.getAttribute('href'))") == [
            f"../index.html#unit={file.stem}"
        ]
        text = page.inner_text("body")
        assert not set("\u202e\u2066\x00") & set(text)
        page.context.close()


def test_the_demos_sheets_print_on_two_sides_of_a4(demo: Chain, tmp_path: Path) -> None:
    folder = demo.folders.path("candidates/")
    assert {f.stem for f in folder.iterdir()} == set(demo["candidates"]["unit_id"])
    pdf = tmp_path / "sheet.pdf"
    browser = program("chromium", "chromium-browser", "google-chrome")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--print-to-pdf={pdf}",
    ]
    subprocess.run([browser, *options, (folder / "P01.html").as_uri()], check=True, capture_output=True)
    told = subprocess.run([program("pdfinfo"), str(pdf)], check=True, capture_output=True, text=True).stdout
    assert "Pages:           2" in told
    assert "594.96 x 841.92" in told or "A4" in told
