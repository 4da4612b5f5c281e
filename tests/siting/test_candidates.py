"""The order of candidates by hand, the type of pilot, and what the reasons say."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from pipeline.catalogue.load import indicators, scenarios
from pipeline.eligibility.judge import Subjects
from pipeline.eligibility.rules import rule_catalogue
from pipeline.scoring.table import score_table
from pipeline.scoring.weights import catalogue_weights
from pipeline.siting.candidates import candidates
from pipeline.siting.pilot_type import pilot_types, pilots
from pipeline.tables import check
from tests.eligibility.cases import PARAMS, THRESHOLDS, register
from tests.scoring.cases import NO_ERRORS

RULES = rule_catalogue()
WEIGHTS = catalogue_weights(scenarios(), indicators(), dict.fromkeys(scenarios(), 1.0))
CRS = "EPSG:32651"


def _indicators(**points: float | None) -> pd.DataFrame:
    """Give every indicator of a unit these points; None: nothing is known."""
    rows = [
        (
            unit,
            i,
            np.nan if p is None else p,
            p or 0.0,
            100.0 if p is None else p,
            p is not None,
            float(p is not None),
        )
        for unit, p in points.items()
        for i in WEIGHTS.indicators
    ]
    columns = "unit_id indicator_id points points_low points_high known evidence_share".split()
    return pd.DataFrame(rows, columns=columns)


def _eligibility(results: dict[str, dict[str, str]], compounds: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Each rule passes unless given: {unit: {rule: result}}, {compound: {rule: result}}."""
    rows = []
    for kind, subjects in (("unit", results), ("compound", compounds)):
        for subject, given in subjects.items():
            for rule in RULES.rules:
                if rule.level == kind:
                    result = given.get(rule.id, "pass")
                    rows.append(
                        (kind, subject, rule.id, rule.effect, result, False, f"{rule.id}{result}", rule.id)
                    )
    columns = "subject_kind subject_id rule_id effect result near_miss reason reason_en".split()
    return pd.DataFrame(rows, columns=columns)


def _units(ids: list[str]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {"unit_id": pd.Series(ids, dtype="str"), "kind": "proposed", "name": [f"{i}单元" for i in ids]}
    )
    frame["name_en"] = pd.Series(pd.NA, frame.index, dtype="str")
    return gpd.GeoDataFrame(frame, geometry=[box(i, 0, i + 1, 1) for i in range(len(ids))], crs=CRS)


def _rank(
    points: dict[str, float | None], results: dict[str, dict[str, str]], **params: Any
) -> gpd.GeoDataFrame:
    ids = sorted(points)
    compounds = {f"C-{i}": results.get(i, {}) for i in ids}
    pairs = pd.DataFrame({"unit_id": ids, "compound_id": list(compounds), "residents": 8000.0})
    table = _indicators(**points)
    listed = register(**{c: {} for c in compounds}).set_index("compound_id")
    return candidates(
        units=_units(ids),
        indicators=table,
        errors=NO_ERRORS,
        scores=score_table(table, WEIGHTS, "arithmetic"),
        eligibility=_eligibility({i: results.get(i, {}) for i in ids}, compounds),
        compounds=Subjects("compound", listed, THRESHOLDS),
        pairs=pairs,
        rules=RULES,
        catalogue=indicators(),
        weights=WEIGHTS,
        coverage_floor=0.5,
        params=PARAMS.siting.model_copy(update={"samples": 200, "top_k": 2} | params),
    )


