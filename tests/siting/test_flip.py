"""The change that turns two candidates round: by hand, and by applying it under the ranking rule itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalogue.load import indicators, scenarios
from pipeline.scoring.points import points_of
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import SitingParams
from pipeline.siting.chance import priority
from pipeline.siting.flip import LEAD_POINTS, Standing, flip, flip_need_weight
from pipeline.siting.need import need, scenario_needs
from pipeline.siting.rank_pairs import rank_pairs
from pipeline.tables import check, empty
from tests.runs import Chain
from tests.scoring.cases import random_points, random_weights


def _pair(needs: list[list[float]], readiness: list[float]) -> Standing:
    known = ~np.isnan(np.array(needs))
    return Standing(np.nan_to_num(np.array(needs)), known, np.array(readiness))


def test_by_hand() -> None:
    """Need weight 1, weights ½ ½: 60·w − 40·(1 − w) turns at w = 0.4, so a tenth of the weight moves: 0.2 in all.

    Readiness is the same for both, so moving weight there only levels them and never turns them round.
    """
    found = flip(_pair([[80, 10], [20, 50]], [50, 50]), np.array([1.0, 1.0]), 1.0)
    assert found.result == "smallest"
    assert found.distance == pytest.approx(0.2, abs=1e-5)
    assert found.weights == pytest.approx([0.4, 0.6, 0], abs=1e-5)


def test_who_leads_in_all_is_never_overtaken() -> None:
    found = flip(_pair([[80, 60], [70, 50]], [50, 40]), np.array([1.0, 1.0]), 0.5)
    assert found.result == "never" and np.isnan(found.distance)


def test_the_weight_of_need_alone() -> None:
    """First 80 need, 20 ready; second 40 and 60: level at ½; ahead in both: nowhere."""
    assert flip_need_weight(_pair([[80], [40]], [20, 60]), np.array([1.0])) == pytest.approx(0.5)
    assert np.isnan(flip_need_weight(_pair([[80], [40]], [70, 60]), np.array([1.0])))


def test_a_scenario_that_one_lacks_is_held() -> None:
    found = flip(_pair([[80, 10, np.nan], [20, 50, 40]], [50, 50]), np.ones(3), 1.0)
    assert found.result == "found"
    assert found.weights[2] == pytest.approx(1 / 3) and found.weights[3] == 0


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_change_turns_them_round_and_half_of_it_does_not(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    points = random_points(random, weights, units=2)
    alpha, readiness = float(random.uniform(0.05, 0.95)), random.uniform(0, 100, 2)
    needs, known = scenario_needs(points.points, points.known, weights)
    before = priority(need(points.points, points.known, weights), readiness, alpha)
    if np.isnan(before).any():
        return
    order = np.argsort(-before)
    if before[order[0]] - before[order[1]] < 2 * LEAD_POINTS:
        return
    pair = Standing(needs[order], known[order], readiness[order])
    found = flip(pair, weights.of_scenarios, alpha)
    start = np.append(alpha * weights.of_scenarios / weights.of_scenarios.sum(), 1 - alpha)
    assert found.weights.sum() == pytest.approx(1) and (found.weights >= 0).all()

    def lead(at: np.ndarray) -> float:
        total = at[:-1].sum()
        if total == 0:
            return float(readiness[order[0]] - readiness[order[1]])
        after = priority(need(points.points, points.known, weights, at[:-1] / total), readiness, float(total))
        return float(after[order[0]] - after[order[1]])

    if found.result in ("never", "not_found"):
        if found.result == "never":
            tried = random.dirichlet(np.ones(4), 200)
            assert min(lead(at) for at in tried) > -2 * LEAD_POINTS
        return
    assert lead(found.weights) < 0
    assert lead((start + found.weights) / 2) > 0
    assert np.abs(found.weights - start).sum() == pytest.approx(found.distance, abs=1e-9)


def test_the_table_of_the_demo(demo: Chain) -> None:
    weights = catalogue_weights(scenarios(), indicators(), dict.fromkeys(scenarios(), 1.0))
    candidates, table = demo["candidates"], demo["rank_pairs"]
    ranked = candidates[candidates["rank"].notna()]
    assert table["unit_id"].tolist() == ranked["unit_id"].tolist()[:-1]
    assert table["next_unit_id"].tolist() == ranked["unit_id"].tolist()[1:]
    params = SitingParams(top_k=5, need_weight=0.5, samples=2000, survey_facts=20, concentration=40, seed=1)
    again = rank_pairs(candidates, demo["indicators"], demo["indicator_errors"], weights, scenarios(), params)
    pd.testing.assert_frame_equal(check("rank_pairs", again), table)
    assert set(table["flip_result"]) & {"smallest", "found"}
    called = ranked["name_en"].fillna(ranked["name"]).tolist()
    for said, one, other in zip(table["sentence_en"], called, called[1:], strict=False):
        assert said.startswith(f"{one} stands before {other}"), said


def test_each_pair_of_the_demo_turns_round_when_its_change_is_applied(demo: Chain) -> None:
    """By the ranking rule itself, on the points of the table; the weights are found anew, the distance is the table's."""
    weights = catalogue_weights(scenarios(), indicators(), dict.fromkeys(scenarios(), 1.0))
    table = demo["candidates"].set_index("unit_id")
    pairs = demo["rank_pairs"].dropna(subset=["flip_distance"])
    assert len(pairs) > 5
    for row in pairs.itertuples():
        two = points_of(demo["indicators"], weights.indicators, [row.unit_id, row.next_unit_id])
        readiness = table.loc[list(two.units), "readiness"].to_numpy()
        pair = Standing(*scenario_needs(two.points, two.known, weights), readiness)
        at = flip(pair, weights.of_scenarios, 0.5).weights
        needs = need(two.points, two.known, weights, at[:-1] / at[:-1].sum())
        after = priority(needs, readiness, float(at[:-1].sum()))
        assert after[0] < after[1], row.unit_id
        before = np.append(np.full(len(at) - 1, 0.5 / (len(at) - 1)), 0.5)
        assert np.abs(at - before).sum() == pytest.approx(row.flip_distance, abs=1e-9)


def test_without_ranked_candidates_the_table_is_empty() -> None:
    weights = catalogue_weights(scenarios(), indicators(), dict.fromkeys(scenarios(), 1.0))
    params = SitingParams(top_k=5, need_weight=0.5, samples=20, survey_facts=20, concentration=40, seed=1)
    candidates = pd.DataFrame({"unit_id": ["P1"], "rank": pd.array([None], "Int64"), "eligible": ["fail"]})
    candidates = candidates.assign(name="海风里", name_en=None)
    nothing = empty("indicators"), empty("indicator_errors")
    table = rank_pairs(candidates.assign(readiness=50.0), *nothing, weights, scenarios(), params)
    assert len(check("rank_pairs", table)) == 0
