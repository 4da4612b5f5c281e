"""Turn tables of atoms, addresses and neighbours into the arrays of a programme."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.settings import UnitsParams
from pipeline.units.programme import Floats, Programme


def assemble(
    residents: Floats,
    pairs: pd.DataFrame,
    minutes: Floats,
    arterials: Floats,
    members: pd.DataFrame,
    ties: pd.DataFrame,
    params: UnitsParams,
) -> Programme:
    """Return the programme of n atoms.

    Parameters
    ----------
    residents
        People of each atom.
    pairs
        Neighbours, columns a and b: positions of atoms, each pair once.
    minutes, arterials
        The walk between any two atoms (n × n) and the arterials between them.
    members
        Columns atom (position), committee_id, residents: who lives in which committee; unknown committees left out.
    ties
        Columns a, b (positions) and apart: atoms that must share a unit, or must not.
    """
    n = len(residents)
    graph = np.concatenate([pairs[["a", "b"]].to_numpy(), pairs[["b", "a"]].to_numpy()]).astype(np.int64)
    graph = graph[np.lexsort((graph[:, 1], graph[:, 0]))]
    codes, names = pd.factorize(members["committee_id"], sort=True)
    lived = members.assign(code=codes).sort_values(["atom", "code"])
    felt = params.cost_per_arterial_minutes * arterials
    felt += minutes  # in place: n × n is gigabytes at 20,000 atoms
    both = np.concatenate([ties[["a", "b"]].to_numpy(), ties[["b", "a"]].to_numpy()]).astype(np.int64)
    apart = np.tile(ties["apart"].to_numpy(dtype=np.bool_), 2)
    by_atom = np.lexsort((both[:, 1], both[:, 0]))
    return Programme(
        residents=residents.astype(np.float64),
        first=_starts(graph[:, 0], n),
        neighbours=np.ascontiguousarray(graph[:, 1]),
        burden=np.multiply(felt.T, residents[None, :], order="C"),
        committee_first=_starts(lived["atom"].to_numpy(), n),
        committee=lived["code"].to_numpy(dtype=np.int64),
        committee_people=lived["residents"].to_numpy(dtype=np.float64),
        committees=len(names),
        tie_first=_starts(both[by_atom, 0], n),
        tie=np.ascontiguousarray(both[by_atom, 1]),
        apart=apart[by_atom],
        residents_min=float(params.residents_min),
        residents_max=float(params.residents_max),
        unit_cost=params.cost_per_unit_person_minutes,
        cut_cost=params.cost_per_committee_cut_person_minutes,
        committee_share_min=params.committee_share_min,
        leftover_cost=params.cost_per_leftover_resident_minutes,
    )


def _starts(rows: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    """Return where each of n rows starts in a sorted list of row numbers, and its end."""
    return np.searchsorted(rows, np.arange(n + 1)).astype(np.int64)
