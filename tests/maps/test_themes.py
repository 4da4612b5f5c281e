"""Legends count the people of the tables, all of them, once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.maps.cards import people, unit_table
from pipeline.maps.page import Page, gather
from pipeline.maps.themes import shown_people
from pipeline.maps.walking import walks
from pipeline.settings import Settings
from pipeline.tables import empty


@pytest.fixture(scope="module")
def page(mini_settings: Settings, tables: dict[str, Any]) -> Page:
    return gather(mini_settings, tables)


def theme(page: Page, name: str) -> Any:
    return next(theme for theme in page.themes if theme.theme == name)


def counts(page: Page, name: str) -> list[str]:
    return [entry.count for entry in theme(page, name).legend]


def test_minutes_to_the_kindergarten_by_hand(page: Page) -> None:
    # Six columns of 4 × 8 buildings with 6 children each: 192 a column. Column 3 reaches none (list complete: over 15);
    # column 4 is 4 minutes from the edge of the data and column 5 is not tied to the network: cannot know.
    assert counts(page, "walk_kindergarten") == ["192", "192", "192", "192", "384"]


def test_served_within_ten_minutes_by_hand(page: Page) -> None:
    assert counts(page, "served_kindergarten") == ["384", "384", "384"]
    # the list of stations is partial: who is not served cannot be known; 30 elderly a building
    assert counts(page, "served_elderly_station") == ["1,920", "0", "3,840"]


def test_sizes_and_results_count_residents(page: Page) -> None:
    assert counts(page, "size_proposed") == ["28,800", "0", "0", "0"]
    assert counts(page, "size_committee") == ["0", "0", "0", "28,800"]
    assert counts(page, "eligible") == ["7,200", "7,200", "0", "14,400"]
    assert counts(page, "answer") == ["21,600", "0", "7,200"]


def test_the_checks_of_units_count_residents_by_the_worse_of_two_walks(page: Page) -> None:
    """Of four units of 7,200, the lesser shares are 80, 60, 85 and 20 %; neither committee has both."""
    assert counts(page, "walk_test_proposed") == ["7,200", "7,200", "7,200", "7,200", "0"]
    assert counts(page, "walk_test_committee") == ["0", "0", "0", "0", "28,800"]
    assert counts(page, "inside_proposed") == ["21,600", "7,200", "0"]
    assert counts(page, "inside_committee") == ["0", "28,800", "0"]
    assert [unit.size_reason[1] for unit in page.units] == [
        f"The check of {unit.unit_id}." for unit in page.units
    ]


def test_need_and_readiness_count_units_and_keep_the_unknown(page: Page) -> None:
    cells = counts(page, "need_readiness")
    assert cells[8] == "1"  # need 80, readiness 70: both high
    assert cells[4] == "1"  # 50 and 40: both middle
    assert cells[1] == "1"  # 20 and 60: low, middle
    assert cells[9] == "1"  # unknown


def test_progress_counts_compounds_and_units_by_the_last_step_taken(page: Page) -> None:
    assert counts(page, "progress_compounds") == ["0"] * 6 + ["1", "1"]  # the last step first
    assert counts(page, "progress_units") == ["0"] * 7 + ["1"]
    painted = theme(page, "progress_compounds").classes
    assert painted[:2] == "67" and set(painted[2:]) == {"-"}
    assert theme(page, "progress_units").classes == "----7-"  # candidates come first, then the committees


def test_without_a_progress_file_there_is_no_map_of_it(
    mini_settings: Settings, tables: dict[str, Any]
) -> None:
    page = gather(mini_settings, tables | {"procedure": empty("procedure")})
    assert not [each for each in page.themes if each.group == "progress"]


def test_gates_count_by_whom_they_would_bring_and_most_stand_first(page: Page) -> None:
    """Gates: public, residents, permit (no way meets it), closed, unknown, residents, public, residents. O1 brings 150."""
    assert counts(page, "gates_any") == ["0", "0", "1", "0", "3", "1"]
    assert theme(page, "gates_kindergarten").classes == "-25" + "4-4-4"
    assert page.gains["O1"] == [("kindergarten", 150, 180, 3.0)]  # 540 person-minutes
    assert page.next[0].gates[0] == ["opening", "O1", "kindergarten", 120]
    assert "150" in page.answer[-1][0]


def test_catchments_and_borders_by_hand(page: Page) -> None:
    assert theme(page, "catchment_kindergarten").classes == "10"  # the larger ground is drawn first
    assert counts(page, "borders") == ["28,800", "0", "0", "0"]  # each unit lies within one committee


def test_what_comes_next(page: Page) -> None:
    first, second, *_ = page.next
    assert first.pilot == [("老小区多", "mostly old"), "planned_new", ("次之", "second"), 1, 6_000_000, True]
    assert first.plans == [[1, 1], [2, 2]]
    assert first.steps == [
        ["C00", "application", "2026-01-05"],
        ["C00", "district_review", "2026-02-06"],
        ["C01", "application", "2026-01-07"],
    ]
    assert [rank for rank, _ in first.questions] == [1]  # that of its compound
    assert [rank for rank, _ in second.questions] == [2]


def test_every_painted_feature_has_a_line_in_the_legend(page: Page) -> None:
    sizes = {
        "units": len(page.units),
        "compounds": len(page.compounds),
        "addresses": len(page.addresses["people"]),
        "catchments": len(page.shapes["catchments"]),
        "gates": len(page.gates),
    }
    for each in page.themes:
        if each.paints:
            assert len(each.classes) == sizes[each.paints], each.theme
            assert {ord(c) - 48 for c in each.classes if c != "-"} <= set(range(len(each.legend))), each.theme


def test_each_walk_counts_every_person_of_its_group_once(page: Page, tables: dict[str, Any]) -> None:
    for name, walk in walks(tables).items():
        shown = [entry.count.replace(",", "") for entry in theme(page, f"served_{name}").legend]
        assert sum(map(int, shown)) == round(walk.people.sum()), name


def test_candidates_come_first_best_first_then_the_unranked_then_committees(tables: dict[str, Any]) -> None:
    assert unit_table(tables, [])["unit_id"].tolist() == ["P0", "P1", "P2", "P3", "J0", "J1"]


@pytest.mark.parametrize(
    ("count", "told", "kept"),
    [(0, "0", 0), (0.6, "<10", -1), (9.4, "<10", -1), (9.6, "10", 10), (1234.5, "1,234", 1234)],
)
def test_small_counts_are_suppressed_and_zero_is_not(count: float, told: str, kept: int) -> None:
    assert shown_people(count, 10) == told
    assert people(count, 10) == kept


def test_unknown_people_stay_unknown() -> None:
    assert people(np.nan, 10) is None
