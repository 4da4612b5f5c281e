"""Make the committee's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.review.page import write
from pipeline.settings import Settings
from pipeline.store import Content

READ = (
    "compounds", "residents", "atoms", "units", "unit_members", "reach", "eligibility", "indicators", "scores",
    "candidates", "rank_pairs",
)  # fmt: skip


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `review.html`."""
    return {"review.html": write(settings, {name: inputs[name] for name in READ})}
