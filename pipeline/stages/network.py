"""Stage `network`: streets → walkable graph; walls, gates, slope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.network.build import build_network
from pipeline.network.profile import profile
from pipeline.network.slope import read_terrain
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Build the tables nodes, edges, openings and barriers."""
    gated = inputs["register"].set_index("compound_id")["gated"]
    network = build_network(
        inputs["ways"],
        inputs["way_nodes"],
        inputs["walls"],
        inputs["gates"],
        inputs["compounds"],
        gated,
        inputs["land"],
        inputs["squares"],
        inputs["buildings"],
        read_terrain(inputs["terrain.tif"]),
        settings.params.network,
        profile(),
    )
    return {
        "nodes": network.nodes,
        "edges": network.edges,
        "openings": network.openings,
        "barriers": network.barriers,
        "network_report.json": network.report,
    }
