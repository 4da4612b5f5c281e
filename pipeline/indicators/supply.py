"""Measure supply against people: places within reach, and public area per resident."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.indicators import AreaPerResident, CatchmentSupply
from pipeline.catalogue.load import PEOPLE_OF_WHO, walker
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Floats, Measure, evidence_text, measured, ratio, unknown
from pipeline.indicators.overlay import area_within
from pipeline.indicators.walking import INCOMPLETE
from pipeline.network.search import Graph
from pipeline.reach.catchment import decayed, floating_supply, pairs


def catchment_supply(entry: CatchmentSupply, facts: Facts) -> Measure:
    """Mean supply per head within reach, by two-step floating catchment (F02, F05, S02).

    A facility that does not state its amount may have anything in the entry's `amount_range`. Where the list is not
    complete, the address is not linked, or the edge of the data or a facility that is not linked is within reach, more
    may be in reach than is known: up to the level of full points, beyond which more makes no difference. Where gates
    of unknown users or hours change the supply, it is known only to lie between all open and all closed. People beyond
    the district are not counted, so near its border supply is an upper estimate.
    """
    legs = walker(entry.class_)
    facilities = facts.facilities[facts.facilities["class"] == entry.class_]
    if facilities.empty and not facts.complete(entry.class_):
        return unknown(facts.members.units, f"无设施清单 no list of {entry.class_}", "facilities")
    amount = facilities.groupby("facility_id")[entry.amount].first()
    weight = facts.people(entry.who)
    edges = facts.edges
    walked = [edges]
    if not edges["users"].equals(edges["users_if_closed"]):
        walked.append(edges.assign(users=edges["users_if_closed"]))
    reach = [
        decayed(
            facts.once(
                ("pairs", entry.class_, legs, entry.minutes, closed),
                partial(_pairs, facts, ways, facilities, legs, entry.minutes),
            ),
            entry.decay,
            entry.minutes,
        )
        for closed, ways in enumerate(walked)
    ]

    def supplied(amounts: pd.Series) -> list[Floats]:
        """With uncertain gates open, and closed where there are any."""
        return [entry.per * floating_supply(pairs_, weight, amounts) for pairs_ in reach]

    lowest, highest = (supplied(amount.fillna(end)) for end in entry.amount_range)
    least, most = np.min(lowest, axis=0), np.max(highest, axis=0)
    stated, *if_closed = supplied(amount)
    more = facts.doubtful(entry.class_, legs, entry.minutes)
    exact = ~np.isnan(stated) & ~more
    for closed in if_closed:
        exact &= closed == stated
    most = np.where(more, np.maximum(most, entry.score[-1][0]), most)

    def mean(per_point: Floats, chosen: Floats = weight) -> Floats:
        used = np.where(chosen > 0, np.nan_to_num(per_point), 0.0)
        return ratio(facts.members.total(chosen * used), facts.members.total(chosen))

    people = facts.members.total(weight)
    evidence = evidence_text(
        f"facilities[{entry.class_}].{entry.amount} {amount.notna().sum()}/{len(amount)}",
        people,
        PEOPLE_OF_WHO[entry.who],
    )
    share = np.nan_to_num(ratio(facts.members.total(weight * exact), people))
    found = measured(mean(stated, weight * exact), mean(least), mean(most), share, evidence)
    if not facts.complete(entry.class_):
        found = found.noted(people > 0, INCOMPLETE)
    if amount.isna().any():
        found = found.noted(
            people > 0, f"{amount.isna().sum()} 处容量不明 places of {entry.amount} not stated"
        )
    return found


def _pairs(
    facts: Facts, edges: pd.DataFrame, facilities: gpd.GeoDataFrame, legs: str, minutes: float
) -> pd.DataFrame:
    """Pairs of address (row of `residents`) and facility within minutes."""
    entrances = facilities[facilities["linked"]]
    rows = np.flatnonzero(facts.linked)
    graph = Graph.build(edges, legs)
    speed = facts.walkers[legs].speed_m_per_s
    found = pairs(
        graph,
        graph.points(entrances, speed),
        entrances["facility_id"],
        graph.points(facts.residents.iloc[rows], speed),
        minutes,
    )
    return found.assign(address=rows[found["address"]])


def area_per_resident(entry: AreaPerResident, facts: Facts) -> Measure:
    """Area of a class in the unit and `around_m` around it, per resident of the unit (E02).

    Overlapping areas count once. Where the list is not complete, a place has no outline, or the ground around is beyond
    the data, there may be more than is known.
    """
    places = facts.places[facts.places["class"] == entry.class_]
    if places.empty and not facts.complete(entry.class_):
        return unknown(facts.members.units, f"无设施清单 no list of {entry.class_}", "places")
    around = shapely.buffer(facts.units.geometry.to_numpy(), entry.around_m)
    outlined = places.geom_type.isin(["Polygon", "MultiPolygon"])
    area = facts.once(
        ("area around", entry.class_, entry.around_m),
        partial(area_within, around, places.geometry[outlined].to_numpy()),
    )
    bare = shapely.STRtree(around).query(places.geometry[~outlined].to_numpy(), predicate="intersects")[1]
    beyond = (
        shapely.area(shapely.difference(around, shapely.union_all(facts.extent.geometry.to_numpy()))) > 1.0
    )
    more = beyond | np.isin(np.arange(len(around)), bare) | (not facts.complete(entry.class_))
    people = facts.members.total(facts.people("all"))
    value = ratio(area, people)
    evidence = evidence_text(f"places[{entry.class_}] {outlined.sum()}", people, "residents")
    found = measured(
        np.where(more, np.nan, value),
        value,
        np.where(more, np.nan, value),
        np.where(more, 0.0, 1.0),
        evidence,
    )
    return found.noted(more, "周边可能另有绿地未收录 there may be more than is listed")
