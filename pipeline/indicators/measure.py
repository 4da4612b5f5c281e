"""Hold what an indicator found in every unit, and the arithmetic of shares and means of which a part is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.tables import FIELDS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Measure:
    """What was found, an entry a unit.

    `value` is NaN where nothing can be said; `low` and `high` are the value if every unknown were lowest or highest
    (NaN: without bound on that side); `evidence_share` is the part of the people or the land with evidence.
    """

    value: Floats
    low: Floats
    high: Floats
    evidence_share: Floats
    evidence: Sequence[str]
    note: Sequence[str]

    def noted(self, where: Bools, note: str) -> Measure:
        """Return the measure with a note added where a condition holds."""
        notes = [
            f"{old}; {note}" if old and hit else note if hit else old
            for old, hit in zip(self.note, where, strict=True)
        ]
        return replace(self, note=notes)


def measured(
    value: Floats, low: Floats, high: Floats, evidence_share: Floats, evidence: Sequence[str]
) -> Measure:
    """Return a measure without notes; a value always lies in its interval."""
    inside = np.fmin(np.fmax(value, low), high)
    return Measure(
        np.where(np.isnan(value), np.nan, inside), low, high, evidence_share, evidence, [""] * len(value)
    )


def unknown(units: int, note: str, evidence: str = "") -> Measure:
    """Return a measure of which nothing is known in any unit."""
    nothing = np.full(units, np.nan)
    return Measure(nothing, nothing, nothing, np.zeros(units), [evidence] * units, [note] * units)


@dataclass(frozen=True)
class Membership:
    """Which addresses are in which unit: pairs of row numbers. An address may be in a committee and a proposed unit."""

    unit: Ints
    point: Ints
    units: int

    @classmethod
    def of(cls, units: pd.DataFrame, residents: pd.DataFrame, address_areas: pd.DataFrame) -> Membership:
        """Pair addresses with the committee that they are in and with the proposed unit that they are in."""
        area = residents["point_id"].map(address_areas.set_index("point_id")["unit_id"])
        sides = []
        for kind, belongs in (("committee", residents["committee_id"]), ("proposed", area)):
            rows = pd.Series(
                np.flatnonzero(units["kind"] == kind), index=units["unit_id"][units["kind"] == kind]
            )
            unit = belongs.map(rows)
            point = np.flatnonzero(unit.notna())
            sides.append((unit.to_numpy(np.float64)[point].astype(np.int64), point))
        return cls(
            np.concatenate([unit for unit, _ in sides]),
            np.concatenate([point for _, point in sides]),
            len(units),
        )

    def total(self, per_point: NDArray) -> Floats:
        """Sum over the addresses of each unit."""
        return sums(self.unit, np.asarray(per_point, np.float64)[self.point], self.units)


def sums(index: Ints, values: NDArray, count: int) -> Floats:
    """Sum values by a row number from 0 to count − 1."""
    return np.bincount(index, values, minlength=count).astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def evidence_text(layers: str, count: Floats, what: str) -> list[str]:
    """Say which layers a value rests on and how many people, e.g. `walk_times; 3,412 3—6岁学前儿童 children 3–6`.

    `what` is a column of `residents`, or a text of one's own.
    """
    label = f"{FIELDS[what].zh} {FIELDS[what].en}" if what in FIELDS else what
    return [f"{layers}; {n:,.0f} {label}" for n in count]


def share_of_people(
    members: Membership, weight: Floats, yes: Bools, unknown_: Bools, typical: Bools, evidence: Sequence[str]
) -> Measure:
    """Return the percentage of people for whom something holds.

    Parameters
    ----------
    weight
        People at each address.
    yes, unknown_
        Per address: it holds; it cannot be known whether it does. Neither: it does not hold.
    typical
        Per address: whether it holds would be known either way. The value is the percentage among these, since an
        address near the edge of the data, or with an incomplete list, can only ever be known to be served: counting
        it among the known would make ignorance look like service.
    """
    people = members.total(weight)
    held, open_ = members.total(weight * yes), members.total(weight * unknown_)
    low, high = 100 * ratio(held, people), 100 * ratio(held + open_, people)
    value = 100 * ratio(members.total(weight * (yes & typical)), members.total(weight * typical))
    settled = np.isnan(value) & (open_ == 0)
    found = measured(
        np.where(settled, low, value), low, high, np.nan_to_num(1 - ratio(open_, people)), evidence
    )
    return found.noted(people == 0, "无此类人群 no such people")


def mean_of_people(
    members: Membership, weight: Floats, of: Floats, bounds: tuple[float, float], evidence: Sequence[str]
) -> Measure:
    """Return the mean over people of a number that is NaN where unknown.

    The value is the mean over the known; the ends of the interval put all unknown people at one of the bounds.
    """
    known = ~np.isnan(of)
    people, known_people = members.total(weight), members.total(weight * known)
    value = ratio(members.total(np.where(known, weight * np.nan_to_num(of), 0.0)), known_people)
    share = np.nan_to_num(ratio(known_people, people))
    return widened(value, share, bounds, evidence).noted(people == 0, "无居民 no residents")


def widened(value: Floats, share: Floats, bounds: tuple[float, float], evidence: Sequence[str]) -> Measure:
    """Return a mean of which only a share is known, with the unknown rest at the bounds for the interval's ends."""
    known = share * np.nan_to_num(value)
    # a known part beyond the bounds is never pulled inwards, so the mean of the known stays inside its interval
    least, most = np.fmin(value, bounds[0]), np.fmax(value, bounds[1])
    return measured(value, known + (1 - share) * least, known + (1 - share) * most, share, evidence)
