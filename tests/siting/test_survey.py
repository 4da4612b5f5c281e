"""What an answer is worth: by hand, against the rules judged one answer at a time, and on finished runs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import unit_compounds
from pipeline.eligibility.verdict import unit_verdict
from pipeline.run import Inputs, stages
from pipeline.scoring.points import points_of
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Settings, SitingParams, load_district, load_params
from pipeline.siting.answers import answered, open_rules
from pipeline.siting.chance import Doubt, draws
from pipeline.siting.errors import shifts_of
from pipeline.siting.knowing import OUT, Answered, effect_of_answers, effect_of_indicators
from pipeline.siting.readiness import readiness
from pipeline.siting.survey import survey, survey_csv
from pipeline.stages import robustness
from pipeline.tables import check
from tests.attacks import ATTACKS
from tests.runs import ROOT, Chain
from tests.scoring.cases import NO_ERRORS, SMALL, sheet

RULES = rule_catalogue().rules


def _effects(*units: list[float | None]) -> np.ndarray:
    points = points_of(sheet(**{f"U{i}": unit for i, unit in enumerate(units)}), SMALL.indicators)
    shifts = shifts_of(NO_ERRORS, points, SMALL.indicators)
    doubt = Doubt(points, shifts, np.full(len(units), 50.0), np.zeros(len(units), int))
    samples = draws(doubt, SMALL, 0.5, k=1, samples=4000, concentration=40, seed=1)
    return effect_of_indicators(samples, points.low < points.high)


def test_an_indicator_that_decides_by_hand() -> None:
    """The first is ahead where its Y01 is below the other's 30: chance 0.3 or, once known, 0 or 1. Both variances go."""
    effect = _effects([40, 50, None], [40, 50, 30])
    assert effect[0, 2] == pytest.approx(2 * 0.3 * 0.7, abs=0.02)
    assert np.count_nonzero(effect) == 1


def test_an_indicator_that_decides_nothing_has_no_effect() -> None:
    """The first lacks all else, and is ahead whatever its X01 is."""
    assert (_effects([None, 0, 0], [80, 100, 60]) == 0).all()


def test_of_two_unknowns_the_heavier_is_worth_more() -> None:
    effect = _effects([None, 50, None], [40, 50, 30])
    assert effect[0, 2] > 3 * effect[0, 0]


def test_answers_that_swap_the_first_by_hand() -> None:
    """Met, the second overtakes for certain; not met, it does not: both variances of ¼ go."""
    priorities, now = np.tile([60.0, 50.0], (10, 1)), np.array([50.0, 50.0])
    tier, half = np.zeros(2, int), np.full(10, 0.5)
    met, unmet = Answered(np.array([50.0, 90.0]), tier), Answered(now, tier)
    assert effect_of_answers(priorities, half, now, (met, unmet), k=1) == 0.5
    assert effect_of_answers(priorities, half, now, (unmet, unmet), k=1) == 0
    out = Answered(now, np.array([OUT, 0]))
    assert effect_of_answers(priorities, half, now, (unmet, out), k=1) == 0.5
    assert effect_of_answers(priorities, half, now, (unmet, out), k=2) == 0.25  # the second is in either way


