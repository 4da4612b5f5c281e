"""Answer “from where does one reach this” from a finished run: the ground as GeoJSON."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline import store
from pipeline.catalogue.load import facility_classes
from pipeline.catalogue.load import walker as walker_of
from pipeline.errors import ValueRowError
from pipeline.reach.catchments import catchments
from pipeline.run import Folders
from pipeline.settings import CatchmentsParams, LinkParams, NetworkParams


def catchment(folders: Folders, target: str, minutes: float, walker: str | None = None) -> gpd.GeoDataFrame:
    """Return the ground from which a target is reached (one row of the table `catchments`; none where no ground is).

    Parameters
    ----------
    folders
        Where a finished run keeps its results.
    target
        A facility class, a facility_id, or an address (point_id).
    minutes
        Longest walk.
    walker
        A walker of params.yaml; by default whose legs count for the class, for an address an adult's.

    Raises
    ------
    MissingInputError
        The run is not finished.
    ValueRowError
        There is no such target or walker, or the target is not tied to the network.
    """

    def read(name: str) -> Any:
        return store.read(folders.path(name))

    made_with = read("provenance.json")["parameters"]  # of the run, which those at hand need not be
    walkers = NetworkParams.model_validate(made_with["network"]).walkers
    facilities, residents = read("facilities"), read("residents")
    columns = ["edge_id", "offset_m", "access_m", "compound_id", "linked", "link_reason"]
    if target in facility_classes():
        points, default = facilities[facilities["class"] == target], walker_of(target)
    elif (facilities["facility_id"] == target).any():
        points = facilities[facilities["facility_id"] == target]
        default = walker_of(str(points["class"].iloc[0]))
    else:
        points, default = residents[residents["point_id"] == target], "adult"
    if points.empty:
        known = [*facility_classes(), *facilities["facility_id"].unique(), *residents["point_id"]]
        near = ", ".join(get_close_matches(target, known, 5, 0.3))
        raise ValueRowError(
            f"--of {target}",
            "is not in this district's results",
            "a facility class that is listed here, a facility_id, or an address (point_id)",
            f"near it: {near}",
        )
    key = walker or default
    if key not in walkers:
        raise ValueRowError("--walker", f"there is no walker {key!r}", ", ".join(walkers))
    tied = points.loc[points["linked"], columns]
    if tied.empty:
        reasons = ", ".join(sorted(set(points["link_reason"].dropna())))
        raise ValueRowError(f"--of {target}", f"is not tied to the network: {reasons}")
    return catchments(
        {target: pd.DataFrame(tied)},
        {target: key},
        walkers,
        read("edges"),
        read("barriers"),
        read("compounds"),
        LinkParams.model_validate(made_with["link"]),
        [minutes],
        CatchmentsParams.model_validate(made_with["catchments"]).step_m,
    )
