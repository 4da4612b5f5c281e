"""Judge the small district of `mini`: rules, scores, candidates, and what comes next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from pipeline.catalogue.load import indicators, scenarios, walker
from pipeline.eligibility.rules import rule_catalogue
from pipeline.procedure.steps import procedure
from tests.maps.mini import EAST, NORTH, cell, frame


def judged(compounds: list[str]) -> dict[str, Any]:
    """Return the tables of rules, scores and candidates, of what comes next, and of the steps taken."""
    return _judgements(compounds) | _follow_up() | {"procedure": _progress()}


def _judgements(ids: list[str]) -> dict[str, Any]:
    units = ["P0", "P1", "P2", "P3", "J0", "J1"]
    kinds, subjects, rules, effects, results = [], [], [], [], []
    for rule in rule_catalogue().rules:
        for i, subject in enumerate(ids if rule.level == "compound" else units):
            kinds.append(rule.level)
            subjects.append(subject)
            rules.append(rule.id)
            effects.append(rule.effect)
            results.append(
                "unknown" if (i + len(rules)) % 5 == 0 else "defer" if rule.id == "A8" and i == 1 else "pass"
            )
    n = len(rules)
    points = {s: 40.0 + 5 * k for k, s in enumerate(scenarios())}
    score_rows = [
        (
            u,
            s,
            None if (s == "G" and k == 1) else points[s] + 8 * (3 - k),
            points[s] - 6,
            min(100.0, points[s] + 36),
            0.4 if u == "P3" else 0.8,
        )
        for k, u in enumerate(units)
        for s in points
    ]
    score_rows += [
        (u, "total", 78.4 - 4 * k, 72.1 - 4 * k, 83.2 - 4 * k, 0.4 if u == "P3" else 0.86)
        for k, u in enumerate(units)
    ]
    scores = pd.DataFrame(score_rows, columns=["unit_id", "scenario", "score", "low", "high", "coverage"])
    cases = [(u, i) for u in units for i in indicators()]
    known = [k % 3 > 0 for k in range(len(cases))]
    shares = {"P0": (0.86, 0.0), "P1": (0.5, 0.2)}
    reach = [
        (kind, area, name, walker(name), 900.0, 900.0, 0.3, *shares.get(area, (0.6, 0.1)))
        for kind, areas in (("unit", units[:4]), ("committee", units[4:]), ("compound", ids))
        for area in areas
        for name in ("kindergarten", "elderly_station")
    ]
    # other walkers are in the table too, and are not the ones whose legs count
    reach += [(*row[:3], "adult", 900.0, 900.0, 0.9, 0.99, 0.0) for row in reach]
    columns = [
        "area_kind",
        "area_id",
        "class",
        "walker",
        "people",
        "linked_people",
        "share_5",
        "share_10",
        "unknown_10",
    ]
    reach_frame = pd.DataFrame(reach, columns=columns)
    best = ["P0", "P1", "P2", "P3"]
    total = scores[scores["scenario"] == "total"].set_index("unit_id").loc[best]
    squares = [cell(c, r) for c, r in ((0, 0), (0, 2), (3, 0), (3, 2))]
    return {
        "eligibility": frame(
            "eligibility",
            {
                "subject_kind": kinds,
                "subject_id": subjects,
                "rule_id": rules,
                "effect": effects,
                "result": results,
                "near_miss": [False] * n,
                "reason": ["依据登记表"] * n,
                "reason_en": ["by the register"] * n,
            },
        ),
        "scores": frame("scores", {c: scores[c].to_numpy() for c in scores}),
        "indicators": frame(
            "indicators",
            {
                "unit_id": [u for u, _ in cases],
                "indicator_id": [i for _, i in cases],
                "value": [66.0 if k else None for k in known],
                "value_low": [50.0] * len(cases),
                "value_high": [80.0] * len(cases),
                "points": [60.0 if k else None for k in known],
                "points_low": [40.0] * len(cases),
                "points_high": [90.0] * len(cases),
                "known": known,
                "evidence_share": [0.8 if k else 0.0 for k in known],
                "evidence": ["residents, walk_times"] * len(cases),
                "note": [""] * len(cases),
            },
        ),
        "reach": frame("reach", {c: reach_frame[c].to_numpy() for c in reach_frame}),
        "candidates": frame(
            "candidates",
            {
                "rank": [1, 2, 3, None],
                "unit_id": best,
                "name": ["海风里", "石桥北", "清泉南", "渔港东"],
                "name_en": ["Haifeng Li", "Shiqiao North", "Qingquan South", "Yugang East"],
                "score": total["score"].to_numpy(),
                "low": total["low"].to_numpy(),
                "high": total["high"].to_numpy(),
                "coverage": total["coverage"].to_numpy(),
                "need": [79.96, 50.0, 20.0, None],
                "readiness": [70.46, 40.0, 60.0, None],
                "eligible": ["defer", "unknown", "pass", "unknown"],
                "pilot_type": ["comprehensive_upgrade", "demolition_renewal", "planned_new", "undetermined"],
                "chance_top_k": [1.0, 0.95, 0.9, 0.0],
                "papers_missing": [3, 5, 2, 9],
                "reasons": ["需求大、条件好"] * 4,
                "reasons_en": ["high need, good conditions"] * 4,
                "geometry": squares,
            },
        ),
    }


def _follow_up() -> dict[str, Any]:
    """One street of 700 m on which everybody and everything lies, 5 minutes to the first kindergarten and station; what
    opening the second gate brings; what comes next."""
    line = LineString([(EAST - 12, NORTH - 12), (EAST - 12, NORTH + 688)])
    minutes = {
        f"minutes_{who}{back}": [700 / 60 / speed]
        for who, speed in (("adult", 1.2), ("child", 0.83), ("elderly", 0.92))
        for back in ("", "_back")
    }
    walkers = ("elderly_step_free", "child_no_arterial_crossing")
    minutes |= {f"minutes_{who}{back}": [np.inf] for who in walkers for back in ("", "_back")}
    ring = Point(EAST + 100, NORTH + 100)
    return {
        "edges": frame(
            "edges",
            {
                "edge_id": [1], "u": [1], "v": [2], "way_id": [1], "highway": ["residential"], "length_m": [700.0],
                "users": ["public"], "users_in_hours": ["public"], "users_if_closed": ["public"], "restricted": [False],
                "steps": [False], "bridge": [False], "tunnel": [False],
                "crossings_signalled": [0.0], "crossings_unsignalled": [0.0], "name": ["第1路"], "component": [0],
                "geometry": [line], **minutes,
            },
        ),
        "extent": frame("extent", {"area_id": ["E"], "geometry": [box(EAST - 1000, NORTH - 700, EAST + 2000, NORTH + 1500)]}),
        "catchments": frame(
            "catchments",
            {
                "class_id": ["kindergarten"] * 2, "walker": ["child"] * 2, "minutes": [5.0, 10.0],
                "geometry": [ring.buffer(200), ring.buffer(400)],
            },
        ),
        "gates_to_open": frame(
            "gates_to_open",
            {
                "subject_kind": ["opening", "opening", "compound"], "subject_id": ["O1", "O1", "C00"],
                "class": ["kindergarten"] * 3, "unit_id": ["P0", "P1", "P0"], "people_gained": [120.0, 30.0, 4.0],
                "people_nearer": [120.0, 60.0, 4.0], "person_minutes_saved": [480.0, 60.0, 8.0],
            },
        ),
        "pilots": frame(
            "pilots",
            {
                "unit_id": ["P0", "P1"], "rank": [1, 2], "within_quota": [True, False],
                "pilot_type": ["comprehensive_upgrade", "demolition_renewal"], "type_reason": ["老小区多"] * 2,
                "type_reason_en": ["mostly old"] * 2, "runner_up": ["planned_new", None],
                "runner_up_reason": ["次之", None], "runner_up_reason_en": ["second", None],
                "deadline_years": [1, 2], "award_cap_cny": [6_000_000, None],
            },
        ),
        "rank_pairs": frame(
            "rank_pairs",
            {
                "rank": [1], "unit_id": ["P0"], "next_unit_id": ["P1"], "chance_before": [0.7], "flip_result": ["never"],
                "sentence": ["P0 排在 P1 之前"], "sentence_en": ["P0 stands before P1"],
            },
        ),
        "survey": frame(
            "survey",
            {
                "rank": [1, 2, 3], "subject_kind": ["compound", "unit", "class"], "subject_id": ["C00", "P1", "bank"],
                "fact": ["A7", "B12", "list"], "question": ["门 & < > \" ' 开吗？", "问二", "问三"],
                "question_en": ["first?", "second?", "third?"], "how_to_answer": ["是或否 yes or no"] * 3,
                "effect_top_k": [0.2, 0.1, 0.0],
                "changes_verdict": [False] * 3, "open_points": [0.0] * 3,
            },
        ),
        "portfolio": frame(
            "portfolio",
            {
                "plan": [1, 2], "unit_id": ["P0", "P0"], "rank": [1, 2], "name": ["海风里"] * 2, "eligible": ["pass"] * 2,
                "priority": [50.0] * 2, "residents": [7200.0] * 2, "award_cny": [6e6] * 2, "plan_priority": [50.0] * 2,
                "plan_subdistricts": [1] * 2,
            },
        ),
    }  # fmt: skip


def _progress() -> pd.DataFrame:
    """C00 has come to the second step, C01 to the first; a second row of C01 is refused; committee J0 has applied."""
    rows = [
        ("compound", "C00", 0),
        ("compound", "C00", 1),
        ("compound", "C01", 0),
        ("compound", "C01", 0),
        ("unit", "J0", 0),
    ]
    steps = [procedure().steps[step] for *_, step in rows]
    return frame(
        "procedure",
        {
            "row": range(2, 7),
            "subject_kind": [kind for kind, *_ in rows],
            "subject_id": [subject for _, subject, _ in rows],
            "step_id": [step.id for step in steps],
            "date": ["2026-01-05", "2026-02-06", "2026-01-07", "2026-01-08", "2026-03-01"],
            "accepted": [True, True, True, False, True],
            "reason": [""] * 5,
            "reason_en": [""] * 5,
        },
    )
