"""Say which compounds would move from the care of which committee to that of which, and what they gain."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.units.area_checks import CLASSES

SIZES = {
    "fits": ("符合规模", "fits"),
    "too_small": ("偏小", "too small"),
    "too_large": ("偏大", "too large"),
}


def border_changes(
    addresses: gpd.GeoDataFrame,
    atoms: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    walk_times: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    share_min: float,
) -> pd.DataFrame:
    """Return the table `border_changes`: one row for each proposed unit and committee whose people would move.

    A unit goes to its lead committee, that of most of its people; the people of other committees in it move there, if they
    are more than `share_min` of its residents. Minutes to the nearest facility do not change with a border. What does
    is whether it is one's own: `own_<class>_before` and `_after` are the shares of the moving people whose nearest
    facility lies in their committee's area, and in their unit (empty where nobody's nearest is known).

    Parameters
    ----------
    addresses
        residents with atom_id and unit_id (missing where left over).
    """
    lived = addresses.dropna(subset=["unit_id", "committee_id"])
    sums = lived.groupby(["unit_id", "committee_id"], as_index=False)["residents"].sum()
    lead = sums.sort_values(["unit_id", "residents", "committee_id"], ascending=[True, False, True])
    lead = lead.drop_duplicates("unit_id").set_index("unit_id")["committee_id"]
    whole = sums.groupby("unit_id")["residents"].sum()
    leads = sums["committee_id"] == sums["unit_id"].map(lead)
    moving = sums[~leads & (sums["residents"] > share_min * sums["unit_id"].map(whole))]
    own = _own_facility(lived, committees, units, walk_times, facilities)
    sizes = units.set_index("unit_id")["size_result"]
    names = committees.set_index("committee_id")["name"]
    labels = atoms.set_index("atom_id")["name"]
    rows = []
    for unit_id, committee_id, people in moving.itertuples(index=False, name=None):
        here = (lived["unit_id"] == unit_id) & (lived["committee_id"] == committee_id)
        by_atom = (
            lived[here].groupby("atom_id")["residents"].sum().sort_values(ascending=False, kind="stable")
        )
        moved = by_atom[by_atom > 0].index
        row = {
            "unit_id": unit_id,
            "committee_id": committee_id,
            "lead_committee_id": lead[unit_id],
            "compounds": "、".join(dict.fromkeys(labels[moved])),
            "atoms": len(moved),
            "residents": float(people),
            "size_before": sizes[committee_id],
            "size_after": sizes[unit_id],
        }
        for name in CLASSES:
            for when in ("before", "after"):
                row[f"own_{name}_{when}"] = _share(own[f"{name}_{when}"][here], lived.loc[here, "residents"])
        row["sentence"], row["sentence_en"] = _sentence(row, names)
        rows.append(row)
    columns = [
        "unit_id", "committee_id", "lead_committee_id", "compounds", "atoms", "residents", "size_before", "size_after",
        *(f"own_{name}_{when}" for name in CLASSES for when in ("before", "after")), "sentence", "sentence_en",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    text = [c for c in columns if c not in ("atoms", "residents") and not c.startswith("own_")]
    kinds = dict.fromkeys(text, "str") | {"atoms": "int64"}
    return table.astype(kinds | dict.fromkeys([c for c in columns if c not in kinds], "float64"))


def _own_facility(
    lived: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    walk_times: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Tell for each address whether the nearest facility lies in its committee (before) and unit (after); NaN: none known."""
    before = gpd.GeoSeries(committees.set_index("committee_id").geometry)
    after = gpd.GeoSeries(units.set_index("unit_id").geometry)
    spots = facilities.drop_duplicates(["class", "facility_id"]).set_index(["class", "facility_id"]).geometry
    result = {}
    for name, walker in CLASSES.items():
        rows = walk_times[(walk_times["class"] == name) & (walk_times["walker"] == walker)]
        nearest = lived["point_id"].map(rows.set_index("point_id")["facility_id"])
        known = nearest.notna().to_numpy()
        keys = pd.MultiIndex.from_arrays([np.full(known.sum(), name), nearest[known]])
        points = spots.reindex(keys).to_numpy()
        for when, areas, key in (("before", before, "committee_id"), ("after", after, "unit_id")):
            inside = np.full(len(lived), np.nan)
            ground = areas.reindex(lived.loc[known, key]).to_numpy()
            inside[known] = shapely.intersects(ground, points).astype(float)
            result[f"{name}_{when}"] = pd.Series(inside, index=lived.index)
    return pd.DataFrame(result)


def _share(own: pd.Series, people: pd.Series) -> float:
    known = own.notna()
    total = float(people[known].sum())
    return float((own[known] * people[known]).sum()) / total if total > 0 else np.nan


def _sentence(row: dict[str, object], names: pd.Series) -> tuple[str, str]:
    old, new = names[row["committee_id"]], names[row["lead_committee_id"]]
    size_old, size_new = SIZES[str(row["size_before"])], SIZES[str(row["size_after"])]
    zh = (
        f"{row['compounds']}({row['residents']:,.0f} 人)由{old}划入单元 {row['unit_id']}(以{new}为主);"
        f"规模由{size_old[0]}变为{size_new[0]}"
    )
    en = (
        f"{row['compounds']} ({row['residents']:,.0f} residents) would move from {old} to unit {row['unit_id']} "
        f"(led by {new}); size: {size_old[1]} before, {size_new[1]} after"
    )
    for name, (label_zh, label_en) in {
        "kindergarten": ("最近的幼儿园", "kindergarten"),
        "elderly_station": ("最近的养老服务站", "elderly station"),
    }.items():
        before, after = row[f"own_{name}_before"], row[f"own_{name}_after"]
        if pd.isna(before) or pd.isna(after):
            zh, en = f"{zh}；{label_zh}：未知", f"{en}; nearest {label_en}: unknown"
        else:
            zh = f"{zh}；{label_zh}在本辖区内的居民由 {before:.0%} 变为 {after:.0%}"
            en = f"{en}; nearest {label_en} is their own for {before:.0%} before, {after:.0%} after"
    return f"{zh}。", f"{en}."
