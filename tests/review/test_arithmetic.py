"""The page scores and ranks exactly as the pipeline does, whatever the weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.catalogue.load import indicators, scenarios
from pipeline.scoring.mean import Aggregate, scenario_scores, total_scores
from pipeline.scoring.points import Points, points_of
from pipeline.scoring.weights import Weights, catalogue_weights
from pipeline.settings import Settings, load_district, load_params
from pipeline.siting.candidates import _best_first, _unranked
from pipeline.siting.chance import priority, tiers
from pipeline.siting.need import need
from pipeline.stages import score, siting
from tests.review.conftest import Watched
from tests.runs import ROOT, Chain

FLOOR = 0.5
EXACT = {"rtol": 0, "atol": 1e-9}
RANK = """({weights, needWeight, aggregate}) => rankAll({weights, needWeight, aggregate}).map((each) => ({
  unit: page.units[each.row].unit_id, rank: each.rank, need: each.need, priority: each.priority,
  ...each.total, scenarios: each.scenarios.map(({score, low, high, coverage}) => [score, low, high, coverage]),
}))"""
MOVE_SLIDERS = """({weights, needWeight, aggregate}) => {
  const move = (id, value) => {
    const slider = document.getElementById(id);
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
  };
  scenarioKeys.forEach((key, s) => move(`weight-${key}`, weights[s]));
  move("weight-need", needWeight);
  document.querySelector(`[name=aggregate][value=${aggregate}]`).click();
}"""
ROWS = """() => [...document.querySelectorAll("#board [data-unit]")].map((row) => [
  row.dataset.unit, row.querySelector(".number").textContent, row.querySelector(".col-score_now b").textContent,
])"""


def pipeline_ranking(
    points: Points,
    ready: np.ndarray,
    eligible: list[str],
    weights: Weights,
    need_weight: float,
    aggregate: Aggregate,
) -> tuple[pd.DataFrame, Any]:
    """Return the candidates best first, and the scenarios' scores, by the pipeline's own functions."""
    by_scenario = scenario_scores(points, weights)
    table = gpd.GeoDataFrame(
        {"unit_id": list(points.units)}
        | total_scores(by_scenario, weights, aggregate)._asdict()
        | {
            "need": need(points.points, points.known, weights),
            "readiness": ready,
            "eligible": eligible,
            **dict.fromkeys(
                ("name", "name_en", "pilot_type", "chance_top_k", "papers_missing", "reasons", "reasons_en")
            ),
        },
        geometry=[shapely.Point()] * len(ready),
    ).set_index("unit_id")
    table["priority"] = priority(table["need"].to_numpy(), ready, need_weight)
    table["unranked"] = _unranked(table, FLOOR)
    table["tier"] = tiers(table["eligible"])
    return _best_first(table), by_scenario


def weights_of(values: list[float]) -> Weights:
    return catalogue_weights(scenarios(), indicators(), dict(zip(scenarios(), values, strict=True)))


def compare(
    page_table: list[dict[str, Any]], table: pd.DataFrame, by_scenario: Any, units: tuple[str, ...]
) -> None:
    assert [each["unit"] for each in page_table] == table["unit_id"].tolist()
    assert [each["rank"] for each in page_table] == [None if pd.isna(r) else r for r in table["rank"]]
    for name in ("score", "low", "high", "coverage", "need"):
        found = np.array([each[name] for each in page_table], float)
        np.testing.assert_allclose(found, table[name].to_numpy(float), **EXACT, err_msg=name)
    rows = [units.index(each["unit"]) for each in page_table]
    found = np.array([each["scenarios"] for each in page_table], float)
    for column, name in enumerate(("score", "low", "high", "coverage")):
        np.testing.assert_allclose(
            found[:, :, column], getattr(by_scenario, name)[rows], **EXACT, err_msg=name
        )


def test_a_case_worked_by_hand(open_page: Callable[..., Watched], review_html: Path) -> None:
    # Scenario C has six indicators of weight 1: known 80 and 20 on half the evidence each, the others 0–100 unknown.
    opened = open_page(review_html)
    scored = opened.page.evaluate(
        """() => {
          const ids = Object.keys(page.indicators);
          const mine = ids.map((id, i) => id[0] === "C" ? i : -1).filter((i) => i >= 0);
          const all = (value) => ids.map(() => value);
          const candidate = {points: all(null), low: all(0), high: all(100), evidence: all(0)};
          for (const [k, points] of [[0, 80], [1, 20]]) {
            for (const name of ["points", "low", "high"]) candidate[name][mine[k]] = points;
            candidate.evidence[mine[k]] = 0.5;
          }
          const s = page.scenarios.findIndex(([key]) => key === "C");
          const scored = scenarioScores(candidate);
          return [mine.length, scored[s], scored.filter((each) => each.score === null).length];
        }"""
    )
    assert scored[0] == 6
    assert scored[1] == pytest.approx({"score": 50, "low": 100 / 6, "high": 500 / 6, "coverage": 1 / 6})
    assert scored[2] == 7


def random_points(random: np.random.Generator, units: int) -> Points:
    """Points of which much is unknown, here a whole scenario, there everything."""
    shape = (units, len(indicators()))
    low, high = np.sort(random.uniform(0, 100, (2, *shape)), axis=0)
    open_ = random.random(shape) < 0.3
    low, high = np.where(open_, 0.0, low), np.where(open_, 100.0, high)
    known = random.random(shape) < random.choice([0.05, 0.5, 0.95], (units, 1))
    known[0] = False
    scenario = np.array([key[0] for key in indicators()])
    known[1, scenario == "G"] = False
    points = np.where(known, random.uniform(low, high), np.nan)
    names = tuple(f"P{i:02d}" for i in range(units))
    return Points(names, points, low, high, known, random.random(shape))


def test_hard_cases_give_the_pipelines_ranking(open_page: Callable[..., Watched], review_html: Path) -> None:
    opened = open_page(review_html)
    random = np.random.default_rng(9)
    for case in range(30):
        points = random_points(random, 12)
        ready = np.where(random.random(12) < 0.2, np.nan, random.uniform(0, 100, 12))
        eligible = random.choice(["pass", "defer", "unknown", "fail"], 12).tolist()
        values = np.where(random.random(8) < 0.3, 0.0, random.uniform(0, 4, 8))
        values[case % 8] = 1.0
        need_weight = float(random.choice([0.0, 0.37, 1.0]))
        aggregate: Aggregate = "geometric" if case % 2 else "arithmetic"
        table, by_scenario = pipeline_ranking(
            points, ready, eligible, weights_of(values.tolist()), need_weight, aggregate
        )
        candidates = [
            {
                "points": [None if np.isnan(v) else v for v in points.points[i].tolist()],
                "low": points.low[i].tolist(),
                "high": points.high[i].tolist(),
                "evidence": points.evidence[i].tolist(),
                "readiness": None if np.isnan(ready[i]) else float(ready[i]),
                "tier": 0 if eligible[i] == "pass" else 1,
                "fails": eligible[i] == "fail",
            }
            for i in range(12)
        ]
        opened.page.evaluate(
            "([candidates, units]) => { model.candidates = candidates; page.units = units.map((unit_id) => ({unit_id})); }",
            [candidates, list(points.units)],
        )
        given = {"weights": values.tolist(), "needWeight": need_weight, "aggregate": aggregate}
        compare(opened.page.evaluate(RANK, given), table, by_scenario, points.units)


def weight_sets(random: np.random.Generator, count: int) -> list[dict[str, Any]]:
    """Places that the sliders can take: weights by 0.05 up to 4, the share of need by 0.01."""
    sets = []
    for i in range(count):
        weights = random.integers(0, 81, 8) / 20
        weights[i % 8] = max(weights[i % 8], 0.05)
        sets.append(
            {
                "weights": weights.round(2).tolist(),
                "needWeight": round(int(random.integers(0, 101)) / 100, 2),
                "aggregate": "geometric" if i % 3 == 2 else "arithmetic",
            }
        )
    return sets


def test_sliders_at_fifty_weight_sets_give_the_pipelines_ranking(
    demo: Chain, demo_district: Path, open_page: Callable[..., Watched]
) -> None:
    opened = open_page(demo.folders.path("review.html"))
    opened.reveal()
    kept = demo["candidates"]
    # as it opens: the run's own table
    first = opened.page.evaluate(f"({RANK})(state)")
    assert [each["unit"] for each in first] == kept["unit_id"].tolist()
    for name in ("score", "low", "high", "coverage", "need"):
        np.testing.assert_allclose(
            np.array([each[name] for each in first], float), kept[name].to_numpy(float), **EXACT
        )
    settings = Settings(params=load_params(ROOT / "params.yaml"), district=load_district(demo_district))
    table = kept.sort_values("unit_id")
    points = points_of(demo["indicators"], tuple(indicators()), table["unit_id"])
    for i, given in enumerate(weight_sets(np.random.default_rng(50), 50)):
        opened.page.evaluate(MOVE_SLIDERS, given)
        assert opened.page.evaluate("[state.weights, state.needWeight, state.aggregate]") == list(
            given.values()
        )
        ranked, by_scenario = pipeline_ranking(
            points,
            table["readiness"].to_numpy(float),
            table["eligible"].tolist(),
            weights_of(given["weights"]),
            given["needWeight"],
            given["aggregate"],
        )
        compare(opened.page.evaluate(RANK, given), ranked, by_scenario, points.units)
        shown = opened.page.evaluate(ROWS)
        assert [row[0] for row in shown] == ranked["unit_id"].tolist()
        assert [row[1] for row in shown] == ["–" if pd.isna(r) else str(r) for r in ranked["rank"]]
        assert [row[2] for row in shown] == [str(int(np.floor(s + 0.5))) for s in ranked["score"]]
        if i in (0, 2):  # the stages themselves say the same
            staged = through_stages(settings, demo, given)
            assert staged["unit_id"].tolist() == ranked["unit_id"].tolist()
            for name in ("score", "low", "high", "coverage", "need"):
                np.testing.assert_allclose(
                    staged[name].to_numpy(float), ranked[name].to_numpy(float), **EXACT
                )
    assert opened.faults == []


def through_stages(settings: Settings, demo: Chain, given: dict[str, Any]) -> pd.DataFrame:
    """Run the stages score and siting with other weights (one sample: chances are not compared)."""
    params = settings.params
    changed = {
        "score": params.score.model_copy(
            update={
                "scenario_weights": dict(zip(scenarios(), given["weights"], strict=True)),
                "aggregate": given["aggregate"],
            }
        ),
        "siting": params.siting.model_copy(update={"need_weight": given["needWeight"], "samples": 1}),
    }
    other = Settings(params=params.model_copy(update=changed), district=settings.district)
    names = (
        "units",
        "indicators",
        "indicator_errors",
        "eligibility",
        "register",
        "residents",
        "address_areas",
    )
    read = {name: demo[name] for name in names}
    read |= score.run(other, read)
    return siting.run(other, read)["candidates"]
