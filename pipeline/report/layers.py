"""Choose and join what the workbook and the GeoPackage show beside the tables themselves."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from pipeline.catalogue.load import facility_classes, walker
from pipeline.report.metrics import BASIC


def reach_of_candidates(reach: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of table `reach` on candidates, by the walker whose legs count for each class."""
    legs = reach["class"].map({name: walker(name) for name in facility_classes()})
    chosen = reach["area_id"].isin(candidates["unit_id"]) & (reach["area_kind"] == "unit")
    return reach[chosen & (reach["walker"] == legs)]


def walk_layers(residents: gpd.GeoDataFrame, walk_times: pd.DataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return a layer of addresses with their minutes for each of the two services that the notice names (B2).

    Addresses carry no people here: the layers may be handed out.
    """
    places = residents[["point_id", "geometry"]]
    layers = {}
    for name, (legs, _) in BASIC.items():
        chosen = walk_times[(walk_times["class"] == name) & (walk_times["walker"] == legs)]
        layers[f"walk_{name}"] = places.merge(chosen, on="point_id").sort_values(
            "point_id", ignore_index=True
        )
    return layers
