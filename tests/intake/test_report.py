"""The report as people read it."""

from __future__ import annotations

import pytest
import yaml

from pipeline.catalogue.load import indicators
from pipeline.intake.log import LayerLog
from pipeline.intake.report import describe
from pipeline.intake.words import REFUSED, REPAIRED, WARNINGS
from pipeline.settings import Layer
from tests.intake.conftest import ORIGIN, ROOT, frame, square


def test_the_text_tells_rows_reasons_and_costs(district):
    for name in ("terrain", "gates"):
        del district.content["layers"][name]
    lines = describe(district.read().report).splitlines()
    assert lines[0].startswith("纸上区  Paper district")
    start = lines.index("  facilities[0]: facilities.csv")
    assert lines[start + 1] == "    读入 read 5, 采用 kept 2"
    assert "    拒收 refused 1: 设施类别不在目录中 class not in the catalogue [5 (奇怪)]" in lines
    assert "居民 Residents: 395" in lines
    missing = lines[lines.index("缺什么，代价是什么 What is missing, and what that costs") :]
    assert any(line.startswith("  terrain: 地形未知") for line in missing)
    assert any("T05" in line for line in missing) and any(line.startswith("  gates:") for line in missing)
    assert not any(line.startswith("  register:") for line in missing)
    assert any("W03" in line for line in missing)  # a register column without any value
    assert not any("W01" in line for line in missing)  # owners_committee is known for one compound
    assert any("bank (0)" in line for line in missing)


def test_costs_name_families_that_the_catalogue_has():
    costs = yaml.safe_load((ROOT / "pipeline" / "intake" / "costs.yaml").read_text(encoding="utf-8"))
    families = {entry.family for entry in indicators().values()}
    constraints = {getattr(entry, "constraint", None) for entry in indicators().values()}
    for cost in costs.values():
        assert set(cost["families"]) <= families
        assert set(cost.get("constraints", ())) <= constraints


def test_reasons_and_warnings_are_closed_lists_in_two_languages():
    log = LayerLog("walls", Layer.model_validate({"path": "walls.shp", **ORIGIN}), {})
    for note in (
        lambda: log.refuse("because", [1]),
        lambda: log.repair("somehow", [1]),
        lambda: log.warn("beware"),
    ):
        with pytest.raises(KeyError):
            note()
    for entry in (*REFUSED.values(), *REPAIRED.values(), *WARNINGS.values()):
        assert entry["zh"] and entry["en"]


def test_every_reason_and_warning_is_used():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipeline" / "intake").glob("*.py"))
    for name in (*REFUSED, *REPAIRED, *WARNINGS):
        assert f'"{name}"' in code, name


def test_committees_that_overlap_are_told(district):
    path = district.folder / "committees.gpkg"
    path.unlink()
    rows = {"编号": ["C1", "C2"], "名称": ["东", "西"], "街道": ["甲", "甲"]}
    frame(rows, [square(900, 0, 1000), square(0, 0, 1000)]).to_file(path)
    warnings = district.read().report["layers"]["committees"]["warnings"]
    assert [(warning["code"], warning["detail"]) for warning in warnings] == [("overlap", "1")]
