"""The size check: three results with margin and interval, connection, committees, and a sentence in plain words."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.units.check import check_units
from tests.units.town import PARAMS


def check(people: float, *, spread: float = 0.0) -> pd.Series:
    """One unit of one atom."""
    addresses = pd.DataFrame(
        {
            "unit_id": ["U"], "atom_id": ["A"], "committee_id": ["J"], "residents": [people],
            "residents_low": [people * (1 - spread)], "residents_high": [people * (1 + spread)],
        }
    )  # fmt: skip
    pairs = pd.DataFrame({"a": [], "b": []}, dtype="int64")
    return check_units(["U"], addresses, pd.Series(["A"]), pairs, PARAMS)[0].iloc[0]


@pytest.mark.parametrize(
    ("people", "result", "near_miss", "margin"),
    [
        (5930, "fits", False, 930),
        (5000, "fits", False, 0),
        (12_000, "fits", False, 0),
        (4999, "too_small", True, -1),
        (4500, "too_small", True, -500),
        (4499, "too_small", False, -501),
        (12_001, "too_large", True, -1),
        (13_200, "too_large", True, -1200),
        (13_201, "too_large", False, -1201),
    ],
)
def test_the_size_against_the_range(people: float, result: str, near_miss: bool, margin: float) -> None:
    unit = check(people)
    assert (unit["size_result"], unit["near_miss"], unit["margin_residents"]) == (result, near_miss, margin)


def test_the_sentence_says_it_in_plain_words() -> None:
    assert check(5930)["reason"] == "5,930 人，符合 5,000–12,000 人。"
    assert check(5930)["reason_en"] == "5,930 residents, within 5,000–12,000."
    assert check(4600)["reason"] == "4,600 人，比下限 5,000 人少 400 人（接近）。"
    assert check(14_000)["reason_en"] == "14,000 residents, 2,000 above 12,000."
    assert "区间 4,940–5,460 人跨界限" in check(5200, spread=0.05)["reason"]
    assert "跨界限" not in check(6000, spread=0.05)["reason"]


def test_a_unit_hangs_together_or_not_strays_left_out_and_counts_its_committees() -> None:
    addresses = pd.DataFrame(
        {
            "unit_id": ["U", "U", "U", "V", "V"],
            "atom_id": ["A", "B", "C", "A", "C"],
            "committee_id": ["J", "K", "L", "J", "J"],
            "residents": [3000.0, 2990.0, 10.0, 2000.0, 3000.0],
        }
    ).assign(residents_low=lambda f: f["residents"], residents_high=lambda f: f["residents"])
    pairs = pd.DataFrame({"a": [0, 1], "b": [1, 2]})
    units, members = check_units(["U", "V", "W"], addresses, pd.Series(["A", "B", "C"]), pairs, PARAMS)
    assert units["connected"].tolist() == [True, False, False]
    assert units["committees_cut"].tolist() == [2, 1, 0], "ten people are not a committee's share"
    assert units["residents"].tolist() == [6000, 5000, 0]
    assert members["residents"].sum() == 11_000
