"""Time the sampling of weights and data beside the loop of a library: one task, one run, and the same answers.

    uv run python -m benchmarks.scores            prints, and writes docs/performance-scores.md

Task: 60 candidates, 66 indicators in 8 scenarios of which a third is unknown between 0 and 100; 10,000 samples of
scenario weights, of the weight of need, of every unknown value, and of four errors of the data that move three quarters
of the indicators; in each the priority of every candidate and who is
among the first five. The library computes the weighted sum of one sample a call (its own way of working, with its
validation off); it gets the samples that we drew.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from pymcdm.methods import TOPSIS, WSM

from pipeline.catalogue.load import indicators, scenarios
from pipeline.scoring.points import Points
from pipeline.scoring.weights import Floats, Weights, catalogue_weights
from pipeline.siting.chance import Doubt, draws, first
from pipeline.siting.errors import ERRORS, Shifts, at_ends
from pipeline.siting.need import shortfalls

CANDIDATES, SAMPLES, FIRST, SEED, REPEATS = 60, 10_000, 5, 1, 3
NEED_WEIGHT, CONCENTRATION = 0.5, 40.0
PAGE = Path(__file__).resolve().parent.parent / "docs/performance-scores.md"


def task() -> tuple[Doubt, Weights]:
    """Return candidates with random points, a third of them unknown, and the catalogue's own weights."""
    weights = catalogue_weights(scenarios(), indicators(), dict.fromkeys(scenarios(), 1.0))
    random = np.random.default_rng(SEED)
    shape = (CANDIDATES, len(weights.indicators))
    known = random.random(shape) > 1 / 3
    points = np.where(known, random.uniform(0, 100, shape), np.nan)
    low, high = np.where(known, points, 0.0), np.where(known, points, 100.0)
    names = tuple(f"U{i:02}" for i in range(CANDIDATES))
    evidence = known.astype(float)
    readiness = random.uniform(0, 100, CANDIDATES)
    by = np.where(np.arange(shape[1]) % 4 > 0, random.uniform(-5, 5, (2 * len(ERRORS), *shape)), 0.0)
    everything = Points(names, points, low, high, known, evidence)
    return Doubt(everything, Shifts(by, by), readiness, np.zeros(CANDIDATES, int)), weights


def ours(doubt: Doubt, weights: Weights) -> tuple[float, Floats]:
    """Return seconds, and the chance of every candidate to be among the first: drawing included."""
    start = perf_counter()
    chosen = np.zeros(CANDIDATES)
    for some in draws(doubt, weights, NEED_WEIGHT, FIRST, SAMPLES, CONCENTRATION, SEED):
        chosen += some.first_k.sum(axis=0)
    return perf_counter() - start, chosen / SAMPLES


def librarys(doubt: Doubt, weights: Weights, method: WSM | TOPSIS) -> tuple[float, Floats]:
    """Return the same by one call of the library a sample; drawing is not counted."""
    asked = weights.target_points > 0
    in_scenario = weights.of_indicators * asked
    in_scenario = in_scenario / in_scenario.sum(axis=1, keepdims=True)
    benefit = np.ones(asked.sum() + 1)
    chosen, seconds = np.zeros(CANDIDATES), 0.0
    for matrix, of_scenarios, need_weight in _samples(doubt, weights):
        start = perf_counter()
        of_indicators = (of_scenarios @ in_scenario)[asked]
        weight = np.append(need_weight * of_indicators, 1 - need_weight)
        value = np.asarray(method(matrix, weight, benefit, validation=False))
        seconds += perf_counter() - start
        chosen += first(value[None], doubt.tier, FIRST)[0]
    return seconds, chosen / SAMPLES


def _samples(doubt: Doubt, weights: Weights):  # type: ignore[no-untyped-def]
    """Yield each sample's matrix (candidate, need of an indicator and readiness), scenario weights and need weight."""
    asked = weights.target_points > 0
    for some in draws(doubt, weights, NEED_WEIGHT, FIRST, SAMPLES, CONCENTRATION, SEED):
        ends = at_ends(some.errors)
        low, high = (
            end + np.tensordot(ends, by, 1)
            for end, by in ((doubt.points.low, doubt.shifts.low), (doubt.points.high, doubt.shifts.high))
        )
        points = np.clip(low + some.position * (high - low), 0, 100)
        short = shortfalls(points, weights)[..., asked]
        for sample, of_scenarios, need_weight in zip(short, some.of_scenarios, some.need_weight, strict=True):
            yield np.column_stack([sample, doubt.readiness]), of_scenarios, need_weight


def _as_it_is(column: Floats, cost: bool = False) -> Floats:
    return column


def main() -> None:
    """Measure, check that both say the same, and write the page."""
    doubt, weights = task()
    runs = [ours(doubt, weights) for _ in range(REPEATS)]
    own, chance = median(seconds for seconds, _ in runs), runs[0][1]
    wsm, its_chance = librarys(doubt, weights, WSM(normalization_function=_as_it_is))
    apart = float(np.abs(chance - its_chance).max())
    if apart > 1e-3:
        raise SystemExit(f"the library's chances differ by {apart}")
    topsis, _ = librarys(doubt, weights, TOPSIS())
    text = f"""# 抽样用时 Time of the samples

{SAMPLES:,} samples of weights, unknown values and errors of the data,
{CANDIDATES} candidates × {len(weights.indicators)} indicators, one process, measured in one run by `python -m benchmarks.scores`
({platform.machine()}, {os.cpu_count()} cores, numpy {version("numpy")},
pymcdm {version("pymcdm")}).

| | seconds | a sample |
|---|---|---|
| `pipeline.siting.chance.draws`: drawing, priorities and order | {own:.2f} (median of {REPEATS}) | {1e3 * own / SAMPLES:.3f} ms |
| pymcdm `WSM`, one call a sample, drawing and order not counted | {wsm:.2f} | {1e3 * wsm / SAMPLES:.3f} ms |
| pymcdm `TOPSIS`, the same | {topsis:.2f} | {1e3 * topsis / SAMPLES:.3f} ms |

The weighted sums give the same chances: the largest difference of a candidate's chance of being among the first {FIRST}
is {apart:g}.
"""
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    print(text)


if __name__ == "__main__":
    main()
