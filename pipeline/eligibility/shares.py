"""Weigh what is true of compounds by the residents that a unit has in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.eligibility import kleene
from pipeline.eligibility.kleene import Column

_TOLERANCE = 1e-9  # sums of residents are not exact; a share this near its threshold has reached it


class Shares(NamedTuple):
    """Shares of each unit's residents in compounds, by what is true of their compound; nan: none lives in one."""

    held: NDArray[np.float64]
    failed: NDArray[np.float64]

    @property
    def open(self) -> NDArray[np.float64]:
        """Share for which it is unknown."""
        return np.clip(1 - self.held - self.failed, 0, 1)

    def at_least(self, asked: float) -> Column:
        """Return whether the share is enough.

        It is true where compounds known to hold are enough, false where they cannot be enough even if all unknown ones
        hold, otherwise unknown: what is found out later about the unknown ones never turns a known result.
        """
        peopled = ~np.isnan(self.held)
        return kleene.truth(
            peopled & (self.held >= asked - _TOLERANCE), peopled & (1 - self.failed < asked - _TOLERANCE)
        )


def resident_shares(truth: Column, compounds: pd.Index, pairs: pd.DataFrame, units: pd.Index) -> Shares:
    """Return the shares for each unit.

    Parameters
    ----------
    truth
        What is true of `compounds`, in that order; a compound of `pairs` that is not among them is unknown.
    pairs
        unit_id, compound_id, residents.
    """
    at, row = (
        compounds.get_indexer(pd.Index(pairs["compound_id"])),
        units.get_indexer(pd.Index(pairs["unit_id"])),
    )
    people = pairs["residents"].to_numpy(float)

    def total(here: NDArray[np.bool_]) -> NDArray[np.float64]:
        here = here & (row >= 0)
        return np.bincount(row[here], weights=people[here], minlength=len(units)).astype(float)

    everyone = total(np.ones(len(pairs), bool))
    everyone[everyone == 0] = np.nan
    listed = at >= 0
    held, failed = (np.append(of, False)[at] & listed for of in (truth.true, truth.false))
    return Shares(total(held) / everyone, total(failed) / everyone)
