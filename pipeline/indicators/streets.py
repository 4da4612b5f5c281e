"""Measure the streets of a unit: density, junctions, spacing and crossings, by exact overlay."""

from __future__ import annotations

import numpy as np
import shapely

from pipeline.catalogue.indicators import CrossingSpacing, JunctionDensity, StreetSpacing, WayDensity
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Floats, Measure, measured, ratio
from pipeline.indicators.overlay import length_within
from pipeline.network.search import PUBLIC

_ONE_CROSSING_M = 15.0  # crossings of the two carriageways of one road lie this near each other


def way_density(_: WayDensity, facts: Facts) -> Measure:
    """Kilometres of public walkable way per km² of land (T03)."""
    length = _length(facts, facts.edges["users"].to_numpy(object) == PUBLIC)
    return _known(ratio(length / 1000, facts.unit_land_m2 / 1e6), length, "m 公共步行道路 public ways", facts)


def junction_density(entry: JunctionDensity, facts: Facts) -> Measure:
    """Junctions where at least `min_ways` public ways meet, per km² of land (T04)."""
    public = facts.edges[facts.edges["users"] == PUBLIC]
    ids, ways = np.unique(public[["u", "v"]].to_numpy(np.int64), return_counts=True)
    junctions = facts.nodes[facts.nodes["node_id"].isin(ids[ways >= entry.min_ways])]
    _, unit = shapely.STRtree(facts.units.geometry.to_numpy()).query(
        junctions.geometry.to_numpy(), predicate="intersects"
    )
    count = np.bincount(unit, minlength=len(facts.units)).astype(np.float64)
    return _known(ratio(count, facts.unit_land_m2 / 1e6), count, "个交叉口 junctions", facts)


def street_spacing(entry: StreetSpacing, facts: Facts) -> Measure:
    """Mean distance between parallel public streets, m (T10).

    A square grid of spacing s has 2 s of street in each s² of land, so s = 2 × area / length.
    """
    streets = (facts.edges["users"] == PUBLIC) & facts.edges["highway"].isin(entry.highways)
    length = _length(facts, streets.to_numpy(bool))
    found = _known(ratio(2 * facts.unit_land_m2, length), length, "m 街道 streets", facts)
    return found.noted(length == 0, "单元内无城市道路 no public street in the unit")


def crossing_spacing(entry: CrossingSpacing, facts: Facts) -> Measure:
    """Metres of arterial for each pedestrian crossing, in the unit and along its border (T11).

    Unknown where the street layer maps no crossing at all, and where no arterial touches the unit.
    """
    around = shapely.buffer(facts.units.geometry.to_numpy(), entry.around_m)
    arterials = facts.edges.geometry[facts.edges["highway"].isin(entry.highways)].to_numpy()
    length = length_within(around, arterials)
    marked = facts.edges.geometry[facts.edges["crossing"].notna()].to_numpy()
    touching = np.unique(shapely.STRtree(marked).query(arterials, predicate="intersects")[1])
    near = shapely.union_all(shapely.buffer(marked[touching], _ONE_CROSSING_M / 2))
    crossings = shapely.get_parts(near) if len(touching) else np.empty(0, object)
    _, unit = shapely.STRtree(around).query(crossings, predicate="intersects")
    count = np.bincount(unit, minlength=len(facts.units)).astype(np.float64)
    # no crossing on the whole length: the spacing is at least that length
    spacing = np.where(length > 0, length / np.maximum(count, 1.0), np.nan)
    if not len(marked):
        spacing[:] = np.nan
    found = _known(spacing, count, "处过街设施 crossings", facts)
    return found.noted(
        np.isnan(spacing), "单元无干路或图上未标过街设施 no arterial, or crossings are not mapped"
    )


def _length(facts: Facts, chosen: np.ndarray) -> Floats:
    return length_within(facts.units.geometry.to_numpy(), facts.edges.geometry.to_numpy()[chosen])


def _known(value: Floats, count: Floats, what: str, facts: Facts) -> Measure:
    """Return a measure of the streets as mapped: all of the land is covered where there is any."""
    share = np.where(np.isnan(value), 0.0, 1.0)
    evidence = [
        f"edges, nodes, land; {n:,.0f} {what}, {area / 1e6:.3f} km²"
        for n, area in zip(count, facts.unit_land_m2, strict=True)
    ]
    return measured(value, value, value, share, evidence)
