"""Cells as offices type them."""

from __future__ import annotations

import contextlib
import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ValueRowError
from pipeline.intake.values import number, typed
from pipeline.tables import FIELDS, Field


def read(name: str, cells: list, codes: tuple[str, ...] = ()) -> list:
    series = pd.Series(cells, index=range(3, 3 + len(cells)), dtype="object")
    return typed(series, FIELDS[name], codes or FIELDS[name].codes, "register").tolist()


def test_numbers_as_offices_type_them():
    assert read("owners", ["1,234", "1，234", "１２３４", " 1234户 ", 1234, 1234.0]) == [1234] * 6
    assert read("satisfaction", ["85.5%", "85.5", 85.5, "８５．５％"]) == [85.5] * 4


@pytest.mark.parametrize("marker", ["", "  ", "—", "-", "/", "不详", "未知", "N/A", None, float("nan")])
def test_markers_of_not_known_are_missing_not_zero(marker):
    assert pd.isna(read("owners", [marker])[0])
    assert pd.isna(read("gated", [marker])[0])
    assert pd.isna(read("property_company", [marker])[0])


def test_zero_is_not_unknown():
    assert read("owners", [0, "0"]) == [0, 0]


def test_a_code_that_says_unknown_is_a_code():
    assert read("use", ["unknown"], ("residential", "unknown")) == ["unknown"]


def test_yes_and_no():
    assert read("gated", ["是", "否", "有", "无", True, 1, "0"]) == [
        True,
        False,
        True,
        False,
        True,
        True,
        False,
    ]


def test_dates_in_all_their_forms():
    cells = [
        "2021年3月5日",
        "2021-03-05",
        "2021/3/5",
        "2021.3.5",
        dt.datetime(2021, 3, 5),
        dt.date(2021, 3, 5),
    ]
    assert read("posted_on", cells) == ["2021-03-05"] * 6


@pytest.mark.parametrize(
    ("name", "cell"),
    [("owners", "约100"), ("owners", 3.5), ("owners", -1), ("gated", "也许"), ("satisfaction", 120), ("built_year", 198),
     ("posted_on", "去年"), ("posted_on", "2021-13-05"), ("land_tenure", "国有"), ("parking_per_household", "50%"),
     ("owners", True), ("owners", "1e999"), ("owners", "1e30"), ("floor_area_m2", "1e999"), ("floor_area_m2", [1])],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_row(name, cell):
    with pytest.raises(ValueRowError) as error:
        read(name, [None, cell])
    assert "row 4" in str(error.value) and str(cell) in str(error.value)


def test_the_message_names_values_once_and_rows_briefly():
    with pytest.raises(ValueRowError) as error:
        read("land_tenure", ["国有"] * 10 + ["集体"])
    assert "'国有' in row 3, 4, 5, 6, 7 …; '集体' in row 13" in str(error.value)


@given(st.integers(0, 10**12))
def test_a_number_written_in_any_way_is_the_same_number(value):
    full_width = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert number(str(value)) == number(f"{value:,}") == number(full_width) == number(f" {value} 户") == value


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ValueRowError):
        typed(pd.Series([text], dtype="object"), Field("x", "float", "", ""), (), "file")
