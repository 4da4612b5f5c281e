from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demo(demo_district: Path) -> Path:
    """The folder of the demo district that all tests share."""
    return demo_district.parent
