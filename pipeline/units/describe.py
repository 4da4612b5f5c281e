"""Write a plan and the size check down as tables."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.settings import UnitsParams
from pipeline.units.check import check_units
from pipeline.units.delineate import Plan
from pipeline.units.maps import kept_share
from pipeline.units.portrait import names, outlines, subdistricts
from pipeline.units.sentences import on_leftover


def unit_of_atoms(plan: Plan, atoms: gpd.GeoDataFrame) -> pd.Series:
    """Return the unit_id of each atom, missing where left over: P01, P02 … from north-west to south-east."""
    inner = shapely.centroid(atoms.geometry.to_numpy())
    spot = pd.DataFrame({"unit": plan.unit, "x": shapely.get_x(inner), "y": shapely.get_y(inner)})
    middle = spot.loc[spot["unit"] >= 0].groupby("unit").mean()
    order = (middle["x"] - middle["y"]).round(1).sort_values(kind="stable").index
    digits = max(2, len(str(len(order))))
    ids = {unit: f"P{k:0{digits}d}" for k, unit in enumerate(order, start=1)}
    return pd.Series([ids.get(unit) for unit in plan.unit], index=atoms.index, dtype="str")


def pair_table(pairs: pd.DataFrame, atoms: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the table `atom_pairs`: neighbours by atom_id."""
    ids = atoms["atom_id"]
    ends = {"atom_a": ids.iloc[pairs["a"]].to_numpy(), "atom_b": ids.iloc[pairs["b"]].to_numpy()}
    table = pd.DataFrame(ends).astype("str")
    return table.assign(contact_m=pairs["contact_m"].to_numpy(float), gap_m=pairs["gap_m"].to_numpy(float))


def search_report(plan: Plan, atoms: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the figures of the search: what was placed, its price, the lower bound and the gap between the two."""
    placed = atoms.loc[plan.unit >= 0, "residents"].sum()
    people = atoms["residents"].to_numpy(dtype=np.float64)
    contested = float(people[kept_share(plan.maps, people) < 1].sum())
    return {
        "atoms": len(atoms),
        "exact_atoms": plan.exact_atoms,
        "cut_atoms": plan.cut_atoms,
        "locked_units": plan.locked_units,
        "units": int(plan.unit.max(initial=-1)) + 1,
        "residents": float(atoms["residents"].sum()),
        "residents_placed": float(placed),
        "cost_person_minutes": round(plan.cost_person_minutes, 3),
        "bound_person_minutes": round(plan.bound_person_minutes, 3),
        "gap_share": round(plan.gap_share, 6),
        "near_optimal_maps": len(plan.maps),
        "contested_residents_share": round(contested / max(float(people.sum()), 1.0), 6),
    }


def committee_units(
    addresses: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    atoms: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    params: UnitsParams,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the rows of `units` and `unit_members` for the committees as they are."""
    mine = addresses.assign(unit_id=addresses["committee_id"]).dropna(subset="unit_id")
    checked, members = check_units(committees["committee_id"].tolist(), mine, atoms["atom_id"], pairs, params)
    members["kept_share"] = np.nan
    known = committees.set_index("committee_id").loc[checked["unit_id"]]
    portrait = {column: known[column].to_numpy() for column in ("name", "name_en", "subdistrict")}
    units = checked.assign(kind="committee", **portrait)
    return gpd.GeoDataFrame(units, geometry=known.geometry.to_numpy(), crs=committees.crs), members


def proposed_units(
    addresses: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    atoms: gpd.GeoDataFrame,
    plan: Plan,
    unit_of_atom: pd.Series,
    pairs: pd.DataFrame,
    params: UnitsParams,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the rows of `units` and `unit_members` for the proposed units."""
    mine = addresses.dropna(subset="unit_id")
    shapes = outlines(unit_of_atom, atoms, params.outline_gap_m)
    locked = set(unit_of_atom[(plan.unit >= 0) & (plan.unit < plan.locked_units)])
    checked, members = check_units(sorted(shapes.index), mine, atoms["atom_id"], pairs, params, locked)
    kept = pd.Series(kept_share(plan.maps, atoms["residents"].to_numpy()), index=atoms["atom_id"])
    members["kept_share"] = members["atom_id"].map(kept).astype(float)
    english = compounds.set_index("compound_id")["name_en"].dropna().to_dict()
    units = checked.join(names(members, atoms, english), on="unit_id")
    units["subdistrict"] = units["unit_id"].map(subdistricts(mine, committees))
    geometry = shapes.loc[units["unit_id"]].to_numpy()
    return gpd.GeoDataFrame(units.assign(kind="proposed"), geometry=geometry, crs=atoms.crs), members


def leftovers(
    plan: Plan, atoms: gpd.GeoDataFrame, addresses: pd.DataFrame, params: UnitsParams
) -> pd.DataFrame:
    """Return the table `leftovers`: atoms in no unit, with the reason."""
    linked = addresses.loc[addresses["linked"], "atom_id"].unique()
    left = np.flatnonzero(plan.unit < 0)
    table = atoms.iloc[left][["atom_id", "residents"]].reset_index(drop=True)
    reasons = [
        plan.reason[i] if plan.reason[i] == "above_ceiling" or atom in linked else "not_linked"
        for i, atom in zip(left, table["atom_id"], strict=True)
    ]
    sentences = [
        on_leftover(reason, people, together, params)
        for reason, people, together in zip(
            reasons, table["residents"], plan.component_residents[left], strict=True
        )
    ]
    for k, column in enumerate(("reason", "reason_en")):
        table[column] = pd.Series([s[k] for s in sentences], dtype="str")
    return pd.DataFrame(table)
