"""Explain an indicator: its clause and source, the values used and where they were read, and the steps to the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.indicators import Entry, Indicator, RegisterShare, ShareWithin
from pipeline.catalogue.load import PEOPLE_OF_WHO, walker
from pipeline.indicators.register import compound_figures
from pipeline.report import origin
from pipeline.settings import District
from pipeline.tables import FIELDS

_OWN = set(Entry.model_fields) | {"family"}
_OUTSIDE = "小区以外 outside compounds"


def explain_indicator(
    indicator: Indicator, row: pd.Series, tables: Mapping[str, Any], district: District
) -> str:
    """Return the explanation of one row of table `indicators`, in Chinese and English.

    Shares of the register and shares within minutes are shown compound by compound; of the others the files that the
    figure rests on.

    Parameters
    ----------
    tables
        residents, address_areas, units, compounds, register, walk_times, facilities, answers.
    """
    stated = indicator.model_dump(by_alias=True)
    parameters = ", ".join(
        f"{key}: {value}" for key, value in stated.items() if key not in _OWN and value is not None
    )
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
        *origin.behind(row["evidence"], district),
    ]
    homes = _homes(row["unit_id"], tables)
    if isinstance(indicator, RegisterShare):
        lines += ["", "用到的值 values:", *_register(indicator, homes, tables, district)]
    elif isinstance(indicator, ShareWithin):
        lines += ["", "用到的值 values:", *_walks(indicator, homes, tables, district)]
    lines += [
        "",
        f"数值 value: {_range(row['value'], row['value_low'], row['value_high'])} {indicator.unit}",
        f"得分 points: {_range(row['points'], row['points_low'], row['points_high'])}",
    ]
    return "\n".join([*lines, f"说明 note: {row['note']}"] if row["note"] else lines)


def _homes(unit_id: str, tables: Mapping[str, Any]) -> pd.DataFrame:
    """Return the addresses of a unit with people, compound_id missing where they lie outside compounds."""
    homes = tables["residents"].merge(
        tables["address_areas"][["point_id", "unit_id"]], on="point_id", how="left"
    )
    kind = tables["units"].set_index("unit_id").at[unit_id, "kind"]
    own = homes["committee_id" if kind == "committee" else "unit_id"] == unit_id
    return homes[own & (homes["residents"] > 0)]


def _register(
    indicator: RegisterShare, homes: pd.DataFrame, tables: Mapping[str, Any], district: District
) -> list[str]:
    """List the unit's compounds, most people first: the cell, the figure, and the mean over the residents."""
    register = tables["register"].set_index("compound_id")
    everyone = tables["residents"].groupby("compound_id")["residents"].sum()
    figures = compound_figures(indicator, tables["register"], everyone)
    answers = origin.answered(tables["answers"])
    columns = [c for c in (indicator.column, indicator.over) if c is not None and c in register.columns]
    lines, total, known = [], 0.0, 0.0
    for compound, people in _people(homes, "residents").items():
        if compound == _OUTSIDE:
            lines.append(f"  {_OUTSIDE}, {people:,.0f} 人 residents: 未知 unknown")
            continue
        row = register["source_row"].get(compound)
        cells = ", ".join(f"{c} {FIELDS[c].zh} = {_cell(register[c].get(compound))}" for c in columns)
        figure = figures.get(compound, np.nan)
        counts = "未知 unknown" if pd.isna(figure) else f"{figure:.4g}"
        place = origin.cell(indicator.column, str(compound), row, district, answers)
        lines.append(
            f"  {_named(compound, tables)}, {people:,.0f} 人 residents: {cells} → {counts}  [{place}]"
        )
        if not pd.isna(figure):
            total, known = total + people * figure, known + people
    mean = f"{total:,.0f} / {known:,.0f} = {total / known:.4g}" if known else "未知 unknown"
    unknown = homes["residents"].sum() - known
    return [
        *lines,
        "",
        "步骤 steps:",
        f"  居民加权平均 mean over residents whose compound states it: {mean}",
        f"  另有 {unknown:,.0f} 人未知，区间按最低 {indicator.bounds[0]:g}、最高 {indicator.bounds[1]:g} 计 "
        f"residents unknown, the interval takes them as lowest and highest",
    ]


def _walks(
    indicator: ShareWithin, homes: pd.DataFrame, tables: Mapping[str, Any], district: District
) -> list[str]:
    """List the unit's compounds, most people first: who is within reach, and the place that is nearest to most."""
    legs, people = walker(indicator.class_, indicator.constraint), PEOPLE_OF_WHO[indicator.who]
    walks = tables["walk_times"]
    walks = walks[(walks["class"] == indicator.class_) & (walks["walker"] == legs)]
    columns = ["point_id", "minutes", "minutes_if_closed", "facility_id"]
    homes = homes.merge(walks[columns], on="point_id", how="left")
    names = tables["facilities"].drop_duplicates("facility_id").set_index("facility_id")["name"]
    near = homes["minutes_if_closed"] <= indicator.minutes
    homes["near"] = homes[people].where(near, 0.0)
    by_gate = homes.loc[~near & (homes["minutes"] <= indicator.minutes), people].sum()
    lines = []
    for compound, count in _people(homes, people).items():
        own = homes[homes["compound_id"].fillna(_OUTSIDE) == compound]
        nearest = own.groupby("facility_id")[people].sum()
        told = "30 分钟内无 none in reach of the search"
        if len(nearest):
            place = str(nearest.idxmax())
            minutes = own.loc[own["facility_id"] == place, "minutes"]
            told = (
                f"多数人最近 nearest to most: {place} {names.get(place, '')}, "
                f"{minutes.min():.1f}–{minutes.max():.1f} 分钟 min  [{origin.facility(place, district)}]"
            )
        lines.append(
            f"  {_named(compound, tables)}: {own['near'].sum():,.1f} / {count:,.1f} 人在 {indicator.minutes:g} "
            f"分钟内 people within; {told}"
        )
    known, everyone = homes["near"].sum(), homes[people].sum()
    share = f"{100 * known / everyone:.4g}%" if everyone else "未知 unknown"
    return [
        *lines,
        "",
        "步骤 steps:",
        f"  已知可达 known to be within: {known:,.1f} / {everyone:,.1f} = {share}（区间下限 lower end of the interval）",
        f"  取决于使用人群或时段不明的门 a gate of unknown users or hours decides: {by_gate:,.1f}",
        "  无法判断者不计入数值，计入区间上限 whoever it cannot be known of is left out of the value and raises the upper end",
    ]


def _people(homes: pd.DataFrame, column: str) -> pd.Series:
    """Return people by compound, most first."""
    people = homes.groupby(homes["compound_id"].fillna(_OUTSIDE))[column].sum()
    return people.sort_index().sort_values(ascending=False, kind="stable")


def _named(compound: str, tables: Mapping[str, Any]) -> str:
    name = tables["compounds"].set_index("compound_id")["name"].get(compound)
    return compound if name is None or pd.isna(name) else f"{compound} {name}"


def _cell(value: Any) -> str:
    return "未知 unknown" if value is None or pd.isna(value) else str(value)


def _range(value: float, low: float, high: float) -> str:
    stated = "未知 unknown" if pd.isna(value) else f"{value:.4g}"
    return stated if pd.isna(low) or low == high else f"{stated}，区间 interval {low:.4g}–{high:.4g}"
