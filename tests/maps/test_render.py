"""The file is one, needs nothing, and no text of the data can leave its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline.maps.page import write
from pipeline.maps.render import as_script_json
from pipeline.maps.text import words
from pipeline.settings import Settings

PIPELINE = Path(pipeline.__file__).parent


@pytest.fixture(scope="module")
def html(index_html: Path) -> str:
    return index_html.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--", "a & b", "\u2028\u2029", "\\u003c", '"']
)
def test_json_in_a_script_keeps_its_text_and_holds_no_markup(text: str) -> None:
    encoded = as_script_json({"name": text})
    assert json.loads(encoded) == {"name": text}
    assert not set("<>&\u2028\u2029") & set(encoded)


def test_marks_of_writing_direction_are_shown_and_turn_nothing_round() -> None:
    assert json.loads(as_script_json("\u202e区小\u202c \u2067甲")) == "\ufffd区小\ufffd \ufffd甲"


def test_one_file_that_names_no_other(html: str) -> None:
    assert not re.search(
        r"""(src|href)\s*=\s*["']?(?!#)[^"'\s>]""", re.sub(r"<script.*?</script>", "", html, flags=re.S)
    )
    without_comments = re.sub(r"/\*.*?\*/", "", html, flags=re.S)
    assert set(re.findall(r"https?://[^\s\"'<>)]+", without_comments)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
        "https://leafletjs.com",
    }
    for absent in (
        "jquery",
        "bootstrap",
        "fontawesome",
        "awesome-markers",
        "cdn.",
        "sourceMappingURL",
        "url(images",
    ):
        assert absent not in html.lower(), absent


def test_policy_admits_just_the_scripts_of_the_page(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")  # type: ignore[index]
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.S)
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert len(scripts) == 3
    assert set(re.findall(r"sha256-([^']+)", policy)) == hashes
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def test_the_same_tables_make_the_same_bytes(
    mini_settings: Settings, tables: dict[str, Any], html: str
) -> None:
    assert write(mini_settings, tables) == html


def test_words_are_bilingual_and_each_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(PIPELINE.rglob("*"))
        if path.suffix in (".py", ".js", ".html", ".typ")
    )
    stems = set(re.findall(r"""["'`]([a-z_]+_)(?:\{|\$\{)""", code))
    named = set(re.findall(r"""["'`](\w+)(?=["'`])|\bw(?:ords)?\.(\w+)""", code))
    named = {name for pair in named for name in pair}
    unused = [key for key in words() if key not in named and not key.startswith(tuple(stems))]
    assert not unused
    keys = re.findall(r"^(\w+):", (PIPELINE / "maps/words.yaml").read_text(encoding="utf-8"), flags=re.M)
    assert len(keys) == len(set(keys)), "a key twice: the later would take the place of the other"
    assert all(zh and en for zh, en in words().values())


def test_numbers_of_the_page_are_those_of_the_tables(html: str, tables: dict[str, Any]) -> None:
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, flags=re.S)[1])  # type: ignore[index]
    first = data["units"][0]
    assert first["name"] == ["海风里", "Haifeng Li"]
    assert first["people"] == [7200, 6720, 7680]
    assert first["score"] == [78.4, 72.1, 83.2, 0.86]
    assert first["compounds"] == [0, 1, 4, 5, 8, 9]  # columns 0–2, rows 0–1
    assert sum(data["addresses"]["people"]) == round(tables["residents"]["residents"].sum())
    assert data["addresses"]["walk_kindergarten"][0] == 50  # tenths of a minute


def test_what_is_no_content_is_refused() -> None:
    with pytest.raises(TypeError, match="a page holds no module"):
        as_script_json({"with attributes": pipeline})
