"""The three-valued engine: its truth table, its arithmetic, what it refuses, and that the unknown never lies."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.eligibility.expression import evaluate, parse
from pipeline.eligibility.kleene import from_series
from pipeline.errors import SettingsError

T, F, U = True, False, None


def said(text: str, **values: object) -> object:
    """Evaluate on one row; None is unknown (as truth value unless a number or text stands elsewhere)."""
    columns = {}
    for name, value in values.items():
        dtype = {bool: "boolean", int: "Int64", float: "float64", str: "str"}.get(type(value), "boolean")
        columns[name] = from_series(pd.Series([value], dtype=dtype))
    return evaluate(text, columns, 1).items()[0]


@pytest.mark.parametrize(
    ("a", "b", "conjunction", "disjunction"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_truth_table(
    a: bool | None, b: bool | None, conjunction: bool | None, disjunction: bool | None
) -> None:
    assert said("a and b", a=a, b=b) is conjunction
    assert said("a or b", a=a, b=b) is disjunction


def test_negation_and_the_unknown_constant() -> None:
    assert [said("not a", a=a) for a in (T, F, U)] == [F, T, U]
    assert [said("a and unknown", a=a) for a in (T, F, U)] == [U, F, U]
    assert [said("a or unknown", a=a) for a in (T, F, U)] == [T, U, U]


def test_comparisons_and_membership() -> None:
    assert said("a == 'x'", a="x") is True
    assert said("a != 'x'", a="x") is False
    assert said("a in ('x', 'y')", a="y") is True
    assert said("a not in ('x', 'y')", a="z") is True
    assert said("1 <= a < 3", a=2) is True
    assert said("1 <= a < 3", a=3) is False
    assert said("a <= '2022-05-11'", a="2022-05-01") is True
    assert said("a == True", a=True) is True


def test_a_missing_number_or_text_makes_a_comparison_unknown() -> None:
    columns = {
        "n": from_series(pd.Series([1, None], dtype="Int64")),
        "x": from_series(pd.Series([np.nan, 2.0])),
        "t": from_series(pd.Series(["a", None], dtype="str")),
    }
    assert evaluate("n >= 1", columns, 2).items() == [True, None]
    assert evaluate("x >= 1", columns, 2).items() == [None, True]
    assert evaluate("t in ('a', 'b')", columns, 2).items() == [True, None]
    assert evaluate("t not in ('b', 'c')", columns, 2).items() == [True, None]
    assert evaluate("n + x > 0", columns, 2).items() == [None, None]


def test_whole_numbers_stay_whole() -> None:
    # 3 × 9007199254740993 is lost in floating point, not in whole numbers
    big = 2**53 + 1
    assert said("a * 3 == b", a=big, b=3 * big) is True
    assert said("a * 3 >= b", a=big, b=3 * big + 1) is False


def test_division_by_zero_is_unknown() -> None:
    assert said("100 * a / b", a=1, b=0) is None
    assert said("100 * a / b", a=1, b=8) == 12.5
    assert said("-((a * 3 - b * 2) // 3)", a=300, b=480) == 20


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "open('x')",
        "a.values",
        "a[0]",
        "lambda: 1",
        "[x for x in a]",
        "a if a else b",
        "(a := 1)",
        "f'{a}'",
        "a ** 9",
        "a % 2",
        "a << 2",
        "~a",
        "a is None",
        "None",
        "{1: 2}",
        "a in b",
        "a in ()",
        "a in (b, 1)",
        "*a",
        "a; b",
        "a = 1",
        "1j",
        "b'x'",
        "",
        "a and",
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse(text)


@pytest.mark.parametrize(
    "text", ["a + 'x'", "a < 'x'", "a and True", "not a", "-t", "t * 2", "t < 1", "b < 1"]
)
def test_what_is_not_alike_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        said(text, a=1, t="x", b=True)


def test_a_name_that_is_no_field_is_refused_and_named() -> None:
    with pytest.raises(SettingsError, match="'owner' is no field"):
        said("owner > 1", owners=2)


NAMES = ("p", "q", "r")
LEAVES = st.sampled_from([*NAMES, "x >= 2", "x + y == 3", "x < y", "x in (1, 2)", "unknown", "x * y > 2"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]} and {ab[1]})"),
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]} or {ab[1]})"),
        inner.map(lambda a: f"(not {a})"),
    ),
    max_leaves=8,
)


@given(
    TREES,
    st.tuples(*[st.sampled_from([T, F, U])] * 3),
    st.tuples(*[st.sampled_from([0, 1, 2, 3, None])] * 2),
)
def test_a_known_result_stands_whatever_the_unknown_turns_out_to_be(
    text: str, truths: tuple[bool | None, ...], numbers: tuple[int | None, ...]
) -> None:
    completions = list(
        itertools.product(
            *[[T, F] if p is None else [p] for p in truths],
            *[[0, 1, 2, 3] if x is None else [x] for x in numbers],
        )
    )
    rows = [(*truths, *numbers), *completions]
    columns = {
        name: from_series(pd.Series(values, dtype="boolean" if name in NAMES else "Int64"))
        for name, values in zip((*NAMES, "x", "y"), zip(*rows, strict=True), strict=True)
    }
    before, *after = evaluate(text, columns, len(rows)).items()
    if before is not None:
        assert set(after) == {before}
