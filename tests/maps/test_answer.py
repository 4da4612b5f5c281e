"""The answer says what the tables say, and says plainly when there is none."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.maps.answer import answer
from pipeline.maps.cards import unit_cards, unit_table
from pipeline.maps.text import STRONG, STRONG_END
from pipeline.maps.walking import walks


def told(tables: dict[str, Any], top_k: int = 5, **changed: pd.DataFrame) -> list[tuple[str, str]]:
    used = tables | changed
    sentences = answer(unit_table(used, []), used["reach"], walks(used), top_k=top_k, coverage_floor=0.5)
    return [tuple(text.replace(STRONG, "").replace(STRONG_END, "") for text in pair) for pair in sentences]  # type: ignore[misc]


def test_three_sentences_with_the_numbers_of_the_tables(tables: dict[str, Any]) -> None:
    first, second, third = told(tables)
    assert first == (
        "4 个提议单元中有 3 个可以排名，共 21,600 人；其余不通过规则或数据不足。",
        "Of 4 proposed units 3 can be ranked; 21,600 people live there. The others fail a rule or lack data.",
    )
    assert second[0] == "首选海风里：7,200 人，学前儿童 86% 步行 10 分钟内到幼儿园，老年人 86% 到老年站。"
    assert (
        third[0] == "居首因资格暂缓、需求 80、成熟度 70，100% 的抽样居前 5；这些单元共缺 10 项材料。"
    )  # 3 + 5 + 2
    assert "eligibility (defer), need 80 and readiness 70" in third[1]


def test_as_many_as_asked_for_are_said_to_suit_best(tables: dict[str, Any]) -> None:
    assert told(tables, top_k=2)[0][0] == "2 个单元最适宜试点，共 14,400 人。"


def test_a_share_that_may_be_higher_is_a_range(tables: dict[str, Any]) -> None:
    swapped = tables["candidates"].assign(rank=pd.array([2, 1, 3, None], dtype="Int64"))
    assert "学前儿童 50–70% 步行" in told(tables, candidates=swapped)[1][0]


def test_with_no_ranked_unit_it_says_so_and_what_is_known(tables: dict[str, Any]) -> None:
    none = tables["candidates"].assign(
        rank=pd.array([None] * 4, dtype="Int64"), coverage=[0.2, 0.31, 0.1, 0.2]
    )
    first, second, third = told(tables, candidates=none)
    assert first[0] == "目前没有单元可以排名：4 个提议单元的数据覆盖最高只有 31%，低于 50% 的下限。"
    # 2 of 6 columns reach a kindergarten in 10 minutes, 2 cannot be known
    assert "学前儿童 33–67% 步行 10 分钟内" in second[0]
    assert "补登记表" in third[0]


def test_with_no_proposed_unit_it_says_so(tables: dict[str, Any]) -> None:
    committees = tables["units"][tables["units"]["kind"] == "committee"]
    first = told(tables, units=committees, candidates=tables["candidates"].iloc[:0])[0]
    assert "没有候选" in first[0]


def test_each_unranked_unit_says_why(tables: dict[str, Any]) -> None:
    eligible = ["unknown", "fail", "pass", "fail"]
    candidates = tables["candidates"].assign(
        rank=pd.array([None] * 4, dtype="Int64"), coverage=[0.2, 0.8, 0.8, 0.2], eligible=eligible
    )
    judged = tables["eligibility"].copy()
    judged.loc[judged["subject_id"].isin(["P1", "P3"]) & judged["rule_id"].isin(["B1", "B10"]), "result"] = (
        "fail"
    )
    used = tables | {"candidates": candidates, "eligibility": judged}
    cards = {card.unit_id: card for card in unit_cards(unit_table(used, []), used, [], {}, 0.5, 10)}
    assert {unit: card.unranked[0] for unit, card in cards.items()} == {
        "P0": "数据覆盖 20%，低于 50% 的下限",
        "P1": "不通过 B1、B10",
        "P2": "需求或成熟度不明",
        "P3": "不通过 B1、B10",
        "J0": "",
        "J1": "",
    }
