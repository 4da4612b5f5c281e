"""The committee's page in a real browser, without network: what it shows, what it hides, what it must not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.evidence import evidence_of
from pipeline.review.page import write
from pipeline.settings import Settings
from tests.review.conftest import OVERLAPS, TABLET, WIDE, Watched

Open = Callable[..., Watched]


def test_the_same_tables_make_the_same_bytes(
    mini_settings: Settings, review_tables: dict[str, Any], review_html: Path
) -> None:
    assert write(mini_settings, review_tables) == review_html.read_text(encoding="utf-8")


def test_one_file_whose_only_link_is_the_map(review_html: Path) -> None:
    html = re.sub(r"<script.*?</script>", "", review_html.read_text(encoding="utf-8"), flags=re.S)
    assert set(re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>#]+)""", html)) == {"index.html"}
    assert not re.search(r"url\(|@import", html)


@pytest.mark.parametrize("view", [WIDE, TABLET], ids=["1400", "768"])
def test_every_part_opens_without_request_fault_or_sideways_scroll(
    open_page: Open, review_html: Path, view: dict[str, int]
) -> None:
    opened = open_page(review_html, viewport=view)
    assert opened.text("#badge") == "虚构示例 FICTIONAL"
    opened.reveal()
    for step in ("ranking", "comparison", "scoring"):
        for _ in range(2):  # both languages
            opened.page.click(f"#step-{step}")
            opened.page.click("#language")
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= view["width"], step
            assert not re.search(r"undefined|NaN|\[object|null", opened.text("body"))
    opened.page.emulate_media(media="print")
    assert opened.page.locator("#badge").is_visible()
    assert opened.page.locator(".tools button").first.is_hidden()
    opened.page.pdf(prefer_css_page_size=True)
    assert opened.requests == [review_html.as_uri()]
    assert opened.faults == []


def test_nothing_of_the_ranking_is_seen_before_round_1_is_handed_in(
    open_page: Open, review_html: Path
) -> None:
    opened = open_page(review_html, "#unit=P1")
    for scenario in opened.page.locator("details").all():
        scenario.evaluate("(each) => { each.open = true; }")
    blind = opened.text("#form") + opened.text("#scoring-list") + opened.text("header")
    assert opened.page.locator("#scoring-list .name").all_inner_texts() == [
        "海风里",
        "石桥北",
        "清泉南",
        "渔港东",
    ]
    assert opened.text("#form h2") == "石桥北"
    for word in ("名次", "优先度", "排名第", "系统得分", "成熟度", "综合提升"):
        assert word not in blind, word
    opened.page.locator(".indicator").first.click()
    assert not re.search(r"[0-9] 分(?!钟)", opened.text("#dialog"))
    assert opened.page.locator("#dialog .curve").count() == 0
    opened.page.keyboard.press("Escape")
    for step in ("ranking", "comparison"):
        opened.page.click(f"#step-{step}")
        assert opened.page.locator("#part-ranking, #part-comparison").filter(visible=True).count() == 0
        assert "不能再盲评" in opened.text("#dialog")
        opened.page.keyboard.press("Escape")
    opened.reveal()
    assert opened.page.locator("#board [data-unit]").count() == 4


def test_what_the_others_gave_is_seen_after_ones_own_blind_round(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html, "#unit=P1")
    assert "中位" not in opened.text("body")
    opened.reveal()
    opened.page.click("#step-scoring")
    assert "第 1 轮委员 3 人：中位 62（40–71） 分歧大" in opened.text("#form")
    opened.page.evaluate("show('ranking'); choose(unitRow.get('P1'))")
    assert "第 1 轮：赞成 2、反对 1、弃权 0" in opened.text(".vote")


