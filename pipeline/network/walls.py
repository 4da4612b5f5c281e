"""List the lines that bar a walker: walls, outlines of walled compounds, water, railways, the coast.

Only walls and outlines cut ways (a way over water or rails is mapped as the bridge, ford or level crossing that
it is); all of them stop the access leg of an address, and so does a building of another compound.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import STRtree

from pipeline.network.profile import Profile

OUTLINE = "compound_outline"
BUILDING = "building"
WATER = ("water", "sea", "river")  # nobody lives on it
LAND_BARRIERS = (*WATER, "railway", "coast")  # nobody walks across but on a way


def barrier_lines(
    walls: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    gated: pd.Series,
    land: gpd.GeoDataFrame,
    rules: Profile,
) -> gpd.GeoDataFrame:
    """Gather the barriers, each a line string with its kind and, where it walls a compound, that compound.

    Parameters
    ----------
    walls, compounds, land
        The tables of these names.
    gated
        `boolean`, for each compound: True walled, False open, NA not known. Only True makes its outline a barrier,
        and only where no wall is mapped within `same_wall_m`.
    rules
        `passable_kinds` of walls are left out.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of the table `barriers`, sorted by wall_id. Rings of outlines have the compound on their left.
    """
    same = rules.walls.same_wall_m
    real = walls[~walls["kind"].isin(rules.walls.passable_kinds)]
    mapped = _rows(real["wall_id"], real["kind"], real.geometry.to_numpy())
    mapped["compound_id"] = _compound_along(mapped["geometry"].to_numpy(), compounds, same)

    closed = compounds[gated.fillna(False).to_numpy(dtype=bool)]
    outline = shapely.boundary(shapely.orient_polygons(closed.geometry.to_numpy()))
    outline = _without_walls(outline, mapped["geometry"].to_numpy(), same)
    ids = closed["compound_id"]
    inferred = _rows("outline-" + ids, OUTLINE, outline, ids)

    natural = land[land["kind"].isin(LAND_BARRIERS)]
    edge = natural.geometry.to_numpy()
    edge = np.where(shapely.get_dimensions(edge) == 2, shapely.boundary(edge), edge)
    ground = _rows(natural["kind"] + "-" + natural["land_id"], natural["kind"], edge)
    return _barriers(pd.concat([mapped, inferred, ground]), walls.crs)


def building_lines(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the outer rings of compounds' buildings, through which only their own compound's people are let.

    Whose building stands outside the known compounds is not known, so none of those is anybody else's.

    Parameters
    ----------
    buildings
        The table of that name.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of the table `barriers`, sorted by wall_id; compound_id is the compound that the building stands in.
    """
    known = buildings[buildings["compound_id"].notna()]
    parts, row = shapely.get_parts(known.geometry.to_numpy(), return_index=True)
    table = _rows(
        "building-" + known["building_id"].iloc[row],
        BUILDING,
        shapely.boundary(shapely.polygons(shapely.get_exterior_ring(parts))),  # courtyards left out
        known["compound_id"].iloc[row],
    )
    return _barriers(table, buildings.crs)


def _rows(
    ids: pd.Series, kind: pd.Series | str, geometry: NDArray[np.object_], compound: pd.Series | None = None
) -> pd.DataFrame:
    """Make a row of every single line string; the parts of a broken line are numbered."""
    parts, row = shapely.get_parts(shapely.line_merge(geometry, directed=True), return_index=True)
    frame = pd.DataFrame({"wall_id": ids.to_numpy(), "kind": kind, "compound_id": compound})
    frame = frame.iloc[row].assign(geometry=parts).reset_index(drop=True)
    number = frame.groupby("wall_id").cumcount()
    frame["wall_id"] = frame["wall_id"].where(number == 0, frame["wall_id"] + "-" + number.astype("str"))
    return frame[shapely.length(parts) > 0]


def _barriers(rows: pd.DataFrame, crs: CRS) -> gpd.GeoDataFrame:
    table = rows.astype({"wall_id": "str", "kind": "str", "compound_id": "str"}).sort_values("wall_id")
    return gpd.GeoDataFrame(table, geometry="geometry", crs=crs).reset_index(drop=True)


def _compound_along(
    walls: NDArray[np.object_], compounds: gpd.GeoDataFrame, within_m: float
) -> NDArray[np.object_]:
    """Return for every wall the compound whose outline its middle follows, nearest first; None where none."""
    outline = shapely.boundary(compounds.geometry.to_numpy())
    middle = shapely.line_interpolate_point(walls, 0.5, normalized=True)
    wall, compound = STRtree(outline).query(middle, predicate="dwithin", distance=within_m)
    distance = shapely.distance(middle[wall], outline[compound])
    ids = compounds["compound_id"].to_numpy(dtype=object)[compound]
    near = pd.DataFrame({"wall": wall, "distance": distance, "id": ids})
    near = near.sort_values(["wall", "distance", "id"]).drop_duplicates("wall")
    result = np.full(len(walls), None, dtype=object)
    result[near["wall"]] = near["id"]
    return result


def _without_walls(
    outline: NDArray[np.object_], walls: NDArray[np.object_], within_m: float
) -> NDArray[np.object_]:
    """Take from each outline what runs within a distance of mapped walls."""
    result = outline.copy()
    row, wall = STRtree(walls).query(outline, predicate="dwithin", distance=within_m)
    for here in np.unique(row):
        near = shapely.union_all(shapely.buffer(walls[wall[row == here]], within_m))
        result[here] = shapely.difference(outline[here], near)
    return result


def compound_at(points: NDArray[np.object_], compounds: gpd.GeoDataFrame, snap_m: float) -> pd.Series:
    """Return the compound in which each point lies, the smallest of several; on an outline is outside."""
    area = compounds.geometry.to_numpy()
    point, compound = STRtree(area).query(points, predicate="within")
    deep = shapely.distance(points[point], shapely.boundary(area[compound])) > snap_m
    point, compound = point[deep], compound[deep]
    found = pd.DataFrame({"point": point, "area": shapely.area(area[compound])})
    found["compound_id"] = compounds["compound_id"].to_numpy()[compound]
    found = found.sort_values(["point", "area", "compound_id"]).drop_duplicates("point")
    return found.set_index("point")["compound_id"].reindex(range(len(points))).astype("str")
