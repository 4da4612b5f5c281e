"""Plan A, rule by rule and by hand: pass, fail or defer, unknown, near miss, and what the reason says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.eligibility.checklist import renovation
from pipeline.eligibility.judge import judge
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.verdict import verdicts
from tests.eligibility.cases import GOOD, compounds, found, outcomes


def test_two_thirds_and_three_quarters_are_counted_in_whole_owners() -> None:
    """480 owners: 320 are two thirds; of 320, 240 are three quarters; one fewer of either is not enough."""
    assert found("A11", owners=480, consulted=320, agreed=240)[0] == "pass"
    result, near, zh, en = found("A11", owners=480, consulted=300, agreed=240)
    assert (result, near) == ("fail", True)
    assert zh.startswith("业主 480 户，征求 300 户（62.5%），不足三分之二，还差 20 户")
    assert en.startswith("300 of 480 owners consulted (62.5%), fewer than two thirds, 20 more needed")
    assert found("A11", owners=480, consulted=319, agreed=319)[0] == "fail"
    result, near, zh, _ = found("A11", owners=480, consulted=320, agreed=239)
    assert (result, near) == ("fail", True)
    assert "同意 239 户（74.7%），不足四分之三，还差 1 户" in zh


def but(n: int) -> str:
    """The items of the checklist without the first n."""
    return "、".join(item.zh for item in renovation().items[n:])


ACCEPTED = {"acceptance_date": "2022-01-31"}
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("A1", {"built_year": 2005}, "pass"),
    ("A1", {"built_year": 2006}, "fail"),
    ("A1", {"built_year": None}, "unknown"),
    ("A2", {"land_tenure": "state_owned"}, "pass"),
    ("A2", {"land_tenure": "collective"}, "fail"),
    ("A2", {"land_tenure": "other"}, "fail"),
    ("A2", {"land_tenure": None}, "unknown"),
    ("A3", {"built_year": 1999}, "pass"),
    ("A3", {"built_year": 2000}, "fail"),
    ("A3", {"built_year": None}, "unknown"),
    ("A4", {}, "pass"),
    ("A4", {"facade_good_share": 60.0, "utilities_complete_share": 60.0, "wish_share": 60.0}, "pass"),
    ("A4", {"facade_good_share": 61.0}, "fail"),
    ("A4", {"utilities_complete_share": 90.0}, "fail"),
    ("A4", {"service_area_per_100_households_m2": 30.0}, "fail"),
    ("A4", {"wish_share": None}, "unknown"),
    ("A4", {"wish_share": None, "facade_good_share": 95.0}, "fail"),
    ("A5", {"in_central_programme": False}, "pass"),
    ("A5", {"in_central_programme": True}, "fail"),
    ("A5", {"in_central_programme": None}, "unknown"),
    ("A6", {"housing_kind": "ordinary"}, "pass"),
    ("A6", {"housing_kind": "village"}, "pass"),
    *[("A6", {"housing_kind": kind}, "fail") for kind in ("luxury", "villa", "illegal", "bungalow")],
    ("A6", {"housing_kind": None}, "unknown"),
    ("A7", {}, "pass"),
    ("A7", {"planned_expropriation": True}, "fail"),
    ("A7", {"planned_rebuild": "whole"}, "fail"),
    ("A7", {"planned_rebuild": "single_building"}, "pass"),
    ("A7", {"planned_expropriation": None}, "unknown"),
    ("A7", {"planned_expropriation": None, "planned_rebuild": "whole"}, "fail"),
    ("A8", {"owners_committee": True}, "pass"),
    ("A8", {"owners_committee": False}, "defer"),
    ("A8", {"owners_committee": None}, "unknown"),
    ("A9", {"property_company": "和顺物业"}, "pass"),
    ("A9", {"property_company": "none"}, "defer"),
    ("A9", {"property_company": None}, "unknown"),
    ("A10", {"illegal_structures": "none"}, "pass"),
    ("A10", {"illegal_structures": "cleared"}, "pass"),
    ("A10", {"illegal_structures": "under_way"}, "defer"),
    ("A10", {"illegal_structures": "not_begun"}, "defer"),
    ("A10", {"illegal_structures": None}, "unknown"),
    ("A11", {}, "pass"),
    ("A11", {"consent_illegal_removal": False}, "fail"),
    ("A11", {"consent_property": False}, "fail"),
    ("A11", {"consent_property": None}, "unknown"),
    ("A11", {"owners": None}, "unknown"),
    ("A11", {"owners": None, "agreed": 100}, "fail"),  # 100 of 320 are too few whoever the owners are
    ("A11", {"consulted": 0, "agreed": 0}, "fail"),
    ("A11", {"owners": 0, "consulted": 0, "agreed": 0}, "unknown"),  # a blank written as 0 is no consent
    ("A12", {"owners": 0, "consulted": 0, "agreed": 0}, "unknown"),
    ("A11-278", {}, "pass"),
    ("A11-278", {"consulted_floor_area_m2": 20000.0, "agreed_floor_area_m2": 15000.0}, "pass"),
    ("A11-278", {"consulted_floor_area_m2": 19999.0, "agreed_floor_area_m2": 19000.0}, "fail"),
    ("A11-278", {"agreed_floor_area_m2": 17999.0}, "fail"),
    ("A11-278", {"agreed": 239}, "fail"),  # by area enough, by owners not
    ("A11-278", {"consulted_floor_area_m2": None}, "unknown"),
    ("A11-278", {"consulted_floor_area_m2": 31000.0}, "unknown"),  # more than stands: the data are at fault
    ("A12", {}, "pass"),
    ("A12", {"wish_share": 60.0}, "pass"),
    ("A12", {"wish_share": 59.9}, "defer"),
    ("A12", {"scheme_reviewed": False}, "defer"),
    ("A12", {"consulted": 319}, "defer"),
    ("A12", {"scheme_reviewed": None}, "unknown"),
    ("A12", {"scheme_reviewed": None, "wish_share": 10.0}, "defer"),
    ("A13", {}, "pass"),
    (
        "A13",
        {
            "items_planned": but(11),
            "items_done": "供水、排水、供电、弱电、道路、供气、供热、消防、安防、生活垃圾分类、建筑物公共部位维修",
        },
        "pass",
    ),
    ("A13", {"items_planned": but(1)}, "fail"),
    ("A13", {"items_planned": None}, "unknown"),
    ("A13", {"items_planned": but(1), "items_done": None}, "unknown"),  # the one may be done
    ("A16", {"posted_on": "2022-05-11"}, "pass"),
    ("A16", {"posted_on": "2022-06-01"}, "fail"),
    ("A16", {"posted_on": None}, "unknown"),
    ("A17", ACCEPTED | {"satisfaction": 80.0}, "pass"),
    ("A17", ACCEPTED | {"satisfaction": 79.0}, "fail"),
    ("A17", {"acceptance_date": "2023-01-31", "satisfaction": None}, "pass"),  # not asked for yet
    ("A17", ACCEPTED | {"satisfaction": None}, "unknown"),
    ("A17", {"wish_share": None}, "unknown"),
]
NEAR: list[tuple[str, dict[str, Any], bool, str]] = [
    ("A1", {"built_year": 2006}, True, "仅晚 1 年"),
    ("A1", {"built_year": 2007}, False, ""),
    ("A3", {"built_year": 2000}, True, "仅晚 1 年"),
    ("A3", {"built_year": 2001}, False, ""),
    ("A4", {"facade_good_share": 65.0}, True, "接近界限"),
    ("A4", {"facade_good_share": 67.0}, False, ""),
    ("A10", {"illegal_structures": "under_way", "illegal_cleared_share": 92.0}, True, "已拆除 92%"),
    ("A10", {"illegal_structures": "under_way", "illegal_cleared_share": 89.0}, False, ""),
    ("A11", {"consulted": 300, "agreed": 240}, True, "还差 20 户"),
    ("A11", {"consulted": 280, "agreed": 240}, False, ""),
    ("A11-278", {"agreed_floor_area_m2": 17000.0}, True, "同意面积 70.8%"),
    ("A11-278", {"agreed_floor_area_m2": 12000.0}, False, ""),
    ("A13", {"items_planned": but(2)}, True, "2 项必改内容"),
    ("A13", {"items_planned": but(3)}, False, ""),
    ("A12", {"wish_share": 55.0}, True, "改造意愿 55%，低于 60%"),
    ("A12", {"wish_share": 53.0}, False, ""),
    ("A12", {"wish_share": 55.0, "scheme_reviewed": False}, False, ""),
    ("A17", ACCEPTED | {"satisfaction": 75.0}, True, "满意度 75%"),
    ("A17", ACCEPTED | {"satisfaction": 60.0}, False, ""),
]


@pytest.mark.parametrize(("rule", "fields", "near", "margin"), NEAR)
def test_near_misses_show_their_margin_and_pass_no_rule(
    rule: str, fields: dict[str, Any], near: bool, margin: str
) -> None:
    result, is_near, zh, _ = found(rule, **fields)
    assert result in ("fail", "defer")
    assert is_near == near
    assert margin in zh


def test_the_civil_code_is_shown_beside_the_notice() -> None:
    """320 of 480 owners and 24,000 of 30,000 m² took part; 240 and 18,000 m² of these agreed."""
    assert found("A11-278")[2] == "参与表决：人数 66.7%、面积 80.0%；同意：人数 75.0%、面积 75.0%"
    of = {"agreed_floor_area_m2": 12000.0}
    assert (found("A11", **of)[0], found("A11-278", **of)[0]) == ("pass", "fail")
    tenth = {"floor_area_m2": 0.3, "consulted_floor_area_m2": 0.2, "agreed_floor_area_m2": 0.15}
    assert found("A11-278", **tenth)[0] == "pass"  # binary fractions do not turn two thirds into less


@pytest.mark.parametrize(("rule", "fields", "result"), CASES)
def test_each_rule_by_hand(rule: str, fields: dict[str, Any], result: str) -> None:
    decided, _, zh, en = found(rule, **fields)
    assert decided == result
    assert zh and en and "{" not in zh + en and "None" not in zh + en


def test_every_rule_has_a_case_of_every_result_it_can_give() -> None:
    cases = {(rule, result) for rule, _, result in CASES} | {
        (rule, "near") for rule, _, near, _ in NEAR if near
    }
    assert cases == outcomes("compound")


@pytest.mark.parametrize(
    "numbers",
    [{"consulted": 500}, {"agreed": 330}, {"owners": 200, "agreed": 100}, {"consulted": None, "agreed": 481}],
)
def test_contradictory_counts_are_a_fault_of_the_data(numbers: dict[str, Any]) -> None:
    result, near, zh, en = found("A11", **numbers)
    assert (result, near) == ("unknown", False)
    assert zh.startswith("数据矛盾") and "contradict" in en


def test_a_consent_far_off_or_refused_is_no_near_miss() -> None:
    assert found("A11", consulted=200, agreed=200)[:2] == ("fail", False)
    assert found("A11", consulted=300, consent_property=False)[:2] == ("fail", False)


def test_reasons_name_what_is_missing_and_what_failed() -> None:
    assert found("A11", owners=None, consent_property=None)[2] == "缺少：业主数、是否同意引入物业"
    assert (
        found("A12", scheme_reviewed=False, wish_share=40.0)[2]
        == "改造意愿 40%，低于 60%；方案未审核；可暂缓或延期"
    )
    assert found("A10", illegal_structures="under_way")[2].startswith("拆违拆临正在拆除")
    assert "单栋住宅楼不得纳入" in found("A7", planned_rebuild="single_building")[2]
    assert "异议 3 件" in found("A16", objections=3)[2]


def test_text_from_the_register_stays_text() -> None:
    strange = "{owners.__class__} <b>=1+1"
    assert found("A9", property_company=strange)[2] == f"物业：{strange}"


def test_the_verdict_is_the_worst_that_decides() -> None:
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "C1": ({}, "pass"),
        "C2": ({"built_year": 2003}, "pass"),  # priority never excludes
        "C3": ({"posted_on": None}, "pass"),  # nor does what is only recorded
        "C4": ({"scheme_reviewed": None}, "unknown"),
        "C5": ({"scheme_reviewed": None, "owners_committee": False}, "defer"),
        "C6": ({"scheme_reviewed": None, "owners_committee": False, "built_year": 2010}, "fail"),
        "C7": ({"agreed": 100}, "defer"),  # consent can still be won
    }
    table = judge(rule_catalogue(), compounds(**{key: fields for key, (fields, _) in cases.items()}))
    assert verdicts(table, "compound").to_dict() == {key: verdict for key, (_, verdict) in cases.items()}


FIELD_VALUES: dict[str, list[Any]] = {
    "built_year": [1990, 2003, 2010],
    "land_tenure": ["state_owned", "collective"],
    "housing_kind": ["ordinary", "villa"],
    "planned_expropriation": [True, False],
    "planned_rebuild": ["none", "whole"],
    "owners_committee": [True, False],
    "property_company": ["和顺物业", "none"],
    "illegal_structures": ["none", "not_begun"],
    "owners": [480, 600],
    "consulted": [320, 330, 400],
    "agreed": [200, 300],
    "consent_property": [True, False],
    "wish_share": [30.0, 90.0],
    "scheme_reviewed": [True, False],
}


FILLED = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELD_VALUES.items()})


@settings(max_examples=15)
@given(st.lists(st.tuples(FILLED, st.sets(st.sampled_from(sorted(FIELD_VALUES)))), min_size=20, max_size=20))
def test_filling_in_a_field_only_decides_what_was_unknown(
    cases: list[tuple[dict[str, Any], set[str]]],
) -> None:
    whole = {f"C{i}": fields for i, (fields, _) in enumerate(cases)}
    partial = {f"C{i}": fields | dict.fromkeys(hidden) for i, (fields, hidden) in enumerate(cases)}
    before, after = judge(rule_catalogue(), compounds(**partial)), judge(rule_catalogue(), compounds(**whole))
    decided = before["result"] != "unknown"
    assert before.loc[decided, "result"].equals(after.loc[decided, "result"])


def test_an_empty_register_leaves_everything_unknown() -> None:
    table = judge(rule_catalogue(), compounds(C1=dict.fromkeys(GOOD)))
    assert set(table["result"]) == {"unknown"}
    assert table["reason"].str.startswith("缺少").all()
