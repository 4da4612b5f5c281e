"""The main job, end to end: people are conserved, results are the same each time, a second run does nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest
from openpyxl import load_workbook

from pipeline.run import stages
from pipeline.store import hash_file
from pipeline.tables import TABLES
from tests.runs import ROOT, Chain, pipeline, run_pipeline


def _people(chain: Chain) -> dict[str, float]:
    members, units = chain["unit_members"], chain["units"]
    kind = members["unit_id"].map(units.set_index("unit_id")["kind"])
    return {
        "input": chain["population_zones"]["residents"].sum(),
        "addresses": chain["residents"]["residents"].sum(),
        "committees": members.loc[kind == "committee", "residents"].sum(),
        "units and leftovers": members.loc[kind == "proposed", "residents"].sum()
        + chain["leftovers"]["residents"].sum(),
        "atoms": chain["atoms"]["residents"].sum(),
    }


@pytest.mark.parametrize("name", ["demo", "las_palmas", "taichung"])
def test_nobody_is_lost_on_the_way(name: str, request: pytest.FixtureRequest) -> None:
    people = _people(request.getfixturevalue(name))
    assert people == pytest.approx(dict.fromkeys(people, people["input"]), rel=1e-9)


def test_every_declared_table_is_there_and_passes_its_schema(demo: Chain) -> None:
    for name in TABLES:
        assert demo[name] is not None


def test_a_second_run_re_uses_every_result(demo: Chain, demo_district: Path) -> None:
    again = run_pipeline(demo_district, demo.out)
    assert again.returncode == 0
    lines = [line for line in again.stderr.splitlines() if not line.startswith("done")]
    assert lines and all(line.endswith("unchanged") for line in lines)


def test_a_changed_parameter_re_runs_only_what_depends_on_it_and_a_killed_run_goes_on(
    demo: Chain, demo_district: Path, tmp_path: Path
) -> None:
    """Killed after two stages; with the old parameter those two are made again, and nothing after them has changed."""
    copy = tmp_path / "out"
    shutil.copytree(demo.out, copy)
    order = list(stages())
    command = [sys.executable, "-m", "pipeline", "run", str(demo_district), "--out", str(copy)]
    changed = [*command, "--set", "score.coverage_floor=0.4"]
    said = []
    with subprocess.Popen(changed, cwd=ROOT, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        for line in run.stderr or ():
            said.append(line)
            if line.startswith("siting:"):
                break
        run.kill()
    told = {line.split(":")[0]: line.strip().endswith("unchanged") for line in said if ":" in line}
    assert {stage: told[stage] for stage in order[: order.index("robustness")]} == {
        stage: stage not in ("score", "siting") for stage in order[: order.index("robustness")]
    }
    candidates = copy / "processed/candidates.parquet"
    assert hash_file(candidates) != hash_file(demo.folders.path("candidates"))
    (copy / "processed/portfolio.parquet").unlink()
    again = run_pipeline(demo_district, copy)
    assert again.returncode == 0, again.stderr
    made = [line.split(":")[0] for line in again.stderr.splitlines() if line.endswith(" s")]
    assert set(made) & set(order) == {"score", "siting", "portfolio"}
    for name in ("scores", "candidates", "portfolio"):
        assert hash_file(copy / f"processed/{name}.parquet") == hash_file(demo.folders.path(name))


def test_two_runs_in_two_folders_give_the_same_bytes(
    demo: Chain, demo_district: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere" / "demo"
    shutil.copytree(demo_district.parent, moved)
    assert run_pipeline(moved / "district.yaml", tmp_path / "out").returncode == 0
    ours = {
        f.relative_to(demo.out): hash_file(f)
        for f in demo.out.rglob("*")
        if f.is_file() and f.name != ".run.json"
    }
    theirs = {
        f.relative_to(tmp_path / "out"): hash_file(f)
        for f in (tmp_path / "out").rglob("*")
        if f.is_file() and f.name != ".run.json"
    }
    assert ours == theirs


def test_the_demo_says_on_every_output_that_it_is_fictional(demo: Chain, demo_district: Path) -> None:
    processed, mark = demo.folders.processed, "虚构示例 FICTIONAL"
    assert "FICTIONAL" in demo.folders.path("index.html").read_text(encoding="utf-8")
    assert demo["provenance.json"]["fictional"] is True
    assert mark in (processed / "survey.csv").read_text(encoding="utf-8")
    book = load_workbook(processed / "candidates.xlsx")
    assert all(mark in sheet.oddHeader.center.text for sheet in book.worksheets)
    package = processed / "candidates.gpkg"
    for layer in set(pyogrio.list_layers(package)[:, 0]) - {"layer_styles"}:  # how QGIS draws them, no data
        assert mark in pyogrio.read_info(package, layer=layer)["layer_metadata"]["DESCRIPTION"]
    for command in (
        ["summary", str(demo.out)],
        ["explain", str(demo_district), "--out", str(demo.out), "--rule", "A1", "--subject", "C001"],
        ["walk", str(demo.out), "--from", demo["residents"]["point_id"].iloc[0], "--to", "kindergarten"],
    ):
        assert mark in pipeline(*command).stdout, command


@pytest.mark.parametrize("name", ["las_palmas", "taichung"])
def test_without_a_register_nothing_passes_by_silence(name: str, request: pytest.FixtureRequest) -> None:
    chain = request.getfixturevalue(name)
    candidates = chain["candidates"]
    assert len(candidates) > 0
    assert (candidates["coverage"] < 1).all()
    assert not candidates["eligible"].eq("pass").any()
    surveyed = chain["eligibility"].query("rule_id in ['A8', 'A9', 'A10', 'A11']")
    assert surveyed["result"].eq("unknown").all()
