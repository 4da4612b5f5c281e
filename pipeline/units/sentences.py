"""Say in plain words, Chinese and English, how a unit stands and why an atom is left over."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.settings import UnitsParams


class Facts(NamedTuple):
    """What a sentence on a unit is made of; columns of the table `units`."""

    residents: float
    residents_low: float
    residents_high: float
    size_result: str
    near_miss: bool
    margin_residents: float
    connected: bool
    committees_cut: int
    locked: bool


def on_unit(unit: Facts, params: UnitsParams) -> tuple[str, str]:
    """Return the sentence on a unit: size against the range, certainty, connection, committees."""
    low, high = params.residents_min, params.residents_max
    people, gap = f"{unit.residents:,.0f}", f"{abs(unit.margin_residents):,.0f}"
    zh = {
        "fits": f"{people} 人，符合 {low:,}–{high:,} 人",
        "too_small": f"{people} 人，比下限 {low:,} 人少 {gap} 人",
        "too_large": f"{people} 人，比上限 {high:,} 人多 {gap} 人",
    }[unit.size_result]
    en = {
        "fits": f"{people} residents, within {low:,}–{high:,}",
        "too_small": f"{people} residents, {gap} short of {low:,}",
        "too_large": f"{people} residents, {gap} above {high:,}",
    }[unit.size_result]
    if unit.near_miss:
        zh, en = f"{zh}（接近）", f"{en} (a near miss)"
    inside = low <= unit.residents_low and unit.residents_high <= high
    outside = unit.residents_high < low or unit.residents_low > high
    if not (inside if unit.size_result == "fits" else outside):
        span = f"{unit.residents_low:,.0f}–{unit.residents_high:,.0f}"
        zh, en = (
            f"{zh}；人口区间 {span} 人跨界限，待核实",
            f"{en}; the interval {span} straddles a limit, to be verified",
        )
    if not unit.connected:
        zh, en = f"{zh}；内部步行不连通", f"{en}; not connected on foot within itself"
    if unit.committees_cut > 1:
        zh, en = (
            f"{zh}；涉及 {unit.committees_cut} 个居委会",
            f"{en}; shared by {unit.committees_cut} committees",
        )
    if unit.locked:
        zh, en = f"{zh}；按意愿锁定", f"{en}; locked as wished"
    return f"{zh}。", f"{en}."


def on_leftover(
    reason: str, residents: float, component_residents: float, params: UnitsParams
) -> tuple[str, str]:
    """Return the sentence on an atom in no unit; `reason` is one of `delineate.Reason`."""
    low, high = params.residents_min, params.residents_max
    together = f"{component_residents:,.0f}"
    return {
        "above_ceiling": (
            f"单个地块 {residents:,.0f} 人，超过上限 {high:,} 人，需先拆分。",
            f"This one atom has {residents:,.0f} residents, above {high:,}: it must be split first.",
        ),
        "component_below_floor": (
            f"孤立组团：与其他地块步行不连通，合计 {together} 人，不足 {low:,} 人。",
            f"An island: no walk to other atoms; {together} residents together, fewer than {low:,}.",
        ),
        "not_linked": (
            "住址未接入步行路网，无法判断与谁相邻。",
            "No address here is tied to the walk network: its neighbours cannot be known.",
        ),
        "not_placed": (
            "未找到可容纳它的合规单元。",
            "No unit in range was found that takes it in.",
        ),
    }[reason]
