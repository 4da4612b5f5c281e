"""Measure the ground: green share, open space, width of ways near homes, steep and low ground."""

from __future__ import annotations

import numpy as np
import shapely

from pipeline.catalogue.indicators import GroundRisk, LandShare, NearWideWay, OpenSpaceShare
from pipeline.indicators.facts import Facts
from pipeline.indicators.gates import NO_COMPOUNDS, open_to_strangers
from pipeline.indicators.measure import (
    Bools,
    Measure,
    evidence_text,
    measured,
    ratio,
    share_of_people,
    unknown,
)
from pipeline.indicators.overlay import Geometries, area_within, parts_within
from pipeline.indicators.walking import INCOMPLETE


def land_share(entry: LandShare, facts: Facts) -> Measure:
    """Percentage of a unit's land that is of some kinds, overlaps counted once (E03, G03).

    A lower bound where other land counts too, or where a list of the classes is not complete.
    """
    pieces = _pieces(facts, entry.kinds, entry.classes)
    if not len(pieces):
        return unknown(
            facts.members.units, f"无此类用地图层 no layer of {', '.join(entry.kinds)}", "land, places"
        )
    ground = np.asarray(facts.unit_land, dtype=object)
    area = area_within(ground, pieces)
    share = 100 * ratio(area, facts.unit_land_m2)
    evidence = evidence_text("land, places", area, "m²")
    if entry.complete and all(facts.complete(name) for name in entry.classes):
        return measured(share, share, share, np.where(np.isnan(share), 0.0, 1.0), evidence)
    nothing = np.full(len(share), np.nan)
    found = measured(nothing, share, np.full(len(share), 100.0), share / 100, evidence)
    return found.noted(share < 100, "仅知下限 a lower bound: other land that counts is in no layer")


def open_space_share(entry: OpenSpaceShare, facts: Facts) -> Measure:
    """Percentage of green and activity space in a unit that non-residents may enter (O03).

    Space inside a walled compound without public gate is not open; elsewhere it is. Where a list of the classes is not
    complete, the space that is not on it may be either.
    """
    if facts.compounds.empty:
        return unknown(facts.members.units, NO_COMPOUNDS, "compounds")
    pieces = _pieces(facts, entry.kinds, entry.classes)
    space = np.asarray(parts_within(np.asarray(facts.unit_land, dtype=object), pieces), dtype=object)
    enter = open_to_strangers(facts)
    outline = facts.compounds.geometry.to_numpy()
    closed = shapely.union_all(outline[enter.eq(False).fillna(False).to_numpy(bool)])
    unsure = shapely.difference(shapely.union_all(outline[enter.isna().to_numpy(bool)]), closed)
    whole = shapely.area(space)
    shut = shapely.area(shapely.intersection(space, closed))
    doubtful = shapely.area(shapely.intersection(space, unsure))
    open_ = np.maximum(whole - shut - doubtful, 0.0)
    value = 100 * ratio(open_, open_ + shut)
    low, high = 100 * ratio(open_, whole), 100 * ratio(open_ + doubtful, whole)
    evidence = evidence_text(
        "land, places, compounds, openings, register.gated", whole, "m² 绿地与场地 green and activity space"
    )
    if not all(facts.complete(name) for name in entry.classes):
        nothing = np.full(len(whole), np.nan)
        return measured(nothing, nothing, nothing, np.zeros(len(whole)), evidence).noted(
            whole >= 0, INCOMPLETE
        )
    found = measured(value, low, high, np.nan_to_num(1 - ratio(doubtful, whole)) * (whole > 0), evidence)
    found = found.noted(doubtful > 0, "部分小区是否开放不明 not known whether some compounds are open")
    return found.noted(whole == 0, "单元内无绿地与场地数据 no green or activity space mapped in the unit")


def near_wide_way(entry: NearWideWay, facts: Facts) -> Measure:
    """Percentage of people within a distance of a way that is wide enough (S04).

    A way without a stated width is judged by its kind where the entry says so, else unknown.
    """
    width = facts.edges["width_m"].to_numpy(np.float64)
    stated = ~np.isnan(width)
    by_kind = facts.edges["highway"].isin(entry.wide_highways).to_numpy(bool)
    too_narrow = facts.edges["highway"].isin(entry.narrow_highways).to_numpy(bool)
    wide = np.where(stated, width >= entry.width_m, by_kind)
    unsure = ~stated & ~by_kind & ~too_narrow
    served, perhaps = _near(facts, wide, entry.within_m), _near(facts, unsure, entry.within_m)
    weight = facts.people("all")
    people = facts.members.total(weight)
    evidence = evidence_text(
        f"edges.width_m {stated.mean() if len(stated) else 0:.0%}, edges.highway", people, "residents"
    )
    found = share_of_people(facts.members, weight, served, perhaps & ~served, ~perhaps, evidence)
    return found.noted(found.low < found.high, "部分道路宽度不明 width of some ways is not known")


def ground_risk(entry: GroundRisk, facts: Facts) -> Measure:
    """Percentage of people on steep or low ground, by the terrain model at their address (S08)."""
    if facts.terrain is None:
        return unknown(facts.members.units, "无地形数据 no terrain model", "terrain")
    height, slope = facts.terrain.at(facts.residents.geometry.to_numpy())
    risk = (height < entry.low_m) | (slope > entry.slope_degrees)
    known = risk | ~(np.isnan(height) | np.isnan(slope))
    weight = facts.people("all")
    evidence = evidence_text("terrain", facts.members.total(weight * known), "residents")
    return share_of_people(facts.members, weight, risk, ~known, known, evidence)


def _pieces(facts: Facts, kinds: tuple[str, ...], classes: tuple[str, ...]) -> Geometries:
    both = [
        facts.land.geometry[facts.land["kind"].isin(kinds)],
        facts.places.geometry[facts.places["class"].isin(classes)],
    ]
    return np.concatenate(
        [side[side.geom_type.isin(["Polygon", "MultiPolygon"])].to_numpy() for side in both]
    )


def _near(facts: Facts, chosen: Bools, within_m: float) -> Bools:
    tree = shapely.STRtree(facts.edges.geometry.to_numpy()[chosen])
    hit = tree.query(facts.residents.geometry.to_numpy(), predicate="dwithin", distance=within_m)[0]
    return np.isin(np.arange(len(facts.residents)), hit)
