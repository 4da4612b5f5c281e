"""Compute every indicator of the catalogue in every unit, and turn values into points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.indicators import Indicator
from pipeline.indicators.detour import detour_ratio, wall_detour
from pipeline.indicators.exits import two_ways_out
from pipeline.indicators.facts import Facts
from pipeline.indicators.fit import area_fit
from pipeline.indicators.gates import gate_density, vehicle_gates
from pipeline.indicators.land import ground_risk, land_share, near_wide_way, open_space_share
from pipeline.indicators.measure import Floats, Measure
from pipeline.indicators.register import register_share
from pipeline.indicators.response import responder_share
from pipeline.indicators.streets import crossing_spacing, junction_density, street_spacing, way_density
from pipeline.indicators.supply import area_per_resident, catchment_supply
from pipeline.indicators.walking import share_within, time_gap, variety
from pipeline.progress import track
from pipeline.tables import empty

FAMILIES: dict[str, Callable[[Any, Facts], Measure]] = {
    family.__name__: family
    for family in (
        share_within, variety, time_gap, responder_share, catchment_supply, area_per_resident, detour_ratio,
        wall_detour, way_density, junction_density, street_spacing, crossing_spacing, two_ways_out, vehicle_gates,
        gate_density, land_share, open_space_share, near_wide_way, ground_risk, area_fit, register_share,
    )
}  # fmt: skip
# what an error of the data moves: indicators of these families, all others stay as they are
WALKED = ("share_within", "variety", "time_gap")
COUNTED = (
    *WALKED, "responder_share", "catchment_supply", "area_per_resident", "detour_ratio", "wall_detour", "two_ways_out",
    "vehicle_gates", "gate_density", "near_wide_way", "ground_risk", "area_fit", "register_share",
)  # fmt: skip
MOVED = {
    "pace": WALKED,
    "people_in_compounds": COUNTED,
    "people_elsewhere": COUNTED,
    "stated_amounts": ("catchment_supply",),
}
_ENDS = ("points_low_less", "points_high_less", "points_low_more", "points_high_more")
_SEEN = 1e-9  # points


def indicator_table(
    catalogue: Mapping[str, Indicator], facts: Facts, evidence_min_share: float
) -> pd.DataFrame:
    """Return the table `indicators`: a row for every unit and every indicator, unknown ones included.

    Parameters
    ----------
    evidence_min_share
        With evidence for a smaller share of people or land the value is not stated, only its interval.
    """
    rows = [
        _rows(entry, FAMILIES[entry.family](entry, facts), facts.units["unit_id"], evidence_min_share)
        for entry in track(catalogue.values(), "indicators")
    ]
    return pd.concat(rows).sort_values(["unit_id", "indicator_id"], ignore_index=True)


def indicator_errors(
    catalogue: Mapping[str, Indicator], facts: Facts, indicators: pd.DataFrame
) -> pd.DataFrame:
    """Return the table `indicator_errors`: points at either end of what a figure may be wrong by, where they differ.

    Parameters
    ----------
    indicators
        The table `indicators` of the same facts.
    """
    now = indicators.set_index(["indicator_id", "unit_id"])[["points_low", "points_high"]]
    units = facts.units["unit_id"]
    found = []
    for entry in track(catalogue.values(), "errors of figures"):
        base = now.loc[entry.id].loc[units].to_numpy().T
        for error, (less, more) in facts.errors.items():
            if entry.family not in MOVED[error]:
                continue
            ends = [_ends(entry, FAMILIES[entry.family](entry, others)) for others in (less, more)]
            moved = (np.abs(np.array(ends) - base) > _SEEN).any(axis=(0, 1))
            values = dict(zip(_ENDS, np.concatenate(ends)[:, moved], strict=True))
            keys = {"unit_id": units[moved], "indicator_id": entry.id, "error": error}
            found.append(pd.DataFrame(keys | values))
    blank = empty("indicator_errors")
    table = pd.concat([blank, *found]).astype(blank.dtypes.to_dict())
    return table.sort_values(["unit_id", "indicator_id", "error"], ignore_index=True)


def _rows(entry: Indicator, found: Measure, unit_ids: pd.Series, evidence_min_share: float) -> pd.DataFrame:
    thin = ~np.isnan(found.value) & (found.evidence_share < evidence_min_share)
    found = found.noted(thin, f"证据不足{evidence_min_share:.0%} evidence below {evidence_min_share:.0%}")
    value = np.where(thin, np.nan, found.value)
    unsaid = np.isnan(value) & (np.array(found.note, dtype=object) == "")
    found = found.noted(unsaid, "无此类居民或均无证据 no such people, or no evidence for any of them")
    low, high = _ends(entry, found)
    return pd.DataFrame(
        {
            "unit_id": unit_ids.to_numpy(),
            "indicator_id": pd.Series(entry.id, index=unit_ids.index, dtype="str").to_numpy(),
            "value": value,
            "value_low": found.low,
            "value_high": found.high,
            "points": points(entry, value),
            "points_low": low,
            "points_high": high,
            "known": ~np.isnan(value),
            "evidence_share": np.clip(found.evidence_share, 0.0, 1.0),
            "evidence": pd.Series(list(found.evidence), dtype="str").to_numpy(),
            "note": pd.Series(list(found.note), dtype="str").to_numpy(),
        }
    ).astype({"unit_id": "str", "indicator_id": "str", "evidence": "str", "note": "str"})


def _ends(entry: Indicator, found: Measure) -> Floats:
    """Points of both ends of an interval, the lower first."""
    ends = np.nan_to_num(found.low, nan=-np.inf), np.nan_to_num(found.high, nan=np.inf)
    return np.sort([points(entry, end) for end in ends], axis=0)


def points(entry: Indicator, value: Floats) -> Floats:
    """Score values by the entry's breakpoints: straight between them, the ends' points beyond; NaN stays NaN."""
    values, scores = zip(*entry.score, strict=True)
    return np.interp(value, values, scores)
