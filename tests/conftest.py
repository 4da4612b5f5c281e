"""Share what tests need: real data where it is at hand, and finished runs of the whole chain."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from filelock import FileLock

from tests.maps.picture import browser, find_browser
from tests.runs import ROOT, Chain, finished_chain

# how long a case takes says nothing of whether it is right, and a busy machine would fail it
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process begin with the longest run of the chain, the other with what it does not need, the rest at the end.

    Files are handed out in this order; who needs a run that another process is at has to wait for it.
    """
    needs: dict[Path, set[str]] = {}
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        asked = {*getattr(item, "fixturenames", ()), *(value for value in values if isinstance(value, str))}
        needs.setdefault(item.path, set()).update(asked & {"demo", "las_palmas", "taichung"})
    first = ({"las_palmas"}, {"demo"})
    turn = {path: first.index(runs) if runs in first else 2 if runs else 3 for path, runs in needs.items()}
    items.sort(key=lambda item: turn[item.path])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real open data; skips where it is absent."""
    folder = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}; set SHARED_DATA to its folder")
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """In CI a skipped test is a failed test: what was not run was not shown."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that the test processes share: whoever comes first makes a run, the others find it there."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "runs"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def demo_district(runs: Path) -> Path:
    """A freshly generated demo district's district.yaml."""
    folder = runs / "raw" / "demo"
    with FileLock(runs / "raw.lock"):
        if not folder.exists():
            subprocess.run([sys.executable, "-m", "pipeline.demo", str(folder)], cwd=ROOT, check=True)
    return folder / "district.yaml"


@pytest.fixture(scope="session")
def demo(demo_district: Path, runs: Path) -> Chain:
    """The whole chain on the demo district."""
    return finished_chain(demo_district, runs / "demo")


@pytest.fixture(scope="session")
def las_palmas(shared_data: Path, runs: Path) -> Chain:
    """The whole chain on a real city without any register."""
    return finished_chain(ROOT / "data/raw/las_palmas/district.yaml", runs / "las_palmas")


@pytest.fixture(scope="session")
def taichung(shared_data: Path, runs: Path) -> Chain:
    """The whole chain on a real Chinese-language district whose data end close by."""
    return finished_chain(ROOT / "data/raw/taichung/district.yaml", runs / "taichung")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium without network, one for all pages; skips, saying how to get one, where there is none."""
    found = find_browser()
    if found is None:
        pytest.skip(
            "no Chromium or Chrome found: apt-get install chromium fonts-noto-cjk, or install Google Chrome"
        )
    with browser(found) as opened:
        yield opened


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Folder of the pages' pictures, kept to be looked at; git does not see it."""
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder
