"""The rules are data: what the file must hold, what it refuses, and that a rule is added by data alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.eligibility.expression import parse
from pipeline.eligibility.judge import judge
from pipeline.eligibility.rules import RULES_FILE, read_rules, rule_catalogue
from pipeline.errors import SettingsError
from tests.eligibility.cases import compounds


def test_the_clauses_that_fields_allow_are_there() -> None:
    ids = [rule.id for rule in rule_catalogue().rules]
    assert (
        ids
        == (
            "A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A11-278 A12 A13 A16 A17 B1 B2 B3 B4 B5 B6 B10 B11 B12 B13 B14 B15 B16 B17 B19"
        ).split()
    )
    assert {rule.id: rule.effect for rule in rule_catalogue().rules if rule.effect == "defer"}.keys() == {
        "A8", "A9", "A10", "A12",
    }  # fmt: skip
    assert [rule.id for rule in rule_catalogue().rules if rule.effect == "priority"] == ["A3", "A4"]


def _edited(tmp_path: Path, change: Any) -> Path:
    content = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("effect", "forbid", "A1"),
        ("level", "house", "A1"),
        ("clause", "", "A1"),
        ("quote", None, "A1"),
        ("checks", [], "A1"),
        ("checks", [{"holds": "eval('1')", "zh": "x", "en": "x"}], "holds"),
        ("checks", [{"holds": "built_year.real > 1", "zh": "x", "en": "x"}], "holds"),
        ("checks", [{"holds": "built_year >", "zh": "x", "en": "x"}], "cannot be read"),
        ("met", {"zh": "x"}, "A1"),
        ("severity", 3, "severity"),
        ("id", "A2", "A2: stands twice"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(tmp_path: Path, key: str, value: Any, said: str) -> None:
    path = _edited(tmp_path, lambda content: content["rules"][0].update({key: value}))
    with pytest.raises(SettingsError, match=said) as error:
        read_rules(path)
    assert "line" in str(error.value) and "to do:" in str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"checks": [{"holds": "built_yaer <= built_year_max", "zh": "x", "en": "x"}]},
            "'built_yaer' is no field",
        ),
        ({"checks": [{"holds": "built_year <= '2005'", "zh": "x", "en": "x"}]}, "compares"),
        ({"met": {"zh": "{builtyear}", "en": "x"}}, "{builtyear}"),
        (
            {
                "met": {"zh": "{land_tenure:.1f}", "en": "x"},
                "checks": [{"holds": "built_year > 0", "zh": "x", "en": "x"}],
            },
            "land",
        ),
    ],
)
def test_a_rule_that_cannot_be_applied_names_itself(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    path = _edited(tmp_path, lambda content: content["rules"][0].update(changes))
    words = read_rules(path)
    words = words.model_copy(update={"words": {}})
    with pytest.raises(SettingsError, match="A1") as error:
        judge(words, compounds(C1={}))
    assert said in str(error.value)


def test_a_rule_is_added_by_data_alone(tmp_path: Path) -> None:
    rule = {
        "id": "A19",
        "zh": "电梯",
        "en": "Lifts",
        "clause": "二(三)",
        "quote": "既有住宅加装电梯",
        "level": "compound",
        "effect": "condition",
        "checks": [
            {
                "holds": "lift_share >= 50",
                "zh": "加装电梯 {lift_share:.0f}%",
                "en": "lifts in {lift_share:.0f}%",
            }
        ],
        "met": {"zh": "够", "en": "enough"},
    }
    catalogue = read_rules(_edited(tmp_path, lambda content: content["rules"].append(rule)))
    table = judge(catalogue, compounds(C1={"lift_share": 60.0}, C2={"lift_share": 20.0}, C3={}))
    found = table[table["rule_id"] == "A19"].set_index("subject_id")
    assert found["result"].to_dict() == {"C1": "pass", "C2": "fail", "C3": "unknown"}
    assert found.at["C2", "reason"] == "加装电梯 20%"
    assert found.at["C3", "reason"] == "缺少：加装电梯比例"


def test_a_threshold_that_is_named_like_a_field_is_refused() -> None:
    subjects = compounds(C1={})
    with pytest.raises(SettingsError, match="owners"):
        type(subjects)("compound", subjects.fields, {"owners": 3})


def test_every_expression_of_the_project_parses() -> None:
    for rule in rule_catalogue().rules:
        for check in rule.checks:
            assert parse(check.holds).names
