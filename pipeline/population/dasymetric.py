"""Spread counted people over the buildings of the area they were counted in, in proportion to floor area.

Every zone keeps its people to a fraction of a person. The finest zone owns a building: a compound's count before a
cell's, a cell's before an area's, an area's before the district's total.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

PEOPLE = ["residents", "residents_low", "residents_high", "child_0_3", "child_3_6", "elderly"]
_FINENESS = {"point": 0, "compound": 1, "cell": 2, "area": 3, "total": 4}


def spread(
    zones: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, water: NDArray, default_floors: float
) -> gpd.GeoDataFrame:
    """Return one address a building that houses people, and one a zone whose people have no building.

    Parameters
    ----------
    zones, buildings
        Tables of stage `intake`. Buildings whose use is `other` house nobody; of unknown use they do, since most
        are dwellings.
    water
        Polygons of sea, rivers and lakes, in the same CRS: nobody is put there.
    default_floors
        Floors of a building that does not state them.

    Returns
    -------
    point_id (`b:` and the building's id, or `z:` and the zone's), building_id, compound_id (of a zone that is one),
    the columns of people, ages_estimated, geometry (a point), sorted by point_id. Each zone's people add up to its
    count.

    Source: dasymetric mapping by building volume, e.g. Lwin & Murayama (2009), Transactions in GIS 13(4).
    """
    zones = zones[zones["residents_high"] > 0].sort_values("zone_id", ignore_index=True)
    homes = buildings[buildings["use"] != "other"].sort_values("building_id", ignore_index=True)
    homes = homes.set_geometry(homes.representative_point()).assign(
        floor_area=homes.area * homes["floors"].where(homes["floors"] > 0, default_floors)
    )
    homes = homes[~_inside(homes.geometry.to_numpy(), water)].reset_index(drop=True)

    home, zone = _owners(homes, zones)
    floor_area = homes["floor_area"].to_numpy()[home]
    share = floor_area / np.bincount(zone, floor_area, len(zones))[zone]
    bare = np.flatnonzero(np.bincount(zone, minlength=len(zones)) == 0)
    ground = _ground(zones, bare, water)
    flooded = shapely.is_empty(ground)
    if len(homes):
        rescue = shapely.STRtree(homes.geometry.to_numpy()).nearest(
            shapely.point_on_surface(zones.geometry.to_numpy()[bare[flooded]])
        )
        home, zone = np.concatenate([home, rescue]), np.concatenate([zone, bare[flooded]])
        share = np.concatenate([share, np.ones(len(rescue))])
        bare, ground = bare[~flooded], ground[~flooded]

    housed = _rows(zones, zone, share).assign(
        point_id="b:" + homes["building_id"].iloc[home].array,
        building_id=homes["building_id"].iloc[home].array,
        geometry=homes.geometry.iloc[home].array,
    )
    placed = _rows(zones, bare, np.ones(len(bare))).assign(
        point_id="z:" + zones["zone_id"].iloc[bare].array,
        building_id=pd.array([None] * len(bare), "str"),
        geometry=gpd.array.from_shapely(shapely.point_on_surface(ground), zones.crs),
    )
    addresses = pd.concat([housed, placed], ignore_index=True)
    first = dict.fromkeys(("building_id", "compound_id", "geometry"), "first")
    summed = addresses.groupby("point_id", sort=True, as_index=False).agg(
        first | dict.fromkeys(PEOPLE, "sum") | {"ages_estimated": "any"}
    )
    return gpd.GeoDataFrame(summed, geometry="geometry", crs=zones.crs)


def _rows(zones: gpd.GeoDataFrame, zone: NDArray, share: NDArray) -> pd.DataFrame:
    """Each zone's people times the share that goes to one place."""
    rows = pd.DataFrame(zones[["compound_id", "ages_estimated", *PEOPLE]]).iloc[zone].reset_index(drop=True)
    rows[PEOPLE] = rows[PEOPLE].mul(share, axis=0)
    return rows


def _owners(homes: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[NDArray, NDArray]:
    """Pairs (row of home, row of the finest zone that contains it)."""
    tree = shapely.STRtree(zones.geometry.to_numpy())
    home, zone = tree.query(homes.geometry.to_numpy(), predicate="intersects")
    fineness = zones["kind"].map(_FINENESS).to_numpy()
    home, zone = home[fineness[zone] > 0], zone[fineness[zone] > 0]
    order = np.lexsort((zone, fineness[zone], home))
    home, zone = home[order], zone[order]
    first = np.diff(home, prepend=-1) > 0
    return home[first], zone[first]


def _inside(points: NDArray, polygons: NDArray) -> NDArray[np.bool_]:
    within = np.zeros(len(points), bool)
    within[shapely.STRtree(polygons).query(points, predicate="intersects")[0]] = True
    return within


def _ground(zones: gpd.GeoDataFrame, bare: NDArray, water: NDArray) -> NDArray:
    """The ground where the people of a zone without homes may be: dry, and in no compound counted by itself."""
    area = zones.geometry.to_numpy()
    compounds = area[(zones["kind"] == "compound").to_numpy()]
    dry = _without(area[bare], water)
    fineness = zones["kind"].map(_FINENESS).to_numpy()[bare]
    free = np.where(fineness > _FINENESS["compound"], _without(dry, compounds), dry)
    return np.where(shapely.is_empty(free), dry, free)


def _without(areas: NDArray, holes: NDArray) -> NDArray:
    """Cut the holes out of each area."""
    rest = areas.copy()
    area, hole = shapely.STRtree(holes).query(areas, predicate="intersects")
    for row in np.unique(area):
        rest[row] = shapely.difference(areas[row], shapely.union_all(holes[hole[area == row]]))
    return rest
