"""Time the map page in a headless browser: its size, first paint, every layer switch, and the first walk of a building.

uv run python -m benchmarks.page results/demo/maps/index.html results/las_palmas/maps/index.html
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from tests.maps.picture import VIEW, browser, find_browser

SWITCH = """async () => {
  const times = [];
  for (const theme of page.themes) {
    const start = performance.now();
    setTheme(theme);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push([performance.now() - start, theme.theme]);
  }
  return times.sort(([a], [b]) => a - b);
}"""
WALK = """async () => {
  const start = performance.now();
  const reached = (name) => page.addresses[`walk_${name}`]?.findIndex((tenths) => tenths > 0) ?? -1;
  const name = Object.keys(page.classes).find((each) => reached(each) >= 0);
  const net = await unpackNetwork();
  const unpacked = performance.now();
  tellWalk(net, reached(name), findWalk(net, reached(name), name, 60 * page.walk_limit));
  return [unpacked - start, performance.now() - unpacked];
}"""


def measure(html: Path, chromium: object) -> str:
    """Return one line of figures of a page."""
    page = chromium.new_context(viewport=VIEW, offline=True).new_page()  # type: ignore[attr-defined]
    start = perf_counter()
    page.goto(html.resolve().as_uri())
    page.wait_for_selector("#ranking .rank")
    ready = perf_counter() - start
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    switches = page.evaluate(SWITCH)
    unpacked, walked = page.evaluate(WALK)
    middle, (worst, name) = switches[len(switches) // 2][0], switches[-1]
    return (
        f"{html}: {html.stat().st_size / 1e6:.2f} MB, first paint {paint:.2f} s, ready {ready:.2f} s, {len(switches)} layers: "
        f"median {middle:.0f} ms, worst {worst:.0f} ms ({name}); streets unpacked {unpacked:.0f} ms, a walk {walked:.0f} ms"
    )


if __name__ == "__main__":
    found = find_browser()
    if found is None:
        sys.exit("no Chromium or Chrome found: apt-get install chromium fonts-noto-cjk")
    with browser(found) as opened:
        for argument in sys.argv[1:]:
            print(measure(Path(argument), opened))
