"""Read the district's own files into checked tables in one projected CRS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.intake.read import read_district
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the tables of the district, its terrain, and the report of what was read, repaired and refused."""
    district = read_district(settings)
    return {**district.tables, "terrain.tif": district.terrain, "intake_report.json": district.report}
