"""Propose the type of pilot from what is known of a unit's compounds (plan B 三(二)2), with the runner-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.eligibility.judge import Subjects
from pipeline.eligibility.rules import PilotType
from pipeline.eligibility.shares import resident_shares
from pipeline.eligibility.texts import Both, fill

UNDETERMINED = "undetermined"
_NAME: Both = ("类型待定", "undetermined")
_WHY: Both = ("小区年代和结构情况不明", "age and structure of its compounds are not known")


def pilot_types(
    types: Sequence[PilotType], compounds: Subjects, pairs: pd.DataFrame, units: pd.Index
) -> pd.DataFrame:
    """Return, by unit_id, pilot_type, deadline_years and what is said of it (name, because: pairs of Chinese and English).

    The first type is taken whose compounds hold at least the asked share of the unit's residents, as far as is known;
    where none does the type is undetermined. runner_up is, of the other types, the one whose compounds hold the largest
    share, with runner_up_because; none where no compound of another type is known.
    """
    thresholds: Mapping[str, float] = compounds.thresholds
    shares = [
        resident_shares(compounds.evaluate(of.holds), compounds.fields.index, pairs, units) for of in types
    ]
    fits = [
        share.at_least(thresholds[of.share_of_residents]).true
        for of, share in zip(types, shares, strict=True)
    ]
    held = np.nan_to_num(np.array([share.held for share in shares]))
    rows = []
    for i in range(len(units)):
        chosen = next((t for t in range(len(types)) if fits[t][i]), None)
        others = [t for t in range(len(types)) if t != chosen and held[t, i] > 0]
        next_best = max(others, key=lambda t: held[t, i], default=None)
        because: list[Both | None] = [
            None
            if t is None
            else fill(types[t].because, {**thresholds, "share": 100 * float(held[t, i])}, {})
            for t in (chosen, next_best)
        ]
        rows.append(
            {
                "pilot_type": UNDETERMINED if chosen is None else types[chosen].id,
                "deadline_years": None if chosen is None else types[chosen].deadline_years,
                "name": _NAME if chosen is None else (types[chosen].zh, types[chosen].en),
                "because": because[0] or _WHY,
                "runner_up": None if next_best is None else types[next_best].id,
                "runner_up_because": because[1],
            }
        )
    columns = ["pilot_type", "deadline_years", "name", "because", "runner_up", "runner_up_because"]
    table = pd.DataFrame(rows, index=units, columns=columns, dtype=object)
    return table.astype({"pilot_type": "str", "runner_up": "str", "deadline_years": "Int64"})


def pilots(
    candidates: gpd.GeoDataFrame,
    types: Sequence[PilotType],
    compounds: Subjects,
    pairs: pd.DataFrame,
    top_k: int,
) -> pd.DataFrame:
    """Return table `pilots`: type, runner-up, deadline, quota (plan B 四(一)) and award (四(四)) of every candidate.

    The award is a ceiling, and stands only at those within the quota: the first `top_k` of the ranking.
    """
    table = candidates[["unit_id", "rank"]].sort_values("unit_id", ignore_index=True)
    of = pilot_types(types, compounds, pairs, pd.Index(table["unit_id"])).reset_index(drop=True)
    table = table.join(of[["pilot_type", "runner_up", "deadline_years"]])
    for column, source in (("type_reason", "because"), ("runner_up_reason", "runner_up_because")):
        table[column] = of[source].str[0].astype("str")
        table[f"{column}_en"] = of[source].str[1].astype("str")
    table["within_quota"] = (table["rank"] <= top_k).fillna(False).astype(bool)
    cap = pd.Series(int(compounds.thresholds["award_cap_cny"]), table.index, dtype="Int64")
    return table.assign(award_cap_cny=cap.where(table["within_quota"]))
