"""Check the size of units, existing or proposed: the result, its margin, and a sentence that says so."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pipeline.settings import UnitsParams
from pipeline.units.programme import TOLERANCE
from pipeline.units.sentences import Facts, on_unit


def check_units(
    units: list[str],
    addresses: pd.DataFrame,
    atoms: pd.Series,
    pairs: pd.DataFrame,
    params: UnitsParams,
    locked: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the tables `units` and `unit_members` say of each unit, in the order given.

    Parameters
    ----------
    units
        Their ids; one without addresses has no residents.
    addresses
        One row an address: unit_id, atom_id, committee_id, residents, residents_low, residents_high.
    atoms
        The atom_ids that `pairs` (columns a, b) refers to by position.
    locked
        Units that stand as they are because people wish so.

    Returns
    -------
    DataFrame
        unit_id, residents, residents_low, residents_high, size_result, near_miss, margin_residents, connected, atoms,
        committees_cut, locked, reason,
        reason_en. A unit is connected when its atoms hang together, parts with no more than
        `committee_share_min` of its residents apart.
    DataFrame
        unit_id, atom_id, residents.
    """
    counts = ["residents", "residents_low", "residents_high"]
    table = addresses.groupby("unit_id")[counts].sum().reindex(units, fill_value=0.0)
    people = table["residents"]
    low, high = float(params.residents_min), float(params.residents_max)
    small, large = people < low - TOLERANCE, people > high + TOLERANCE
    table["size_result"] = np.select([small, large], ["too_small", "too_large"], "fits")
    table["margin_residents"] = np.minimum(people - low, high - people)
    limit = np.where(small, low, high)
    table["near_miss"] = (small | large) & (-table["margin_residents"] <= params.near_miss_share * limit)
    members = addresses.groupby(["unit_id", "atom_id"], as_index=False)["residents"].sum()
    table["connected"] = _hang_together(units, members, people, atoms, pairs, params.committee_share_min)
    table["atoms"] = members.groupby("unit_id").size().reindex(units, fill_value=0)
    shares = addresses.groupby(["unit_id", "committee_id"], as_index=False)["residents"].sum()
    present = shares["residents"] > params.committee_share_min * shares["unit_id"].map(people).astype(float)
    table["committees_cut"] = shares[present].groupby("unit_id").size().reindex(units, fill_value=0)
    table["locked"] = table.index.isin(list(locked))
    facts = table[list(Facts._fields)].itertuples(index=False, name=None)
    sentences = [on_unit(Facts(*row), params) for row in facts]
    for k, column in enumerate(("reason", "reason_en")):
        table[column] = pd.Series([s[k] for s in sentences], index=table.index, dtype="str")
    return table.rename_axis("unit_id").reset_index(), members


def _hang_together(
    units: list[str],
    members: pd.DataFrame,
    people: pd.Series,
    atoms: pd.Series,
    pairs: pd.DataFrame,
    share: float,
) -> np.ndarray:
    """Tell for each unit whether one connected part of it holds all its people, parts up to `share` of them apart."""
    where = members.reset_index(drop=True)
    where = where.assign(atom=pd.Index(atoms).get_indexer(where["atom_id"]), row=where.index)
    ends = pairs.merge(where, left_on="a", right_on="atom")
    ends = ends.merge(where, left_on=["b", "unit_id"], right_on=["atom", "unit_id"], suffixes=("_a", "_b"))
    graph = csr_array((np.ones(len(ends)), (ends["row_a"], ends["row_b"])), shape=(len(where),) * 2)
    _, where["part"] = connected_components(graph, directed=False)
    parts = where.groupby(["unit_id", "part"], as_index=False)["residents"].sum()
    counted = parts.loc[parts["residents"] > share * parts["unit_id"].map(people).astype(float)]
    return (counted.groupby("unit_id").size().reindex(units, fill_value=0) == 1).to_numpy(dtype=bool)
