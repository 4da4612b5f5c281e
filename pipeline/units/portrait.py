"""Give a proposed unit its name, its sub-district and the outline that the map shows."""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.units.seams import Geometries

SIMPLIFY_M = 1.0
NAMED_AFTER = 2  # atoms with the most residents that lend a unit its name


def names(members: pd.DataFrame, atoms: gpd.GeoDataFrame, english: dict[str, str]) -> pd.DataFrame:
    """Return name and name_en of each unit (index unit_id), after its atoms with the most residents.

    `english` maps a compound_id to its English name; a unit whose atoms lack one has none. Units that would share a
    name get their id added.
    """
    labels = atoms.set_index("atom_id")["name"]
    table = members.assign(name=members["atom_id"].map(labels), name_en=members["atom_id"].map(english))
    table = table.sort_values(["unit_id", "residents", "atom_id"], ascending=[True, False, True])
    table = table.drop_duplicates(["unit_id", "name"]).groupby("unit_id").head(NAMED_AFTER)
    zh: dict[str, str] = {}
    en: dict[str, str | None] = {}
    for unit_id, part in table.groupby("unit_id"):
        zh[unit_id] = "—".join(part["name"])
        en[unit_id] = "–".join(part["name_en"]) if part["name_en"].notna().all() else None
    times = Counter(zh.values())
    zh = {unit_id: name if times[name] == 1 else f"{name}({unit_id})" for unit_id, name in zh.items()}
    index = pd.Index(list(zh), dtype="str")
    return pd.DataFrame({"name": list(zh.values()), "name_en": list(en.values())}, index=index, dtype="str")


def subdistricts(addresses: pd.DataFrame, committees: pd.DataFrame) -> pd.Series:
    """Return the sub-district in which most of each unit's residents live (index unit_id)."""
    home = addresses["committee_id"].map(committees.set_index("committee_id")["subdistrict"])
    sums = addresses.assign(home=home).groupby(["unit_id", "home"], as_index=False)["residents"].sum()
    first = sums.sort_values(["unit_id", "residents", "home"], ascending=[True, False, True])
    return first.drop_duplicates("unit_id").set_index("unit_id")["home"]


def outlines(unit: pd.Series, atoms: gpd.GeoDataFrame, gap_m: float) -> gpd.GeoSeries:
    """Return the ground of each unit: its atoms with the streets between them.

    `unit` is the unit_id of each atom (missing where left over). Gaps narrower than twice `gap_m` are closed, save where
    another atom lies.
    """
    placed = unit.dropna()
    shapes = atoms.geometry
    result = {
        unit_id: _outline(shapes.loc[rows].to_numpy(), gap_m)
        for unit_id, rows in placed.groupby(placed).groups.items()
    }
    keys = list(result)
    grounds = np.array([result[key] for key in keys], dtype=object)
    ground, other = shapely.STRtree(shapes.to_numpy()).query(grounds, predicate="intersects")
    foreign = unit.to_numpy()[other] != np.array(keys)[ground]
    for k, rows in pd.Series(other[foreign]).groupby(ground[foreign]):
        others = shapely.union_all(shapes.to_numpy()[rows.to_numpy()])
        grounds[k] = _polygons(shapely.difference(grounds[k], others))
    return gpd.GeoSeries(grounds, index=keys, crs=atoms.crs)


def _outline(parts: Geometries, gap_m: float) -> shapely.Geometry:
    whole = shapely.union_all(parts)
    closed = shapely.buffer(shapely.buffer(whole, gap_m, join_style="mitre"), -gap_m, join_style="mitre")
    return shapely.make_valid(shapely.simplify(shapely.union(closed, whole), SIMPLIFY_M))


def _polygons(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
