"""Sum walking minutes up to shares of people: served, not served, cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import PEOPLE_OF_WHO, facility_classes
from pipeline.reach.shares import MINUTES, partitions, shares
from pipeline.reach.walkers import unsure_walkers, walker_classes
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the table `reach`."""
    residents, lists = inputs["residents"], inputs["class_status"]
    walkers = settings.params.network.walkers
    table = shares(
        residents,
        partitions(residents, inputs["address_areas"], inputs["units"]),
        inputs["walk_times"],
        inputs["edge_times"],
        walker_classes(walkers, lists["class"]),
        {name: PEOPLE_OF_WHO[kind.who] for name, kind in facility_classes().items()},
        dict(zip(lists["class"], lists["completeness"] == "complete", strict=True)),
        unsure_walkers(walkers, inputs["edges"]["slope_max"]),
        MINUTES,
    )
    return {"reach": table}