def test_evidence_is_two_clicks_away(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.reveal()
    opened.page.locator("[data-unit=P0] .heat button").first.click()
    opened.page.locator("#card .indicator").nth(1).click()
    said = opened.text("#dialog")
    for part in (
        "F02 可达范围内每百名学前儿童幼儿园学位",
        "海风里 · 功能完善",
        "66 places/100（50–80）",
        "60.0 分",
        "50 + (66 − 60) ÷ (85 − 60) × 30 = 57.2",
        "两步移动搜寻：每处幼儿园的容量 ÷ 10 分钟内的3–6 岁儿童人数",
        "步行时间[幼儿园, 带幼儿]",
        "7,200 人（居民）",
        "80%",
        "场景内 7%，占总分 0.9%",
        "二(一) 教育",
    ):
        assert part in said, part


def test_counts_of_few_people_are_not_told(review_tables: dict[str, Any]) -> None:
    texts = {
        "residents; 9 3—6岁学前儿童 children 3–6": ("<10 人（3—6岁学前儿童）", "<10 children 3–6"),
        "residents; 10 居民 residents": ("10 人（居民）", "10 residents"),
        "residents; <10 居民 residents": ("<10 人（居民）", "<10 residents"),
        "residents; 0 居民 residents": ("0 人（居民）", "0 residents"),
        "edges; 8 处过街设施 crossings, 0.255 km²": ("8 处过街设施 crossings, 0.255 km²",) * 2,
        "openings; 6 m 小区周长 compound perimeter": ("6 m 小区周长 compound perimeter",) * 2,
        "register": ("", ""),
    }
    table = review_tables["indicators"].head(len(texts)).assign(evidence=list(texts))
    found = [each for unit in evidence_of(table, 10).values() for each in unit.values()]
    assert [each.counted for each in found] == list(texts.values())
    assert found[-1].layers == ("小区登记", "register")


def test_a_vote_and_the_moves_under_other_weights_show_in_the_table(
    open_page: Open, review_html: Path
) -> None:
    opened = open_page(review_html)
    opened.reveal()
    before = opened.page.evaluate("standing.map((each) => page.units[each.row].unit_id)")
    opened.page.locator("#board .name").first.click()
    opened.page.check(".vote input[value=no]")
    assert "反对" in opened.text(f"[data-unit={before[0]}]")
    for _ in range(3):
        opened.page.locator("#weight-need").press("ArrowLeft")
    assert opened.text("#weight-need-share") == "47%"
    opened.page.click("#reset")
    assert opened.page.evaluate("standing.map((each) => page.units[each.row].unit_id)") == before
    assert opened.text("#weights-note") == "按本次运行的权重"


def test_weights_that_are_all_zero_are_refused(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.reveal()
    for key in "FETGSWCO":
        opened.page.locator(f"#weight-{key}").press("Home")
    assert "不能全为零" in opened.text("#weights-fault")
    assert opened.page.evaluate("state.weights.some((weight) => weight > 0)")


def test_candidates_are_compared_side_by_side(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.reveal()
    for unit in ("P2", "P0"):
        opened.page.check(f"[data-unit={unit}] input")
    opened.page.click("#step-comparison")
    head = opened.page.locator(".comparison thead .name").all_inner_texts()
    assert head == ["清泉南", "海风里"]
    opened.page.select_option("#compare-add", label="3 石桥北")
    opened.page.click(".comparison [data-key='unfold F']")
    assert opened.page.locator(".indicator-line").count() == 14
    opened.page.locator(".comparison .remove").first.click()
    assert opened.page.locator(".comparison thead .name").all_inner_texts() == ["海风里", "石桥北"]


CONTROLS = """(root) => [...document.querySelectorAll(
    "a[href], button:not(:disabled), input:not([hidden]), select, textarea, summary")]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest("dialog") && !each.matches(".skip"))
  .filter((each) => each.type !== "radio" || each.checked)
  .map((each) => { each.dataset.control ??= String(Math.random()); return each.dataset.control; })"""


@pytest.mark.parametrize("step", ["scoring", "ranking", "comparison"])
def test_every_control_is_reached_by_keyboard(open_page: Open, review_html: Path, step: str) -> None:
    opened = open_page(review_html)
    if step != "scoring":
        opened.page.focus("#hand-in")
        opened.page.keyboard.press("Enter")
        opened.page.focus("#reveal")
        opened.page.keyboard.press("Enter")
        opened.page.focus(f"#step-{step}")
        opened.page.keyboard.press("Enter")
    if step == "ranking":
        opened.page.locator("#board .name").first.press("Enter")
        assert opened.page.evaluate("document.activeElement.className") == "name"  # the focus stays
    wanted = set(opened.page.evaluate(CONTROLS))
    assert len(wanted) > 20
    opened.page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(len(wanted) + 60):
        opened.page.keyboard.press("Tab")
        reached.add(opened.page.evaluate("document.activeElement.dataset.control"))
        if reached >= wanted:
            break
    lost = opened.page.evaluate(
        "(keys) => keys.map((key) => document.querySelector(`[data-control='${key}']`)?.outerHTML.slice(0, 90))",
        list(wanted - reached),
    )
    assert not lost


@pytest.mark.parametrize("view", [WIDE, TABLET], ids=["1400", "768"])
def test_no_text_lies_on_another(open_page: Open, review_html: Path, view: dict[str, int]) -> None:
    opened = open_page(review_html, viewport=view | {"height": 6000})  # nothing scrolled away under the foot
    opened.reveal()
    for step in ("scoring", "ranking", "comparison"):
        for _ in range(2):
            opened.page.click(f"#step-{step}")
            opened.page.click("#language")
            assert opened.page.evaluate(OVERLAPS, "body") == [], step
