"""Compute the 66 indicators of the eight scenarios in every unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import indicator_catalogue, indicators
from pipeline.indicators.evaluate import indicator_table
from pipeline.indicators.facts import Facts
from pipeline.indicators.terrain import Terrain
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Bring the tables together and evaluate the catalogue."""
    facts = Facts(
        units=inputs["units"],
        residents=inputs["residents"],
        address_areas=inputs["address_areas"],
        compounds=inputs["compounds"],
        register=inputs["register"],
        walk_times=inputs["walk_times"],
        edge_times=inputs["edge_times"],
        class_status=inputs["class_status"],
        facilities=inputs["facilities"],
        places=inputs["places"],
        nodes=inputs["nodes"],
        edges=inputs["edges"],
        openings=inputs["openings"],
        land=inputs["land"],
        extent=inputs["extent"],
        terrain=Terrain.read(inputs["terrain.tif"]),
        walkers=settings.params.network.walkers,
        limit_minutes=settings.params.walk_times.limit_minutes,
    )
    return {
        "indicators": indicator_table(indicators(), facts, indicator_catalogue().evidence_min_share),
    }
