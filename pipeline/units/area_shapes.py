"""Draw the areas that are checked: committees, sub-districts, units of the register, proposed units."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd


def area_shapes(
    committees: gpd.GeoDataFrame, register: pd.DataFrame, atoms: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return area_kind, area_id, name and geometry; a sub-district is its committees, a unit of the register its compounds."""
    quarters = committees.dropna(subset="subdistrict").dissolve("subdistrict").reset_index()
    quarters = quarters.assign(
        area_kind="subdistrict", area_id=quarters["subdistrict"], name=quarters["subdistrict"]
    )
    wished = register.set_index("compound_id")["proposed_unit"]
    drawn = atoms.assign(area_id=atoms["compound_id"].map(wished)).dropna(subset="area_id")
    drawn = drawn.dissolve("area_id").reset_index()
    drawn = drawn.assign(area_kind="register", name=drawn["area_id"])
    known = units.rename(columns={"unit_id": "area_id", "kind": "area_kind"})
    columns = ["area_kind", "area_id", "name", "geometry"]
    return gpd.GeoDataFrame(
        pd.concat([known[columns], quarters[columns], drawn[columns]], ignore_index=True), crs=units.crs
    )
