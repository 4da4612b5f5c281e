"""Propose the type of pilot from what is known of a unit's compounds (plan B 三(二)2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    types: Iterable[PilotType], compounds: Subjects, pairs: pd.DataFrame, units: pd.Index
) -> pd.DataFrame:
    """Return, by unit_id, pilot_type and what is said of it (name, because: pairs of Chinese and English).

    The first type is taken whose compounds hold at least the asked share of the unit's residents, as far as is known;
    where none does the type is undetermined.
    """
    size = len(units)
    chosen = np.full(size, UNDETERMINED, dtype=object)
    name, because = [_NAME] * size, [_WHY] * size
    thresholds: Mapping[str, float] = compounds.thresholds
    for pilot_type in types:
        shares = resident_shares(compounds.evaluate(pilot_type.holds), compounds.fields.index, pairs, units)
        fits = shares.at_least(thresholds[pilot_type.share_of_residents]).true & (chosen == UNDETERMINED)
        chosen[fits] = pilot_type.id
        for i in np.flatnonzero(fits):
            name[i] = (pilot_type.zh, pilot_type.en)
            because[i] = fill(pilot_type.because, {**thresholds, "share": 100 * float(shares.held[i])}, {})
    return pd.DataFrame(
        {"pilot_type": pd.Series(chosen, units, dtype="str"), "name": name, "because": because}, index=units
    )
