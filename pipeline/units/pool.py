"""Keep the distinct units that a search meets, each with its price: the columns of the master programme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.sparse import csr_array, vstack

from pipeline.units.programme import Floats, Ints, Words


class Pool(NamedTuple):
    """Up to `len(price)` units: unit k has `atoms[first[k]:first[k + 1]]` and costs `price[k]`.

    `word` is a random number for each atom; a unit is known by the sum of its atoms' words, looked up in the open hash
    table `slots` (unit + 1; 0: empty). `size` holds how many units there are, in an array so that it can grow.
    """

    word: Words
    key: Words
    slots: Ints
    first: Ints
    atoms: Ints
    price: Floats
    size: Ints


def empty_pool(atoms: int, units_max: int) -> Pool:
    """Return a pool without units, with room for `units_max` of them, of a dozen or two of atoms on average."""
    size = 1 << max(4, int(2 * units_max - 1).bit_length())
    return Pool(
        np.random.default_rng(0).integers(1, 2**63, atoms).astype(np.uint64),
        np.zeros(units_max, dtype=np.uint64),
        np.zeros(size, dtype=np.int64),
        np.zeros(units_max + 1, dtype=np.int64),
        np.zeros(units_max * min(atoms, 32), dtype=np.int32),
        np.zeros(units_max),
        np.zeros(1, dtype=np.int64),
    )


def together(pools: Sequence[Pool], atoms: int) -> tuple[csr_array, Floats]:
    """Return the distinct units of some pools over the same atoms: rows with 1 where a unit has the atom, and prices."""
    rows, prices, keys = [], [], []
    for pool in pools:
        units, end = int(pool.size[0]), int(pool.first[pool.size[0]])
        part = (np.ones(end), pool.atoms[:end], pool.first[: units + 1])
        rows.append(csr_array(part, shape=(units, atoms)))
        prices.append(pool.price[:units])
        keys.append(pool.key[:units])
    _, first = np.unique(np.concatenate(keys), return_index=True)
    first.sort()
    return vstack(rows, format="csr")[first], np.concatenate(prices)[first]


@njit(cache=True)
def remember(pool: Pool, atoms: Ints, price: float) -> bool:
    """Put a unit into the pool if it is new and there is room; tell whether it was put there."""
    count = pool.size[0]
    start = pool.first[count]
    if count == len(pool.price) or start + len(atoms) > len(pool.atoms):
        return False
    key = np.uint64(0)
    for i in atoms:
        key += pool.word[i]
    mask = np.uint64(len(pool.slots) - 1)
    at = (key ^ (key >> np.uint64(29))) & mask
    while pool.slots[at]:
        if pool.key[pool.slots[at] - 1] == key:
            return False
        at = (at + np.uint64(1)) & mask
    pool.slots[at] = count + 1
    pool.key[count] = key
    pool.price[count] = price
    for k in range(len(atoms)):
        pool.atoms[start + k] = atoms[k]
    pool.first[count + 1] = start + len(atoms)
    pool.size[0] = count + 1
    return True
