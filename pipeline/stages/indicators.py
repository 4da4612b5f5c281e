"""Compute the 66 indicators of the eight scenarios in every unit, and what errors of the data would move them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import indicator_catalogue, indicators
from pipeline.indicators.evaluate import indicator_errors, indicator_table
from pipeline.indicators.facts import Facts
from pipeline.indicators.terrain import Terrain
from pipeline.reach.data_edge import data_edge
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Bring the tables together and evaluate the catalogue."""
    params = settings.params
    edges, nodes, extent = inputs["edges"], inputs["nodes"], inputs["extent"]
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
        nodes=nodes,
        edges=edges,
        openings=inputs["openings"],
        land=inputs["land"],
        extent=extent,
        way_nodes=inputs["way_nodes"],
        data_edge=data_edge(edges, nodes, extent, params.walk_times.data_edge_m),
        terrain=Terrain.read(inputs["terrain.tif"]),
        walkers=params.network.walkers,
        limit_minutes=params.walk_times.limit_minutes,
        pace_spread=params.walk_times.pace_spread,
        stated_amounts_spread=params.indicators.stated_amounts_spread,
    )
    table = indicator_table(indicators(), facts, indicator_catalogue().evidence_min_share)
    return {"indicators": table, "indicator_errors": indicator_errors(indicators(), facts, table)}
