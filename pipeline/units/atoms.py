"""Make the atoms of units: compounds where people live, and street blocks for the land between them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.network.search import PUBLIC
from pipeline.settings import UnitsParams
from pipeline.units.blocks import Ints, merge_small, shared_borders, without
from pipeline.units.seams import Geometries, arterial_lines, faces, nearest_face

SLIVER_M2 = 1.0  # what the compounds leave of a face counts as land from this area on


def outline_of(committees: gpd.GeoDataFrame) -> Any:
    """Return the district as one polygon: all committees together."""
    return shapely.union_all(committees.geometry.to_numpy())


def make_atoms(
    residents: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame,
    barriers: Geometries,
    params: UnitsParams,
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return the table `atoms`, sorted by atom_id, and the atom_id of each address (indexed like `residents`).

    A compound with more people than a unit may have is cut along its inner ways. An address belongs to its compound (or
    the piece of it), else to the block in which it lies or the nearest one. Compounds and blocks
    where nobody lives are no atoms; an address without residents there belongs to the nearest atom.
    """
    lived_in = residents["residents"] > 0
    loose = lived_in & residents["compound_id"].isna()
    atom_of = residents["compound_id"].where(lived_in)
    pieces, piece_of = _split(residents.loc[lived_in], compounds, edges, params)
    atom_of.loc[piece_of.index] = piece_of
    blocks = gpd.GeoDataFrame({"atom_id": [], "name": []}, geometry=[], crs=residents.crs)
    if loose.any():
        cut = _faces(residents.loc[loose], committees, edges, barriers, params)
        committee_names = committees.set_index("committee_id")["name"]
        seams = np.concatenate([arterial_lines(ways), barriers])
        blocks, block_of = _blocks(
            residents.loc[loose], cut, compounds, edges, seams, committee_names, params
        )
        atom_of.loc[loose] = block_of
    homes = compounds.loc[
        compounds["compound_id"].isin(atom_of.dropna()), ["compound_id", "name", "geometry"]
    ]
    atoms = pd.concat(
        [
            homes.assign(atom_id=homes["compound_id"], kind="compound"),
            pieces.assign(kind="compound"),
            blocks.assign(compound_id=pd.Series(None, index=blocks.index, dtype="str"), kind="block"),
        ]
    )
    text = dict.fromkeys(["atom_id", "compound_id", "name", "kind"], "str")
    atoms = atoms.astype(text).sort_values("atom_id", ignore_index=True)
    if atom_of.isna().any():
        empty = atom_of.isna()
        nearest = nearest_face(residents.geometry[empty].to_numpy(), atoms.geometry.to_numpy())
        atom_of.loc[empty] = atoms["atom_id"].to_numpy()[nearest]
    atoms["residents"] = atoms["atom_id"].map(residents["residents"].groupby(atom_of).sum())
    return gpd.GeoDataFrame(atoms, geometry="geometry", crs=residents.crs), atom_of.astype("str")


