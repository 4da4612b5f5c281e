"""Scores by hand, then: the interval holds the score, more points never lower it, finding out only narrows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalogue.load import indicators, scenarios
from pipeline.errors import SettingsError, TableError
from pipeline.scoring.mean import Aggregate, Scores, scenario_scores, total_scores
from pipeline.scoring.points import Points, points_of
from pipeline.scoring.table import score_table
from pipeline.scoring.weights import Weights, catalogue_weights
from pipeline.tables import check, empty
from tests.runs import Chain
from tests.scoring.cases import SMALL, random_points, random_weights, sheet

EQUAL = dict.fromkeys(scenarios(), 1.0)
SEEDS = st.integers(0, 2**32 - 1)
AGGREGATES = st.sampled_from(["arithmetic", "geometric"])


def _rows(table: pd.DataFrame, unit: str) -> dict[str, list[float]]:
    rows = table[table["unit_id"] == unit].set_index("scenario")
    return {name: row.tolist() for name, row in rows[["score", "low", "high", "coverage"]].iterrows()}


def test_a_score_sheet_by_hand() -> None:
    """X: (1·30 + 2·90)/3 = 70. Y: 50. Total: (1·70 + 3·50)/4 = 55."""
    rows = _rows(score_table(sheet(A=[30, 90, 50]), SMALL, "arithmetic"), "A")
    assert rows == {"X": [70, 70, 70, 1], "Y": [50, 50, 50, 1], "total": [55, 55, 55, 1]}


def test_an_unknown_indicator_is_left_out_and_widens_the_interval() -> None:
    """X knows only its first: 30, between (30 + 0)/3 and (30 + 200)/3, a third of the weight."""
    rows = _rows(score_table(sheet(A=[30, None, 50]), SMALL, "arithmetic"), "A")
    assert rows["X"] == pytest.approx([30, 10, 230 / 3, 1 / 3])
    assert rows["total"] == pytest.approx(
        [(30 + 150) / 4, (10 + 150) / 4, (230 / 3 + 150) / 4, (1 / 3 + 3) / 4]
    )


def test_a_scenario_of_which_nothing_is_known_has_no_score() -> None:
    rows = _rows(score_table(sheet(A=[30, 90, None], B=[None, None, None]), SMALL, "arithmetic"), "A")
    assert np.isnan(rows["Y"][0]) and rows["Y"][1:] == [0, 100, 0]
    assert rows["total"] == pytest.approx([70, 70 / 4, (70 + 300) / 4, 1 / 4])
    nothing = _rows(score_table(sheet(B=[None, None, None]), SMALL, "geometric"), "B")
    assert all(np.isnan(row[0]) and row[1:] == pytest.approx([0, 100, 0]) for row in nothing.values())


def test_an_unknown_within_bounds_cannot_pull_the_score_out_of_its_interval() -> None:
    """X02 is not known but at least 60: taken as 60, since the known 0 lies below."""
    rows = _rows(score_table(sheet(A=[0, (60.0, 90.0), 50]), SMALL, "arithmetic"), "A")
    assert rows["X"] == pytest.approx([40, 40, 60, 1 / 3])


def test_evidence_for_half_of_the_people_is_half_the_coverage() -> None:
    half = sheet(A=[30, 90, 50]).assign(evidence_share=0.5)
    assert _rows(score_table(half, SMALL, "arithmetic"), "A")["total"][3] == 0.5


def test_the_geometric_mean_does_not_let_one_scenario_make_up_for_another() -> None:
    """ln 1 weighs 1, ln 101 weighs 3: 101^(3/4) − 1 = 30.9; even 75 arithmetically."""
    rows = sheet(A=[0, 0, 100], B=[75, 75, 75])
    total = score_table(rows, SMALL, "geometric").query("scenario == 'total'").set_index("unit_id")["score"]
    assert total["A"] == pytest.approx(101**0.75 - 1)
    assert total["B"] == pytest.approx(75)


def _both(points: Points, weights: Weights, aggregate: Aggregate) -> tuple[Scores, Scores]:
    of_scenarios = scenario_scores(points, weights)
    return of_scenarios, total_scores(of_scenarios, weights, aggregate)


@settings(max_examples=150)
@given(SEEDS, AGGREGATES)
def test_the_interval_holds_the_score(seed: int, aggregate: Aggregate) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    for scores in _both(random_points(random, weights, 6), weights, aggregate):
        known = ~np.isnan(scores.score)
        assert (scores.low <= scores.high + 1e-9).all()
        assert (scores.low[known] <= scores.score[known] + 1e-9).all()
        assert (scores.score[known] <= scores.high[known] + 1e-9).all()
        assert ((scores.coverage >= 0) & (scores.coverage <= 1 + 1e-12)).all()
        assert ((scores.low >= -1e-9) & (scores.high <= 100 + 1e-9)).all()


@settings(max_examples=150)
@given(SEEDS, AGGREGATES)
def test_more_points_never_lower_a_score(seed: int, aggregate: Aggregate) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    points = random_points(random, weights, 4)
    more = np.minimum(points.points + np.where(random.random(points.points.shape) < 0.3, 10.0, 0.0), 100)
    better = replace(
        points, points=more, high=np.fmax(points.high, more), low=np.fmax(points.low, points.low)
    )
    for before, after in zip(
        _both(points, weights, aggregate), _both(better, weights, aggregate), strict=True
    ):
        known = ~np.isnan(before.score)
        assert (after.score[known] >= before.score[known] - 1e-9).all()


@settings(max_examples=150)
@given(SEEDS, AGGREGATES)
def test_finding_out_only_narrows_the_interval_and_lands_inside_it(seed: int, aggregate: Aggregate) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    points = random_points(random, weights, 4)
    found_out = random.random(points.known.shape) < 0.6
    value = points.low + random.random(points.known.shape) * (points.high - points.low)
    after_points = replace(
        points,
        points=np.where(found_out, value, points.points),
        low=np.where(found_out, value, points.low),
        high=np.where(found_out, value, points.high),
        known=points.known | found_out,
        evidence=np.where(found_out, 1.0, points.evidence),
    )
    pairs = zip(_both(points, weights, aggregate), _both(after_points, weights, aggregate), strict=True)
    for before, after in pairs:
        assert (after.low >= before.low - 1e-9).all() and (after.high <= before.high + 1e-9).all()
        assert (after.coverage >= before.coverage - 1e-12).all()
        known = ~np.isnan(after.score)
        assert (after.score[known] >= before.low[known] - 1e-9).all()
        assert (after.score[known] <= before.high[known] + 1e-9).all()


@pytest.mark.parametrize("aggregate", ["arithmetic", "geometric"])
def test_hiding_known_cells_of_the_demo_keeps_the_truth_inside(demo: Chain, aggregate: Aggregate) -> None:
    """500 times a random share of what is known of every unit is hidden: the whole interval lies in the wider one."""
    random = np.random.default_rng(8)
    weights = catalogue_weights(scenarios(), indicators(), EQUAL)
    table = demo["indicators"]
    truth = points_of(table, weights.indicators)
    whole = _both(truth, weights, aggregate)
    hidden_cells = 0
    for _ in range(500):
        hide = truth.known & (random.random(truth.known.shape) < random.uniform(0, 1))
        hidden_cells += hide.sum()
        less = replace(
            truth,
            points=np.where(hide, np.nan, truth.points),
            low=np.where(hide, 0.0, truth.low),
            high=np.where(hide, 100.0, truth.high),
            known=truth.known & ~hide,
            evidence=np.where(hide, 0.0, truth.evidence),
        )
        for known, hidden in zip(whole, _both(less, weights, aggregate), strict=True):
            assert (hidden.low <= known.low + 1e-9).all() and (known.high <= hidden.high + 1e-9).all()
            here = ~np.isnan(known.score)
            assert (hidden.low[here] <= known.score[here] + 1e-9).all()
            assert (known.score[here] <= hidden.high[here] + 1e-9).all()
    assert hidden_cells > 100_000


def test_the_demos_scores_do_not_move_when_another_district_is_added(demo: Chain) -> None:
    weights = catalogue_weights(scenarios(), indicators(), EQUAL)
    own = demo["indicators"]
    other = own.assign(unit_id="X" + own["unit_id"], points=100 - own["points"])
    other = other.assign(points_low=0.0, points_high=100.0)
    alone = score_table(own, weights, "arithmetic")
    together = score_table(pd.concat([other, own]), weights, "arithmetic")
    mine = together[together["unit_id"].isin(set(own["unit_id"]))].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, mine, check_exact=True)


def test_a_units_scores_do_not_depend_on_the_others() -> None:
    alone = score_table(sheet(B=[20, None, 60]), SMALL, "arithmetic")
    among = score_table(sheet(A=[0, 0, 0], B=[20, None, 60], C=[100, 100, 100]), SMALL, "arithmetic")
    pd.testing.assert_frame_equal(alone, among[among["unit_id"] == "B"].reset_index(drop=True))


def test_the_catalogues_own_weights_and_table() -> None:
    weights = catalogue_weights(scenarios(), indicators(), EQUAL)
    assert weights.of_indicators.shape == (len(scenarios()), len(indicators()))
    assert (weights.of_indicators > 0).sum() == len(indicators())
    by_id = dict(zip(weights.indicators, weights.target_points, strict=True))
    assert by_id["F01"] == 90  # 90 % of children is worth 90 points
    assert by_id["S06"] == 100  # no dangerous housing is on target and worth all points
    table = check("scores", score_table(empty("indicators"), weights, "arithmetic"))
    assert len(table) == 0


@pytest.mark.parametrize(
    "weights",
    [{"F": 1.0}, EQUAL | {"Q": 1.0}, EQUAL | {"F": -1.0}, dict.fromkeys(EQUAL, 0.0)],
)
def test_wrong_weights_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="scenario_weights"):
        catalogue_weights(scenarios(), indicators(), weights)


def test_a_table_that_does_not_fit_the_catalogue_is_refused() -> None:
    with pytest.raises(TableError, match="Y01"):
        points_of(sheet(A=[1, 2, 3]), ("X01", "X02"))
    wrong = sheet(A=[1, 2, 3]).assign(points_high=2.0)
    with pytest.raises(TableError, match="unit A, Y01"):
        points_of(wrong, SMALL.indicators)


def test_an_indicator_that_the_table_lacks_is_unknown() -> None:
    points = points_of(sheet(A=[1, 2, 3]).query("indicator_id != 'X02'"), SMALL.indicators, ["A", "B"])
    assert points.known.tolist() == [[True, False, True], [False, False, False]]
    assert points.low[:, 1].tolist() == [0, 0] and points.high[:, 1].tolist() == [100, 100]
