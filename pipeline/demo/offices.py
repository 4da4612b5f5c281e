"""Say how far the committees' offices are: who has done the homework of a pilot, and where renewal is planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.demo.city import City
from pipeline.demo.people import People

FULL, PARTLY = 5, 7  # committees that have done all of it, and most of it
EFFORTS = {"full": 1.0, "partly": 0.72, "some": 0.35, "little": 0.1}
UNKNOWN = {
    "full": 0.004,
    "partly": 0.04,
    "some": 0.21,
    "little": 0.27,
}  # share of cells that the register lacks


@dataclass(frozen=True)
class Offices:
    """Level of effort by compound; the leading committees; compounds of the committee that plans a renewal."""

    level: dict[str, str]
    leading: list[int]
    renewal: set[str]


def survey(city: City, folk: People) -> Offices:
    """Rank the committees by the share of their people in flats built up to 2005; the first have done their homework."""
    old = np.zeros(len(folk.committees))
    total = np.zeros(len(folk.committees))
    for compound in city.compounds:
        people = folk.homes[compound.compound_id].residents
        total[folk.member[compound.compound_id]] += people
        if compound.kind in ("slab", "dormitory", "courtyard") and compound.built_year <= 2005:
            old[folk.member[compound.compound_id]] += people
    share = np.where(total > 2_500, old / np.maximum(total, 1), 0)
    order = [int(i) for i in np.argsort(-share, kind="stable")]
    names = {
        i: "full" if n < FULL else "partly" if n < FULL + PARTLY else ("some", "little")[n % 2]
        for n, i in enumerate(order)
    }
    renewal = order[FULL + 1]
    return Offices(
        {key: names[i] for key, i in folk.member.items()},
        order[:FULL],
        {key for key, i in folk.member.items() if i == renewal},
    )
