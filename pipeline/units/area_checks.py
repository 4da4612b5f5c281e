"""Check every area that might be a unit, whoever drew it: size, walks, connection, what runs through it, what it cuts."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pipeline.network.walls import LAND_BARRIERS
from pipeline.settings import UnitsParams
from pipeline.units.check import check_units
from pipeline.units.seams import EXPRESSWAYS, arterial_ways

KINDS = {
    "committee": ("居委会", "committee"),
    "subdistrict": ("街道", "sub-district"),
    "register": ("登记拟划单元", "unit proposed in the register"),
    "proposed": ("建议单元", "proposed unit"),
}
CLASSES = {"kindergarten": "child", "elderly_station": "elderly"}  # B2, with whose walk counts
Row = tuple[str, pd.Index, npt.NDArray[np.int64]]


def divisions(
    addresses: pd.DataFrame, committees: pd.DataFrame, register: pd.DataFrame, units: pd.DataFrame
) -> list[Row]:
    """Return (kind, area ids, row of each address's area or −1): the ways to divide addresses into areas that are checked.

    `addresses` is the table `residents` with atom_id and unit_id (of the proposed unit).
    """
    committee = addresses["committee_id"]
    subdistrict = committee.map(committees.set_index("committee_id")["subdistrict"])
    wished = addresses["compound_id"].map(register.set_index("compound_id")["proposed_unit"])
    every = {
        "committee": (pd.Index(sorted(committees["committee_id"])), committee),
        "subdistrict": (pd.Index(sorted(committees["subdistrict"].dropna().unique())), subdistrict),
        "register": (pd.Index(sorted(wished.dropna().unique())), wished),
        "proposed": (
            pd.Index(sorted(units.loc[units["kind"] == "proposed", "unit_id"])),
            addresses["unit_id"],
        ),
    }
    return [(kind, ids, ids.get_indexer(pd.Index(own))) for kind, (ids, own) in every.items() if len(ids)]


def check_areas(
    areas: Sequence[Row],
    shapes: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    atoms: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    walks: pd.DataFrame,
    gates: pd.DataFrame,
    companies: pd.Series,
    land: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame,
    params: UnitsParams,
) -> pd.DataFrame:
    """Return the table `unit_checks`.

    Parameters
    ----------
    areas
        As `divisions` returns them.
    shapes
        area_kind, area_id, name, geometry of every area.
    addresses
        residents with atom_id, one row an address.
    pairs
        Neighbours: columns a, b, positions in `atoms`.
    walks
        The table `reach` of these areas, for `CLASSES`.
    gates
        Rows of `openings` that are gates of a compound.
    companies
        Property company of each compound_id that has one.
    """
    seams = _seams(land, ways)
    serviced = _service_areas(atoms, pairs, companies)
    tables = []
    for kind, ids, row in areas:
        mine = addresses[row >= 0].assign(unit_id=ids.to_numpy()[row[row >= 0]])
        checked, members = check_units(ids.tolist(), mine, atoms["atom_id"], pairs, params)
        table = checked.rename(columns={"unit_id": "area_id"}).assign(area_kind=kind)
        held = members.assign(compound_id=members["atom_id"].map(atoms.set_index("atom_id")["compound_id"]))
        opens = (
            held.merge(gates, on="compound_id").groupby("unit_id")["opening_id"].agg(lambda g: sorted(set(g)))
        )
        opens = opens.reindex(ids)
        table["gates"] = [len(found) if isinstance(found, list) else 0 for found in opens]
        table["gate_ids"] = pd.Series(
            [";".join(g) if isinstance(g, list) else "" for g in opens], dtype="str"
        )
        table["property_areas_cut"] = _cut(members, serviced).reindex(ids, fill_value=0).to_numpy(np.int64)
        tables.append(table)
    result = pd.concat(tables, ignore_index=True)
    result = result.merge(shapes[["area_kind", "area_id", "name", "geometry"]], on=["area_kind", "area_id"])
    for name in CLASSES:
        part = walks.loc[walks["class"] == name].set_index(["area_kind", "area_id"])
        part = part[["share_5", "share_10", "unknown_10"]].add_prefix(f"{name}_")
        result = result.join(part, on=["area_kind", "area_id"])
    result["barriers"], result["barriers_en"] = _running_through(
        result["geometry"].to_numpy(), seams, params.touch_m
    )
    sentences = [_sentence(row) for row in result.to_dict("records")]
    for k, column in enumerate(("sentence", "sentence_en")):
        result[column] = pd.Series([s[k] for s in sentences], dtype="str")
    return result.drop(columns=["geometry", "reason", "reason_en", "locked"])


def _seams(land: gpd.GeoDataFrame, ways: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what runs through a town and parts it: columns zh, en, geometry."""
    natural = land.loc[land["kind"].isin(LAND_BARRIERS), ["kind", "name", "geometry"]]
    natural = natural.assign(geometry=shapely.make_valid(natural.geometry.to_numpy()))
    express = ways.loc[ways["highway"].isin(EXPRESSWAYS) & ~ways["tunnel"]].assign(kind="expressway")
    roads = pd.concat([express, arterial_ways(ways).assign(kind="arterial")])[["kind", "name", "geometry"]]
    table = pd.concat([pd.DataFrame(natural), pd.DataFrame(roads)], ignore_index=True)
    zh = table["kind"].map(
        {"water": "水面", "sea": "海", "river": "河流", "railway": "铁路", "coast": "海岸",
         "expressway": "快速路", "arterial": "干路"}
    )  # fmt: skip
    named = table["name"].fillna("").astype(str)
    return pd.DataFrame(
        {
            "zh": np.where(named != "", zh + " " + named, zh),
            "en": np.where(named != "", table["kind"] + " " + named, table["kind"]),
            "geometry": table["geometry"],
        }
    )


def _running_through(shapes: np.ndarray, seams: pd.DataFrame, margin_m: float) -> tuple[pd.Series, pd.Series]:
    """Name for each shape the seams that enter it by more than `margin_m`, Chinese and English, each once."""
    inner = shapely.buffer(shapes, -margin_m)
    shape, seam = shapely.STRtree(seams["geometry"].to_numpy()).query(inner, predicate="intersects")
    found = pd.DataFrame({"shape": shape}).join(seams[["zh", "en"]].iloc[seam].reset_index(drop=True))
    every = pd.RangeIndex(len(shapes))
    names = found.groupby("shape").agg(lambda column: sorted(set(column)))
    zh, en = (names[column].str.join(mark) for column, mark in (("zh", "、"), ("en", ", ")))
    return (
        zh.reindex(every).fillna("").astype("str"),
        en.reindex(every).fillna("").astype("str"),
    )


def _service_areas(atoms: gpd.GeoDataFrame, pairs: pd.DataFrame, companies: pd.Series) -> pd.Series:
    """Number the property-service areas: neighbouring compounds of one company (index atom_id, those without left out)."""
    company = atoms["compound_id"].map(companies).to_numpy()
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    same = pd.notna(company[a]) & (company[a] == company[b])
    graph = csr_array((np.ones(same.sum()), (a[same], b[same])), shape=(len(atoms),) * 2)
    _, part = connected_components(graph, directed=False)
    has = pd.notna(company)
    return pd.Series(part[has], index=atoms["atom_id"].to_numpy()[has])


def _cut(members: pd.DataFrame, serviced: pd.Series) -> pd.Series:
    """Count for each area the service areas of which it holds some atoms and not all (index unit_id)."""
    held = members.assign(service=members["atom_id"].map(serviced)).dropna(subset="service")
    inside = (
        held.groupby(["unit_id", "service"])["atom_id"].nunique().astype(float).rename("inside").reset_index()
    )
    inside["whole"] = inside["service"].map(serviced.value_counts()).astype(float)
    return inside[inside["inside"] < inside["whole"]].groupby("unit_id").size()


def _sentence(row: dict[str, object]) -> tuple[str, str]:
    """Say in one sentence how an area stands: the check of its size, then walks, what runs through, what is cut."""
    kind_zh, kind_en = KINDS[str(row["area_kind"])]
    zh = f"{kind_zh}{row['name']}：{str(row['reason']).rstrip('。')}"
    en = f"{kind_en} {row['name']}: {str(row['reason_en']).rstrip('.')}"
    for name, (walk_zh, walk_en) in {
        "kindergarten": ("步行到幼儿园", "a kindergarten"),
        "elderly_station": ("步行到养老服务站", "an elderly station"),
    }.items():
        five, ten = row[f"{name}_share_5"], row[f"{name}_share_10"]
        if pd.isna(five) or pd.isna(ten):
            zh, en = f"{zh}；{walk_zh}：未知", f"{en}; walk to {walk_en}: unknown"
            continue
        unknown = row[f"{name}_unknown_10"]
        more_zh = f"（另 {unknown:.0%} 未知）" if unknown else ""
        more_en = f" ({unknown:.0%} more unknown)" if unknown else ""
        zh = f"{zh}；{walk_zh} 5 分钟内 {five:.0%}、10 分钟内 {ten:.0%}{more_zh}"
        en = f"{en}; {five:.0%} within 5 and {ten:.0%} within 10 minutes of {walk_en}{more_en}"
    if row["gates"]:
        zh, en = f"{zh}；内有 {row['gates']} 处小区出入口", f"{en}; {row['gates']} compound gates inside"
    if row["barriers"]:
        zh, en = f"{zh}；{row['barriers']}穿过", f"{en}; crossed by {row['barriers_en']}"
    if row["property_areas_cut"]:
        n = row["property_areas_cut"]
        zh, en = f"{zh}；切开 {n} 个物业服务范围", f"{en}; property-service areas cut: {n}"
    return f"{zh}。", f"{en}."
