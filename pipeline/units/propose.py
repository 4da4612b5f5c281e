"""Lead from atoms and streets to a plan: neighbours, walks between atoms, the programme, its solution."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.settings import UnitsParams
from pipeline.units.adjacency import neighbours
from pipeline.units.assemble import assemble
from pipeline.units.atoms import outline_of
from pipeline.units.delineate import Plan, delineate
from pipeline.units.meeting import meeting_points, minutes_between
from pipeline.units.seams import Geometries, arterial_lines, arterials_between
from pipeline.units.wishes import read_wishes


def propose(
    atoms: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame,
    barriers: Geometries,
    wishes: pd.DataFrame,
    params: UnitsParams,
) -> tuple[Plan, pd.DataFrame]:
    """Return the plan for the atoms, and the pairs of neighbours (columns a, b, contact_m, gap_m) it stands on.

    `addresses` is the table `residents` with atom_id, `wishes` the table `unit_wishes`.
    """
    placed = addresses.assign(atom=pd.Index(atoms["atom_id"]).get_indexer(addresses["atom_id"]))
    linked = placed.loc[placed["linked"]]
    pairs = neighbours(atoms, linked, nodes, edges, barriers, params)
    wished = read_wishes(wishes, atoms, pairs, params)
    minutes = minutes_between(
        len(atoms), meeting_points(linked, nodes, edges), nodes, edges, params.meeting_cap_minutes
    )
    arterials = arterials_between(
        atoms.geometry.to_numpy(),
        pairs[["a", "b"]].to_numpy(),
        arterial_lines(ways),
        outline_of(committees),
    )
    members = placed.groupby(["atom", "committee_id"], as_index=False)["residents"].sum()
    residents = atoms["residents"].to_numpy(dtype=np.float64)
    programme = assemble(residents, pairs, minutes, arterials, members, wished.ties, params)
    return delineate(programme, params, list(wished.locked.values())), pairs
