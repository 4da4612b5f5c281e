"""Give tests the street to build on, and who lives where in the demo district."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.indicators.facts import Facts
from tests.indicators import street
from tests.runs import Chain


@pytest.fixture
def town() -> Facts:
    """The street, its two committees, one person in each and nothing else on it yet."""
    return street.street()


@pytest.fixture(scope="session")
def homes(demo: Chain) -> dict[str, pd.DataFrame]:
    """Addresses of each unit of the demo district."""
    residents, units = demo["residents"], demo["units"]
    own = residents.merge(demo["address_areas"][["point_id", "unit_id"]], on="point_id", how="left")
    return {
        unit: own[own["committee_id"] == unit] if kind == "committee" else own[own["unit_id"] == unit]
        for unit, kind in zip(units["unit_id"], units["kind"], strict=True)
    }
