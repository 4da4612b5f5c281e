"""Book the change of every candidate's score and rank to the groups of inputs that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

_LABELS = {"score": "得分 score", "need": "需求 need", "readiness": "成熟度 readiness", "rank": "排名 rank"}
_NAMES = {
    "catalogue": "目录 catalogue",
    "data": "数据 data",
    "people": "人口 people",
    "facilities": "设施 facilities",
    "network": "路网 network",
    "parameters": "参数 parameters",
}
SAME_GROUND = (
    0.5  # two units are one where what they share is more than this share of what they cover together
)


def partners(first: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> pd.Series:
    """Return, by unit_id of the first, the unit_id of the other that covers the same ground; missing where none does.

    More than half of the joint area can be shared with one unit only, so no unit has two partners.
    """
    joint = gpd.overlay(
        first[["unit_id", "geometry"]],
        other[["unit_id", "geometry"]],
        how="intersection",
        keep_geom_type=True,
    )
    area_1, area_2 = first.set_index("unit_id").area, other.set_index("unit_id").area
    shared = joint.area.groupby([joint["unit_id_1"], joint["unit_id_2"]]).sum()
    one, two = (shared.index.get_level_values(level) for level in (0, 1))
    together = area_1.reindex(one).to_numpy() + area_2.reindex(two).to_numpy() - shared.to_numpy()
    same = shared.to_numpy() / together > SAME_GROUND
    return pd.Series(two[same], one[same], dtype="str").reindex(first["unit_id"])


def attribution(
    candidates: Sequence[gpd.GeoDataFrame], groups: Sequence[str], changed: Mapping[str, bool]
) -> pd.DataFrame:
    """Return one row a candidate and figure: before, after, change, and the part of it that each group made.

    The parts add up to the change. A candidate whose ground another run draws differently has no figure there; the part
    of that step is missing, as is the change where the last run does not have it.

    Parameters
    ----------
    candidates
        Table `candidates` of the first run and after each group, in order; the last is the second run's.
    groups, changed
        The groups in that order, and whether each differs: one that does not has a part of 0.
    """
    first = candidates[0]
    values: list[pd.DataFrame] = []
    for table in candidates:
        partner = (
            partners(first, table)
            if table is not first
            else pd.Series(first["unit_id"].to_numpy(), first["unit_id"])
        )
        own = table.set_index("unit_id")[list(_LABELS)].astype(float)
        values.append(own.reindex(partner.to_numpy()).set_axis(partner.index))
    rows = []
    last = partner
    for unit in first["unit_id"]:
        for figure in _LABELS:
            states = np.array([state.at[unit, figure] for state in values])
            parts = np.diff(states)
            row = {"unit_id": unit, "unit_id_after": last[unit], "figure": figure, "before": states[0]}
            row |= {"after": states[-1], "change": states[-1] - states[0]}
            row |= {group: part if changed[group] else 0.0 for group, part in zip(groups, parts, strict=True)}
            rows.append(row)
    return pd.DataFrame(rows)


def told(table: pd.DataFrame, groups: Sequence[str], changed: Mapping[str, bool], most: int = 12) -> str:
    """Say what changed, largest first, in Chinese and English."""
    differ = [group for group in groups if changed[group]]
    if not differ:
        return "两次运行的输入相同 The two runs were made from the same."
    lines = [f"有变化的输入 what differs: {'、'.join(_NAMES[group] for group in differ)}"]
    for figure, label in _LABELS.items():
        rows = table[(table["figure"] == figure)]
        moved = rows[rows["change"].abs() > 1e-9]
        lines.append(f"{label}: {len(moved)} / {len(rows)} 个候选有变化 candidates changed")
        shown = moved.reindex(moved["change"].abs().sort_values(ascending=False, kind="stable").index).head(
            most
        )
        for row in shown.to_dict("records"):
            parts = ", ".join(f"{_NAMES[group]} {row[group]:+.2f}" for group in differ)
            lines.append(
                f"  {row['unit_id']}: {row['before']:.2f} → {row['after']:.2f} ({row['change']:+.2f}): {parts}"
            )
    gone = table.loc[table["unit_id_after"].isna(), "unit_id"].nunique()
    if gone:
        lines.append(f"{gone} 个候选在另一次运行中不存在 candidates have no partner in the other run")
    return "\n".join(lines)
