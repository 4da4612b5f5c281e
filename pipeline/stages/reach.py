"""Sum walking minutes up to shares of people: served, not served, cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import PEOPLE_OF_WHO, facility_classes, walker
from pipeline.reach.shares import MINUTES, partitions, shares
from pipeline.reach.stairs import homes, stairs
from pipeline.reach.walkers import unsure_walkers, walker_classes
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the tables `reach` and `stairs`."""
    residents, lists = inputs["residents"], inputs["class_status"]
    walkers = settings.params.network.walkers
    divisions = partitions(residents, inputs["address_areas"], inputs["units"])
    people = {name: PEOPLE_OF_WHO[kind.who] for name, kind in facility_classes().items()}
    table = shares(
        residents,
        divisions,
        inputs["walk_times"],
        inputs["edge_times"],
        walker_classes(walkers, lists["class"]),
        people,
        dict(zip(lists["class"], lists["completeness"] == "complete", strict=True)),
        unsure_walkers(walkers, inputs["edges"]["slope_max"]),
        MINUTES,
    )
    at_home = homes(residents, inputs["buildings"], inputs["register"])
    own = [(name, walker(name)) for name in lists["class"]]
    climbed = stairs(residents, at_home, divisions, inputs["walk_times"], own, people, walkers)
    return {"reach": table, "stairs": climbed}
