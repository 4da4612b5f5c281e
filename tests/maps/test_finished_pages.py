"""The demo's finished pages as people open them: on a screen, on a tablet and printed. Their pictures are kept."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.programs import program
from tests.review.conftest import OVERLAPS, TABLET, WIDE, Watched
from tests.review.test_accessible import faults
from tests.runs import Chain

PARTS = {"index": "#legend-section", "review": "main", "sheet": "main"}
"""Where no text may lie on another."""
CONTROLS = """() => {
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  const named = (radio, more) => document.querySelector(`input[name="${radio.name}"]${more}`);
  const first = (radio) => named(radio, ":checked") ?? named(radio, "");
  const seen = [...all].filter((e) => e.checkVisibility() && !e.disabled && (e.type !== "radio" || e === first(e)));
  seen.forEach((e, i) => { e.dataset.control = i; });
  return seen.map((e) => e.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def finished(demo: Chain) -> dict[str, Path]:
    folder = demo.folders.path("index.html").parent
    best = demo["candidates"].sort_values("rank")["unit_id"].iloc[0]
    return {
        "index": folder / "index.html",
        "review": folder / "review.html",
        "sheet": folder / "candidates" / f"{best}.html",
    }


@pytest.fixture(scope="module")
def opened(chromium: Any, finished: dict[str, Path]) -> Iterator[Callable[[str], Watched]]:
    """Open each page once, and show on it what it is for."""
    pages: dict[str, Watched] = {}

    def get(name: str) -> Watched:
        if name not in pages:
            context = chromium.new_context(viewport=WIDE, offline=True)
            watched = pages[name] = Watched(context.new_page())
            watched.page.goto(finished[name].as_uri())
            if name == "index":
                watched.page.wait_for_selector("#ranking .rank")
            if name == "review":
                watched.reveal()
        return pages[name]

    yield get
    for watched in pages.values():
        watched.page.context.close()


@pytest.mark.parametrize("name", PARTS)
def test_a_page_on_screen_tablet_and_paper(
    opened: Callable[[str], Watched], finished: dict[str, Path], pictures: Path, name: str
) -> None:
    watched = opened(name)
    for view in (WIDE, TABLET):
        watched.page.set_viewport_size(view)
        watched.page.wait_for_timeout(150)
        watched.page.screenshot(path=pictures / f"{name}-{view['width']}.png", full_page=name == "sheet")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= view["width"]
        assert watched.page.evaluate(OVERLAPS, PARTS[name]) == []
    watched.page.set_viewport_size(WIDE)
    pdf = pictures / f"{name}.pdf"
    watched.page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    _pictured(pdf, pictures / f"{name}-print")
    assert watched.requests == [finished[name].as_uri()]
    assert watched.faults == []
    policy = watched.page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy and "http" not in policy.replace("http-equiv", "")


@pytest.mark.parametrize("name", PARTS)
def test_every_control_is_reached_by_the_tab_key(opened: Callable[[str], Watched], name: str) -> None:
    """Where the page stands as it opened: every control in sight, in any order, and each with a name."""
    page = opened(name).page
    controls = page.evaluate(CONTROLS)
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(len(controls) + 20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.control"))
        if len(reached - {None}) == len(controls):
            break
    assert [control for i, control in enumerate(controls) if str(i) not in reached] == []


def test_axe_finds_no_fault_on_a_sheet(opened: Callable[[str], Watched]) -> None:
    """The map and the committee's page stand in `tests/review/test_accessible.py`."""
    watched = opened("sheet")
    assert faults(watched) == []
    watched.page.click("#language")
    assert faults(watched) == []
    watched.page.click("#language")


def test_the_report_is_pictured_too(demo: Chain, pictures: Path) -> None:
    """The district's map on its first page is drawn: far more blue than on the page of method."""
    _pictured(demo.folders.path("report.pdf"), pictures / "report")
    blue = []
    for page in (1, 2):
        drawn = np.asarray(Image.open(pictures / f"report-{page:02d}.png").convert("RGB")).astype(int)
        blue.append(int((np.abs(drawn - [0x0B, 0x57, 0xA4]).sum(axis=2) < 60).sum()))
    assert blue[0] > 5 * blue[1] > 0


def _pictured(pdf: Path, stem: Path) -> None:
    """Draw the first pages of a PDF as PNG files beside it."""
    command = [program("pdftoppm"), "-r", "60", "-l", "5", "-png", str(pdf), str(stem)]
    subprocess.run(command, check=True, capture_output=True)
