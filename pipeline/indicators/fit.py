"""Measure how well a unit fits the areas of committees and of property service."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.indicators import AreaFit
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Floats, Measure, Membership, evidence_text, measured, ratio, sums

NO_COMPANY = "none"  # register code of a compound without property management


def area_fit(entry: AreaFit, facts: Facts) -> Measure:
    """Mean of the fit with committees and the fit with property-service areas, % (W06).

    The fit with a set of areas is the share of an area's residents who are in the unit, for the mean resident of the unit
    who lives in one: 100 % where the unit is made of whole areas. Compounds that one company manages, near each other,
    are one property-service area; a compound without a company is in none. Where the companies of compounds are not
    stated, their half of the measure is unknown.
    """
    weight = facts.people("all")
    committee = fit_with(facts.members, weight, facts.residents["committee_id"])
    area = service_areas(facts, entry.join_m)
    company = facts.register.set_index("compound_id")["property_company"]
    stated = facts.residents["compound_id"].isin(company.index[company.notna()]).to_numpy(bool)
    in_compound = facts.residents["compound_id"].notna().to_numpy(bool)
    service = fit_with(facts.members, weight, facts.residents["compound_id"].map(area))
    share = np.nan_to_num(
        ratio(facts.members.total(weight * stated), facts.members.total(weight * in_compound))
    )
    # a unit in which nobody has property service cuts no service area: the committees decide alone
    none_there = np.isnan(service) & (share > 0)
    service = np.where(none_there, committee, service)
    known = 50 * (committee + share * np.nan_to_num(service))
    people = facts.members.total(weight)
    evidence = evidence_text("residents.committee_id, register.property_company", people, "residents")
    # a compound of unstated company, in the unit or beside it, may belong to any of its service areas
    low = known if stated[in_compound].all() else 50 * committee
    found = measured(
        50 * (committee + service),
        low,
        known + 50 * (1 - share),
        np.where(np.isnan(committee), 0.0, (1 + share) / 2),
        evidence,
    )
    return found.noted(share < 1, "部分小区物业不明 property management of some compounds is not known")


def fit_with(members: Membership, weight: Floats, area: pd.Series) -> Floats:
    """Return each unit's fit with a set of areas, 0–1; NaN where nobody of the unit lives in one.

    Parameters
    ----------
    area
        The area that each address is in; missing where it is in none.
    """
    pairs = pd.DataFrame(
        {
            "unit": members.unit,
            "area": area.to_numpy(object)[members.point],
            "people": weight[members.point],
        }
    ).dropna()
    both = pairs.groupby(["unit", "area"], sort=True)["people"].sum().reset_index()
    whole = pd.Series(weight).groupby(area.to_numpy(object)).sum()
    inside = both["people"] / both["area"].map(whole).where(lambda total: total > 0)
    unit = both["unit"].to_numpy(np.int64)
    share = sums(unit, (both["people"] * inside).fillna(0.0).to_numpy(), members.units)
    return ratio(share, sums(unit, both["people"].to_numpy(), members.units))


def service_areas(facts: Facts, join_m: float) -> pd.Series:
    """Return the property-service area of each managed compound, by compound_id."""
    company = facts.compounds["compound_id"].map(facts.register.set_index("compound_id")["property_company"])
    managed = facts.compounds[company.notna() & (company != NO_COMPANY)]
    area = pd.Series(pd.NA, index=managed["compound_id"], dtype="str")
    for name, group in managed.groupby(company[managed.index], sort=True):
        parts = shapely.get_parts(shapely.union_all(shapely.buffer(group.geometry.to_numpy(), join_m / 2)))
        at = shapely.point_on_surface(group.geometry.to_numpy())
        compound, part = shapely.STRtree(parts).query(at, predicate="intersects")
        area.iloc[managed.index.get_indexer(group.index[compound])] = [f"{name}/{i}" for i in part]
    return area
