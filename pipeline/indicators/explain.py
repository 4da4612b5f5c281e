"""Explain an indicator: its clause and source, how it is computed, and what was found for one unit."""

from __future__ import annotations

import pandas as pd

from pipeline.catalogue.indicators import Entry, Indicator

_OWN = set(Entry.model_fields) | {"family"}


def explain_indicator(indicator: Indicator, row: pd.Series) -> str:
    """Return the explanation of one row of table `indicators`, in Chinese and English."""
    stated = indicator.model_dump(by_alias=True)
    parameters = ", ".join(f"{key}: {value}" for key, value in stated.items() if key not in _OWN)
    confirmed = "（目标待确认 target to be confirmed）" if indicator.proposed else ""
    points = ", ".join(f"{value:g} → {score:g}" for value, score in indicator.score)
    lines = [
        f"{indicator.id} {indicator.zh} / {indicator.en}",
        f"条款 clause: 美好社区创建试点工作方案 plan B, {indicator.clause}",
        f"来源 source: {indicator.source}",
        f"算法 family: {indicator.family} ({parameters}): {(type(indicator).__doc__ or '').strip()}",
        f"目标 target: {indicator.target:g} {indicator.unit}{confirmed}",
        f"评分 points: {points}",
        "",
        f"对象 subject: {row['unit_id']}",
        f"证据 evidence: {row['evidence']}；覆盖 covers {100 * row['evidence_share']:.1f}%",
        f"数值 value: {_range(row['value'], row['value_low'], row['value_high'])} {indicator.unit}",
        f"得分 points: {_range(row['points'], row['points_low'], row['points_high'])}",
    ]
    return "\n".join([*lines, f"说明 note: {row['note']}"] if row["note"] else lines)


def _range(value: float, low: float, high: float) -> str:
    stated = "未知 unknown" if pd.isna(value) else f"{value:.4g}"
    return stated if pd.isna(low) or low == high else f"{stated}，区间 interval {low:.4g}–{high:.4g}"
