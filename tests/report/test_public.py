"""The public edition: nothing below the threshold leaves the house."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.report.public import COUNTS, INTERNAL, handed_out, hide_counts, page_settings, publish, words
from pipeline.settings import Settings, load_district, load_params
from tests.runs import ROOT

DISTRICT = ROOT / "data/raw/las_palmas/district.yaml"


def _settings(*chosen: str) -> Settings:
    return Settings(params=load_params(ROOT / "params.yaml", chosen), district=load_district(DISTRICT))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("业主 412 户，征求 7 户", "业主 412 户，征求 <10 户"),
        ("居民 6,684 人，其中 9 人未接入", "居民 6,684 人，其中 <10 人未接入"),
        ("register.satisfaction; 7 居民 residents", "register.satisfaction; <10 居民 residents"),
        ("3 of 8 owners agreed; 2.5 people a household", "3 of <10 owners agreed; <10 people a household"),
        ("2,005 居民", "2,005 居民"),
        ("C007 居民投诉；F01 人均绿地", "C007 居民投诉；F01 人均绿地"),
        ("0 户同意", "0 户同意"),
        ("10 人", "10 人"),
        ("3—6岁儿童10分钟内", "3—6岁儿童10分钟内"),
        ("缺材料 2 项；9 个小区中 3 个", "缺材料 2 项；9 个小区中 3 个"),
    ],
)
def test_small_counts_in_sentences(text: str, told: str) -> None:
    assert words(text, 10) == told


def test_a_threshold_of_thousands() -> None:
    assert words("1,200 人，12,000 人", 2000) == "<2000 人，12,000 人"


def test_small_counts_are_missing_and_zero_is_told() -> None:
    frame = pd.DataFrame(
        {
            "name": ["a", "b", "c", "d"],
            "residents": [0.0, 3.4, 10.0, None],
            "households": pd.array([0, 9, 10, None], "Int64"),
            "margin_residents": [-4.0, 4.0, 40.0, 0.0],
            "source_row": pd.array([1, 2, 3, 4], "Int64"),
        }
    )
    out = hide_counts(frame, 10)
    assert out["residents"].isna().tolist() == [False, True, False, True]
    assert out["households"].isna().tolist() == [False, True, False, True]
    assert out["margin_residents"].isna().tolist() == [True, True, False, False]
    assert "source_row" not in out
    assert frame["residents"].notna().sum() == 3  # the run's own table is untouched


def test_a_share_of_few_people_is_a_count() -> None:
    frame = pd.DataFrame(
        {
            "area_id": ["a", "b"],
            "people": [4.0, 40.0],
            "linked_people": [4.0, 39.0],
            "share_10": [0.25, 0.12345],
            "median_minutes": [3.0, 4.0],
        }
    )
    out = publish(frame, 10)
    assert out["share_10"].isna().tolist() == [True, False]
    assert out["share_10"][1] == 0.12
    assert out["median_minutes"].isna().tolist() == [True, False]
    assert out["linked_people"].isna().all()


def test_what_the_edition_changes() -> None:
    tables = {"units": pd.DataFrame({"residents": [5.0]}), "residents": pd.DataFrame({"residents": [5.0]})}
    inner, public = _settings(), _settings("report.public=true", "report.public_min_people=20")
    assert handed_out(inner, tables, {"a": "units"})["a"] is tables["units"]
    assert set(handed_out(public, tables, {"a": "units", "b": "residents"})) == {"a"}
    assert handed_out(public, tables, {"a": "units"})["a"]["residents"].isna().all()
    assert page_settings(inner).params.maps.suppress_below == 10
    assert page_settings(public).params.maps.suppress_below == 20
    assert {"residents", "households", "owners", "people"} <= COUNTS
    assert {"owners", "source_row"} <= INTERNAL
