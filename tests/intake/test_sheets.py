"""Workbooks: headings on two rows, merged cells, percent formats."""

from __future__ import annotations

import openpyxl
import pytest

from pipeline.errors import ColumnError, MissingInputError
from pipeline.intake.sheets import read_sheet
from pipeline.settings import Layer

ORIGIN = {"date": "2025-01-01", "source": "drawn by hand", "licence": "Apache-2.0"}


def layer(**keys) -> Layer:
    return Layer.model_validate({"path": "book.xlsx", **ORIGIN, **keys})


@pytest.fixture
def book(tmp_path):
    """A title row; groups over pairs of headings; two rows that share a sub-district; a percent cell."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "登记"
    for row in [
        ["某区小区登记表"],
        ["街道", "小区\n编号", "意见", None, "物业"],
        [None, None, "征求", "同意", "企业"],
        ["滨海街道", "K1", 100, 80, "好管家"],
        [None, "K2", "1,200", 0.5, None],
        [None, None, None, None, None],
        ["山前街道", "K3", None, None, "—"],
    ]:
        sheet.append(row)
    for area in ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "A4:A5"):
        sheet.merge_cells(area)
    sheet["D5"].number_format = "0%"
    path = tmp_path / "book.xlsx"
    workbook.save(path)
    return path


def test_two_heading_rows_and_merged_cells(book):
    frame = read_sheet(book, layer(sheet="登记", header_row=2), "register")
    assert frame.columns.tolist() == ["街道", "小区编号", "征求", "同意", "企业"]
    assert frame.index.tolist() == [4, 5, 7]  # rows as the sheet numbers them, blank ones left out
    assert frame["街道"].tolist() == ["滨海街道", "滨海街道", "山前街道"]
    assert frame.loc[5, "同意"] == 50  # a cell that shows 50 %


def test_the_lower_heading_row_may_be_named_as_well(book):
    frame = read_sheet(book, layer(header_row=3), "register")
    assert frame.columns.tolist() == ["街道", "小区编号", "征求", "同意", "企业"]


def test_headings_that_occur_twice_carry_their_group(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["编号", "幼儿园", None, "老年站", None])
    sheet.append([None, "数量", "面积", "数量", "面积"])
    sheet.append(["K1", 1, 2, 3, 4])
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(area)
    workbook.save(tmp_path / "book.xlsx")
    frame = read_sheet(tmp_path / "book.xlsx", layer(), "register")
    assert frame.columns.tolist() == ["编号", "幼儿园/数量", "幼儿园/面积", "老年站/数量", "老年站/面积"]


def test_a_heading_that_occurs_twice_without_group_is_told(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["编号", "数量", "数量"])
    workbook.save(tmp_path / "book.xlsx")
    with pytest.raises(ColumnError, match=r"数量.*occurs twice"):
        read_sheet(tmp_path / "book.xlsx", layer(), "register")


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(book):
    with pytest.raises(MissingInputError, match="登记"):
        read_sheet(book, layer(sheet="调查"), "register")


def test_a_file_that_is_no_workbook(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_text("编号,名称", encoding="utf-8")
    with pytest.raises(MissingInputError, match=r"not an \.xlsx"):
        read_sheet(path, layer(), "register")
