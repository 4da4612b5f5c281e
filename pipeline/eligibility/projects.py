"""Join neighbouring compounds that may be renovated into one project (plan A 二(四), rule A14)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.tables import empty


def joint_projects(compounds: gpd.GeoDataFrame, verdicts: pd.Series, gap_m: float) -> gpd.GeoDataFrame:
    """Return table `projects`: two or more compounds that pass, each within a street's width of another of them.

    Compounds are joined within one committee or one sub-district only (以街道或居委会为单位); where both are unknown a
    compound is joined to none.

    Parameters
    ----------
    verdicts
        By compound_id.
    gap_m
        Two compounds are neighbours where no more than this lies between their outlines.
    """
    able = compounds[compounds["compound_id"].map(verdicts) == "pass"].sort_values("compound_id")
    able = able.reset_index(drop=True)
    shapes = able.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap_m)
    together = np.zeros(len(a), bool)
    for office in ("committee_id", "subdistrict"):
        name = able[office].to_numpy(object, na_value=None)
        together |= (name[a] == name[b]) & (name[a] != None)  # noqa: E711
    pairs = coo_array((np.ones(together.sum()), (a[together], b[together])), shape=(len(able),) * 2)
    _, group = connected_components(pairs, directed=False)
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
