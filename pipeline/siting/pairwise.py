"""Read pairwise comparisons of the scenarios, and take weights and their consistency from them (AHP)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from pymcdm.weights.subjective import AHP

from pipeline.errors import ValueRowError
from pipeline.intake.layers import SHEETS
from pipeline.intake.sheets import read_sheet
from pipeline.intake.text import read_text_table
from pipeline.intake.values import known
from pipeline.scoring.weights import Floats
from pipeline.settings import Layer

_NEAR = 0.01  # 0.33 is read as the reciprocal of 3


@dataclass(frozen=True)
class Pairwise:
    """Weights of the scenarios, in the catalogue's order, and the consistency ratio; over 0.1 is not consistent."""

    weights: Floats
    consistency_ratio: float


def read_pairwise(path: Path, layer: Layer, scenarios: Sequence[str]) -> Pairwise:
    """Return the weights of a square table: headings and first column are scenario ids.

    A cell says how many times as important its row is as its column, from 1/9 to 9; the lower half may stay blank.

    Raises
    ------
    ValueRowError
        A scenario is missing or strange, a cell is no number from 1/9 to 9, a pair is given nowhere, or its two cells
        contradict each other.

    Source
    ------
    Saaty (1977), A scaling method for priorities in hierarchical structures; random indices of Tummala & Ling (1998).
    """
    where = f"pairwise ({layer.path})"
    frame = (read_sheet if path.suffix.lower() in SHEETS else read_text_table)(path, layer, where)
    frame = frame.set_index(frame.columns[0])
    for what, found in (("first column", frame.index), ("headings", frame.columns)):
        names = [str(name).strip() for name in found]
        if sorted(names) != sorted(scenarios):
            raise ValueRowError(
                f"{where}, {what}", f"has {', '.join(names)}", f"each of {', '.join(scenarios)} once"
            )
    frame.index, frame.columns = (frame.index.str.strip(), frame.columns.str.strip())
    given = {
        (row, column): _times(cell, f"{where}, row {row}, column {column}")
        for column in scenarios
        for row, cell in zip(frame.index, known(frame[column]), strict=True)
        if cell is not None
    }
    size = len(scenarios)
    matrix = np.ones((size, size))
    for i, a in enumerate(scenarios):
        if abs(given.get((a, a), 1.0) - 1) > _NEAR:
            raise ValueRowError(f"{where}, row {a}, column {a}", f"{given[a, a]:g}", "1")
        for j in range(i + 1, size):
            matrix[i, j] = _pair(given, a, scenarios[j], where)
            matrix[j, i] = 1 / matrix[i, j]
    ahp = AHP(matrix=matrix)
    return Pairwise(np.asarray(ahp(), float), float(ahp.get_cr()))


def _pair(given: dict[tuple[str, str], float], a: str, b: str, where: str) -> float:
    one, other = given.get((a, b)), given.get((b, a))
    if one is None and other is None:
        raise ValueRowError(
            f"{where}, row {a}, column {b}", "is blank in both halves", "a number from 1/9 to 9"
        )
    if one is not None and other is not None and abs(one * other - 1) > _NEAR * max(1, one, other):
        raise ValueRowError(
            f"{where}, row {a}, column {b}", f"{one:g}, but row {b}, column {a} has {other:g}",
            "reciprocals, or one of the two blank",
        )  # fmt: skip
    return one if one is not None and (other is None or one >= 1) else 1 / (other or 1.0)


def _times(cell: Any, where: str) -> float:
    try:
        times = float(Fraction(str(cell).strip()))
    except (ValueError, ZeroDivisionError):
        times = np.nan
    if not 1 / 9 - _NEAR <= times <= 9:
        raise ValueRowError(where, f"{cell!r}", "a number from 1/9 to 9, such as 3 or 1/3")
    return times
