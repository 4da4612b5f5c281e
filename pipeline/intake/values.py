"""Turn cells as people type them into typed columns, or say which rows cannot be read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pandas as pd

from pipeline.errors import ValueRowError
from pipeline.intake.words import FALSE, NUMBER_SUFFIXES, TRUE, half_width, is_unknown
from pipeline.tables import Field

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*")
# missing cells are possible in every column of a file, also in those that a table's rows later always have
_DTYPES = {
    "str": "str",
    "float": "float64",
    "Int": "Int64",
    "int": "Int64",
    "bool": "boolean",
    "boolean": "boolean",
    "date": "str",
}
SHOWN = 5


def known(cells: pd.Series, codes: tuple[str, ...] = ()) -> pd.Series:
    """Return the cells with every marker of *not known* (blank, —, 不详 …) that is no code as None."""
    return pd.Series([_or_missing(cell, codes) for cell in cells], index=cells.index, dtype="object")


def _or_missing(cell: Any, codes: tuple[str, ...]) -> Any:
    if isinstance(cell, str):
        if cell in codes:
            return cell
        return None if is_unknown(cell) else cell.strip()
    return None if cell is None or cell is pd.NaT or cell != cell else cell


def typed(cells: pd.Series, field: Field, codes: tuple[str, ...], where: str) -> pd.Series:
    """Return the cells in the field's type; what is not known is missing.

    Raises
    ------
    ValueRowError
        Cells that cannot be read as the type, that no code list has, or that lie outside the field's range.
        The index of `cells` is the row number in the file.
    """
    cells = known(cells, codes)
    read = _READERS[field.type]
    values: list[Any] = []
    bad: dict[Any, str] = {}
    for row, cell in cells.items():
        try:
            values.append(None if cell is None else read(cell, field))
        except (ValueError, TypeError):
            values.append(None)
            bad[row] = str(cell)
    expected = {"float": "a number", "Int": "a whole number", "int": "a whole number", "date": "a date"}
    if bad:
        _fail(where, field, bad, expected.get(field.type, "是 or 否 (yes or no)"))
    result = pd.Series(values, index=cells.index, dtype="object")
    present = result.dropna()
    if codes:
        strange = present[~present.isin(codes)]
        if len(strange):
            _fail(
                where,
                field,
                strange.astype(str).to_dict(),
                f"one of {', '.join(codes)}",
                "add it under `values`",
            )
    if field.type in ("float", "Int", "int"):
        low = 0.0 if field.min is None else field.min
        high = float("inf") if field.max is None else field.max
        outside = present[~present.between(low, high)]
        if len(outside):
            _fail(where, field, outside.astype(str).to_dict(), f"a number from {low:g} to {high:g}")
    return result.astype(_DTYPES[field.type])


def _fail(
    where: str, field: Field, bad: dict[Any, str], expected: str, todo: str = "correct the file"
) -> None:
    by_value: dict[str, list[str]] = {}
    for row, text in bad.items():
        by_value.setdefault(text, []).append(str(row))
    shown = "; ".join(
        f"{text!r} in row {', '.join(rows[:SHOWN])}{' …' if len(rows) > SHOWN else ''}"
        for text, rows in list(by_value.items())[:SHOWN]
    )
    more = f" (and {len(by_value) - SHOWN} other values)" if len(by_value) > SHOWN else ""
    raise ValueRowError(f"{where}, column {field.name} {field.zh}", f"{shown}{more}", expected, todo)


def number(cell: Any, percent: bool = False) -> float:
    """Read a number: thousands commas, full-width digits, a unit behind it and, where allowed, a percent sign.

    Raises
    ------
    ValueError
        It is none.
    """
    if isinstance(cell, bool):
        raise ValueError(cell)
    if not isinstance(cell, str):
        return _finite(cell)
    text = half_width(cell).replace(",", "").replace(" ", "")
    if percent:
        text = text.removesuffix("%")
    for suffix in NUMBER_SUFFIXES:
        if text.endswith(half_width(suffix)):
            text = text.removesuffix(half_width(suffix))
            break
    if not _NUMBER.fullmatch(text):
        raise ValueError(cell)
    return _finite(text)


def _finite(cell: Any) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(cell)
    return value


def _whole(cell: Any, field: Field) -> int:
    value = number(cell)
    if value != int(value) or abs(value) >= 2**53:  # beyond that floats leave out whole numbers
        raise ValueError(cell)
    return int(value)


def _boolean(cell: Any, field: Field) -> bool:
    if isinstance(cell, bool):
        return cell
    word = half_width(text(cell)).lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError(cell)


def _date(cell: Any, field: Field) -> str:
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10]
    match = _DATE.fullmatch(half_width(str(cell)))
    if not match:
        raise ValueError(cell)
    return date(*(int(part) for part in match.groups())).isoformat()


def text(cell: Any) -> str:
    """Return a cell as text; a whole number without its decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


_READERS: dict[str, Callable[[Any, Field], Any]] = {
    "str": lambda cell, field: text(cell),
    "float": lambda cell, field: number(cell, percent=field.unit == "%"),
    "Int": _whole,
    "int": _whole,
    "bool": _boolean,
    "boolean": _boolean,
    "date": _date,
}
