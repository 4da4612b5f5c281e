"""Explanations of the demo's results: the clause, the cells they rest on, and the steps."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline import store
from pipeline.catalogue.load import indicators
from pipeline.tables import check, empty
from tests.runs import Chain, called


def _said(demo: Chain, district: Path, *options: str) -> str:
    done = called("explain", str(district), "--out", str(demo.out), *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_consent_is_explained_from_its_cells(demo: Chain, demo_district: Path) -> None:
    """The row and column that are named hold the very number that was used."""
    table = demo["register"].dropna(subset=["owners", "consulted", "agreed"]).set_index("compound_id")
    of = demo["eligibility"]
    near = of[(of["rule_id"] == "A11") & of["near_miss"] & of["subject_id"].isin(table.index)].iloc[0]
    compound = table.loc[near["subject_id"]]
    said = _said(demo, demo_district, "--rule", "A11", "--subject", near["subject_id"])
    row = compound["source_row"]
    assert "三(五)" in said and "征求三分之二以上业主意见" in said
    cell = f"register.xlsx, 工作表 sheet 小区登记, 第 {row} 行 row {row}, 列 column 业主总数"
    assert f"owners 业主数 number of owners = {compound['owners']}  [{cell}]" in said
    sheet = openpyxl.load_workbook(demo_district.parent / "register.xlsx")["小区登记"]
    assert sheet.cell(row, 2).value == near["subject_id"]
    assert f"consulted * consulted_denominator → {3 * compound['consulted']}" in said
    assert f"agreed * agreed_denominator → {4 * compound['agreed']}" in said
    assert "结论 result: 不通过 fail（接近达标 near miss）" in said
    assert near["reason"] in said and near["reason_en"] in said


def test_a_condition_of_a_unit_is_explained_by_its_compounds(demo: Chain, demo_district: Path) -> None:
    unit = demo["candidates"]["unit_id"].iloc[0]
    said = _said(demo, demo_district, "--rule", "B12", "--subject", unit)
    areas = demo["residents"].merge(demo["address_areas"], on="point_id")
    people = areas[areas["unit_id"] == unit].groupby("compound_id")["residents"].sum()
    for compound, residents in people[people > 0].items():
        assert f"  {compound} " in said and f"{residents:,.0f} 人 residents" in said
    done = demo["register"].set_index("compound_id")["illegal_structures"].isin(["none", "cleared"])
    held = 100 * people[people.index.map(done)].sum() / people.sum()
    assert f"share of residents: 是 {held:.1f}%" in said and "≥ 80% →" in said


def test_a_share_within_minutes_is_explained_compound_by_compound(demo: Chain, demo_district: Path) -> None:
    """The people that are listed make up the unit, and the row that is named is that of the facility."""
    table = demo["indicators"]
    row = table[
        (table["indicator_id"] == "F01") & table["known"] & table["unit_id"].str.startswith("P")
    ].iloc[0]
    said = _said(demo, demo_district, "--indicator", "F01", "--subject", row["unit_id"])
    entry = indicators()["F01"]
    assert entry.clause in said and entry.source in said and "share_within (class: kindergarten" in said
    assert f"{row['value']:.4g}" in said and f"{row['points']:.4g}" in said and row["evidence"] in said
    people = re.findall(r": ([\d,.]+) / ([\d,.]+) 人在 10 分钟内", said)
    near, everyone = (sum(float(pair[i].replace(",", "")) for pair in people) for i in (0, 1))
    areas = demo["residents"].merge(demo["address_areas"], on="point_id")
    assert everyone == pytest.approx(areas[areas["unit_id"] == row["unit_id"]]["child_3_6"].sum(), abs=1)
    assert 100 * near / everyone == pytest.approx(row["value_low"], abs=1)
    facility, name, line = re.findall(r"(f0-\d+) (\S+), .*\[poi.csv, 第 (\d+) 行", said)[0]
    poi = (demo_district.parent / "poi.csv").read_text(encoding="utf-8-sig").splitlines()
    assert poi[int(line) - 1].startswith(f"{name},") and facility == f"f0-{line}"


def test_a_register_share_is_explained_from_its_cells(demo: Chain, demo_district: Path) -> None:
    table = demo["indicators"]
    row = table[
        (table["indicator_id"] == "C01") & table["known"] & table["unit_id"].str.startswith("P")
    ].iloc[0]
    said = _said(demo, demo_district, "--indicator", "C01", "--subject", row["unit_id"])
    cells = re.findall(
        r"  (C\d+) .*, ([\d,]+) 人 residents: satisfaction 居民满意度 = ([\d.]+) .*第 (\d+) 行", said
    )
    sheet = openpyxl.load_workbook(demo_district.parent / "register.xlsx")["小区登记"]
    people = [float(n.replace(",", "")) for _, n, *_ in cells]
    values = [float(value) for *_, value, _ in cells]
    assert len(cells) > 2
    for (compound, _, value, line), cell in zip(cells, values, strict=True):
        assert sheet.cell(int(line), 2).value == compound and float(value) == cell
    mean = sum(n * v for n, v in zip(people, values, strict=True)) / sum(people)
    assert mean == pytest.approx(row["value"], rel=1e-3) and f"= {row['value']:.4g}" in said


def test_any_other_indicator_names_the_files_it_rests_on(demo: Chain, demo_district: Path) -> None:
    for indicator, files in (
        ("E03", ["land.gpkg", "grounds.geojson"]),
        ("S08", ["terrain.tif"]),
        ("T03", ["streets.osm.pbf"]),
    ):
        said = _said(demo, demo_district, "--indicator", indicator, "--subject", "P01")
        assert all(file in said for file in files), said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rule", "A99", "--subject", "C017"), "is no rule of rules.yaml"),
        (("--rule", "A11", "--subject", "C998"), "has no such result"),
        (("--rule", "A11", "--indicator", "F01", "--subject", "C017"), "names both"),
        (("--indicator", "Z99", "--subject", "P03"), "is no indicator"),
    ],
)
def test_what_cannot_be_explained_is_said(
    demo: Chain, demo_district: Path, options: tuple[str, ...], message: str
) -> None:
    done = called("explain", str(demo_district), "--out", str(demo.out), *options)
    assert done.returncode == 1
    assert message in done.stderr


def test_results_of_other_parameters_are_not_explained(
    demo: Chain, demo_district: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(demo.out, kept)
    record = kept / "processed" / "provenance.json"
    made_with = json.loads(record.read_text(encoding="utf-8"))
    made_with["parameters"]["eligibility"]["thresholds"]["built_year_max"] = 1900
    record.write_text(json.dumps(made_with), encoding="utf-8")
    compound = demo["register"].dropna(subset=["built_year"])
    compound = compound.loc[compound["built_year"] < 2005, "compound_id"].iloc[0]
    done = called("explain", str(demo_district), "--out", str(kept), "--rule", "A1", "--subject", compound)
    assert done.returncode == 1 and "run again" in done.stderr


def test_an_answer_of_the_survey_list_is_named_in_place_of_the_file(
    demo: Chain, demo_district: Path, tmp_path: Path
) -> None:
    compound = demo["register"].dropna(subset=["owners", "consulted", "agreed"])["compound_id"].iloc[0]
    kept = tmp_path / "kept"
    shutil.copytree(demo.out, kept)
    answer = {
        "row": 2, "subject_kind": "compound", "subject_id": compound, "fact": "owners", "before": "7", "answer": "9",
        "author": "街道 1", "date": "2026-11-20",
    }  # fmt: skip
    blank = empty("answers")
    told = pd.DataFrame([answer])[list(blank.columns)].astype(blank.dtypes.to_dict())
    store.write({kept / "processed" / "answers.parquet": check("answers", told)})
    done = called("explain", str(demo_district), "--out", str(kept), "--rule", "A11", "--subject", compound)
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.endswith("]")}
    assert lines["owners"].endswith("[核查答复 answer: 街道 1, 2026-11-20, 原为 before: 7]")
    assert "register.xlsx" in lines["consulted"]
