"""Find all facilities within reach of every address, and share their places among the people who reach them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.network.search import Graph, Points, nearest

Floats = NDArray[np.float64]


def pairs(
    graph: Graph, entrances: Points, facility_ids: pd.Series, addresses: Points, limit: float
) -> pd.DataFrame:
    """Return every address–facility pair within `limit` minutes, with one bounded search a facility.

    Parameters
    ----------
    entrances, facility_ids
        Linked entrances, and the facility that each belongs to.
    addresses
        Linked addresses.

    Returns
    -------
    address (row), facility_id, minutes (by the nearest entrance), sorted by facility_id and address.
    """
    found = []
    for facility_id, rows in sorted(pd.Series(np.arange(len(facility_ids))).groupby(facility_ids.to_numpy())):
        minutes, _ = nearest(graph, entrances.take(rows.to_numpy()), addresses, limit)
        address = np.flatnonzero(~np.isnan(minutes))
        found.append(
            pd.DataFrame({"address": address, "facility_id": facility_id, "minutes": minutes[address]})
        )
    if not found:
        return pd.DataFrame(
            {
                "address": pd.Series(dtype="int64"),
                "facility_id": pd.Series(dtype="str"),
                "minutes": pd.Series(dtype="float64"),
            }
        )
    return pd.concat(found, ignore_index=True)


def decayed(reach: pd.DataFrame, decay: str, limit: float) -> pd.DataFrame:
    """Return the pairs with a `weight` between 0 and 1: 1 for all (`none`), or falling from 1 at the door to 0 at the limit.

    Source: `gaussian` as in Dai (2010), Black residential segregation, disparities in spatial access to health care
    facilities, and late-stage breast cancer diagnosis in metropolitan Detroit, Health & Place 16(5).
    """
    if decay == "none":
        return reach.assign(weight=1.0)
    edge = np.exp(-0.5)
    weight = (np.exp(-0.5 * (reach["minutes"] / limit) ** 2) - edge) / (1 - edge)
    return reach.assign(weight=weight.clip(lower=0.0))


def floating_supply(reach: pd.DataFrame, demand: Floats, supply: pd.Series) -> Floats:
    """Return the supply per head that each address has within reach.

    Each facility's supply is divided by the demand within its catchment; an address adds up what the facilities in its
    reach offer (two-step floating catchment), both by the weight of the pair. Nothing is lost: the sum of demand ×
    result is the supply of all facilities that have demand in their catchment.

    Parameters
    ----------
    reach
        Pairs as from `decayed`.
    demand
        People at each address.
    supply
        Places or area by facility_id; NaN makes every address in its catchment NaN.

    Source
    ------
    Luo and Wang (2003), Measures of spatial accessibility to health care in a GIS environment; with weights Luo and Qi
    (2009), An enhanced two-step floating catchment area method.
    """
    if reach.empty:
        return np.zeros(len(demand))
    weight = reach["weight"].to_numpy(np.float64)
    people = reach["facility_id"].map(
        pd.Series(weight * demand[reach["address"]]).groupby(reach["facility_id"].to_numpy()).sum()
    )
    each = reach["facility_id"].map(supply.astype("float64")) / people.where(people > 0)
    # a facility without demand has nobody to be unknown to
    each = each.where(people > 0, 0.0).to_numpy(np.float64)
    each = np.where(weight > 0, weight * each, 0.0)
    return np.bincount(reach["address"], each, minlength=len(demand)).astype(np.float64)
