"""Steps in their order, dates that run forwards, and every row that does not hold told with its reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.procedure.follow_up import follow_up
from pipeline.procedure.judge import judge, months_later
from pipeline.procedure.steps import PROCEDURE_FILE, procedure, read_procedure
from pipeline.procedure.subjects import Directory
from pipeline.tables import check, empty
from tests.runs import Chain

AS_OF = date(2026, 6, 30)
STEPS = [step.zh for step in procedure().steps]
DATES = [
    "2024-01-10", "2024-02-10", "2024-03-10", "2024-06-10", "2024-09-10", "2025-09-10", "2025-11-30", "2026-02-28",
]  # fmt: skip


@pytest.fixture(scope="module")
def town() -> Directory:
    return directory()


def directory() -> Directory:
    """Two compounds, two committees and a proposed unit; two things bear the name 海晏里."""
    compounds = pd.DataFrame(
        {
            "compound_id": ["C1", "C2"],
            "name": ["海晏里", "东山里"],
            "subdistrict": pd.Series(["渔港街道", None], dtype="str"),
        }
    )
    units = pd.DataFrame(
        {
            "unit_id": ["JW1", "JW2", "P1"],
            "name": ["东居委会", "西居委会", "海晏里"],
            "subdistrict": ["渔港街道", "锚山街道", "渔港街道"],
        }
    )
    return Directory(compounds, units)


def judged(town: Directory, rows: list[tuple[Any, Any, Any]], as_of: date = AS_OF) -> pd.DataFrame:
    """The rows of a file whose headings are in line 1, judged."""
    progress = pd.DataFrame(rows, columns=["subject", "step", "date"]).astype("str")
    progress["row"] = range(2, len(rows) + 2)
    return check("procedure", judge(check("progress", progress), town, procedure(), as_of))


def refusals(found: pd.DataFrame) -> dict[int, str]:
    return dict(found[~found["accepted"]][["row", "reason"]].itertuples(index=False))


def whole(subject: str = "C1") -> list[tuple[str, str, str]]:
    return [(subject, step, day) for step, day in zip(STEPS, DATES, strict=True)]


def test_a_project_that_goes_all_the_way_is_accepted_row_by_row(town: Directory) -> None:
    """Trial operation from 30 November: three months are full on 28 February, which has no 30th."""
    found = judged(town, whole())
    assert found["accepted"].all()
    assert list(found["step_id"]) == [step.id for step in procedure().steps]
    assert set(found["subject_kind"]) == {"compound"}
    assert found["reason"].iloc[6] == "“评估公布”最早 2026-02-28"
    assert found["reason_en"].iloc[6] == "evaluation no earlier than 2026-02-28"


def test_a_skipped_step_is_refused_and_so_is_all_that_follows(town: Directory) -> None:
    found = judged(town, [row for row in whole() if row[1] != "编制方案"])
    told = refusals(found)
    assert list(told) == [5, 6, 7, 8]
    assert told[5] == "前一步“编制方案”没有有效记录，步骤不能跳过"
    assert told[6].startswith("前一步“实施”没有有效记录")


def test_a_date_that_runs_backwards_is_refused_and_the_same_day_is_not(town: Directory) -> None:
    told = refusals(judged(town, [("C1", "申报", "2024-05-02"), ("C1", "区审核", "2024-05-01")]))
    assert told == {3: "早于前一步“申报”的日期 2024-05-02，日期不能倒退"}
    assert refusals(judged(town, [("C1", "申报", "2024-05-02"), ("C1", "区审核", "2024-05-02")])) == {}


def test_evaluation_waits_for_three_months_of_trial_operation(town: Directory) -> None:
    early = [*whole()[:7], ("C1", "评估公布", "2026-02-27")]
    assert refusals(judged(town, early)) == {9: "“试运营”（2025-11-30）满 3 个月后方可，最早 2026-02-28"}


def test_the_first_of_two_rows_for_one_step_stands(town: Directory) -> None:
    rows = [("C1", "申报", "2024-05-02"), ("C1", "application", "2024-05-09"), ("C1", "区审核", "2024-05-05")]
    assert refusals(judged(town, rows)) == {3: "该步骤已由第 2 行记录（2024-05-02）"}


def test_a_row_put_right_below_stands_for_the_refused_one(town: Directory) -> None:
    rows = [("C1", "申报", "2024-05-02"), ("C1", "区审核", "2023-05-20"), ("C1", "区审核", "2024-05-20")]
    assert list(refusals(judged(town, rows))) == [3]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("C9", "申报", "2024-01-01"), "没有编号或名称为“C9”的小区、单元或居委会"),
        (("海晏里", "申报", "2024-01-01"), "“海晏里”可指 C1, P1，请写编号"),
        (("C1", "开工", "2024-01-01"), "没有步骤“开工”，可写：申报、区审核"),
        (("C1", "申报", "2026-07-01"), "日期 2026-07-01 晚于进度表日期 2026-06-30"),
        ((None, "申报", None), "缺少：对象、日期"),
        (("C1", None, "2024-01-01"), "缺少：步骤"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_the_others_count(
    town: Directory, row: tuple[Any, Any, Any], says: str
) -> None:
    found = judged(town, [row, *whole("JW2")])
    told = refusals(found)
    assert list(told) == [2] and told[2].startswith(says)
    assert found["reason_en"].iloc[0] and "{" not in found["reason_en"].iloc[0]


def test_units_go_by_id_or_by_name(town: Directory) -> None:
    rows = [
        ("P1", "申报", "2024-01-01"),
        ("西居委会", "申报", "2024-01-01"),
        ("东山里", "申报", "2024-01-01"),
    ]
    found = judged(town, rows)
    assert list(found["subject_id"]) == ["P1", "JW2", "C2"] and found["accepted"].all()


def test_the_follow_up_counts_by_subdistrict_quarter_and_year(town: Directory) -> None:
    """C1 and JW1 applied in 渔港 in 2024Q1, JW2 in 锚山 in 2024Q2, C2, of no known sub-district, in 2024Q3."""
    rows = [
        ("C1", "申报", "2024-01-10"), ("东居委会", "申报", "2024-03-31"), ("JW2", "申报", "2024-04-01"),
        ("C1", "区审核", "2024-05-01"), ("C2", "申报", "2024-09-30"), ("C9", "申报", "2024-01-01"),
    ]  # fmt: skip
    as_of = date(2024, 12, 31)
    found = check("follow_up", follow_up(judged(town, rows, as_of), town, procedure(), as_of))
    table = found.fillna({"subdistrict": "?"}).set_index(["subdistrict", "period", "step_id"])["entered"]
    entered = table[table > 0].to_dict()
    assert entered == {
        ("渔港街道", "2024", "application"): 2,
        ("渔港街道", "2024", "district_review"): 1,
        ("渔港街道", "2024Q1", "application"): 2,
        ("渔港街道", "2024Q2", "district_review"): 1,
        ("锚山街道", "2024", "application"): 1,
        ("锚山街道", "2024Q2", "application"): 1,
        ("?", "2024", "application"): 1,
        ("?", "2024Q3", "application"): 1,
    }
    assert len(found) == 3 * 5 * len(STEPS), "quarters in which nothing was entered are told as 0"
    assert table["锚山街道", "2024Q4", "works"] == 0


def test_nothing_kept_is_an_empty_table(town: Directory) -> None:
    found = judge(empty("progress"), town, procedure(), AS_OF)
    assert check("procedure", found).empty
    assert check("follow_up", follow_up(found, town, procedure(), AS_OF)).empty


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "JW1", "C9"]), st.sampled_from(STEPS), st.dates(date(2024, 1, 1), AS_OF)
    ),
    max_size=40,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_what_is_accepted_is_always_an_unbroken_beginning_with_rising_dates(rows: Any, random: Any) -> None:
    town = directory()
    found = judged(town, [(s, step, day.isoformat()) for s, step, day in rows])
    assert (found["reason"] != "")[~found["accepted"]].all(), "no row is refused without a reason"
    accepted = found[found["accepted"]]
    for _, own in accepted.groupby("subject_id"):
        steps = sorted(STEPS.index(step) for step in own["step"])
        assert steps == list(range(len(steps)))
        by_step = own.set_index("step")["date"].reindex([STEPS[i] for i in steps])
        assert by_step.is_monotonic_increasing
        if "评估公布" in by_step:
            trial = date.fromisoformat(by_step["试运营"])
            assert date.fromisoformat(by_step["评估公布"]) >= months_later(trial, 3)
    once = {(s, step): (s, step, day.isoformat()) for s, step, day in rows}
    mixed = list(once.values())
    random.shuffle(mixed)
    one, other = judged(town, list(once.values())), judged(town, mixed)
    keys = ["subject", "step", "accepted"]
    assert set(one[keys].itertuples(index=False)) == set(other[keys].itertuples(index=False)), (
        "the order of rows in the file does not matter"
    )


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("step: trial_operation", "step: trial_operations", "evaluation waits for trial_operations"),
        ("months: 3", "months: 0", "evaluation.after.months"),
        ("zh: 区审核", "zh: 申报", "two steps are called 申报"),
        ("id: works", "id: 2works", "works"),
    ],
)
def test_a_broken_step_is_refused(tmp_path: Path, good: str, bad: str, says: str) -> None:
    text = PROCEDURE_FILE.read_text(encoding="utf-8")
    assert good in text
    (tmp_path / "procedure.yaml").write_text(text.replace(good, bad), encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        read_procedure(tmp_path / "procedure.yaml")


def test_the_demo_district_has_a_row_for_every_kind_of_refusal(demo: Chain) -> None:
    found = demo["procedure"]
    refused = found[~found["accepted"]]
    assert len(refused) == 6 and refused["reason"].nunique() == 6
    assert set(found.loc[found["accepted"], "step_id"]) == {step.id for step in procedure().steps}
    years = demo["follow_up"]
    years = years[years["period"].str.len() == 4]
    assert years["entered"].sum() == found["accepted"].sum()
