"""What a member enters comes back whole: page to file, file to pipeline, file to page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.committee.file import Review, run_of
from tests.attacks import ATTACKS
from tests.review.conftest import Watched

Open = Callable[..., Watched]


def enter(opened: Watched, unit: str, scenario: str, points: str, comment: str = "") -> None:
    opened.page.click(f"#scoring-list [data-key={unit}]")
    opened.page.fill(f"[data-scenario={scenario}]", points)
    opened.page.fill(f"[data-comment={scenario}]", comment)


def saved(opened: Watched, button: str = "#save") -> tuple[str, dict[str, Any]]:
    """Click a button that saves a file; return the file's name and content."""
    with opened.page.expect_download() as download:
        opened.page.click(button)
    path = download.value.path()
    return download.value.suggested_filename, json.loads(Path(path).read_text(encoding="utf-8"))


def give(opened: Watched, content: Any) -> str:
    """Import a file; return what the page says."""
    text = content if isinstance(content, str) else json.dumps(content)
    opened.page.set_input_files(
        "#file", files=[{"name": "x.json", "mimeType": "application/json", "buffer": text.encode()}]
    )
    opened.page.wait_for_selector("#dialog[open]")
    return opened.text("#dialog")


def test_two_rounds_make_two_files_that_the_pipeline_reads(
    open_page: Open, review_html: Path, review_tables: dict[str, Any]
) -> None:
    opened = open_page(review_html)
    opened.page.fill("#member", "委员 7")
    enter(opened, "P1", "F", "62.5", "幼儿园学位不足")
    enter(opened, "P1", "E", "", "看不清")
    enter(opened, "P0", "O", "0")
    assert "已评 2 / 32 项" in opened.text("#progress")
    opened.page.click("#hand-in")
    name, first = saved(opened, "#reveal")
    assert name == "mini-委员7-1.json"
    read = Review.model_validate_json(json.dumps(first))
    assert read.round == 1
    assert read.run == run_of(review_tables["candidates"])
    assert [(s.unit_id, s.scenario_id, s.points, s.comment) for s in read.scores] == [
        ("P0", "O", 0, ""),
        ("P1", "F", 62.5, "幼儿园学位不足"),
        ("P1", "E", None, "看不清"),
    ]
    assert read.weights is None
    # after the ranking is seen the first round stays as it was
    opened.page.click("#step-scoring")
    enter(opened, "P1", "F", "70", "有新学位")
    opened.page.click("#step-ranking")
    opened.page.locator("#board .name", has_text="石桥北").click()
    opened.page.check(".vote input[value=yes]")
    opened.page.fill(".vote textarea", "条件成熟")
    opened.page.locator("#weight-F").press("ArrowRight")
    name, second = saved(opened)
    assert name == "mini-委员7-2.json"
    read = Review.model_validate_json(json.dumps(second))
    assert read.round == 2
    assert {(s.unit_id, s.scenario_id): s.points for s in read.scores}["P1", "F"] == 70
    assert [(v.unit_id, v.vote, v.comment) for v in read.votes] == [("P1", "yes", "条件成熟")]
    assert read.weights == {"F": 1.05} | dict.fromkeys("ETGSWCO", 1)
    opened.page.click("#step-scoring")
    assert saved(opened, "#scoring-head button")[1] == first


def test_a_file_comes_back_as_it_went(open_page: Open, review_html: Path) -> None:
    comments = [attack[:4000] for attack in ATTACKS]
    file = {
        "format": "meihao-review/1",
        "district": "mini",
        "run": None,
        "member": "委员 3",
        "round": 2,
        "date": "2026-11-20",
        "scores": [
            {
                "unit_id": f"P{i // 8}",
                "scenario_id": "FETGSWCO"[i % 8],
                "points": 3.125 * i,
                "comment": comments[i],
            }
            for i in range(32)
            if i % 8 != 5
        ],
        "votes": [
            {"unit_id": f"P{i}", "vote": vote, "comment": comments[32 + i]}
            for i, vote in enumerate(("yes", "no", "abstain"))
        ],
        "weights": dict(zip("FETGSWCO", (0, 0.5, 1, 2, 3, 0.1, 4, 7), strict=True)),
    }
    Review.model_validate_json(json.dumps(file))
    opened = open_page(review_html)
    said = give(opened, file)
    assert "已导入 28 条评分、3 条投票" in said
    assert "另一次运行" in said
    opened.page.keyboard.press("Escape")
    assert opened.page.locator("#part-ranking").is_visible()
    _, back = saved(opened)
    Review.model_validate_json(json.dumps(back))
    changed = {key for key in file if file[key] != back[key]}
    assert changed == {"run", "date"}  # it is now a file of this page, saved today
    opened.page.reload()  # autosave
    assert saved(opened)[1] == back
    assert opened.page.evaluate("window.hit") is None
    assert opened.faults == []