def test_worlds_are_the_rules_judged_one_answer_at_a_time(demo: Chain) -> None:
    eligibility = demo["eligibility"]
    pairs = unit_compounds(demo["residents"], demo["address_areas"])
    pairs = pairs[pairs["unit_id"].isin(set(demo["candidates"]["unit_id"]))]
    facts = open_rules(eligibility, pairs, RULES)
    chosen = facts[:: max(1, len(facts) // 12)]
    assert {fact.subject_kind for fact in chosen} == {"compound", "unit"}
    found = answered(chosen, eligibility, pairs, RULES)
    assert set(found["fact"]) == set(range(len(chosen)))
    effects = {rule.id: rule.effect for rule in RULES}
    for row in found.itertuples():
        fact = chosen[row.fact]
        here = (eligibility[["subject_kind", "subject_id", "rule_id"]] == list(fact)).all(axis=1)
        unmet = "defer" if effects[fact.rule_id] == "defer" else "fail"
        changed = eligibility.assign(result=eligibility["result"].mask(here, "pass" if row.met else unmet))
        assert here.sum() == 1
        assert row.readiness == pytest.approx(readiness(changed, pairs, RULES)[row.unit_id])
        assert row.verdict == unit_verdict(changed)[row.unit_id]


def test_the_list_of_the_demo(demo: Chain) -> None:
    table = demo["survey"]
    assert table["rank"].tolist() == list(range(1, 21))
    assert table["effect_top_k"].is_monotonic_decreasing and table["effect_top_k"].iloc[0] > 0
    sheet_ = (demo.folders.processed / "survey.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet_)))
    assert [row["事项 fact"] for row in rows] == table["fact"].tolist()
    assert all(row["答案 answer"] == row["填写人 author"] == row["日期 date"] == "" for row in rows)


def test_where_no_candidate_is_ranked_verdicts_and_lists_are_asked_for(las_palmas: Chain) -> None:
    table = las_palmas["survey"]
    assert (table["effect_top_k"] == 0).all()
    assert table["open_points"].is_monotonic_decreasing
    assert {"class", "compound"} <= set(table["subject_kind"])
    # walls of which nobody knows keep points open, and so stand before cells that change a verdict alone: a longer list
    params = load_params(ROOT / "params.yaml", ["siting.survey_facts=60"])
    settings = Settings(params=params, district=load_district(ROOT / "data/raw/las_palmas/district.yaml"))
    longer = robustness.run(settings, Inputs(stages()["robustness"], las_palmas.folders))["survey"]
    assert isinstance(longer, pd.DataFrame) and longer["changes_verdict"].any()
    pd.testing.assert_frame_equal(longer.head(20), table)


def test_forty_attacks_stay_texts_of_their_cells() -> None:
    n = len(ATTACKS)
    columns = {
        "rank": range(1, n + 1), "subject_kind": "unit", "subject_id": [f"P{i}" for i in range(n)], "fact": "F01",
        "question": ATTACKS, "question_en": ATTACKS[::-1], "how_to_answer": ATTACKS, "effect_top_k": 0.0,
        "changes_verdict": False, "open_points": 1.0,
    }  # fmt: skip
    table = check("survey", pd.DataFrame(columns).astype({"rank": "Int64"}))
    _, *rows = csv.reader(io.StringIO(survey_csv(table, "")))
    assert [row[2] for row in rows] == columns["subject_id"]
    for row, text in zip(rows, ATTACKS, strict=True):
        assert row[4] in (text, f"'{text}")
        assert not any(cell.lstrip()[:1] in ("=", "+", "-", "@") for cell in row if cell)


def test_text_that_looks_like_a_formula_is_quoted() -> None:
    row = [1, "unit", "=P1", "F01", "@问", "-ask", "text", 0.0, False, 1.0]
    columns = "rank subject_kind subject_id fact question question_en how_to_answer effect_top_k changes_verdict open_points"
    table = pd.DataFrame([row], columns=columns.split()).astype({"rank": "Int64"})
    heading, *rows = csv.reader(io.StringIO(survey_csv(check("survey", table), "虚构示例 FICTIONAL")))
    (cells,) = rows
    assert "FICTIONAL" in heading[-1]
    assert cells == ["1", "unit", "'=P1", "F01", "'@问", "'-ask", "text", "", "", ""]


def test_all_that_is_open_in_the_demo_is_booked_once(demo: Chain) -> None:
    """Uncut, the list's open points add up to the mean width of the candidates' intervals; gates and walls are on it."""
    weights = catalogue_weights(scenarios(), indicators(), dict.fromkeys(scenarios(), 1.0))
    params = SitingParams(top_k=5, need_weight=0.5, samples=50, survey_facts=9999, concentration=40, seed=1)
    known = robustness.evidence(demo)
    evidence = replace(
        known, eligibility=known.eligibility.query("result != 'unknown'")
    )  # rules have no points
    candidates = demo["candidates"]
    table = survey(candidates, evidence, rule_catalogue(), indicators(), facility_classes(), weights, params)
    check("survey", table)
    assert table["open_points"].sum() == pytest.approx((candidates["high"] - candidates["low"]).mean())
    asked = table.groupby("subject_kind")["fact"].agg(set).to_dict()
    assert asked["gate"] == {"gate_users", "open_hours"} and "gated" in asked["compound"]
    assert asked["facility"] <= {"capacity", "floor_area_m2"} and asked["facility"]
    how = table.set_index("fact")["how_to_answer"]
    assert set(how.loc[["gate_users"]]) & {"public / residents / permit / closed"}
