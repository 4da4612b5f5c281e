"""Pose the programme that atoms and streets make: neighbours, walks between atoms, committees, wishes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.settings import UnitsParams
from pipeline.units.adjacency import neighbours
from pipeline.units.assemble import assemble
from pipeline.units.atoms import outline_of
from pipeline.units.meeting import meeting_points, minutes_between
from pipeline.units.programme import Ints, Programme
from pipeline.units.seams import Geometries, arterial_lines, arterials_between
from pipeline.units.wishes import read_wishes


def pose(
    atoms: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame,
    barriers: Geometries,
    wishes: pd.DataFrame,
    params: UnitsParams,
) -> tuple[Programme, list[Ints], pd.DataFrame]:
    """Return the programme of the atoms, its locked units, and the pairs of neighbours (columns a, b, contact_m, gap_m).

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
    return programme, list(wished.locked.values()), pairs
