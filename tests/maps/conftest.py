"""The small district of `mini`, judged, and its map page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.maps.page import write
from pipeline.settings import Settings
from tests.maps.judged import judged
from tests.maps.mini import district_tables, settings


@pytest.fixture(scope="session")
def mini_settings() -> Settings:
    return settings()


@pytest.fixture(scope="session")
def tables() -> dict[str, Any]:
    district = district_tables()
    return district | judged(district["compounds"]["compound_id"].tolist())


@pytest.fixture(scope="session")
def index_html(
    tables: dict[str, Any], mini_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("maps") / "index.html"
    path.write_text(write(mini_settings, tables), encoding="utf-8")
    return path
