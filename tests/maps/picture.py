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


def take(html: Path, png: Path) -> None:
    """Open the page on the walk to the kindergarten with the first unit's card, and take its picture."""
    path = find_browser()
    if path is None:
        sys.exit("no Chromium or Chrome found: apt-get install chromium fonts-noto-cjk")
    with browser(path) as chromium:
        page = chromium.new_context(viewport=VIEW, offline=True).new_page()
        page.goto(f"{html.resolve().as_uri()}#layer=walk_kindergarten")
        page.wait_for_selector("#ranking .rank")
        page.locator("#ranking .rank").first.click()
        page.wait_for_timeout(500)
        page.evaluate("showAnswer()")
        page.screenshot(path=png)
    Image.open(png).convert("RGB").quantize(192).save(png, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
