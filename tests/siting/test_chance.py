"""How sure the order is: cases with a known chance, and the same seed gives the same chances."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scoring.points import Points, points_of
from pipeline.siting import chance
from pipeline.siting.chance import Doubt, chance_top_k, draws, priority
from pipeline.siting.errors import ERRORS, Shifts, shifts_of
from pipeline.siting.need import need
from tests.runs import ROOT
from tests.scoring.cases import NO_ERRORS, SMALL, random_points, random_shifts, random_weights, sheet

SURE: dict[str, Any] = {"need_weight": 0.5, "samples": 4000, "concentration": 40, "seed": 1}


def _still(points: Points) -> Shifts:
    return shifts_of(NO_ERRORS, points, SMALL.indicators)


def _doubt(*units: list[Any], ready: list[float] | None = None, tier: list[int] | None = None) -> Doubt:
    points = points_of(sheet(**{f"U{i}": unit for i, unit in enumerate(units)}), SMALL.indicators)
    return Doubt(
        points, _still(points), np.array(ready or [50.0] * len(units)), np.array(tier or [0] * len(units))
    )


def test_what_is_certain_has_chance_one() -> None:
    """The first needs most and is as ready; nothing is unknown, and no weights turn that round."""
    doubt = _doubt([0, 0, 0], [50, 50, 50], [60, 60, 55])
    assert chance_top_k(doubt, SMALL, k=1, **SURE).tolist() == [1, 0, 0]
    assert chance_top_k(doubt, SMALL, k=2, **SURE).tolist() == [1, 1, 0]


def test_two_of_whom_nothing_is_known_have_even_chances() -> None:
    doubt = _doubt([None] * 3, [None] * 3)
    assert chance_top_k(doubt, SMALL, k=1, **SURE) == pytest.approx([0.5, 0.5], abs=0.03)


def test_weights_decide_between_need_in_one_scenario_and_in_the_other() -> None:
    """Y weighs three quarters: who lacks there is first in most draws, with high concentration in all."""
    doubt = _doubt([0, 0, 60], [80, 100, 0])
    assert chance_top_k(doubt, SMALL, k=1, **SURE | {"concentration": 5000})[1] == 1
    assert 0.5 < chance_top_k(doubt, SMALL, k=1, **SURE | {"concentration": 4})[1] < 1


def test_who_passes_stands_before_who_does_not_yet() -> None:
    doubt = _doubt([80, 100, 60], [0, 0, 0], tier=[0, 1])
    assert chance_top_k(doubt, SMALL, k=1, **SURE).tolist() == [1, 0]


def test_with_as_many_places_as_candidates_all_are_in() -> None:
    doubt = _doubt([None] * 3, [0, 0, 0])
    assert chance_top_k(doubt, SMALL, k=5, **SURE).tolist() == [1, 1]
    assert chance_top_k(_doubt([None] * 3), SMALL, k=5, **SURE).tolist() == [1]


@pytest.mark.parametrize("need_weight", [0.0, 1.0])
def test_need_or_readiness_may_weigh_alone(need_weight: float) -> None:
    doubt = _doubt([0, 0, 0], [80, 100, 60], ready=[10.0, 90.0])
    found = chance_top_k(doubt, SMALL, k=1, **SURE | {"need_weight": need_weight})
    assert found.tolist() == ([1, 0] if need_weight else [0, 1])


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_chances_add_up_to_the_places(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    points = random_points(random, weights, 6)
    shifts = random_shifts(random, points)
    doubt = Doubt(points, shifts, random.uniform(0, 100, 6), random.integers(0, 2, 6))
    found = chance_top_k(doubt, weights, 0.5, k, 120, 40, 1)
    assert found.sum() == pytest.approx(min(k, 6))
    assert ((found >= 0) & (found <= 1)).all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_a_samples_priority_is_that_of_its_points_under_the_ranking_rule(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random_weights(random)
    targets = np.where(random.random(len(weights.indicators)) < 0.2, 0.0, weights.target_points)
    weights = replace(weights, target_points=targets)
    points = random_points(random, weights, 5)
    shifts = random_shifts(random, points)
    doubt = Doubt(points, shifts, random.uniform(0, 100, 5), np.zeros(5, int))
    n = len(ERRORS)
    for some in draws(doubt, weights, 0.5, 2, 40, 40, seed):
        low, high = points.low, points.high
        for error in range(n):
            at = some.errors[:, error, None, None]
            low, high = (
                end + np.abs(at) * np.where(at > 0, shift[n + error], shift[error])
                for end, shift in ((low, shifts.low), (high, shifts.high))
            )
        drawn = np.clip(low + some.position * (high - low), 0, 100)
        expected = need(drawn, np.ones(drawn.shape, bool), weights, some.of_scenarios)
        assert some.priority == pytest.approx(
            priority(expected, doubt.readiness, some.need_weight[:, None]), nan_ok=True
        )


def test_a_scenario_without_weight_does_not_count() -> None:
    only_x = replace(SMALL, of_scenarios=np.array([1.0, 0.0]))
    doubt = _doubt([0, 0, 60], [80, 100, 0])
    assert chance_top_k(doubt, only_x, k=1, **SURE).tolist() == [1, 0]


def test_the_size_of_a_block_does_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    doubt = _doubt([None] * 3, [10, None, 20], [None, 30, 5])
    before = chance_top_k(doubt, SMALL, k=1, **SURE)
    monkeypatch.setattr(chance, "_BLOCK", 7)
    assert chance_top_k(doubt, SMALL, k=1, **SURE).tolist() == before.tolist()
    assert chance_top_k(doubt, SMALL, k=1, **SURE | {"seed": 2}).tolist() != before.tolist()


def test_the_number_of_threads_does_not_change_the_draws() -> None:
    script = (
        "import numpy as np\n"
        "from pipeline.siting.chance import Doubt, chance_top_k\n"
        "from tests.scoring.cases import random_points, random_shifts, random_weights\n"
        "random = np.random.default_rng(3)\n"
        "weights = random_weights(random)\n"
        "points = random_points(random, weights, 9)\n"
        "doubt = Doubt(points, random_shifts(random, points), np.zeros(9), np.zeros(9, int))\n"
        "print(chance_top_k(doubt, weights, 0.5, 3, 500, 40, 1).tobytes().hex())\n"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | dict.fromkeys(names, threads),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(printed) == 1