def test_the_order_by_hand() -> None:
    """Passing before deferred, more need first; then below the floor; last what fails a rule."""
    table = _rank(
        {"A": 60.0, "B": 20.0, "C": 0.0, "D": None, "E": 10.0, "F": 40.0},
        {"C": {"B13": "defer"}, "D": {"B11": "unknown"}, "E": {"B1": "fail"}, "F": {"B11": "unknown"}},
    )
    check("candidates", table)
    assert table["unit_id"].tolist() == ["B", "A", "C", "F", "D", "E"]
    assert table["rank"].tolist() == [1, 2, 3, 4, pd.NA, pd.NA]
    assert table["eligible"].tolist() == ["pass", "pass", "defer", "unknown", "unknown", "fail"]
    assert table["chance_top_k"].tolist() == [1, 1, 0, 0, 0, 0]
    assert table["score"].round(9).tolist()[:4] == [20, 60, 0, 40]
    by_unit = table.set_index("unit_id")
    assert "数据覆盖率 0%，低于 50%，不参加排名" in by_unit.at["D", "reasons"]
    assert "不通过，不参加排名" in by_unit.at["E", "reasons"]
    assert by_unit.at["F", "papers_missing"] == 1


def test_need_and_readiness_weigh_as_the_parameter_says() -> None:
    """A needs more, B is readier."""
    points: dict[str, float | None] = {"A": 20.0, "B": 50.0}
    results = {"A": {"A8": "defer", "A9": "defer", "A10": "defer"}}
    assert _rank(points, results, need_weight=1.0)["unit_id"].tolist() == ["A", "B"]
    assert _rank(points, results, need_weight=0.0)["unit_id"].tolist() == ["B", "A"]


def test_where_readiness_is_not_known_at_all_there_is_no_rank() -> None:
    unknown = {rule.id: "unknown" for rule in RULES.rules if rule.readiness}
    table = _rank({"A": 20.0}, {"A": unknown})
    assert table["rank"].isna().all() and table["readiness"].isna().all()
    assert "需求或成熟度不明，不参加排名" in table.at[0, "reasons"]
    assert "成熟度 未知" in table.at[0, "reasons"] and "readiness unknown" in table.at[0, "reasons_en"]


def test_reasons_say_size_reach_gaps_and_verdict_in_three_sentences() -> None:
    table = _rank({"A": 30.0}, {"A": {"B12": "unknown", "B10": "unknown", "B13": "defer"}})
    zh, en = table.at[0, "reasons"], table.at[0, "reasons_en"]
    assert zh.count("。") == 3 and zh.startswith("B1pass；B2pass。主要短板：")
    assert "30 分，目标 100 分" in zh and zh.count("30 分") == 3
    assert "资格暂缓（B13 有可改造小区）；缺材料 2 项" in zh
    assert "Eligibility: deferred (B13 Has compounds to renovate); papers missing: 2" in en
    assert "建议综合提升类：100% 居民所在小区建于 2005 年底前" in zh
    assert "{" not in zh + en and "nan" not in zh + en


def test_a_unit_that_reaches_all_targets_says_so() -> None:
    assert "已知指标都达到目标" in _rank({"A": 100.0}, {}).at[0, "reasons"]


def test_the_same_input_gives_the_same_table_in_any_order_of_rows() -> None:
    points: dict[str, float | None] = {"A": 60.0, "B": 20.0, "C": 20.0}
    first, again = _rank(points, {}), _rank(dict(reversed(points.items())), {})
    pd.testing.assert_frame_equal(first, again)
    assert first["unit_id"].tolist() == ["B", "C", "A"]  # equal candidates by id


