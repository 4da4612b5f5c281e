"""axe-core finds no fault of contrast and none that is serious, on either page, in any part, screen and language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from pipeline.maps.page import write
from pipeline.settings import Settings
from tests.review.conftest import OVERLAPS, TABLET, WIDE, Watched

Open = Callable[..., Watched]
OPTIONS = {"resultTypes": ["violations"]}


def faults(opened: Watched) -> list[str]:
    """Rule, and the elements that break it, of each violation of contrast or of serious or critical impact."""
    found = Axe().run(opened.page, options=OPTIONS).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {[node['html'][:110] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in ("serious", "critical") or "contrast" in each["id"]
    ]


def test_review_page(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.page.locator("#form summary").first.click()
    opened.page.fill("[data-scenario=F]", "500")
    assert faults(opened) == []
    opened.page.click("#hand-in")
    opened.page.click("#reveal")
    opened.page.click("#language")
    opened.page.locator("[data-unit=P0] .heat button").first.click()
    opened.page.check(".vote input[value=yes]")
    opened.page.locator("#weight-F").press("End")
    assert faults(opened) == []
    opened.page.locator("#card .indicator").nth(1).click()
    assert faults(opened) == []
    opened.page.keyboard.press("Escape")
    opened.page.evaluate("show('comparison')")
    opened.page.locator(".comparison .link").first.click()
    assert faults(opened) == []


def test_review_page_on_a_tablet(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html, viewport=TABLET)
    opened.reveal()
    opened.page.locator("[data-unit=P0] .heat button").first.click()
    assert faults(opened) == []


def test_the_check_sees_faint_text(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.page.evaluate("byId('title').style.color = '#bbb'")
    assert [fault.split(" ")[0] for fault in faults(opened)] == ["color-contrast"]


@pytest.fixture(scope="module")
def index_html(
    tables: dict[str, Any], mini_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("index") / "index.html"
    path.write_text(write(mini_settings, tables), encoding="utf-8")
    return path


def test_map_page(open_page: Open, index_html: Path) -> None:
    opened = open_page(index_html)
    opened.page.wait_for_selector(".candidate")
    opened.page.evaluate("select('unit', 0)")
    opened.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert faults(opened) == []
    opened.page.click("#language")
    opened.page.evaluate("setTheme(page.themes.find((theme) => theme.grid))")
    opened.page.evaluate("showSources()")
    assert faults(opened) == []


def test_map_page_on_a_tablet(open_page: Open, index_html: Path) -> None:
    opened = open_page(index_html, viewport=TABLET)
    opened.page.wait_for_selector(".candidate")
    assert faults(opened) == []


@pytest.mark.parametrize("view", [WIDE, TABLET], ids=["1400", "768"])
def test_no_text_lies_on_another_in_a_legend_of_the_map(
    open_page: Open, index_html: Path, view: dict[str, int]
) -> None:
    opened = open_page(index_html, viewport=view)
    found = opened.page.evaluate(
        f"""() => [0, 1].flatMap((each) => page.themes.flatMap((theme) => {{
          language = each;
          state.theme = theme;
          renderLegend();
          return ({OVERLAPS})("#legend-section").map((pair) => theme.theme + ": " + pair);
        }}))"""
    )
    assert found == []
