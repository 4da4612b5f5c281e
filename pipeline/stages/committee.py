"""Take the members' files back in: checked, kept, summed up; without files all tables are empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import scenarios
from pipeline.committee.file import run_of
from pipeline.committee.read import sent
from pipeline.committee.record import record
from pipeline.committee.summary import summaries
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `committee_files`, `_scores`, `_votes` and `_weights` as they came, `committee_summary` and `_agreement`."""
    candidates, params = inputs["candidates"], settings.params
    units = sorted(candidates["unit_id"])
    recorded = record(
        sent(settings.district.committee_files, settings.district),
        settings.district.district_id,
        run_of(candidates),
        units,
        list(scenarios()),
        params.committee,
    )
    return {**recorded, **summaries(recorded, units, params.score.scenario_weights, params.committee)}
