"""`pipeline open` opens the page of a run, and says what is wrong where there is none."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest

from pipeline.cli import open_command
from pipeline.errors import MissingInputError
from tests.runs import pipeline


def test_it_opens_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "maps").mkdir()
    page = tmp_path / "maps" / "index.html"
    page.write_text("", encoding="utf-8")
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not opened.append(address))
    open_command(tmp_path)
    assert opened == [page.as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    with pytest.raises(MissingInputError, match="no browser was found"):
        open_command(tmp_path)


def test_without_a_page_it_says_so(tmp_path: Path) -> None:
    told = pipeline("open", str(tmp_path))
    assert told.returncode == 1
    assert "there is no page" in told.stderr
    assert "Traceback" not in told.stderr
