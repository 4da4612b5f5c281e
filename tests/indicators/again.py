"""Compare what the pipeline states of the demo district's units with what a test finds again."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from tests.runs import Chain


def stated(demo: Chain, indicator: str, least: int = 10) -> pd.DataFrame:
    """Rows of the indicator that state a value."""
    table = demo["indicators"]
    rows = table[(table["indicator_id"] == indicator) & table["known"]]
    assert len(rows) >= least
    return rows


def compare(demo: Chain, indicator: str, again: Callable[[str], float], rel: float = 1e-6) -> None:
    """Find each stated value again, from the unit's id."""
    for unit, value in stated(demo, indicator)[["unit_id", "value"]].itertuples(index=False):
        assert value == pytest.approx(again(unit), rel=rel, abs=1e-6), (indicator, unit)


def settled(demo: Chain, indicator: str) -> pd.DataFrame:
    """Rows of the indicator in units of which everything is known."""
    rows = stated(demo, indicator)
    rows = rows[rows["evidence_share"] > 1 - 1e-9]
    assert len(rows) >= 5
    return rows
