"""Join neighbouring compounds that may be renovated into one project (plan A 二(四), rule A14).

Neighbours as units know them (`units.adjacency`): a walk leads from one to the other that crosses nobody else's ground and
no river, railway or expressway. A wall without a gate parts compounds however near they lie.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.settings import UnitsParams
from pipeline.tables import empty
from pipeline.units.adjacency import neighbours
from pipeline.units.seams import Geometries


def neighbouring_compounds(
    compounds: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    barriers: Geometries,
    params: UnitsParams,
    gap_m: float,
) -> pd.DataFrame:
    """Return the pairs of neighbours, a and b (compound_id, a first), in order.

    Parameters
    ----------
    residents
        A compound none of whose addresses is tied to a way has no neighbours that are known of.
    barriers
        Lines that nobody steps across (`units.seams.barrier_lines`).
    gap_m
        Longest way over nobody's ground (the street between them) from one's frontage to the other's.
    """
    ids = pd.Index(compounds["compound_id"]).sort_values()
    addresses = residents.assign(atom=ids.get_indexer(pd.Index(residents["compound_id"])))
    addresses = addresses[addresses["linked"] & (addresses["atom"] >= 0)]
    if addresses.empty:
        return pd.DataFrame({"a": ids[:0], "b": ids[:0]})
    atoms = compounds.set_index("compound_id").loc[ids].reset_index()
    nodes, edges = (
        frame.sort_values(key, ignore_index=True) for frame, key in ((nodes, "node_id"), (edges, "edge_id"))
    )
    pairs = neighbours(atoms, addresses, nodes, edges, barriers, params)
    near = pairs[pairs["gap_m"] <= gap_m]
    return pd.DataFrame({"a": ids[near["a"]], "b": ids[near["b"]]})


def joint_projects(compounds: gpd.GeoDataFrame, verdicts: pd.Series, pairs: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return table `projects`: two or more compounds that pass, each a neighbour of another of them.

    Compounds are joined within one committee or one sub-district only (以街道或居委会为单位); where both are unknown a
    compound is joined to none.

    Parameters
    ----------
    verdicts
        By compound_id.
    pairs
        From `neighbouring_compounds`.
    """
    able = compounds[compounds["compound_id"].map(verdicts) == "pass"].sort_values("compound_id")
    able = able.reset_index(drop=True)
    a, b = (pd.Index(able["compound_id"]).get_indexer(pairs[side]) for side in "ab")
    a, b = a[(a >= 0) & (b >= 0)], b[(a >= 0) & (b >= 0)]
    together = np.zeros(len(a), bool)
    for office in ("committee_id", "subdistrict"):
        name = able[office].to_numpy(object, na_value=None)
        together |= (name[a] == name[b]) & (name[a] != None)  # noqa: E711
    joined = coo_array((np.ones(together.sum()), (a[together], b[together])), shape=(len(able),) * 2)
    _, group = connected_components(joined, directed=False)
    rows = []
    for _, members in able.groupby(group, sort=True):
        if len(members) > 1:
            names = [members[column].fillna(members["compound_id"]) for column in ("name", "name_en")]
            rows.append(
                {
                    "project_id": f"J-{members['compound_id'].iloc[0]}",
                    "members": " ".join(members["compound_id"]),
                    "count": len(members),
                    "name": "、".join(names[0]),
                    "name_en": ", ".join(names[1]),
                    "residents": members["residents"].sum(skipna=False),
                    "geometry": shapely.union_all(members.geometry.to_numpy()),
                }
            )
    none = empty("projects", compounds.crs)
    if not rows:
        return gpd.GeoDataFrame(none, crs=compounds.crs)
    table = gpd.GeoDataFrame(rows, crs=compounds.crs)[list(none.columns)]
    types = {column: none[column].dtype for column in none.columns if column != "geometry"}
    return table.astype(types)
