"""Measure the streets of a unit: density, junctions, spacing and crossings, by exact overlay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import shapely

from pipeline.catalogue.indicators import CrossingSpacing, JunctionDensity, StreetSpacing, WayDensity
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Bools, Floats, Measure, measured, ratio
from pipeline.indicators.overlay import Geometries, length_within
from pipeline.network.search import PUBLIC


def way_density(entry: WayDensity, facts: Facts) -> Measure:
    """Kilometres of public walkable way per km² of land (T03)."""
    length = _length(facts, _public(facts), entry.border_m)
    return _known(ratio(length / 1000, facts.unit_land_m2 / 1e6), length, "m 公共步行道路 public ways", facts)


def junction_density(entry: JunctionDensity, facts: Facts) -> Measure:
    """Junctions where at least `min_ways` public ways meet, per km² of land (T04)."""
    ends = facts.edges[["u", "v"]].to_numpy(np.int64)[_public(facts)]
    ids, ways = np.unique(ends, return_counts=True)
    junctions = facts.nodes.geometry[facts.nodes["node_id"].isin(ids[ways >= entry.min_ways])].to_numpy()
    count = _halved_at_border(facts, entry.border_m, lambda areas: _count_within(areas, junctions))
    return _known(ratio(count, facts.unit_land_m2 / 1e6), count, "个交叉口 junctions", facts)


def street_spacing(entry: StreetSpacing, facts: Facts) -> Measure:
    """Mean distance between parallel public streets, m (T10).

    A square grid of spacing s has 2 s of street in each s² of land, so s = 2 × area / length.
    """
    streets = _public(facts) & facts.edges["highway"].isin(entry.highways).to_numpy(bool)
    length = _length(facts, streets, entry.border_m)
    found = _known(ratio(2 * facts.unit_land_m2, length), length, "m 街道 streets", facts)
    return found.noted(length == 0, "单元内无城市道路 no public street in the unit")


def crossing_spacing(entry: CrossingSpacing, facts: Facts) -> Measure:
    """Metres of arterial for each place to cross, in the unit and along its border (T11).

    Places are marked crossings and signals at street nodes of arterials, and crossing ways that touch one. Unknown where
    the street layer maps none at all, and where no arterial touches the unit. Where there is none along an arterial, the
    spacing is at least the arterial's length. The two lines of a divided road both count.
    """
    around = shapely.buffer(facts.units.geometry.to_numpy(), entry.around_m)
    arterials = facts.edges.geometry[facts.edges["highway"].isin(entry.highways)].to_numpy()
    length = length_within(around, arterials)
    marks = _crossings(entry, facts)
    touching = np.unique(shapely.STRtree(marks).query(arterials, predicate="dwithin", distance=1.0)[1])
    near = shapely.union_all(shapely.buffer(marks[touching], entry.one_place_m / 2))
    count = _count_within(around, shapely.get_parts(near) if len(touching) else np.empty(0, object))
    there = (length > 0) & (len(marks) > 0)
    least = np.where(there, length / np.maximum(count, 1.0), np.nan)
    settled = (count > 0) | (least >= entry.score[-1][0])
    found = _known(np.where(settled, least, np.nan), count, "处过街设施 crossings", facts)
    found = replace(found, low=least, high=np.where(count > 0, least, np.nan))
    return found.noted(~there, "单元无干路或图上未标过街设施 no arterial, or crossings are not mapped")


def _crossings(entry: CrossingSpacing, facts: Facts) -> Geometries:
    nodes = facts.way_nodes
    at = nodes["highway"].isin(entry.node_highways) & ~nodes["crossing"].isin(entry.unmarked)
    over = facts.edges["crossing"].notna() & ~facts.edges["crossing"].isin(entry.unmarked)
    return np.concatenate([nodes.geometry[at].to_numpy(), facts.edges.geometry[over].to_numpy()])


def _public(facts: Facts) -> Bools:
    return facts.edges["users"].to_numpy(object) == PUBLIC


def _length(facts: Facts, chosen: Bools, border_m: float) -> Floats:
    lines = facts.edges.geometry.to_numpy()[chosen]
    return _halved_at_border(facts, border_m, lambda areas: length_within(areas, lines))


def _halved_at_border(facts: Facts, border_m: float, measure: Callable[[Geometries], Floats]) -> Floats:
    """Measure each unit so that what lies along its border counts half, since two units share a street between them.

    That is the mean of the unit grown and the unit shrunk by `border_m`.
    """
    units = facts.units.geometry.to_numpy()
    return (measure(shapely.buffer(units, border_m)) + measure(shapely.buffer(units, -border_m))) / 2


def _count_within(areas: Geometries, places: Geometries) -> Floats:
    _, area = shapely.STRtree(areas).query(places, predicate="intersects")
    return np.bincount(area, minlength=len(areas)).astype(np.float64)


def _known(value: Floats, count: Floats, what: str, facts: Facts) -> Measure:
    """Return a measure of the streets as mapped: all of the land is covered where there is any."""
    share = np.where(np.isnan(value), 0.0, 1.0)
    evidence = [
        f"edges, nodes, land; {n:,.0f} {what}, {area / 1e6:.3f} km²"
        for n, area in zip(count, facts.unit_land_m2, strict=True)
    ]
    return measured(value, value, value, share, evidence)
