"""Members' files: what comes back, what is refused and how it is said, and a run with and without them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from pipeline import run as runner
from pipeline.committee.file import run_of
from pipeline.errors import CommitteeFileError, PipelineError
from pipeline.settings import Settings, load_district, load_params
from tests.runs import ROOT, Chain

HEADINGS = ["member", "round", "date", "unit_id", "scenario_id", "points", "vote", "comment"]
EVERY = dict.fromkeys("FETGSWCO", 1.0)


def _review(member: str = "委员 1", **changes: Any) -> dict[str, Any]:
    scores = [{"unit_id": "P01", "scenario_id": "F", "points": 62, "comment": "学位不足"}]
    votes = [{"unit_id": "P01", "vote": "yes", "comment": ""}]
    return {
        "format": "meihao-review/1", "district": "demo", "run": None, "member": member, "round": 1, "date": "2026-11-25",
        "scores": scores, "votes": votes, "weights": None,
    } | changes  # fmt: skip


class _Office:
    """The demo's finished candidates, a district folder that members' files can be put into, and the stage."""

    def __init__(self, demo: Chain, demo_district: Path, folder: Path) -> None:
        (folder / "raw").mkdir()
        shutil.copy(demo_district, folder / "raw/district.yaml")
        (folder / "processed").mkdir()
        for file in demo.folders.processed.iterdir():
            (folder / "processed" / file.name).hardlink_to(file)
        self.inbox = folder / "raw/committee"
        self.folders = runner.Folders(folder / "processed", folder / "maps")
        district = load_district(folder / "raw/district.yaml")
        self.settings = Settings(params=load_params(ROOT / "params.yaml"), district=district)

    def send(self, name: str, review: dict[str, Any] | str) -> None:
        self.inbox.mkdir(exist_ok=True)
        text = review if isinstance(review, str) else json.dumps(review, ensure_ascii=False)
        (self.inbox / name).write_text(text, encoding="utf-8")

    def run(self, *stages: str) -> dict[str, pd.DataFrame]:
        for name in stages or ("committee",):
            runner.run_stage(runner.stages()[name], self.settings, self.folders)
        tables = runner.stages()["committee"].writes
        return {name.removeprefix("committee_"): self[name] for name in tables}

    def __getitem__(self, name: str) -> Any:
        return runner.store.read(self.folders.path(name))


@pytest.fixture
def office(demo: Chain, demo_district: Path, tmp_path: Path) -> _Office:
    return _Office(demo, demo_district, tmp_path)


def test_three_members_two_rounds_by_hand(office: _Office) -> None:
    def scores(*points: float | None) -> list[dict[str, Any]]:
        units = ("P01", "P02", "P03")
        return [_score(unit_id=unit, points=given) for unit, given in zip(units, points, strict=True)]

    seen = run_of(office["candidates"])
    office.send("a.json", _review("委员 1", scores=scores(20, 40, 60), run=seen, weights=EVERY | {"F": 3}))
    office.send("b.json", _review("委员 2", scores=scores(10, 50, 90), run="0" * 64))
    office.send("c.json", _review("委员 3", scores=scores(70, None, 80)))
    office.send("d.json", _review("委员 1", round=2, date="2026-11-26", scores=scores(30, 40, 60), votes=[]))
    tables = office.run()
    files = tables["files"].set_index(["round", "member"])
    assert files["same_run"].tolist() == [True, False, pd.NA, pd.NA]
    assert files["blind"].tolist() == [True, True, True, pd.NA]
    assert files.loc[(1, "委员 3"), ["scores_given", "votes_given"]].tolist() == [2, 1]
    assert files["sha256"].str.len().eq(64).all()
    of_food = tables["summary"].query("scenario_id == 'F'").set_index(["round", "unit_id"])
    first = of_food.loc[(1, "P01")]
    assert first[["judges", "median", "lowest", "lowest_by", "highest_by", "spread"]].tolist() == [
        3,
        20,
        10,
        "委员 2",
        "委员 3",
        60,
    ]
    assert first["disagree"] and not of_food.loc[(1, "P02"), "disagree"]
    assert of_food.loc[(1, "P02"), "median"] == 45  # no judgement is not zero
    assert of_food.loc[(2, "P01"), ["judges", "median"]].tolist() == [1, 30]  # rounds are kept apart
    assert of_food.loc[(1, "P09"), "judges"] == 0 and pd.isna(of_food.loc[(1, "P09"), "median"])
    agreement = tables["agreement"].set_index(["round", "scenario_id"])
    assert agreement.loc[(1, "F"), "units_by_all"] == 2  # P02 was not judged by all
    total = tables["summary"].query("scenario_id == 'total' and round == 1").set_index("unit_id")
    assert total.loc["P01", ["votes_yes", "votes_no"]].tolist() == [3, 0]
    assert total["judges"].eq(0).all()  # nobody judged every scenario
    assert tables["weights"].set_index("scenario_id")["weight"].to_dict() == EVERY | {"F": 3}


def test_the_total_of_a_member_is_the_mean_by_the_set_weights(office: _Office) -> None:
    points = dict(zip("FETGSWCO", (10, 20, 30, 40, 50, 60, 70, 80), strict=True))
    scores = [{"unit_id": "P01", "scenario_id": s, "points": p} for s, p in points.items()]
    office.send("a.json", _review(scores=scores))
    total = office.run()["summary"].query("scenario_id == 'total' and unit_id == 'P01'")
    assert total["median"].item() == 45


def test_a_spreadsheet_says_the_same_as_the_page(office: _Office) -> None:
    office.send("a.json", _review("委员 1"))
    of_page = office.run()
    rows = [
        HEADINGS,
        ["委员 1", 1, "2026-11-25", "P01", "F", 62, None, "学位不足"],
        ["委员 1", 1, "2026-11-25", "P01", None, None, "同意", None],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    (office.inbox / "a.json").unlink()
    book.save(office.inbox / "a.xlsx")
    of_sheet = office.run()
    with (office.inbox / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (office.inbox / "a.xlsx").unlink()
    of_text = office.run()
    for name in ("scores", "votes", "summary", "agreement"):
        pd.testing.assert_frame_equal(of_page[name], of_sheet[name])
        pd.testing.assert_frame_equal(of_page[name], of_text[name])


def _score(**changes: Any) -> dict[str, Any]:
    return {"unit_id": "P01", "scenario_id": "F", "points": 50} | changes


EIGHTS = [_score(scenario_id=scenario, points=8) for scenario in "FETGS"]
FAULTS = {
    "points beyond the scale": (_review(scores=[_score(points=850)]), "scores.0.points .P01 F.*less than or equal to 100.*850"),
    "points of another scale": (_review(scores=EIGHTS), "all 5 points lie between 8 and 8"),
    "points as text": (_review(scores=[_score(points="80")]), "valid number.*'80'"),
    "points that are no number": (json.dumps(_review(scores=[_score(points=float("nan"))])), "NaN is no number"),
    "unknown candidate": (_review(scores=[_score(unit_id="P99")]), "委员 1, round 1: 'P99': no such candidate"),
    "unknown candidate in a vote": (_review(votes=[{"unit_id": "Q1", "vote": "no"}]), "'Q1': no such candidate"),
    "unknown scenario": (_review(scores=[_score(scenario_id="Z")]), "'Z': no such scenario"),
    "unknown vote": (_review(votes=[{"unit_id": "P01", "vote": "maybe"}]), "votes.0.vote .P01.*maybe"),
    "the same score twice": (_review(scores=[_score(), _score(points=60)]), "P01 F stands there more than once"),
    "another district": (_review(district="elsewhere"), "district 'elsewhere'"),
    "another format": (_review(format="x/2"), "meihao-review/1"),
    "third round": (_review(round=3), "round"),
    "weights that lack a scenario": (_review(weights={"F": 1}), "weights: lacks E"),
    "weights of nothing": (_review(weights=dict.fromkeys(EVERY, 0)), "none is over zero"),
    "no date": ({k: v for k, v in _review().items() if k != "date"}, "date.*Field required"),
    "a key of its own": (_review(mood="fine"), "mood"),
    "no JSON": ("{", "is not JSON"),
    "a key twice": ('{"format": 1, "format": 2}', "'format' stands there twice"),
    "a list": ("[]", "valid dictionary"),
}  # fmt: skip


@pytest.mark.parametrize(("review", "told"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused_with_its_place(office: _Office, review: Any, told: str) -> None:
    office.send("a.json", _review("委员 7"))
    office.send("faulty.json", review)
    with pytest.raises(CommitteeFileError, match=rf"(?s)committee/faulty.json.*{told}"):
        office.run()


@pytest.mark.parametrize("spelling", ["委员 1", "委员1", "委员　１"])
def test_a_member_counts_once_in_a_round(office: _Office, spelling: str) -> None:
    office.send("a.json", _review("委员 1"))
    office.send("b.json", _review(spelling, scores=[], votes=[]))
    with pytest.raises(CommitteeFileError, match=r"b\.json.*round 1 came in committee/a\.json already"):
        office.run()


def test_a_first_round_that_came_after_a_second_is_not_blind(office: _Office) -> None:
    office.send("a.json", _review("委员 1", round=2, date="2026-11-26"))
    office.send("b.json", _review("委员 2", date="2026-11-27"))
    assert office.run()["files"]["blind"].tolist() == [False, pd.NA]


SHEET_FAULTS = {
    "a formula for points": (["委员 1", 1, "2026-11-25", "P01", "F", "=50+20", None, None], "points.*=50\\+20.*a number"),
    "points beyond the scale": (["委员 1", 1, "2026-11-25", "P01", "F", 101, None, None], "101.*in row 2.*0 to 100"),
    "neither": (["委员 1", 1, "2026-11-25", "P01", None, None, None, "?"], "row 2: neither a scenario nor a vote"),
    "both": (["委员 1", 1, "2026-11-25", "P01", "F", 5, "yes", None], "row 2: a scenario and a vote"),
    "no member": ([None, 1, "2026-11-25", "P01", "F", 5, None, None], "row 2: no member"),
    "a vote nobody knows": (["委员 1", 1, "2026-11-25", "P01", None, None, "也许", None], "也许.*yes, no, abstain"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "told"), SHEET_FAULTS.values(), ids=SHEET_FAULTS)
def test_a_faulty_row_is_refused(office: _Office, row: list[Any], told: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(row)
    office.inbox.mkdir()
    book.save(office.inbox / "f.xlsx")
    with pytest.raises(PipelineError, match=rf"(?s)committee/f\.xlsx.*{told}"):
        office.run()


def test_another_kind_of_file_is_refused_and_a_lock_file_is_not_read(office: _Office) -> None:
    office.send("~$a.xlsx", "")
    office.send(".hidden", "")
    assert len(office.run()["files"]) == 0
    office.send("minutes.docx", "")
    with pytest.raises(CommitteeFileError, match=r"minutes\.docx: is a \.docx"):
        office.run()


def test_a_run_with_and_without_files(office: _Office) -> None:
    """With files: the tables hold them, twice the same bytes. Without again: the bytes from before."""
    names = runner.stages()["committee"].writes

    def all_bytes() -> list[bytes]:
        return [office.folders.path(name).read_bytes() for name in names]

    without = all_bytes()
    assert all(len(office[name]) == 0 for name in names)
    office.send("a.json", _review())
    assert len(office.run()["scores"]) == 1
    with_files = all_bytes()
    office.run()
    assert all_bytes() == with_files
    (office.inbox / "a.json").unlink()
    office.run()
    assert all_bytes() == without


def test_a_formula_in_a_comment_stays_text_in_the_workbook(office: _Office) -> None:
    before = openpyxl.load_workbook(office.folders.path("candidates.xlsx"), read_only=True)
    assert not any("committee" in title for title in before.sheetnames)
    formula = '=HYPERLINK("https://example.org","x")'
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(["委员 1", 1, "2026-11-25", "P01", "F", 62, None, formula])
    office.inbox.mkdir()
    book.save(office.inbox / "a.xlsx")
    assert office.run("committee", "report")["scores"]["comment"].tolist() == [formula]
    after = openpyxl.load_workbook(office.folders.path("candidates.xlsx"))
    cells = [cell for row in after["评分 members' scores"].iter_rows() for cell in row]
    written = next(cell for cell in cells if cell.value == formula)
    assert written.data_type == "s" and written.quotePrefix
    assert office["metrics.json"]["committee"]["round_1"]["members"] == 1
