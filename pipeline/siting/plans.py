"""Write the choice of pilots, the runner-ups, and what each limit costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.eligibility.texts import EN, ZH, fill
from pipeline.settings import Label
from pipeline.siting.chance import priority
from pipeline.siting.portfolio import Choice, Limits, Pool, choose, plans

_LIFTED: Mapping[str, Label] = {
    "max_pilots": Label(zh="试点上限由 {value} 个增加一个", en="with one pilot more than {value}"),
    "budget": Label(
        zh="奖补预算在 {value} 元之外增加一个名额", en="with one award more than {value} CNY pay for"
    ),
    "min_subdistricts": Label(
        zh="不要求分布在 {value} 个街道", en="without the spread over {value} sub-districts"
    ),
    "of_type": Label(zh="不限类型 {value} 的个数", en="without bounds on the number of type {value}"),
    "verdict_first": Label(
        zh="不要求资格通过者优先", en="without the rule that those who pass every rule come first"
    ),
    "must": Label(zh="不要求必选 {value}", en="without {value} having to be chosen"),
    "must_not": Label(zh="允许选 {value}", en="with {value} allowed"),
}
_PRICE = Label(
    zh="{lifted}：优先度合计变化 {price:+.1f}", en="{lifted}: the sum of priorities changes by {price:+.1f}"
)
_FREE = Label(zh="{lifted}：方案不变", en="{lifted}: the choice stays")
_IMPOSSIBLE = Label(
    zh="{lifted}：各项限制仍无法同时满足", en="{lifted}: the limits still cannot be kept together"
)
_CURE = Label(
    zh="各项限制无法同时满足；{lifted}：即可满足", en="the limits cannot be kept together; {lifted}: they can"
)


def portfolio(
    candidates: pd.DataFrame, units: pd.DataFrame, limits: Limits, need_weight: float, runner_ups: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables `portfolio` (plan 1 is the choice, the others the next best) and `portfolio_prices`.

    Both are empty where no candidate is ranked.

    Raises
    ------
    SettingsError
        See `Pool.check_names`.
    """
    ranked = candidates[candidates["rank"].notna()].sort_values("rank").reset_index(drop=True)
    about = units.set_index("unit_id")[["subdistrict", "residents"]].reindex(ranked["unit_id"])
    ranked = ranked.assign(
        priority=priority(ranked["need"].to_numpy(float), ranked["readiness"].to_numpy(float), need_weight),
        subdistrict=about["subdistrict"].to_numpy(),
        residents=about["residents"].to_numpy(),
    )
    pool = Pool(
        tuple(ranked["unit_id"]),
        ranked["priority"].to_numpy(float),
        ranked["eligible"].eq("pass").to_numpy(bool),
        ranked["subdistrict"],
        ranked["pilot_type"],
    )
    pool.check_names(limits, list(candidates["unit_id"]))
    found = plans(pool, limits, 1 + runner_ups) if len(ranked) else []
    return _plans(ranked, found, limits), _prices(pool, found[0] if found else None, limits)


def _plans(ranked: pd.DataFrame, found: list[Choice], limits: Limits) -> pd.DataFrame:
    frames = []
    for number, chosen in enumerate(found, start=1):
        plan = ranked[chosen]
        frames.append(
            plan.assign(
                plan=number,
                plan_priority=plan["priority"].sum(),
                plan_subdistricts=plan["subdistrict"].nunique(),
                award_cny=limits.award_cny,
            )
        )
    columns = "plan unit_id rank name subdistrict eligible priority residents award_cny plan_priority plan_subdistricts"
    table = pd.concat(frames) if frames else ranked.head(0).reindex(columns=columns.split())
    kinds = {"plan": "int64", "plan_subdistricts": "int64", "rank": "Int64"}
    kinds |= dict.fromkeys(("unit_id", "name", "subdistrict", "eligible"), "str")
    kinds |= dict.fromkeys(("priority", "residents", "award_cny", "plan_priority"), "float64")
    return table[columns.split()].astype(kinds).reset_index(drop=True)


def _prices(pool: Pool, chosen: Choice | None, limits: Limits) -> pd.DataFrame:
    rows = []
    with_ = np.nan if chosen is None else float(pool.priority[chosen].sum())
    passing = None if chosen is None else int(pool.passes[chosen].sum())
    for limit, unit, lifted in limits.each_lifted() if pool.units else ():
        other = choose(pool, lifted)
        without = np.nan if other is None else float(pool.priority[other].sum())
        passing_without = None if other is None else int(pool.passes[other].sum())
        value = unit or {
            "max_pilots": limits.max_pilots,
            "budget": f"{limits.budget_cny or 0:,.0f}",
            "min_subdistricts": limits.min_subdistricts,
        }.get(limit, "")
        told = {"lifted": fill(_LIFTED[limit], {"value": value}, {}), "price": without - with_}
        if chosen is None:
            label = _IMPOSSIBLE if other is None else _CURE
        else:
            label = _FREE if other is not None and (other == chosen).all() else _PRICE
        said = fill(label, told, {})
        rows.append(
            (limit, unit, with_, without, without - with_, passing, passing_without, said[ZH], said[EN])
        )
    columns = "limit limit_unit priority_with priority_without price passing_with passing_without sentence sentence_en"
    kinds = dict.fromkeys(columns.split(), "str") | dict.fromkeys(
        ("passing_with", "passing_without"), "Int64"
    )
    kinds |= dict.fromkeys(("priority_with", "priority_without", "price"), "float64")
    return pd.DataFrame(rows, columns=columns.split()).astype(kinds)
