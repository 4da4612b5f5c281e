"""Measure the minutes from every address to the nearest facility of every class, and to the edge of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.catalogue.load import facility_classes, walker
from pipeline.reach.choices import choices
from pipeline.reach.data_edge import data_edge
from pipeline.reach.direction import by_direction, comes_to_people
from pipeline.reach.facilities import entrances
from pipeline.reach.walk_times import edge_times, legs, legs_if_closed, walk_times
from pipeline.reach.walkers import walker_classes
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the tables `facilities`, `walk_times`, `edge_times` and `choices`."""
    params = settings.params
    walkers, limit = params.network.walkers, params.walk_times.limit_minutes
    residents, edges, listed = inputs["residents"], inputs["edges"], inputs["class_status"]
    along_outline = [name for name, kind in facility_classes().items() if kind.entrances == "boundary"]
    facilities = entrances(
        inputs["places"], edges, inputs["barriers"], inputs["compounds"], along_outline, params.link
    )
    wanted = walker_classes(walkers, listed.loc[listed["count"] > 0, "class"])
    ends = data_edge(edges, inputs["nodes"], inputs["extent"], params.walk_times.data_edge_m)
    visited = [
        (name, walker(name)) for name in sorted({name for name, _ in wanted}) if not comes_to_people(name)
    ]
    on_foot = legs(residents, edges, walkers)
    sure = legs_if_closed(residents, edges, walkers) or on_foot
    return {
        "facilities": facilities,
        "walk_times": pd.concat(
            walk_times(
                residents,
                facilities,
                pairs,
                legs(residents, ways, walkers),
                legs_if_closed(residents, ways, walkers),
                limit,
            )
            for pairs, ways in by_direction(wanted, edges)
        ).sort_values(["point_id", "class", "walker"], ignore_index=True),
        "edge_times": edge_times(residents, ends, on_foot, limit),
        "choices": choices(residents, facilities, visited, sure, params.walk_times.choices_max),
    }
