"""Measure detours: against the straight line, and against the same streets with walls open."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.indicators import DetourRatio, WallDetour
from pipeline.catalogue.load import walker
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Floats, Measure, evidence_text, mean_of_people, measured, ratio
from pipeline.network.search import PUBLIC, Graph, nearest

_SAME_PLACE_M = 0.5  # the two ends of a way that a wall cuts lie on each other but for rounding


def detour_ratio(entry: DetourRatio, facts: Facts) -> Measure:
    """Walked over straight metres to the nearest facilities of several classes, all residents' together (T02).

    Walked metres are minutes at the walker's speed on the flat, so slopes and waits at crossings count as detour. The sum
    of walks over the sum of lines, not the mean of ratios: a door across the street would else weigh most.
    """
    weight = facts.people("all")
    walked, straight, known = (np.zeros(facts.members.units) for _ in range(3))
    for name in entry.classes:
        legs = walker(name)
        walk = facts.minutes(name, legs) * 60 * facts.walkers[legs].speed_m_per_s
        line = straight_m(facts.residents, facts.nearest_facility(name, legs), facts.facilities)
        both = np.isfinite(walk) & np.isfinite(line)
        walked += facts.members.total(np.where(both, weight * walk, 0.0))
        straight += facts.members.total(np.where(both, weight * line, 0.0))
        known += facts.members.total(weight * both)
    people = facts.members.total(weight)
    share = np.nan_to_num(ratio(known, people * len(entry.classes)))
    evidence = evidence_text("walk_times, facilities", people, "residents")
    # who reaches none has the longest lines, and so a weight that has no bound
    value = ratio(walked, straight)
    low = np.where(share < 1, np.fmin(value, entry.bounds[0]), value)
    high = np.where(share < 1, np.fmax(value, entry.bounds[1]), value)
    found = measured(value, low, high, share, evidence)
    return found.noted(
        share < 1, "部分居民30分钟内无此类设施或未接入路网 some people reach none or are not linked"
    )


def straight_m(residents: gpd.GeoDataFrame, facility: pd.Series, facilities: gpd.GeoDataFrame) -> Floats:
    """Straight metres from each address to the nearest entrance of its facility; NaN where it has none.

    Parameters
    ----------
    facility
        facility_id by point_id, in the order of `residents`.
    """
    address = pd.DataFrame({"row": np.arange(len(residents)), "facility_id": facility.to_numpy()}).dropna()
    door = pd.DataFrame({"facility_id": facilities["facility_id"], "door": np.arange(len(facilities))})
    both = address.merge(door, on="facility_id")
    line = shapely.distance(
        residents.geometry.to_numpy()[both["row"]], facilities.geometry.to_numpy()[both["door"]]
    )
    nearest_door = pd.Series(line).groupby(both["row"].to_numpy()).min()
    return nearest_door.reindex(range(len(residents))).to_numpy(np.float64)


def wall_detour(entry: WallDetour, facts: Facts) -> Measure:
    """Extra minutes to the nearest of several classes against the same streets with walls and gates open (O02).

    The mean over classes and residents. A walk beyond the limit counts as the limit, on both sides of the comparison;
    both look for the nearest listed facility, so the list's completeness does not matter. Whose walk depends on a gate
    of unknown users or hours is not known.
    """
    streets = open_walls(facts.edges, facts.nodes, facts.openings)
    rows = np.flatnonzero(facts.linked)
    extra = np.full(len(facts.residents), np.nan)
    extra[rows] = 0.0
    counted = [name for name in entry.classes if (facts.facilities["class"] == name).any()]
    for name in counted:
        legs = walker(name)
        speed = facts.walkers[legs].speed_m_per_s
        graph = Graph.build(streets, legs)
        doors = facts.facilities[(facts.facilities["class"] == name) & facts.facilities["linked"]]
        addresses = graph.points(facts.residents.iloc[rows], speed)
        opened, _ = nearest(graph, graph.points(doors, speed), addresses, facts.limit_minutes)
        walled, closed = (
            np.minimum(minutes[rows], facts.limit_minutes)
            for minutes in (facts.minutes(name, legs), facts.minutes_if_closed(name, legs))
        )
        walled = np.where(walled == closed, walled, np.nan)  # a gate decides of which too little is known
        extra[rows] += (walled - np.where(np.isnan(opened), facts.limit_minutes, opened)) / len(counted)
    if not counted:
        extra[:] = np.nan
    weight = facts.people("all")
    evidence = evidence_text(
        f"edges, openings[blocked] {(facts.openings['status'] == 'blocked').sum()}",
        facts.members.total(weight * ~np.isnan(extra)),
        "residents",
    )
    # opening a wall never makes a walk longer: what is below zero is rounding
    return mean_of_people(facts.members, weight, np.fmax(extra, 0.0), entry.bounds, evidence)


def open_walls(edges: pd.DataFrame, nodes: gpd.GeoDataFrame, openings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the edges as if no wall and no gate held anyone up.

    All ways are public, and the two ends of a way that a wall cuts are one junction again.
    """
    blocked = openings[openings["status"] == "blocked"]
    place, node = shapely.STRtree(nodes.geometry.to_numpy()).query(
        blocked.geometry.to_numpy(), predicate="dwithin", distance=_SAME_PLACE_M
    )
    ids = pd.Series(nodes["node_id"].to_numpy()[node])
    joined = pd.Series(ids.groupby(place).transform("min").to_numpy(), index=ids.to_numpy())
    joined = joined.groupby(level=0).min()
    return edges.assign(
        u=edges["u"].map(joined).fillna(edges["u"]).astype("int64"),
        v=edges["v"].map(joined).fillna(edges["v"]).astype("int64"),
        users=pd.Series(PUBLIC, index=edges.index, dtype="str"),
    )
