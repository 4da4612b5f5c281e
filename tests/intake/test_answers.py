"""The survey list comes back: its answers win, say what they replaced, and are refused where they cannot be meant."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
import yaml

from pipeline.errors import PipelineError
from pipeline.intake.answers import Answers
from pipeline.intake.layers import Opener
from pipeline.intake.read import read_district
from pipeline.settings import Settings, load_district, load_params
from pipeline.tables import check, empty
from tests.runs import ROOT, Chain

HEADINGS = "subject_kind,subject_id,fact,answer,author,date"
LAYER = {"path": "answers.csv", "date": "2026-11-25", "source": "survey", "licence": "internal"}


def _answers(demo_district: Path, folder: Path, *rows: str) -> tuple[Answers, Opener]:
    content = yaml.safe_load(demo_district.read_text(encoding="utf-8"))
    content["layers"]["answers"] = [LAYER]
    (folder / "district.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    (folder / "answers.csv").write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    opener = Opener(load_district(folder / "district.yaml"))
    return Answers(opener), opener


def _register() -> pd.DataFrame:
    rows = pd.DataFrame(
        {"compound_id": ["C1", "C2"], "owners_committee": [False, None], "owners": [100, None]}
    )
    blank = empty("register")
    return rows.reindex(columns=blank.columns).astype(blank.dtypes.to_dict())


def test_an_answer_fills_in_and_overrides_by_hand(demo_district: Path, tmp_path: Path) -> None:
    answers, opener = _answers(
        demo_district,
        tmp_path,
        "compound,C1,owners_committee,是,街道 1,2026-11-20",
        "compound,C2,owners,120户,街道 1,2026-11-20",
        "compound,C2,owners_committee,不详,,",  # nobody knows: no answer
        "class,park,completeness,complete,街道 2,2026-11-21",
        "gate,G1,gate_users,public,街道 2,2026-11-21",
        "facility,K1,capacity,270,街道 2,2026-11-21",
    )
    found = answers.apply(_register(), "compound")
    assert found["owners_committee"].tolist() == [True, pd.NA]
    assert found["owners"].tolist() == [100, 120]
    status = pd.DataFrame({"class": ["park"], "completeness": ["unknown"], "count": [3], "source": [""]})
    assert answers.apply(status, "class")["completeness"].item() == "complete"
    gates = pd.DataFrame({"gate_id": ["G1"], "gate_users": ["unknown"], "open_hours": [None]})
    assert answers.apply(gates, "gate")["gate_users"].item() == "public"
    places = pd.DataFrame({"facility_id": ["K1"], "capacity": [180.0], "floor_area_m2": [None]})
    assert answers.apply(places, "facility")["capacity"].item() == 270
    table = check("answers", answers.record()).set_index(["subject_id", "fact"])
    assert table.loc[("C1", "owners_committee"), ["before", "answer"]].tolist() == ["False", "True"]
    assert table.loc[("K1", "capacity"), ["before", "author"]].tolist() == ["180.0", "街道 2"]
    assert table["before"].isna().sum() == 3 and len(table) == 5
    report = opener.logs["answers[0]"].as_dict()
    assert report["kept"] == 5 and report["refused"]["no_answer"]["count"] == 1
    assert report["repaired"]["answer_filled"]["count"] == 3
    assert report["repaired"]["answer_overrode"]["count"] == 2


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["compound,C1,owners_committee,也许,街道 1,2026-11-20"], "row 2.*'也许'"),
        (["compound,C9,owners_committee,是,街道 1,2026-11-20"], "no compound 'C9'"),
        (["compound,C1,mood,是,街道 1,2026-11-20"], "'mood' of a compound"),
        (["unit,P01,W06,80,街道 1,2026-11-20"], "'W06' of a unit.*bring the layer"),
        (["house,C1,owners,3,街道 1,2026-11-20"], "house"),
        (["compound,C1,owners,3,,2026-11-20"], "without author"),
        (["compound,C1,owners,3,街道 1,"], "without date"),
        (["compound,C1,owners,3,街道 1,soon"], "soon"),
        (["compound,C1,owners,-3,街道 1,2026-11-20"], "-3"),
        (
            ["compound,C1,owners,3,街道 1,2026-11-20", "compound,C1,owners,4,街道 2,2026-11-21"],
            "row 3.*'4'.*row 2.*'3'",
        ),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused(
    demo_district: Path, tmp_path: Path, rows: list[str], told: str
) -> None:
    with pytest.raises(PipelineError, match=rf"(?s){told}"):
        _answers(demo_district, tmp_path, *rows)[0].apply(_register(), "compound")


def test_the_demos_own_list_filled_in_comes_back(demo: Chain, demo_district: Path, tmp_path: Path) -> None:
    """The sheet as it was printed, its first question answered, beside the district's other files."""
    sheet = (demo.folders.processed / "survey.csv").read_text(encoding="utf-8-sig")
    headings, *rows = csv.reader(io.StringIO(sheet))
    at = {name.split()[-1]: i for i, name in enumerate(headings)}
    asked = demo["survey"].query("subject_kind == 'compound' and how_to_answer.str.startswith('是')").iloc[0]
    for row in rows:
        if (row[at["subject_id"]], row[at["fact"]]) == (asked["subject_id"], asked["fact"]):
            row[at["answer"]], row[at["author"]], row[at["date"]] = "是", "街道 1", "2026-11-20"
    raw = tmp_path / "raw"
    raw.mkdir()
    for file in demo_district.parent.iterdir():
        if file.name != "district.yaml":
            (raw / file.name).symlink_to(file)
    content = yaml.safe_load(demo_district.read_text(encoding="utf-8"))
    content["layers"]["answers"] = [LAYER]
    (raw / "district.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with (raw / "answers.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    district = load_district(raw / "district.yaml")
    read = read_district(Settings(params=load_params(ROOT / "params.yaml"), district=district))
    register = read.tables["register"].set_index("compound_id")
    before = demo["register"].set_index("compound_id")
    assert pd.isna(before.at[asked["subject_id"], asked["fact"]])
    assert register.at[asked["subject_id"], asked["fact"]]
    changed = (register.astype("str").fillna("") != before.astype("str").fillna("")).to_numpy().sum()
    assert changed == 1  # that cell and nothing else
    assert len(read.tables["answers"]) == 1
    assert read.report["layers"]["answers[0]"]["refused"]["no_answer"]["count"] == len(rows) - 1
