"""Make the page that people open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.maps.page import write
from pipeline.report.public import Published, page_settings
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `index.html`, from every table that the stage declares."""
    return {"index.html": write(page_settings(settings), dict(Published(settings, inputs)))}
