"""The renovation checklist: planned, done or unknown, and the permits that an item may skip, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.eligibility.checklist import (
    RENOVATION_FILE,
    checklist_counts,
    read_renovation,
    renovation,
    renovation_items,
)
from pipeline.errors import SettingsError, ValueRowError
from pipeline.tables import check
from tests.eligibility.cases import compounds, register


def _items(**of: dict[str, Any]) -> pd.DataFrame:
    of = {key: {"items_planned": None, "items_done": None} | changes for key, changes in of.items()}
    table = check("renovation_items", renovation_items(renovation(), compounds(**of), register(**of)))
    return table.set_index(["compound_id", "item_id"])


def test_an_item_is_done_planned_not_planned_or_unknown() -> None:
    """C1 fills in both columns, C2 only what is planned, C3 only what is done, C4 neither."""
    table = _items(
        C1={"items_planned": "道路、供水", "items_done": "机动车停车位"},
        C2={"items_planned": "道路; roads，water"},
        C3={"items_done": "Parking spaces"},
        C4={},
    )
    status = table["status"].unstack()[["roads", "water", "parking", "gas"]]
    assert status.loc["C1"].tolist() == ["planned", "planned", "done", "not_planned"]
    assert status.loc["C2"].tolist() == ["planned", "planned", "unknown", "unknown"]
    assert status.loc["C3"].tolist() == ["unknown", "unknown", "done", "unknown"]
    assert set(table.loc["C4", "status"]) == {"unknown"}
    assert len(table) == 4 * 21


def test_no_item_is_written_and_an_empty_cell_is_unknown() -> None:
    everything = {"items_planned": "、".join(item.zh for item in renovation().items)}
    assert set(_items(C1=everything | {"items_done": "无"})["status"]) == {"planned"}
    assert set(_items(C1={"items_planned": "none", "items_done": "无"})["status"]) == {"not_planned"}
    counts = checklist_counts(
        renovation(), register(C1=everything | {"items_done": "供水"}, C2={"items_done": None})
    )
    assert counts.loc["C1"].tolist() == [1, 20, 0]
    assert counts.loc["C2"].isna().tolist() == [False] * 3, "all are planned"


def test_the_checklist_has_eleven_basic_items_and_the_ten_of_the_notice() -> None:
    items = renovation().items
    assert (len(items), sum(item.basic for item in items)) == (21, 11)
    assert [item.zh for item in items if not item.basic] == (
        "物业管理与服务用房 无障碍及适老化改造 机动车停车位 非机动车停车棚及充电设施 室外健身设施及公共活动场地 "
        "智能信包箱及快递柜 文化休闲设施 信息发布设施 智慧住区 建筑垃圾资源化利用"
    ).split()


@pytest.mark.parametrize(
    ("item", "new_floor_area_m2", "waived", "needed", "unknown"),
    [
        ("roads", None, "planning construction drawings land", "", ""),
        ("bicycles", 300.0, "construction drawings land", "planning", ""),
        ("bicycles", 301.0, "drawings land", "planning construction", ""),
        ("bicycles", None, "drawings land", "planning", "construction"),
        ("common_parts", 0.0, "land", "", "planning construction drawings"),  # whether a structure is touched
        ("gas", 0.0, "planning drawings land", "", "construction"),  # whether the risk is high
    ],
)
def test_permits_by_hand(
    item: str, new_floor_area_m2: float | None, waived: str, needed: str, unknown: str
) -> None:
    row = _items(C1={"new_floor_area_m2": new_floor_area_m2}).loc[("C1", item)]
    assert (row["permits_waived"], row["permits_needed"], row["permits_unknown"]) == (waived, needed, unknown)


def test_a_word_that_is_no_item_is_refused_with_its_row() -> None:
    with pytest.raises(ValueRowError, match="row 4, compound C1, items_done") as error:
        _items(C1={"items_done": "道路、喷泉"})
    assert "'喷泉'" in str(error.value) and "renovation.yaml" in str(error.value)


def test_an_item_is_added_by_data_alone(tmp_path: Path) -> None:
    path = tmp_path / "renovation.yaml"
    text = RENOVATION_FILE.read_text(encoding="utf-8")
    new = "- {id: lifts, basic: false, zh: 加装电梯, en: lifts, changes_structure: true, high_risk: true}\n"
    path.write_text(text.replace("\npermits:", f"{new}\npermits:"), encoding="utf-8")
    of = {"C1": {"items_planned": "加装电梯"}}
    table = renovation_items(read_renovation(path), compounds(C1={}), register(**of)).set_index("item_id")
    assert (table.at["lifts", "status"], table.at["lifts", "permits_needed"]) == (
        "planned",
        "planning construction drawings",
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("zh: 供水,", "zh: 排水,", "排水 stands twice"),
        ("basic: true, zh: 供水", "zh: 供水", "water.basic"),
        ("waived_when: not changes_tenure", "waived_when: changes_tenure(", "cannot be read"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "renovation.yaml"
    path.write_text(RENOVATION_FILE.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as error:
        read_renovation(path)
    assert "line" in str(error.value)
