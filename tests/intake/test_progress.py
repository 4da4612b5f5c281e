"""The progress file is read as it stands; none at all, and one without rows, are no fault."""

from __future__ import annotations

import pytest

from pipeline.errors import ColumnError, ValueRowError
from pipeline.tables import check

LAYER = {"path": "progress.csv", "columns": {"subject": "对象", "step": "步骤", "date": "日期"}}


def keep(district, text: str) -> None:  # type: ignore[no-untyped-def]
    layer = {**LAYER, "date": "2026-01-01", "source": "test", "licence": "CC0-1.0"}
    district.content["layers"]["progress"] = layer
    (district.folder / "progress.csv").write_text(text, encoding="utf-8")


def test_rows_keep_their_number_in_the_file_and_remarks_are_not_read(district) -> None:  # type: ignore[no-untyped-def]
    keep(district, "对象,步骤,日期,备注\nK1,申报,2025年3月1日,甲\n\n,申报,—,\n")
    found = check("progress", district.read().tables["progress"])
    assert list(found.columns) == ["row", "subject", "step", "date"]
    assert list(found["row"]) == [2, 4]
    assert found["date"].iloc[0] == "2025-03-01"
    assert found["subject"].isna().tolist() == [False, True] and found["date"].isna().iloc[1]


def test_no_file_and_no_rows_are_an_empty_table(district) -> None:  # type: ignore[no-untyped-def]
    assert check("progress", district.read().tables["progress"]).empty
    keep(district, "对象,步骤,日期\n")
    assert check("progress", district.read().tables["progress"]).empty


def test_a_file_without_headings_or_a_date_that_is_none_stops(district) -> None:  # type: ignore[no-untyped-def]
    keep(district, "")
    with pytest.raises(ColumnError, match="the file is empty"):
        district.read()
    keep(district, "对象,步骤,日期\nK1,申报,2025-13-01\n")
    with pytest.raises(ValueRowError, match="2025-13-01' in row 2"):
        district.read()
