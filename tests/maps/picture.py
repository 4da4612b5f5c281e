"""Take the README's picture of a page: `python tests/maps/picture.py maps/index.html docs/img/index.png`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
VIEW = {"width": 1400, "height": 800}


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome, None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def browser(path: str) -> Iterator[Any]:
    """Give a headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


def _index(page: Any) -> None:
    """The walk to the kindergarten, with the first unit's card."""
    page.wait_for_selector("#ranking .rank")
    page.evaluate("setTheme(page.themes.find((theme) => theme.theme === 'walk_kindergarten'))")
    page.locator("#ranking .rank").first.click()
    page.wait_for_timeout(500)
    page.evaluate("showAnswer()")


def _review(page: Any) -> None:
    """The ranking with more weight on one scenario."""
    page.click("#hand-in")
    page.click("#reveal")
    page.locator("#weight-F").press("End")


def _sheet(page: Any) -> None:
    """A candidate's front, as wide as its paper."""
    page.set_viewport_size({"width": 780, "height": 860})


PREPARE = {"index.html": _index, "review.html": _review}


def take(html: Path, png: Path) -> None:
    """Open a page on what shows it best and take its picture."""
    path = find_browser()
    if path is None:
        sys.exit("no Chromium or Chrome found: apt-get install chromium fonts-noto-cjk")
    with browser(path) as chromium:
        page = chromium.new_context(viewport=VIEW, offline=True).new_page()
        page.goto(html.resolve().as_uri())
        PREPARE.get(html.name, _sheet)(page)
        page.screenshot(path=png)
    Image.open(png).convert("RGB").quantize(192).save(png, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
