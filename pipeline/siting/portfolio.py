"""Choose the pilots together: so many, within the budget, spread over sub-districts, of which types; an integer programme.

As in the ranking, candidates that pass every rule come first: the choice holds as many of them as the limits allow, and
among such choices the highest sum of priorities. Only ranked candidates can be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.errors import SettingsError
from pipeline.scoring.weights import Floats

Choice = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """What a choice has to keep.

    Award and budget in CNY (None: no limit), must and must_not by unit_id, `of_type` the least and most pilots of a type.
    """

    max_pilots: int
    budget_cny: float | None
    award_cny: float
    min_subdistricts: int
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    of_type: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    verdict_first: bool = True

    def each_lifted(self) -> Iterator[tuple[str, str, Limits]]:
        """Yield (limit, unit_id or empty, limits without it); of number and budget, with one pilot or award more."""
        yield "max_pilots", "", replace(self, max_pilots=self.max_pilots + 1)
        if self.budget_cny is not None:
            yield "budget", "", replace(self, budget_cny=self.budget_cny + self.award_cny)
        yield "min_subdistricts", "", replace(self, min_subdistricts=0)
        for kind in self.of_type:
            others = {k: bounds for k, bounds in self.of_type.items() if k != kind}
            yield "of_type", kind, replace(self, of_type=others)
        yield "verdict_first", "", replace(self, verdict_first=False)
        for unit in self.must:
            yield "must", unit, replace(self, must=tuple(u for u in self.must if u != unit))
        for unit in self.must_not:
            yield "must_not", unit, replace(self, must_not=tuple(u for u in self.must_not if u != unit))


@dataclass(frozen=True)
class Pool:
    """The ranked candidates: unit_id, priority, whether each passes, its sub-district (missing: not known), its type."""

    units: tuple[str, ...]
    priority: Floats
    passes: NDArray[np.bool_]
    subdistrict: pd.Series
    pilot_type: pd.Series

    def check_names(self, limits: Limits, candidates: Sequence[str]) -> None:
        """Say where the limits name what cannot be meant.

        Raises
        ------
        SettingsError
            A unit is no candidate, must be and must not be chosen, or must be and is not ranked.
        """
        for key, named in (("must", limits.must), ("must_not", limits.must_not)):
            where = f"params.yaml, portfolio.{key}"
            for unit in named:
                if unit not in candidates:
                    raise SettingsError(
                        where, f"names {unit}, which is no candidate", "unit_id of candidates"
                    )
        for unit in limits.must:
            if unit in limits.must_not:
                raise SettingsError("params.yaml, portfolio", f"{unit} stands in must and in must_not")
            if unit not in self.units:
                raise SettingsError(
                    "params.yaml, portfolio.must", f"{unit} is not ranked and cannot be chosen"
                )


def choose(pool: Pool, limits: Limits, barred: Sequence[Choice] = ()) -> Choice | None:
    """Return the best choice that keeps the limits and is none of `barred`; None where there is none."""
    constraints = _constraints(pool, limits, barred)
    if limits.verdict_first:
        most = _solve(pool, pool.passes.astype(float), limits, constraints)
        if most is None:
            return None
        row = np.append(pool.passes.astype(float), np.zeros(_groups(pool)))
        constraints = [*constraints, LinearConstraint(row, pool.passes[most].sum() - 0.5, np.inf)]
    return _solve(pool, pool.priority, limits, constraints)


def plans(pool: Pool, limits: Limits, count: int) -> list[Choice]:
    """Return the best choice and the next best ones, `count` in all where there are so many."""
    found: list[Choice] = []
    while len(found) < count:
        plan = choose(pool, limits, found)
        if plan is None:
            break
        found.append(plan)
    return found


def _groups(pool: Pool) -> int:
    return int(pool.subdistrict.nunique())


def _constraints(pool: Pool, limits: Limits, barred: Sequence[Choice]) -> list[LinearConstraint]:
    """Return the rows over one variable a candidate, and one a sub-district: whether it counts as served."""
    size, groups = len(pool.units), _groups(pool)
    every, none = np.append(np.ones(size), np.zeros(groups)), np.zeros(size + groups)
    rows = [LinearConstraint(every, -np.inf, limits.max_pilots)]
    if limits.budget_cny is not None:
        rows.append(LinearConstraint(every * limits.award_cny / 1e6, -np.inf, limits.budget_cny / 1e6))
    for kind, (least, most) in limits.of_type.items():
        of_kind = np.append(pool.pilot_type.eq(kind).to_numpy(float), np.zeros(groups))
        rows.append(LinearConstraint(of_kind, least, most))
    codes = pd.factorize(pool.subdistrict, sort=True)[0]
    for group in range(groups):
        served = none.copy()
        served[size + group] = 1
        served[:size] = -1.0 * (codes == group)
        rows.append(LinearConstraint(served, -np.inf, 0))
    counted = np.append(np.zeros(size), np.ones(groups))
    rows.append(LinearConstraint(counted, limits.min_subdistricts, np.inf))
    for plan in barred:
        # at least one candidate goes in or out
        cut = np.append(np.where(plan, -1.0, 1.0), np.zeros(groups))
        rows.append(LinearConstraint(cut, 1 - plan.sum(), np.inf))
    return rows


def _solve(pool: Pool, worth: Floats, limits: Limits, constraints: list[LinearConstraint]) -> Choice | None:
    size, groups = len(pool.units), _groups(pool)
    low = np.append(np.isin(pool.units, limits.must), np.zeros(groups)).astype(float)
    high = np.append(~np.isin(pool.units, limits.must_not), np.ones(groups)).astype(float)
    found = milp(
        np.append(-worth, np.zeros(groups)),
        integrality=np.ones(size + groups),
        bounds=Bounds(low, high),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    chosen: Choice = found.x[:size] > 0.5
    return chosen
