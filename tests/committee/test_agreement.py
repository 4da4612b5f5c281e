"""What members' points say together: by hand, and Kendall's W in its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from pipeline.committee.agreement import kendall_w, trimmed_mean


def test_the_trimmed_mean_by_hand() -> None:
    """Of five, a fifth at either end is one: (40 + 50 + 60) / 3; of four it is none."""
    assert trimmed_mean(np.array([100, 50, 40, 0, 60.0]), 0.2) == 50
    assert trimmed_mean(np.array([100, 0, np.nan, 50, 10]), 0.2) == 40
    assert np.isnan(trimmed_mean(np.array([np.nan]), 0.2))


def test_w_by_hand() -> None:
    """Ranks 1 2 3, 1 2 3, 1 3 2: sums 3 7 8, mean 6, S = 14; m²(n³ − n)/12 = 18."""
    w, _ = kendall_w(np.array([[10, 20, 30], [1, 50, 99], [5, 80, 60.0]]))
    assert w == pytest.approx(14 / 18)


def test_one_order_is_agreement_and_two_opposite_ones_are_none() -> None:
    assert kendall_w(np.array([[1, 2, 3], [10, 60, 90.0]]))[0] == 1
    assert kendall_w(np.array([[1, 2, 3], [3, 2, 1.0]]))[0] == 0


@pytest.mark.parametrize("points", [np.ones((1, 5)), np.ones((4, 2)), np.ones((4, 5))])
def test_where_there_is_nothing_to_agree_on_it_is_not_known(points: np.ndarray) -> None:
    assert np.isnan(kendall_w(points)).all()


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_w_is_friedmans_statistic_over_its_most_and_knows_no_names(seed: int) -> None:
    """Another road to the same figure: χ² of Friedman's test is m (n − 1) W, ties included."""
    random = np.random.default_rng(seed)
    points = random.integers(0, 6, (random.integers(3, 8), random.integers(3, 12))).astype(float)
    w, p = kendall_w(points)
    if np.isnan(w):
        return
    expected = friedmanchisquare(*points.T)
    assert w * len(points) * (points.shape[1] - 1) == pytest.approx(expected.statistic)
    assert p == pytest.approx(expected.pvalue)
    assert 0 <= w <= 1 + 1e-12
    shuffled = points[random.permutation(len(points))][:, random.permutation(points.shape[1])]
    assert kendall_w(shuffled)[0] == pytest.approx(w)
    assert kendall_w(3 * points + 1)[0] == pytest.approx(w)