GOOD: dict[str, Any] = {
    "format": "meihao-review/1",
    "district": "mini",
    "run": None,
    "member": "委员 1",
    "round": 1,
    "date": "2026-11-25",
    "scores": [{"unit_id": "P0", "scenario_id": "F", "points": 5, "comment": ""}],
    "votes": [{"unit_id": "P0", "vote": "no"}],
    "weights": None,
}
SCORE = GOOD["scores"][0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "不是 JSON"),
        ("[]", "应为一条记录"),
        (GOOD | {"format": "meihao-review/2"}, "format 应为"),
        (GOOD | {"district": "别区"}, "文件是 别区 的"),
        (GOOD | {"round": 3}, "round"),
        (GOOD | {"date": "昨天"}, "date"),
        (GOOD | {"member": ""}, "member"),
        (GOOD | {"member": "委\n员"}, "member"),
        (GOOD | {"extra": 1}, "不认识的键 extra"),
        (GOOD | {"scores": {}}, "scores 应为列表"),
        (GOOD | {"scores": [SCORE | {"points": 101}]}, "scores 1：points"),
        (GOOD | {"scores": [SCORE | {"points": "5"}]}, "scores 1：points"),
        (GOOD | {"scores": [SCORE | {"points": True}]}, "scores 1：points"),
        (GOOD | {"scores": [SCORE, SCORE]}, "scores 2 与前面一条重复"),
        (GOOD | {"scores": [SCORE | {"comment": ATTACKS[-1]}]}, "不超过 4000"),
        (GOOD | {"votes": [{"unit_id": "P0", "vote": "maybe"}]}, "votes 1：vote"),
        (GOOD | {"weights": {"F": 1}}, "weights"),
        (GOOD | {"weights": dict.fromkeys("FETGSWCO", 0)}, "weights"),
        (GOOD | {"weights": dict.fromkeys("FETGSWCO", -1)}, "weights"),
        ('{"__proto__": {"hit": 1}, "format": "meihao-review/1"}', "__proto__"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_reason(imported: Watched, content: Any, said: str) -> None:
    assert said in give(imported, content)
    imported.page.keyboard.press("Escape")
    assert imported.page.evaluate("[ballot.scores.size, ballot.votes.size]") == [0, 0]


@pytest.fixture(scope="module")
def imported(chromium: Any, review_html: Path) -> Any:
    context = chromium.new_context(offline=True)
    opened = Watched(context.new_page())
    opened.page.goto(review_html.as_uri())
    yield opened
    context.close()


def test_rows_on_what_the_page_lacks_are_counted_and_said(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    content = GOOD | {
        "scores": [SCORE, SCORE | {"unit_id": "P99"}, SCORE | {"unit_id": "__proto__"}],
        "votes": [{"unit_id": "J0", "vote": "yes"}],
    }
    said = give(opened, content)
    assert "已导入 1 条评分、0 条投票" in said
    assert "其中 3 条" in said


def test_a_file_replaces_what_is_there_only_when_told_to(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    enter(opened, "P2", "S", "44")
    assert "1 条评分和投票将被" in give(opened, GOOD)
    opened.page.keyboard.press("Escape")
    assert opened.page.evaluate("[...ballot.scores.keys()]") == ["P2 S"]
    give(opened, GOOD)
    opened.page.click("#replace")
    assert opened.page.evaluate("[...ballot.scores.keys()]") == ["P0 F"]


def test_a_first_round_that_comes_late_is_kept_as_it_was(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.reveal()
    give(opened, GOOD)
    opened.page.keyboard.press("Escape")
    assert opened.page.evaluate("[ballot.round, firstRound.round, firstRound.date]") == [2, 1, "2026-11-25"]


def test_points_outside_their_range_are_said_and_not_taken(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    enter(opened, "P0", "F", "50")
    opened.page.fill("[data-scenario=F]", "500")
    assert "0–100" in opened.text("[data-scenario=F] >> xpath=../..")
    assert opened.page.evaluate("ballot.scores.get('P0 F').points") == 50


def test_without_storage_the_page_works_and_says_so(open_page: Open, review_html: Path) -> None:
    opened = open_page(review_html)
    opened.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    opened.page.reload()
    assert "不能自动保存" in opened.text("#saved")
    enter(opened, "P0", "F", "50")
    assert saved(opened)[1]["scores"][0]["points"] == 50
    assert opened.faults == []