def _split(
    people: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, params: UnitsParams
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Cut compounds with too many people for a unit along the ways inside; return the pieces, and whose home is in which.

    Pieces with few people join a neighbour, as blocks do. A compound that no way cuts stays whole.
    """
    together = people["residents"].groupby(people["compound_id"]).sum()
    tables, homes = [], []
    lines = edges.loc[~edges["tunnel"]].geometry.to_numpy()
    large = together.index[together > params.residents_max]
    for compound in compounds[compounds["compound_id"].isin(large)].itertuples():
        mine = people[people["compound_id"] == compound.compound_id]
        cut = faces(lines, compound.geometry)
        face = nearest_face(mine.geometry.to_numpy(), cut)
        group = merge_small(
            np.bincount(face, mine["residents"], minlength=len(cut)).astype(np.float64),
            np.full(len(cut), compound.compound_id),
            shared_borders(cut, np.array([], dtype=object)),
            params.block_residents_min,
            params.residents_max,
        )
        used, number = np.unique(group[face], return_inverse=True)
        if len(used) < 2:
            continue
        ids = np.array([f"{compound.compound_id}-{k}" for k in range(1, len(used) + 1)], dtype=object)
        shapes = [shapely.union_all(cut[group == k]) for k in used]
        names = [f"{compound.name} {k}" for k in range(1, len(used) + 1)]
        table = {"atom_id": ids, "compound_id": compound.compound_id, "name": names}
        tables.append(gpd.GeoDataFrame(table, geometry=shapes, crs=compounds.crs))
        homes.append(pd.Series(ids[number], index=mine.index))
    if not tables:
        nothing = gpd.GeoDataFrame(
            {"atom_id": [], "compound_id": [], "name": []}, geometry=[], crs=compounds.crs
        )
        return nothing, pd.Series([], dtype="str", index=people.index[:0])
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=compounds.crs), pd.concat(homes)


def _faces(
    people: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    barriers: Geometries,
    params: UnitsParams,
) -> Geometries:
    """Cut the district along streets and barriers; where a face has too many people for a unit, along every public way."""
    ways = edges.loc[(edges["users"] == PUBLIC) & ~edges["tunnel"]]
    streets = ways.loc[ways["highway"].isin(params.block_streets)].geometry.to_numpy()
    cut = faces(np.concatenate([streets, barriers]), outline_of(committees))
    face = nearest_face(people.geometry.to_numpy(), cut)
    residents = np.bincount(face, people["residents"], minlength=len(cut))
    every = np.concatenate([ways.geometry.to_numpy(), barriers])
    parts = [
        faces(every, shape) if n > params.residents_max else [shape]
        for shape, n in zip(cut, residents, strict=True)
    ]
    return np.concatenate(parts)


def _blocks(
    people: gpd.GeoDataFrame,
    cut: Geometries,
    compounds: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    seams: Geometries,
    committee_names: pd.Series,
    params: UnitsParams,
) -> tuple[gpd.GeoDataFrame, Ints]:
    """Return the blocks (atom_id, name, geometry) in which people live, and each address's atom_id."""
    ground = without(cut, compounds.geometry.to_numpy())
    cut, ground = cut[shapely.area(ground) >= SLIVER_M2], ground[shapely.area(ground) >= SLIVER_M2]
    face = nearest_face(people.geometry.to_numpy(), ground)
    used, face = np.unique(face, return_inverse=True)
    cut, ground = cut[used], ground[used]
    residents = np.bincount(face, people["residents"], minlength=len(used)).astype(np.float64)
    group = merge_small(
        residents,
        _home(face, people, len(used)),
        shared_borders(cut, seams),
        params.block_residents_min,
        params.residents_max,
    )
    first, number = np.unique(group, return_inverse=True)
    shapes = np.array([shapely.union_all(ground[number == k]) for k in range(len(first))], dtype=object)
    ids = np.array([f"block-{k:05d}" for k in range(1, len(first) + 1)])
    streets = _street_names(shapes, edges, params.touch_m)
    homes = pd.Series(_home(number[face], people, len(ids))).map(committee_names).fillna("")
    names = np.where(streets != "", streets, np.where(homes != "", homes, ids))
    blocks = gpd.GeoDataFrame({"atom_id": ids, "name": names}, geometry=shapes, crs=people.crs)
    return blocks, ids[number[face]]


def _home(area: Ints, people: gpd.GeoDataFrame, areas: int) -> np.ndarray:
    """Return the committee_id of most people of each area, empty where none is known."""
    table = pd.DataFrame({"area": area, "committee_id": people["committee_id"].to_numpy()})
    table["residents"] = people["residents"].to_numpy()
    return _longest(table, "area", "committee_id", "residents", areas)


def _longest(table: pd.DataFrame, key: str, label: str, amount: str, count: int) -> np.ndarray:
    """Return for each key (0 … count − 1) the label with the greatest amount, of equals the first in order; else empty."""
    sums = table.groupby([key, label], as_index=False)[amount].sum()
    first = sums.sort_values([key, amount, label], ascending=[True, False, True]).drop_duplicates(key)
    result = np.full(count, "", dtype=object)
    result[first[key].to_numpy()] = first[label].to_numpy()
    return result


def _street_names(shapes: Geometries, edges: gpd.GeoDataFrame, touch_m: float) -> np.ndarray:
    """Name each block by the named public street with the greatest length along it; empty where there is none."""
    named = edges.loc[edges["name"].notna() & (edges["users"] == PUBLIC)]
    lines = named.geometry.to_numpy()
    shape, line = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=touch_m)
    near = shapely.buffer(shapes, touch_m, quad_segs=2)
    table = pd.DataFrame(
        {
            "shape": shape,
            "name": named["name"].to_numpy()[line],
            "length_m": shapely.length(shapely.intersection(lines[line], near[shape])),
        }
    )
    return _longest(table, "shape", "name", "length_m", len(shapes))
