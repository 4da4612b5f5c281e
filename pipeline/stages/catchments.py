"""Draw the ground from which the facilities of chosen classes are reached within so many minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import walker
from pipeline.reach.catchments import catchments
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the table `catchments`."""
    params = settings.params
    facilities = inputs["facilities"]
    tied = facilities[facilities["linked"]].sort_values("entrance_id")
    classes = params.catchments.classes
    table = catchments(
        {name: tied[tied["class"] == name] for name in classes},
        {name: walker(name) for name in classes},
        params.network.walkers,
        inputs["edges"],
        inputs["barriers"],
        inputs["compounds"],
        params.link,
        params.catchments.minutes,
        params.catchments.step_m,
    )
    return {"catchments": table}
