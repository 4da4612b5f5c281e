"""Measure how many people reach what on foot: shares within minutes, variety, and the gap between people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.catalogue.indicators import ShareWithin, TimeGap, Variety
from pipeline.catalogue.load import PEOPLE_OF_WHO, walker
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import (
    Bools,
    Floats,
    Measure,
    Membership,
    evidence_text,
    measured,
    ratio,
    share_of_people,
    unknown,
)
from pipeline.reach.shares import gate_decides, status, weighted_quantile

INCOMPLETE = "设施清单不完整 the list is not complete"


@dataclass(frozen=True)
class Within:
    """Per address: a facility is within reach; it cannot be known; it would be known either way."""

    served: Bools
    unknown: Bools
    typical: Bools


def within(facts: Facts, facility_class: str, walker_: str, minutes: float) -> Within:
    """Tell for each address whether a class is within minutes: served, not served or cannot know.

    Served: the nearest listed facility is within minutes. Otherwise it cannot be known where the address is not linked,
    the list is not complete, the edge of the data or a facility that is not linked is within minutes, or a gate of
    unknown users or hours decides.
    """
    doubt = facts.doubtful(facility_class, walker_, minutes)
    walks = facts.minutes(facility_class, walker_), facts.minutes_if_closed(facility_class, walker_)
    served, unknown_ = status(*walks, doubt, minutes)
    return Within(served, unknown_, ~doubt & ~gate_decides(*walks, minutes))


def share_within(entry: ShareWithin, facts: Facts) -> Measure:
    """Percentage of a group within minutes of a class (F01 and its siblings)."""
    legs = walker(entry.class_, entry.constraint)
    reach = within(facts, entry.class_, legs, entry.minutes)
    weight = facts.people(entry.who)
    evidence = evidence_text(
        f"walk_times[{entry.class_}, {legs}], {_status(facts, entry.class_)}",
        facts.members.total(weight),
        PEOPLE_OF_WHO[entry.who],
    )
    found = share_of_people(facts.members, weight, reach.served, reach.unknown, reach.typical, evidence)
    if legs in facts.unsure:
        found = found.noted(found.low < 100, "部分道路坡度未知 the slope of some ways is not known")
    return found if facts.complete(entry.class_) else found.noted(found.low < 100, INCOMPLETE)


def variety(entry: Variety, facts: Facts) -> Measure:
    """Mean number of classes within minutes.

    A class whose list is not complete is left out of the value, which stands for all classes as the others' mean; the
    interval counts it as absent, or present, wherever that cannot be known.
    """
    weight = facts.people(entry.who)
    people = facts.members.total(weight)
    low, high, gaps, shares = (np.zeros(facts.members.units) for _ in range(4))
    counted = np.zeros(facts.members.units)
    for name in entry.classes:
        reach = within(facts, name, walker(name), entry.minutes)
        served = ratio(facts.members.total(weight * reach.served), people)
        open_ = ratio(facts.members.total(weight * reach.unknown), people)
        typical = facts.members.total(weight * reach.typical)
        share = ratio(facts.members.total(weight * (reach.served & reach.typical)), typical)
        low, high, gaps = low + served, high + served + open_, gaps + open_
        shares, counted = shares + np.nan_to_num(share), counted + ~np.isnan(share)
    n = len(entry.classes)
    value = np.where(gaps == 0, low, n * ratio(shares, counted))
    incomplete = [name for name in entry.classes if not facts.complete(name)]
    evidence = evidence_text(
        f"walk_times; {n - len(incomplete)}/{n} class_status=complete", people, PEOPLE_OF_WHO[entry.who]
    )
    found = measured(value, low, high, np.nan_to_num(1 - gaps / n), evidence)
    return found.noted(gaps > 0, f"{INCOMPLETE}: {', '.join(incomplete)}") if incomplete else found


def time_gap(entry: TimeGap, facts: Facts) -> Measure:
    """Minutes between the ninth decile and the median of people's mean minutes to several classes.

    A walk beyond the limit counts as the limit. A class whose list is not complete is left out of the value; in the
    interval the nearest facility may then be anywhere from the door to the nearest listed one; else it may be beyond
    the edge of the data, or be one that is not linked, or farther where a gate is closed that may be open.
    """
    weight = facts.people(entry.who)
    limit = facts.limit_minutes
    lower, upper, mean = (np.zeros(len(weight)) for _ in range(3))
    exact = np.zeros(len(weight))
    complete = [name for name in entry.classes if facts.complete(name)]
    for name in entry.classes:
        listed = np.minimum(facts.minutes(name, walker(name)), limit)
        closed = np.minimum(facts.minutes_if_closed(name, walker(name)), limit)
        hidden = np.minimum(facts.edge_minutes(walker(name)), facts.unlinked_minutes(name, walker(name)))
        hidden = np.minimum(hidden, limit)
        least = np.minimum(listed, hidden) if name in complete else np.zeros(len(weight))
        lower += np.where(facts.linked, least, 0.0) / len(entry.classes)
        upper += np.where(facts.linked, closed, limit) / len(entry.classes)
        if name in complete:
            mean += listed / len(complete)
            exact += facts.linked & (listed <= hidden) & (listed == closed)
    if not complete:
        return unknown(facts.members.units, INCOMPLETE)
    settled = exact == len(complete)
    people = facts.members.total(weight)
    evidence = evidence_text(
        f"walk_times; {len(complete)}/{len(entry.classes)} class_status=complete",
        people,
        PEOPLE_OF_WHO[entry.who],
    )

    def quantile(values: Floats, q: float, weights: Floats = weight) -> Floats:
        return quantile_of_people(facts.members, values, weights, q)

    found = measured(
        quantile(mean, 0.9, weight * settled) - quantile(mean, 0.5, weight * settled),
        np.fmax(quantile(lower, 0.9) - quantile(upper, 0.5), 0.0),
        quantile(upper, 0.9) - quantile(lower, 0.5),
        np.nan_to_num(ratio(facts.members.total(weight * exact), people * len(entry.classes))),
        evidence,
    )
    left_out = [name for name in entry.classes if name not in complete]
    return found.noted(people > 0, f"{INCOMPLETE}: {', '.join(left_out)}") if left_out else found


def quantile_of_people(members: Membership, values: Floats, weight: Floats, q: float) -> Floats:
    """Least value that at least a share `q` of each unit's people do not exceed; NaN without people."""
    return weighted_quantile(values[members.point], weight[members.point], members.unit, members.units, q)


def _status(facts: Facts, facility_class: str) -> str:
    status = facts.class_status.set_index("class")
    if facility_class not in status.index:
        return "class_status=unknown"
    row = status.loc[facility_class]
    return f"class_status={row['completeness']} ({row['count']})"
