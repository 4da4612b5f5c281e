"""Forty strings as names of compounds, facilities, streets and candidates stay text on every page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pipeline.maps.page
import pipeline.review.page
from pipeline.settings import Settings
from tests.attacks import ATTACKS
from tests.review.conftest import Watched

Open = Callable[..., Watched]
INERT = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const foreign = "iframe, object, embed, base, link, math, meta[http-equiv=refresh], body ~ *, img:not(.leaflet-tile)";
  const href = (a) => a.getAttribute("href");
  return {
    hit: window.hit ?? null,
    scripts: document.scripts.length,
    made: all(foreign).length,
    links: all("a[href]").map(href).filter((to) => !/^(#|index[.]html)/.test(to)),
    handlers: all("*").filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
    turned: (document.body.innerText.match(/[\\u202a-\\u202e\\u2066-\\u2069\\u061c\\u200e\\u200f]/g) ?? []).length,
  };
}"""


@pytest.fixture(scope="module")
def attacked(review_tables: dict[str, Any]) -> dict[str, Any]:
    """The small district with every attack as the name of a facility, and each as a compound's or another's name."""

    def renamed(name: str, values: tuple[str, ...], **more: tuple[str, ...]) -> Any:
        table = review_tables[name]
        columns = {"name": values, **more}
        return table.assign(**{c: pd.Series(list(v[: len(table)]), dtype="str") for c, v in columns.items()})

    facilities = review_tables["facilities"]
    many = pd.concat([facilities.iloc[[0]]] * len(ATTACKS), ignore_index=True)
    ids = pd.Series([f"F{i}" for i in range(len(ATTACKS))], dtype="str")
    many = many.assign(facility_id=ids, entrance_id=ids, name=pd.Series(list(ATTACKS), dtype="str"))
    others = ATTACKS[24:]
    return {
        **review_tables,
        "facilities": many,
        "compounds": renamed("compounds", ATTACKS[:24]),
        "units": renamed("units", others[:6], name_en=others[6:12]),
        "candidates": renamed("candidates", others[:4], name_en=others[6:10]),
        "ways": renamed("ways", others[-12:]),
    }


@pytest.mark.parametrize("name", ["index", "review"])
def test_attacks_have_no_effect(
    open_page: Open, attacked: dict[str, Any], mini_settings: Settings, tmp_path: Path, name: str
) -> None:
    make = pipeline.maps.page if name == "index" else pipeline.review.page
    html = make.write(mini_settings, attacked)
    path = tmp_path / f"{name}.html"
    path.write_text(html, encoding="utf-8")
    opened = open_page(path)
    clean = {
        "hit": None,
        "scripts": len(re.findall("<script", html)),
        "made": 0,
        "links": [],
        "handlers": 0,
        "turned": 0,
    }
    assert opened.page.evaluate(INERT) == clean
    if name == "index":
        shown = opened.page.evaluate("page.facilities.map(([, label]) => label[0])")
        opened.page.evaluate("page.units.forEach((_, i) => select('unit', i, {move: true}))")
        opened.page.evaluate("page.compounds.forEach((_, i) => select('compound', i, {move: true}))")
        for i in range(len(ATTACKS)):
            card = opened.page.evaluate(
                f"select('facility', {i}, {{move: true}}); document.querySelector('#card h2').textContent"
            )
            assert card == shown[i]
            opened.page.fill("#search", ATTACKS[i].replace("\x00", "")[:40])
            assert opened.page.evaluate(INERT) == clean
    else:
        opened.reveal()
        shown = opened.page.evaluate("page.compounds.map(({name}) => name[0])")
        opened.page.evaluate("page.units.forEach((_, i) => choose(i))")
        for i in range(len(shown)):
            opened.page.evaluate(f"select('compound', {i})")
            assert shown[i] in opened.page.evaluate("document.querySelector('#dialog h2 + h2').textContent")
            assert opened.page.evaluate(INERT) == clean
        opened.page.keyboard.press("Escape")
    assert opened.requests == [path.as_uri()]
    assert opened.faults == []


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_each_attack_as_a_candidate_and_as_a_comment(stage: Watched, attack: str) -> None:
    """Put in where the page's data put it, shown in every part, typed as a comment and as the member's label."""
    clean = {"hit": None, "made": 0, "links": [], "handlers": 0}
    stage.page.evaluate(
        """(attack) => {
          const [zh] = JSON.parse(attack);
          page.units[0].name = [zh, zh];
          page.scenarios[0][1] = [zh, zh];
          ballot.votes.set(page.units[0].unit_id, {vote: "yes", comment: zh.slice(0, 4000)});
          ballot.scores.set(cell(page.units[0].unit_id, "F"), {points: 1, comment: zh.slice(0, 4000)});
          for (const step of STEPS) { state.step = step; renderAll(); }
          state.step = "ranking";
          renderAll();
          choose(0);
          showEvidence(0, "F01", false);
          byId("dialog").close();
        }""",
        json.dumps([attack]),
    )
    found = stage.page.evaluate(INERT)
    assert {key: found[key] for key in clean} == clean
    kept = stage.page.evaluate("ballotOf(JSON.stringify(fileOf(ballot))).found.scores.get('P0 F').comment")
    assert kept == stage.page.evaluate("([text]) => text.slice(0, 4000)", [attack])
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= 1400
    assert stage.faults == []


@pytest.fixture(scope="module")
def stage(chromium: Any, review_html: Path) -> Any:
    context = chromium.new_context(viewport={"width": 1400, "height": 800}, offline=True)
    opened = Watched(context.new_page())
    opened.page.goto(review_html.as_uri())
    opened.reveal()
    yield opened
    context.close()
