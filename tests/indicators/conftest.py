"""Give tests the street to build on."""

from __future__ import annotations

import pytest

from pipeline.indicators.facts import Facts
from tests.indicators import street


@pytest.fixture
def town() -> Facts:
    """The street, its two committees, one person in each and nothing else on it yet."""
    return street.street()
