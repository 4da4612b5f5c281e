"""Every broken entry is refused with its file and line, and told how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.catalogue.load import (
    CLASSES_FILE,
    INDICATORS_FILE,
    read_facility_catalogue,
    read_indicator_catalogue,
)
from pipeline.eligibility.checklist import RENOVATION_FILE, read_renovation
from pipeline.eligibility.judge import judge
from pipeline.eligibility.rules import RULES_FILE, read_rules
from pipeline.errors import SettingsError
from pipeline.procedure.steps import PROCEDURE_FILE, read_procedure
from tests.eligibility.cases import compounds

Read = Callable[[Path], Any]


def use_rules(path: Path) -> None:
    """Read rules and judge a compound by them: names of fields are known only then."""
    judge(read_rules(path), compounds(C1={"built_year": 2010}))


def refused(source: Path, read: Read, tmp_path: Path, good: str, bad: str) -> tuple[int, int, str]:
    """Change the first `good` of a file to `bad`; return the line told, the line changed, and the mend."""
    text = source.read_text(encoding="utf-8")
    assert good in text
    file = tmp_path / source.name
    file.write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read(file)
    told = str(error.value)
    assert str(file) in told
    line = int(told.split(f"{file}, line ")[1].split(",")[0])
    return line, text[: text.index(good)].count("\n") + 1, error.value.todo


def refused_on_its_line(source: Path, read: Read, tmp_path: Path, good: str, bad: str) -> str:
    """Return the mend, having seen that the line is that of the change."""
    line, changed, todo = refused(source, read, tmp_path, good, bad)
    assert line == changed
    return todo


@pytest.mark.parametrize(
    ("good", "bad", "mend"),
    [
        ("level: compound", "level: compouds", "write `level: compound`"),
        (
            "effect: exclude",
            "effect: forbid",
            "write one of exclude, defer, condition, priority, unit, record for `effect:`",
        ),
        ("effect: exclude", "effect: exclude\n  severity: 3", "take `severity:` out, or mend its name"),
        ("quote: 2005年12月31日前…建成", "quote: ''", "fill in `quote:`"),
        ("quote: 2005年12月31日前…建成", "quote: 2005", "write text in quotation marks for `quote:`"),
        ("deadline_years: 2", "deadline_years: two", "write a whole number for `deadline_years:`"),
        ("deadline_years: 2", "deadline_years: 0", "write no less than 1 for `deadline_years:`"),
        ("readiness: true", "readiness: perhaps", "write true or false for `readiness:`"),
        ("- id: A2\n", "- id: A1\n", "give it another id, or take it out; the first stands in line 112"),
    ],
)
def test_a_broken_rule(tmp_path: Path, good: str, bad: str, mend: str) -> None:
    line, changed, todo = refused(RULES_FILE, use_rules, tmp_path, good, bad)
    assert line in (changed, changed + ("\n  severity" in bad))
    if good.startswith("- id"):
        first = RULES_FILE.read_text(encoding="utf-8").split("- id: A1\n")[0].count("\n") + 1
        mend = mend.replace("112", str(first))
    assert todo == mend


A1 = '- {holds: built_year <= built_year_max, zh: "{built_year} 年建成'


@pytest.mark.parametrize(
    ("bad", "mend"),
    [
        (A1.replace("built_year <=", "built_yaer <="), "write built_year"),
        (A1.replace("built_year_max", "oldest"), "add oldest to eligibility.thresholds of params.yaml"),
        (A1.replace("built_year_max", "'2005'"), "write a number for \"'2005'\""),
        (
            A1.replace("built_year <= built_year_max", "built_year"),
            "compare 'built_year' with something",
        ),
        (
            A1.replace("built_year <= built_year_max", "1 < land_tenure + 1"),
            "put a number in the place of 'land_tenure'",
        ),
        (A1.replace("{built_year} 年", "{builtyear} 年"), "write {built_year}"),
        (A1.replace("{built_year} 年", "{built_year:.1q} 年"), "write {built_year}, without a format"),
        (A1.replace("built_year <= built_year_max", "built_year <="), "mend it at character"),
        (
            A1.replace("built_year <= built_year_max", "max(built_year) < 1"),
            "say 'max(built_year)' in these",
        ),
        (A1.replace("holds:", "hold:"), "write `holds:` for `hold:`"),
    ],
)
def test_a_rule_that_cannot_be_applied(tmp_path: Path, bad: str, mend: str) -> None:
    line, changed, todo = refused(RULES_FILE, use_rules, tmp_path, A1, bad)
    entry = RULES_FILE.read_text(encoding="utf-8").split("- id: A1\n")[0].count("\n") + 1
    assert line in (entry, changed), "the rule's line, or that of its check"
    assert todo.startswith(mend)


SCORE = "[[40, 0], [70, 60], [90, 90], [100, 100]]"
F01 = "family: share_within, class: kindergarten, who: child_3_6, minutes: 10"


@pytest.mark.parametrize(
    ("good", "bad", "mend"),
    [
        (F01, F01.replace("minutes: 10", "minutes: ten"), "write a number for `minutes:`"),
        (F01, F01.replace("minutes: 10", "minutes: 0"), "write more than 0 for `minutes:`"),
        (F01, F01.replace(", minutes: 10", ""), "add `minutes:`"),
        (F01, F01.replace("minutes: 10", "minuets: 10, minutes: 10"), "write `minutes:` for `minuets:`"),
        (F01, F01.replace("share_within", "share_witin"), "write `family: share_within`"),
        (F01, F01.replace("family: share_within, ", ""), "add `family:`"),
        (F01, F01.replace("child_3_6", "child_3_7"), "write `who: child_3_6`"),
        (F01, F01.replace("class: kindergarten", "class: kindergarden"), "write kindergarten"),
        (F01, F01.replace("class: kindergarten", "class: zoo"), "add zoo to facility_classes.yaml, or take it out"),
        (SCORE, "[[70, 0], [40, 60], [100, 100]]", "order the pairs by their first number, each of which may stand once"),
        (SCORE, "[[40, 10], [100, 100]]", "give 0 points to the worst value and 100 to the best"),
        (SCORE, "[[40, 0], [50, 80], [70, 60], [100, 100]]", "mend the points that turn back, or split the indicator in two"),
        (SCORE, "70", "write a list in [ ] for `score:`"),
        ("id: F02,", "id: F01,", "give it another id, or take it out; the first stands in line"),
        ("id: F01,", "id: X01,", "begin the id with one of these, or add `X:` under `scenarios:`"),
        ("id: F01,", "id: F1,", r"write `id:` as ^[A-Z]\d\d$ has it"),
        ("column: utilities_complete_share", "column: utility_complete_share", "write utilities_complete_share"),
    ],
)  # fmt: skip
def test_a_broken_indicator(tmp_path: Path, good: str, bad: str, mend: str) -> None:
    line, changed, todo = refused(INDICATORS_FILE, read_indicator_catalogue, tmp_path, good, bad)
    assert changed - 1 <= line <= changed, "the key's own line, or that on which the entry begins"
    assert todo.startswith(mend)


@pytest.mark.parametrize(
    ("source", "read", "good", "bad", "mend"),
    [
        (CLASSES_FILE, read_facility_catalogue, "amenity=kindergarten", "amenity is kindergarten", "write it as one of these"),
        (RENOVATION_FILE, read_renovation, "basic: true", "basic: yes please", "write true or false for `basic:`"),
        (RENOVATION_FILE, read_renovation, "adds_floor_area: false", "adds_floor: false", "write `adds_floor_area:`"),
        (RENOVATION_FILE, read_renovation, "waived_when: not changes_tenure", "waived_when: not", "mend it at character"),
        (PROCEDURE_FILE, read_procedure, "months: 3", "months: 0", "write more than 0 for `months:`"),
        (PROCEDURE_FILE, read_procedure, "months: 3", "months: 2.5", "write a whole number for `months:`"),
    ],
)  # fmt: skip
def test_a_broken_entry_elsewhere(
    tmp_path: Path, source: Path, read: Read, good: str, bad: str, mend: str
) -> None:
    assert refused_on_its_line(source, read, tmp_path, good, bad).startswith(mend)


def test_a_step_that_waits_for_none_is_told_for_which_it_may(tmp_path: Path) -> None:
    _, _, todo = refused(PROCEDURE_FILE, read_procedure, tmp_path, "step: trial_operation", "step: trial")
    assert "trial_operation" in todo and "for `step:`" in todo
