"""Other methods as a check: by hand, against formulas written out, and what they do with gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from pipeline.catalogue.load import indicators, scenarios
from pipeline.errors import PipelineError
from pipeline.scoring.points import points_of
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Layer, SitingParams
from pipeline.siting.chance import priority
from pipeline.siting.methods import methods
from pipeline.siting.need import scenario_needs
from pipeline.siting.pairwise import Pairwise, read_pairwise
from pipeline.tables import check
from tests.runs import ROOT, Chain
from tests.scoring.cases import SMALL, sheet

CONTENT = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
PARAMS = SitingParams(**CONTENT["siting"] | {"top_k": 2})
LAYER = {"path": "p.csv", "date": "2026-11-25", "source": "s", "licence": "l"}


def _candidates(readiness: list[float], ranked: int | None = None) -> pd.DataFrame:
    size = len(readiness)
    rank = pd.array([i + 1 if i < (ranked or size) else None for i in range(size)], "Int64")
    return pd.DataFrame(
        {"rank": rank, "unit_id": [f"U{i}" for i in range(size)], "readiness": readiness, "eligible": "pass"}
    )


def _places(places: pd.DataFrame, method: str) -> list[int]:
    return places[places["method"] == method].sort_values("unit_id")["place"].tolist()


def test_all_agree_where_one_leads_in_all() -> None:
    """Fewer points are more need: U2 before U1 before U0 in every criterion."""
    table, places = methods(
        _candidates([10, 50, 90]), sheet(U0=[70, 90, 50], U1=[40, 50, 30], U2=[0, 0, 0]), SMALL, PARAMS, None
    )
    check("methods", table)
    check("method_ranks", places)
    assert len(table) == 6 and (table["spearman"] == 1).all() and (table["top_k_shared"] == 2).all()
    for method in table["method"]:
        assert _places(places, method) == [3, 2, 1]


def test_topsis_and_vikor_written_out() -> None:
    units = sheet(U0=[70, 10, 50], U1=[40, 50, 30], U2=[20, 90, 55], U3=[60, 60, 0])
    candidates = _candidates([10.0, 60.0, 30.0, 45.0])
    _, places = methods(candidates, units, SMALL, PARAMS, None)
    points = points_of(units, SMALL.indicators)
    needs, _ = scenario_needs(points.points, points.known, SMALL)
    criteria = np.column_stack([needs, candidates["readiness"]])
    weight = np.array([0.5 / 4, 0.5 * 3 / 4, 0.5])
    scaled = (criteria - criteria.min(0)) / np.ptp(criteria, axis=0) * weight
    to_best = np.sqrt(((scaled - scaled.max(0)) ** 2).sum(1))
    to_worst = np.sqrt(((scaled - scaled.min(0)) ** 2).sum(1))
    value = places.set_index(["method", "unit_id"])["method_value"]
    assert value["topsis"].to_numpy() == pytest.approx(to_worst / (to_best + to_worst))
    short = weight * (criteria.max(0) - criteria) / np.ptp(criteria, axis=0)
    s, r = short.sum(1), short.max(1)
    q = 0.5 * (s - s.min()) / np.ptp(s) + 0.5 * (r - r.min()) / np.ptp(r)
    assert -value["vikor"].to_numpy() == pytest.approx(q)
    assert value["weighted_sum"].to_numpy() == pytest.approx(criteria @ weight)


def test_what_is_not_complete_is_left_out_and_counted() -> None:
    units = sheet(U0=[70, 90, None], U1=[40, 50, 30], U2=[0, None, 0], U3=[50, 50, 10], U4=[0, 0, 0])
    table, places = methods(_candidates([10, 50, 90, 30, 20], ranked=4), units, SMALL, PARAMS, None)
    assert (table["compared"] == 3).all() and (table["left_out"] == 1).all()
    assert set(places["unit_id"]) == {"U1", "U2", "U3"}


def test_where_nothing_is_ranked_or_all_are_equal_there_is_no_figure() -> None:
    units = sheet(U0=[70, 90, 10], U1=[70, 90, 10], U2=[70, 90, 10])
    for ready, ranked in (([5, 5, 5], None), ([5, 6, 7], None)):
        table, places = methods(_candidates(ready, ranked), units, SMALL, PARAMS, None)
        assert table["spearman"].isna().all() and len(places) == 0
    table, _ = methods(_candidates([5.0]).head(0), units, SMALL, PARAMS, None)
    assert (table["compared"] == 0).all() and table["spearman"].isna().all()


def test_in_the_demo_the_librarys_weighted_sum_gives_our_order(demo: Chain) -> None:
    table, places = demo["methods"].set_index("method"), demo["method_ranks"]
    assert table.loc["weighted_sum", "spearman"] == pytest.approx(1)
    assert table["spearman"].min() > 0.3
    candidates = demo["candidates"].set_index("unit_id")
    ours = places[places["method"] == "weighted_sum"].set_index("unit_id")
    weighed = priority(candidates["need"].to_numpy(), candidates["readiness"].to_numpy(), 0.5)
    expected = pd.Series(weighed, candidates.index).reindex(ours.index)
    assert ours["method_value"].to_numpy() == pytest.approx(expected.to_numpy())
    weights = catalogue_weights(scenarios(), indicators(), CONTENT["score"]["scenario_weights"])
    pairwise = Pairwise(np.array([9.0, 1, 1, 1, 1, 1, 1, 1]), 0.0)
    with_ahp, _ = methods(demo["candidates"], demo["indicators"], weights, PARAMS, pairwise)
    assert with_ahp["method"].iloc[-1] == "ahp_weights" and 0 < with_ahp["spearman"].iloc[-1] < 1


def _read(tmp_path: Path, text: str) -> Pairwise:
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    return read_pairwise(tmp_path / "p.csv", Layer.model_validate(LAYER), ("X", "Y", "Z"))


def test_weights_of_comparisons_that_agree_by_hand(tmp_path: Path) -> None:
    """X is twice Y, Y twice Z, X four times Z: weights 4, 2, 1 of 7, and nothing contradicts."""
    found = _read(tmp_path, ",X,Y,Z\nX,1,2,4\nY,1/2,,2\nZ,,0.5,1\n")
    assert found.weights == pytest.approx(np.array([4, 2, 1]) / 7)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_comparisons_that_go_round_in_a_circle_are_not_consistent(tmp_path: Path) -> None:
    found = _read(tmp_path, ",X,Y,Z\nX,1,9,1/9\nY,,1,9\nZ,,,1\n")
    assert found.consistency_ratio > 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (",X,Y\nX,1,2\nY,,1\n", "each of X, Y, Z"),
        (",X,Y,Z\nX,1,2,12\nY,,1,1\nZ,,,1\n", "row X, column Z: '12'"),
        (",X,Y,Z\nX,1,2,=1+1\nY,,1,1\nZ,,,1\n", "row X, column Z: '=1\\+1'"),
        (",X,Y,Z\nX,1,2,\nY,,1,1\nZ,,,1\n", "row X, column Z: is blank"),
        (",X,Y,Z\nX,1,2,3\nY,2,1,1\nZ,,,1\n", "row Y, column X has 2"),
        (",X,Y,Z\nX,2,2,3\nY,,1,1\nZ,,,1\n", "row X, column X: 2"),
    ],
)
def test_faulty_comparisons_are_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PipelineError, match=told):
        _read(tmp_path, text)
