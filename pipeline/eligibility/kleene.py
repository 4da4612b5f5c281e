"""Combine columns whose values may be unknown, by Kleene's three-valued logic.

An unknown operand decides nothing: `false and unknown` is false, `true and unknown` is unknown, `true or unknown` is
true. So a result that is known stays the same whatever the unknown values turn out to be.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Column(NamedTuple):
    """Values of a column and whether each is known; what stands where it is not known means nothing."""

    values: NDArray[Any]
    known: NDArray[np.bool_]

    @property
    def true(self) -> NDArray[np.bool_]:
        """Where a truth column is known to be true."""
        return self.known & self.values.astype(bool)

    @property
    def false(self) -> NDArray[np.bool_]:
        """Where a truth column is known to be false."""
        return self.known & ~self.values.astype(bool)

    def items(self) -> list[Any]:
        """Return the values as plain Python objects, None where unknown."""
        return [v if k else None for v, k in zip(self.values.tolist(), self.known, strict=True)]


def truth(true: NDArray[np.bool_], false: NDArray[np.bool_]) -> Column:
    """Return the truth column that is true here, false there, and unknown elsewhere."""
    return Column(true, true | false)


def both(a: Column, b: Column) -> Column:
    """Return `a and b`."""
    return truth(a.true & b.true, a.false | b.false)


def either(a: Column, b: Column) -> Column:
    """Return `a or b`."""
    return truth(a.true | b.true, a.false & b.false)


def negation(a: Column) -> Column:
    """Return `not a`."""
    return truth(a.false, a.true)


def from_series(series: pd.Series) -> Column:
    """Return a pandas column; whole numbers stay whole, so that they compare exactly."""
    known = series.notna().to_numpy()
    kinds = pd.api.types
    if kinds.is_bool_dtype(series.dtype):
        return Column(series.fillna(False).to_numpy(bool), known)
    if kinds.is_integer_dtype(series.dtype):
        return Column(series.fillna(0).to_numpy(np.int64), known)
    if kinds.is_float_dtype(series.dtype):
        return Column(series.fillna(0.0).to_numpy(np.float64), known)
    return Column(series.astype(object).where(known, "").to_numpy(object), known)


def constant(value: Any, size: int) -> Column:
    """Return a column that holds one known value everywhere."""
    kind = object if isinstance(value, str) else None
    return Column(np.full(size, value, dtype=kind), np.ones(size, bool))


def unknown(size: int) -> Column:
    """Return a truth column of which nothing is known."""
    return Column(np.zeros(size, bool), np.zeros(size, bool))
