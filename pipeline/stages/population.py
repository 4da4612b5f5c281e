"""Put counted people at addresses, and tie each address to the edge it fronts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.network.areas import containing
from pipeline.network.link import link
from pipeline.network.walls import WATER
from pipeline.population.committees import nearest_committee
from pipeline.population.dasymetric import spread
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the table `residents`."""
    params, land = settings.params, inputs["land"]
    polygons = land[land["kind"].isin(WATER) & land.geom_type.isin(["Polygon", "MultiPolygon"])]
    addresses = spread(
        inputs["population_zones"],
        inputs["buildings"],
        polygons.geometry.to_numpy(),
        params.population.default_floors,
    )
    points = addresses.geometry
    addresses["compound_id"] = addresses["compound_id"].fillna(
        containing(points, inputs["compounds"], "compound_id")
    )
    addresses["committee_id"] = nearest_committee(points, inputs["committees"])
    ties = link(
        points.to_numpy(),
        addresses["compound_id"],
        inputs["edges"],
        inputs["barriers"],
        params.link,
        private=True,
    )
    return {"residents": addresses.join(pd.DataFrame(ties))}