def test_no_proposed_unit_gives_an_empty_table() -> None:
    table = _rank({"A": 60.0}, {})
    none = _units(["A"]).assign(kind="committee")
    empty_table = candidates(
        units=none,
        indicators=_indicators(A=60.0),
        errors=NO_ERRORS,
        scores=score_table(_indicators(A=60.0), WEIGHTS, "arithmetic"),
        eligibility=_eligibility({"A": {}}, {}),
        compounds=Subjects("compound", register().set_index("compound_id"), THRESHOLDS),
        pairs=pd.DataFrame({"unit_id": ["A"], "compound_id": ["C"], "residents": [1.0]}),
        rules=RULES,
        catalogue=indicators(),
        weights=WEIGHTS,
        coverage_floor=0.5,
        params=PARAMS.siting,
    )
    assert len(check("candidates", empty_table)) == 0
    assert empty_table.columns.tolist() == table.columns.tolist()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"structure_grade": "D"}, "demolition_renewal"),
        ({"seismic_ok": False}, "demolition_renewal"),
        ({"planned_rebuild": "whole"}, "demolition_renewal"),
        ({"built_year": 2005}, "comprehensive_upgrade"),
        ({"built_year": 2006}, "planned_new"),
        ({"built_year": 2006, "structure_grade": None}, "planned_new"),
        ({"built_year": None}, "undetermined"),
        ({"built_year": None, "structure_grade": "C"}, "demolition_renewal"),
    ],
)
def test_pilot_type_by_hand(fields: dict[str, Any], expected: str) -> None:
    of = Subjects("compound", register(C1=fields).set_index("compound_id"), THRESHOLDS)
    pairs = pd.DataFrame({"unit_id": ["U1"], "compound_id": ["C1"], "residents": [5000.0]})
    found = pilot_types(RULES.pilot_types, of, pairs, pd.Index(["U1", "U2"]))
    assert found["pilot_type"].tolist() == [expected, "undetermined"]


def test_a_tenth_of_dangerous_housing_does_not_make_a_demolition_pilot() -> None:
    of = Subjects(
        "compound", register(C1={"structure_grade": "D"}, C2={}).set_index("compound_id"), THRESHOLDS
    )
    for dangerous, expected in ((1000.0, "comprehensive_upgrade"), (5000.0, "demolition_renewal")):
        people = [dangerous, 10000 - dangerous]
        pairs = pd.DataFrame({"unit_id": "U1", "compound_id": ["C1", "C2"], "residents": people})
        found = pilot_types(RULES.pilot_types, of, pairs, pd.Index(["U1"]))
        assert found.at["U1", "pilot_type"] == expected


def test_the_runner_up_is_the_other_type_with_most_residents() -> None:
    """60 % of residents live in grade D of 1995, 40 % in compounds of 2010: B8 is proposed, B7 has 60 %, B9 40 %."""
    of = register(C1={"structure_grade": "D"}, C2={"built_year": 2010}, C3={"built_year": None})
    compounds = Subjects("compound", of.set_index("compound_id"), THRESHOLDS)
    pairs = pd.DataFrame(
        {
            "unit_id": ["U1", "U1", "U2", "U3"],
            "compound_id": ["C1", "C2", "C2", "C3"],
            "residents": [600.0, 400.0, 400.0, 100.0],
        }
    )
    found = pilot_types(RULES.pilot_types, compounds, pairs, pd.Index(["U1", "U2", "U3"]))
    assert found["pilot_type"].tolist() == ["demolition_renewal", "planned_new", "undetermined"]
    assert found["runner_up"].fillna("").tolist() == ["comprehensive_upgrade", "", ""]
    assert found["deadline_years"].tolist() == [2, 3, pd.NA]
    assert found.at["U1", "runner_up_because"][0].startswith("60% 居民所在小区建于 2005 年底前")


def test_only_those_within_the_quota_may_have_the_award() -> None:
    ranked = pd.DataFrame({"unit_id": ["U2", "U1", "U3"], "rank": pd.array([1, 2, None], "Int64")})
    of = Subjects("compound", register(C1={}).set_index("compound_id"), THRESHOLDS)
    pairs = pd.DataFrame({"unit_id": ["U1", "U2"], "compound_id": ["C1", "C1"], "residents": [500.0, 500.0]})
    for top_k, within in ((1, [False, True, False]), (5, [True, True, False])):
        table = check("pilots", pilots(gpd.GeoDataFrame(ranked), RULES.pilot_types, of, pairs, top_k))
        assert table["unit_id"].tolist() == ["U1", "U2", "U3"]
        assert table["within_quota"].tolist() == within
        assert table["award_cap_cny"].fillna(0).tolist() == [6_000_000 * is_in for is_in in within]
    assert table["type_reason"].tolist()[2] == "小区年代和结构情况不明"
