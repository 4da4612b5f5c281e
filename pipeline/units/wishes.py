"""Turn people's wishes for units into locked units and tied atoms, and refuse what cannot be."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pipeline.errors import ValueRowError
from pipeline.settings import UnitsParams
from pipeline.units.programme import TOLERANCE, Ints

WHERE = "unit_wishes"


@dataclass(frozen=True)
class Wishes:
    """Units that stand as they are, by name, and ties: columns a, b (positions of atoms), apart."""

    locked: dict[str, Ints]
    ties: pd.DataFrame


def read_wishes(
    rows: pd.DataFrame, atoms: gpd.GeoDataFrame, pairs: pd.DataFrame, params: UnitsParams
) -> Wishes:
    """Return what the table `unit_wishes` asks for.

    A row *together* or *apart* names two atoms (a, b), a row *locked* an atom (a) and the name of its unit (b): all atoms
    with that name are one unit, and nothing else is in it. An atom is named by its id, or by its name where only one has it.

    Raises
    ------
    ValueRowError
        An atom is unknown or its name not unique; a cell is empty; a locked unit is not in range, not connected, or has
        an atom of another; wishes contradict each other; atoms that belong together have more residents than a unit may
        have, or no walk joins them.
    """
    locked: dict[str, list[int]] = {}
    owner: dict[int, str] = {}
    ties: list[tuple[int, int, bool, int]] = []
    for row, kind, a, b in rows[["row", "kind", "a", "b"]].itertuples(index=False, name=None):
        if pd.isna(a) or pd.isna(b):
            raise ValueRowError(
                f"{WHERE}, row {row}", "a or b is empty", "two atoms, or an atom and a unit's name"
            )
        first = _atom(str(a), atoms, row)
        if kind == "locked":
            if owner.setdefault(first, str(b)) != str(b):
                raise ValueRowError(
                    f"{WHERE}, row {row}",
                    f"{a} is locked in {owner[first]} and in {b}",
                    "one locked unit an atom",
                )
            locked.setdefault(str(b), []).append(first)
        else:
            ties.append((first, _atom(str(b), atoms, row), kind == "apart", int(row)))
    units = {name: np.unique(np.array(members)) for name, members in locked.items()}
    for name, members in units.items():
        _check_locked(name, members, atoms, pairs, params)
    _check_ties(ties, owner, atoms, pairs, params)
    free = [(a, b, apart) for a, b, apart, _ in ties if a not in owner and b not in owner]
    table = pd.DataFrame(sorted(set(free)), columns=["a", "b", "apart"]).astype(
        {"a": "int64", "b": "int64", "apart": "bool"}
    )
    return Wishes(units, table)


def _atom(text: str, atoms: gpd.GeoDataFrame, row: int) -> int:
    for column in ("atom_id", "name"):
        found = np.flatnonzero((atoms[column] == text).to_numpy())
        if len(found) == 1:
            return int(found[0])
        if len(found) > 1:
            ids = ", ".join(atoms["atom_id"].to_numpy()[found])
            raise ValueRowError(
                f"{WHERE}, row {row}", f"{text} is the name of {len(found)} atoms: {ids}", "an atom_id"
            )
    raise ValueRowError(
        f"{WHERE}, row {row}",
        f"{text} is no atom",
        "atom_id or name of table atoms: a compound with residents, or a block of the land between",
        "see column atom_id of layer atoms in candidates.gpkg",
    )


def _check_locked(
    name: str, members: Ints, atoms: gpd.GeoDataFrame, pairs: pd.DataFrame, params: UnitsParams
) -> None:
    people = float(atoms["residents"].to_numpy()[members].sum())
    where = f"{WHERE}, locked unit {name}"
    if not params.residents_min - TOLERANCE <= people <= params.residents_max + TOLERANCE:
        raise ValueRowError(
            where, f"has {people:,.0f} residents", f"{params.residents_min:,}–{params.residents_max:,}",
            "lock other atoms, or none here",
        )  # fmt: skip
    inside = pairs[pairs["a"].isin(members) & pairs["b"].isin(members)]
    parts = _parts(len(atoms), inside)[members]
    if len(set(parts.tolist())) > 1:
        ids = ", ".join(atoms["atom_id"].to_numpy()[members[parts != parts[0]]])
        raise ValueRowError(
            where, f"is not connected on foot: {ids} lie apart", "neighbours", "lock the atoms between too"
        )


def _check_ties(
    ties: list[tuple[int, int, bool, int]],
    owner: dict[int, str],
    atoms: gpd.GeoDataFrame,
    pairs: pd.DataFrame,
    params: UnitsParams,
) -> None:
    ids, people = atoms["atom_id"].to_numpy(), atoms["residents"].to_numpy()
    joined = pd.DataFrame([(a, b) for a, b, apart, _ in ties if not apart], columns=["a", "b"], dtype="int64")
    group = _parts(len(atoms), joined)
    together = np.bincount(group, people)
    usable = people <= params.residents_max + TOLERANCE
    usable[list(owner)] = False
    near = _parts(len(atoms), pairs[usable[pairs["a"]] & usable[pairs["b"]]])
    for a, b, apart, row in ties:
        where, both = f"{WHERE}, row {row}", f"{ids[a]} and {ids[b]}"
        same_lock = a in owner and owner.get(b) == owner[a]
        if a == b:
            raise ValueRowError(where, f"{ids[a]} stands on both sides", "two atoms")
        if apart and (group[a] == group[b] or same_lock):
            other = "locked in one unit" if same_lock else "together by other rows"
            raise ValueRowError(where, f"{both} belong apart, and are {other}", "wishes that agree")
        if apart or same_lock:
            continue
        if a in owner or b in owner:
            raise ValueRowError(
                where,
                f"{both} belong together, and one of them is locked without the other",
                "wishes that agree",
            )
        if together[group[a]] > params.residents_max + TOLERANCE:
            raise ValueRowError(
                where, f"{both}, with all that belongs together with them, have {together[group[a]]:,.0f} residents",
                f"at most {params.residents_max:,}",
            )  # fmt: skip
        if near[a] != near[b]:
            raise ValueRowError(
                where,
                f"no walk joins {both}",
                "atoms that one walks between",
                "wish them apart, or build the way first",
            )


def _parts(count: int, pairs: pd.DataFrame) -> Ints:
    graph = csr_array((np.ones(len(pairs)), (pairs["a"], pairs["b"])), shape=(count, count))
    return connected_components(graph, directed=False)[1]
