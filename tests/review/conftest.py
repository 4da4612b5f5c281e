"""The committee's page of the small district of `tests/maps`, and what tests watch on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.page import write
from pipeline.settings import Settings
from tests.maps.conftest import mini_settings, tables
from tests.maps.mini import frame

__all__ = ["mini_settings", "tables"]
WIDE = {"width": 1400, "height": 800}
TABLET = {"width": 768, "height": 1000}
OVERLAPS = """(selector) => {
  const texts = [];
  const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.textContent.trim() || !node.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) texts.push([box, node]);
  }
  const found = [];
  texts.forEach(([a, one], i) => texts.slice(i + 1).forEach(([b, other]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (one !== other && across > 2 && down > 4) found.push(`${one.textContent} × ${other.textContent}`);
  }));
  return found;
}"""


class Watched:
    """A page in a browser, with every request and fault on it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))

    def reveal(self) -> None:
        """Hand in round 1."""
        self.page.click("#hand-in")
        self.page.click("#reveal")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))


@pytest.fixture(scope="session")
def review_tables(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables that stage `review` reads."""
    pairs = frame(
        "rank_pairs",
        {
            "rank": [1, 2],
            "unit_id": ["P0", "P1"],
            "next_unit_id": ["P1", "P2"],
            "chance_before": [0.7, 0.6],
            "flip_result": ["never", "never"],
            "sentence": ["P0 排在 P1 之前的概率 70.0%。", "P1 排在 P2 之前的概率 60.0%。"],
            "sentence_en": ["P0 stands before P1 in 70.0% of draws.", "P1 stands before P2 in 60.0%."],
        },
    )
    stated = tables["indicators"].assign(evidence="walk_times[kindergarten, child]; 7,200 居民 residents")
    summary = frame(
        "committee_summary",
        {
            "round": [1, 1],
            "unit_id": ["P1", "P1"],
            "scenario_id": ["F", "total"],
            "judges": [3, 0],
            "median": [62.0, None],
            "lowest": [40.0, None],
            "highest": [71.0, None],
            "disagree": [True, False],
            "votes_yes": [None, 2],
            "votes_no": [None, 1],
            "votes_abstain": [None, 0],
        },
    )
    return {
        **tables,
        "rank_pairs": pairs,
        "committee_summary": summary,
        "indicators": stated.astype({"evidence": "str"}),
    }


@pytest.fixture(scope="session")
def review_html(
    review_tables: dict[str, Any], mini_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("review") / "review.html"
    path.write_text(write(mini_settings, review_tables), encoding="utf-8")
    return path


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Watched]]:
    """Open a file in a browser of its own, with an empty storage and without network."""
    contexts = []

    def opened(path: Path, fragment: str = "", **options: Any) -> Watched:
        context = chromium.new_context(**({"viewport": WIDE} | options), offline=True)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(path.as_uri() + fragment)
        return watched

    yield opened
    for context in contexts:
        context.close()
