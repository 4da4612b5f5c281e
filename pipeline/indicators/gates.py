"""Count the entrances of compounds, and tell whether strangers may enter."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.indicators import GateDensity, VehicleGates
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import (
    Bools,
    Measure,
    evidence_text,
    measured,
    ratio,
    share_of_people,
    unknown,
)
from pipeline.network.search import PUBLIC

_AT_GATE_M = 0.5  # the way through a gate passes at the opening's own place but for rounding
NO_COMPOUNDS = "无小区图层 no compounds layer"


@dataclass(frozen=True)
class Entrances:
    """Entrances of each compound, in the order of `compounds`: at least `low`, at most `high` (infinite: unknown)."""

    low: pd.Series
    high: pd.Series


def gated(facts: Facts) -> pd.Series:
    """Whether each compound is walled, by compound_id; missing where it is not known."""
    ids = facts.compounds["compound_id"]
    return facts.register.set_index("compound_id")["gated"].reindex(ids)


def entrances(facts: Facts, ways: Bools) -> Entrances:
    """Count the entrances of every compound through which some ways pass.

    A walled compound is entered by its gates, closed ones apart; a gate whose users are unknown may or may not be one,
    and a walled compound without any known gate may have any number. An open compound is entered wherever such a way
    crosses its border. Where it is not known whether a compound is walled, both counts bound it.
    """
    ids = facts.compounds["compound_id"]
    lines = facts.edges.geometry.to_numpy()[ways]
    gates = facts.openings[facts.openings["status"] == "gate"]
    used = shapely.STRtree(lines).query(gates.geometry.to_numpy(), predicate="dwithin", distance=_AT_GATE_M)[
        0
    ]
    passed = gates.iloc[np.unique(used)]

    def count(chosen: pd.Series) -> pd.Series:
        return passed["compound_id"][chosen].value_counts().reindex(ids, fill_value=0).astype("float64")

    sure = count(~passed["gate_users"].isin(["closed", "unknown"]))
    maybe = count(passed["gate_users"] != "closed")
    no_gate_known = ~ids.isin(gates["compound_id"]).to_numpy(bool)
    crossings = _crossings(facts.compounds, lines)
    walled = gated(facts)
    low = sure.where(walled.fillna(True), crossings)
    high = maybe.where(~no_gate_known, np.inf).where(walled.fillna(True), crossings)
    open_high = np.maximum(high, crossings)
    return Entrances(low, high.where(walled.notna(), open_high))


def _crossings(compounds: gpd.GeoDataFrame, lines: np.ndarray) -> pd.Series:
    """Places where lines cross the border of each compound; places within a metre are one."""
    border = shapely.boundary(compounds.geometry.to_numpy())
    line, compound = shapely.STRtree(border).query(lines, predicate="intersects")
    meeting = shapely.intersection(border[compound], lines[line])
    parts, of = shapely.get_parts(meeting, return_index=True)
    at = shapely.point_on_surface(parts)
    places = pd.DataFrame(
        {"compound": compound[of], "x": shapely.get_x(at).round(), "y": shapely.get_y(at).round()}
    )
    count = places.drop_duplicates()["compound"].value_counts().reindex(range(len(compounds)), fill_value=0)
    return pd.Series(count.to_numpy(np.float64), index=compounds["compound_id"])


def vehicle_gates(entry: VehicleGates, facts: Facts) -> Measure:
    """Percentage of compound residents whose compound vehicles enter in at least `min_gates` places (S09)."""
    if facts.compounds.empty:
        return unknown(facts.members.units, NO_COMPOUNDS, "compounds")
    found = entrances(facts, facts.edges["highway"].isin(entry.highways).to_numpy(bool))
    low, high = facts.of_compound(found.low), facts.of_compound(found.high)
    weight = np.where(np.isnan(low), 0.0, facts.people("all"))
    yes, no = low >= entry.min_gates, high < entry.min_gates
    evidence = evidence_text(
        "openings, edges, compounds, register.gated",
        facts.members.total(weight),
        "小区居民 compound residents",
    )
    measure = share_of_people(facts.members, weight, yes, ~yes & ~no, yes | no, evidence)
    return measure.noted(
        measure.evidence_share < 1, "部分小区围墙或出入口不明 walls or gates of some compounds are not known"
    )


def gate_density(entry: GateDensity, facts: Facts) -> Measure:
    """Entrances that walkers may use per 100 m of compound perimeter (O04).

    A compound that two units share counts in each by the part of its residents who live there.
    """
    if facts.compounds.empty:
        return unknown(facts.members.units, NO_COMPOUNDS, "compounds")
    walked = np.isfinite(facts.edges["minutes_adult"]).to_numpy(bool)
    found = entrances(facts, walked)
    perimeter = pd.Series(
        facts.compounds.geometry.length.to_numpy(), index=facts.compounds["compound_id"], dtype="float64"
    )
    # without bound, an unknown number of gates is taken to give full points at most
    most = found.high.where(np.isfinite(found.high), np.maximum(found.low, entry.bounds[1] * perimeter / 100))
    part = facts.people("all") / facts.of_compound(facts.compound_residents)

    def total(values: pd.Series) -> np.ndarray:
        return facts.members.total(np.nan_to_num(part * facts.of_compound(values)))

    exact = (found.low == found.high).astype("float64")
    whole = total(perimeter)
    evidence = evidence_text(
        "openings, edges, compounds, register.gated", whole, "m 小区周长 compound perimeter"
    )
    measure = measured(
        100 * ratio(total(found.low * exact), total(perimeter * exact)),
        100 * ratio(total(found.low), whole),
        100 * ratio(total(most), whole),
        np.nan_to_num(ratio(total(perimeter * exact), whole)),
        evidence,
    )
    return measure.noted(
        measure.evidence_share < 1, "部分小区围墙或出入口不明 walls or gates of some compounds are not known"
    )


def open_to_strangers(facts: Facts) -> pd.Series:
    """Whether non-residents may enter each compound, by compound_id; missing where it cannot be known.

    They may where there is no wall or a gate is public. They may not where all known gates of a walled compound are for
    others.
    """
    gates = facts.openings[facts.openings["status"] == "gate"]
    ids = facts.compounds["compound_id"]
    walled = gated(facts)

    def having(users: list[str]) -> np.ndarray:
        return ids.isin(gates["compound_id"][gates["gate_users"].isin(users)]).to_numpy(bool)

    entered = having([PUBLIC]) | ~walled.fillna(True).to_numpy(bool)
    settled = entered | (
        walled.fillna(False).to_numpy(bool) & having(["residents", "permit", "closed"]) & ~having(["unknown"])
    )
    return pd.Series(entered, index=ids, dtype="boolean").where(settled)
