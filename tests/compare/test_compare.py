"""What changed between two runs: by hand on tables, and on runs whose one difference is known."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from pipeline import run as runner
from pipeline import store
from pipeline.compare.attribution import attribution, partners, told
from pipeline.compare.changes import changes, changes_csv
from pipeline.compare.swap import GROUPS
from pipeline.errors import MissingInputError
from pipeline.report.provenance import provenance
from pipeline.settings import Settings, load_district, load_params
from tests.runs import ROOT, Chain

WEIGHTS = "score.scenario_weights={F: 3, E: 1, T: 1, G: 1, S: 1, W: 1, C: 1, O: 0.5}"


def _candidates(**units: tuple[float, float | None, tuple[float, float]]) -> gpd.GeoDataFrame:
    """Units by id: score, rank, and the ends of its ground on a line one wide."""
    rows = [(unit, score, score, score, rank) for unit, (score, rank, _) in units.items()]
    frame = pd.DataFrame(rows, columns=["unit_id", "score", "need", "readiness", "rank"])
    frame["rank"] = frame["rank"].astype("Int64")
    shapes = [box(start, 0, end, 1) for *_, (start, end) in units.values()]
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:32651")


def test_units_are_paired_by_their_ground_not_their_name() -> None:
    first = _candidates(P1=(1, 1, (0, 10)), P2=(1, 2, (10, 20)), P3=(1, 3, (20, 30)))
    other = _candidates(P1=(1, 1, (11, 20)), P2=(1, 2, (0, 11)), P3=(1, 3, (20, 45)))
    assert partners(first, other).to_dict() == {"P1": "P2", "P2": "P1", "P3": np.nan}


def test_parts_add_up_to_the_change_by_hand() -> None:
    runs = [
        _candidates(P1=(50, 1, (0, 10)), P2=(40, 2, (10, 20))),
        _candidates(P1=(50, 2, (0, 10)), P2=(60, 1, (10, 20))),
        _candidates(P1=(55, None, (0, 10)), P2=(60, 1, (10, 20))),
    ]
    changed = {"data": True, "parameters": True}
    table = attribution(runs, ["data", "parameters"], changed).set_index(["unit_id", "figure"])
    assert table.loc[("P1", "score"), ["change", "data", "parameters"]].tolist() == [5, 0, 5]
    assert table.loc[("P2", "rank"), ["change", "data", "parameters"]].tolist() == [-1, -1, 0]
    ranks = table.loc[("P1", "rank"), ["change", "data", "parameters"]].astype(float)
    assert ranks["data"] == 1 and np.isnan(ranks[["change", "parameters"]]).all()  # no longer ranked
    assert "P2: 40.00 → 60.00 (+20.00): 数据 data +20.00, 参数 parameters +0.00" in told(
        table.reset_index(), ["data", "parameters"], changed
    )


class _Run:
    """A copy of the demo's run in which inputs and parameters are changed and the stages behind them run again."""

    def __init__(self, demo: Chain, demo_district: Path, folder: Path) -> None:
        shutil.copytree(demo.out, folder)
        self.folders = runner.Folders(folder / "processed", folder / "maps")
        self.folder, self._district = folder, load_district(demo_district)
        self._settings = Settings(params=load_params(ROOT / "params.yaml"), district=self._district)

    def with_parameters(self, *overrides: str) -> None:
        params = load_params(ROOT / "params.yaml", overrides)
        self._settings = Settings(params=params, district=self._district)

    def with_table(self, name: str, table: pd.DataFrame) -> None:
        store.write({self.folders.path(name): table})

    def again(self, *stages: str) -> None:
        for name in stages:
            runner.run_stage(runner.stages()[name], self._settings, self.folders)
        report = store.read(self.folders.path("intake_report.json"))
        store.write({self.folders.path("provenance.json"): provenance(self._settings, report)})

    def __getitem__(self, name: str) -> pd.DataFrame:
        return store.read(self.folders.path(name))


def _agreed(register: pd.DataFrame) -> pd.DataFrame:
    """Every compound's owners agree on idle space now: a condition of readiness, and of no indicator."""
    return register.assign(idle_space_agreed=pd.array([True] * len(register), "boolean"))


def _booked(table: pd.DataFrame) -> dict[str, float]:
    return {group: float(np.nansum(table[group].abs())) for group in GROUPS}


def test_other_weights_are_booked_to_the_parameters(demo: Chain, demo_district: Path, tmp_path: Path) -> None:
    other = _Run(demo, demo_district, tmp_path / "b")
    other.with_parameters(WEIGHTS)
    other.again("score", "siting")
    table, text = changes(demo.out, other.folder)
    booked = _booked(table)
    assert (
        booked.pop("parameters") == pytest.approx(np.nansum(table["change"].abs()))
        and sum(booked.values()) == 0
    )
    scores = table[table["figure"] == "score"].set_index("unit_id")
    expected = (
        other["candidates"].set_index("unit_id")["score"] - demo["candidates"].set_index("unit_id")["score"]
    )
    pd.testing.assert_series_equal(scores["change"], expected.reindex(scores.index), check_names=False)
    assert scores["change"].abs().max() > 1 and "参数 parameters" in text and "数据 data" not in text


def test_two_differences_are_told_apart(demo: Chain, demo_district: Path, tmp_path: Path) -> None:
    """Readiness follows the register alone, the score the weights alone; the parts add up to the change."""
    other = _Run(demo, demo_district, tmp_path / "b")
    other.with_table("register", _agreed(demo["register"]))
    other.with_parameters(WEIGHTS)
    other.again("eligibility", "score", "siting")
    table, _ = changes(demo.out, other.folder)
    figures = dict(list(table.groupby("figure")))
    assert (figures["score"]["data"] == 0).all() and figures["score"]["parameters"].abs().max() > 1
    assert (figures["readiness"]["parameters"] == 0).all() and figures["readiness"]["data"].max() > 1
    known = table.dropna(subset=["change", *GROUPS])
    assert known[list(GROUPS)].sum(axis=1).to_numpy() == pytest.approx(known["change"].to_numpy())
    assert not list(demo.out.glob(".compare-*"))


def test_a_name_that_looks_like_a_formula_is_quoted_in_the_file() -> None:
    table = pd.DataFrame({"unit_id": ["=cmd()", "P1", None, " +1"], "change": [-1.5, 0.0, np.nan, 2.0]})
    rows = changes_csv(table).splitlines()
    assert rows == ["unit_id,change", "'=cmd(),-1.5", "P1,0.0", ",", "' +1,2.0"]


def test_the_same_run_twice_differs_in_nothing(demo: Chain) -> None:
    table, text = changes(demo.out, demo.out)
    assert (table["change"].fillna(0) == 0).all() and "made from the same" in text


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"provenance\.json"):
        changes(tmp_path, tmp_path)
