"""Make the committee's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.public import Published, page_settings
from pipeline.review.page import write
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `review.html`, from every table that the stage declares."""
    return {"review.html": write(page_settings(settings), dict(Published(settings, inputs)))}
