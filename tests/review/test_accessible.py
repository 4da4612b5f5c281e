"""axe-core finds no fault of contrast and none that is serious, on either page, in any part, screen and language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from pipeline.maps.page import write
from pipeline.settings import Settings
from tests.review.conftest import WIDE, Watched

Open = Callable[..., Watched]
OPTIONS = {"resultTypes": ["violations"]}
VIEWS = [WIDE, {"width": 768, "height": 1000}]


def faults(opened: Watched) -> list[str]:
    """Rule, and the elements that break it, of each violation of contrast or of serious or critical impact."""
    found = Axe().run(opened.page, options=OPTIONS).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {[node['html'][:110] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in ("serious", "critical") or "contrast" in each["id"]
    ]


@pytest.mark.parametrize("view", VIEWS, ids=["1400", "768"])
def test_review_page(open_page: Open, review_html: Path, view: dict[str, int]) -> None:
    opened = open_page(review_html, viewport=view)
    assert faults(opened) == []
    opened.page.locator("#form summary").first.click()
    opened.page.fill("[data-scenario=F]", "500")
    opened.page.click("#language")
    opened.page.click("#hand-in")
    assert faults(opened) == []
    opened.page.click("#reveal")
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
    opened.page.evaluate("show('scoring')")
    assert faults(opened) == []


@pytest.fixture(scope="module")
def index_html(
    tables: dict[str, Any], mini_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("index") / "index.html"
    path.write_text(write(mini_settings, tables), encoding="utf-8")
    return path


@pytest.mark.parametrize("view", VIEWS, ids=["1400", "768"])
def test_map_page(open_page: Open, index_html: Path, view: dict[str, int]) -> None:
    opened = open_page(index_html, viewport=view)
    opened.page.wait_for_selector(".candidate")
    assert faults(opened) == []
    opened.page.evaluate("select('unit', 0)")
    opened.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert faults(opened) == []
    opened.page.click("#language")
    opened.page.evaluate("setTheme(page.themes.find((theme) => theme.grid))")
    opened.page.evaluate("showSources()")
    assert faults(opened) == []
