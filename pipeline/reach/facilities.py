"""Turn listed facilities into entrances on edges.

Ground that people enter all along its edge (parks, activity grounds, shelters) is entered where a way meets its
outline; where none does, from the spot on the outline that is nearest to a way. Everything else is entered at its own
place; a polygon too deep for that, likewise from its outline.
"""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.network.areas import containing
from pipeline.network.link import link
from pipeline.network.search import PUBLIC
from pipeline.settings import LinkParams


def entrances(
    places: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    entered_along_outline: Collection[str],
    params: LinkParams,
) -> gpd.GeoDataFrame:
    """Return the table `facilities`: one row an entrance, at least one a place.

    Parameters
    ----------
    places, edges, barriers, compounds
        Tables of stages `intake` and `network`.
    entered_along_outline
        Classes whose polygons are entered wherever a way meets the outline.
    """
    places = places.sort_values("facility_id", ignore_index=True)
    inside = gpd.GeoSeries(places.representative_point(), crs=places.crs)
    places["compound_id"] = containing(inside, compounds, "compound_id")
    polygon = places.geom_type.isin(["Polygon", "MultiPolygon"])
    places["area_m2"] = places.area.where(polygon)

    along = polygon & places["class"].isin(entered_along_outline)
    outline = _on_outline(places[along], edges)
    unmet = ~places["facility_id"].isin(outline["facility_id"])
    front, place = places[along & unmet], places[~along]
    at_front = _at(front, _facing(front, edges, params.max_access_m), edges, barriers, params)
    at_place = _at(place, inside[~along], edges, barriers, params)
    far = place[~at_place["linked"].to_numpy() & polygon[~along].to_numpy()]
    at_far = _at(far, _facing(far, edges, params.max_access_m), edges, barriers, params)
    at_far = at_far[at_far["linked"]]
    at_place = at_place[~at_place["facility_id"].isin(at_far["facility_id"])]

    rows = pd.concat([outline, at_front, at_place, at_far]).sort_values(
        ["facility_id", "edge_id", "offset_m"]
    )
    number = rows.groupby("facility_id").cumcount() + 1
    rows["entrance_id"] = rows["facility_id"] + ":" + number.astype("str")
    known = places.drop(columns=["geometry", "source"])
    table = rows.merge(known, on="facility_id", validate="many_to_one").sort_values("entrance_id")
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry="geometry", crs=places.crs)


def _at(
    places: gpd.GeoDataFrame,
    points: gpd.GeoSeries,
    edges: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    params: LinkParams,
) -> pd.DataFrame:
    """Tie each place at one point."""
    ties = link(points.to_numpy(), places["compound_id"], edges, barriers, params, private=False)
    return ties.assign(facility_id=places["facility_id"].array, geometry=points.array)


def _open_to(
    places: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, place: np.ndarray, edge: np.ndarray
) -> np.ndarray:
    """Whether visitors of each place can come by each edge: public or its compound's, at ground, not cut off."""
    users = edges["users"].to_numpy(object)[edge]
    own = places["compound_id"].to_numpy(object, na_value="")[place]
    at_ground = ~(edges["bridge"] | edges["tunnel"]) & (edges["component"] == 0)
    return at_ground.to_numpy()[edge] & ((users == PUBLIC) | (users == own))


def _on_outline(places: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> pd.DataFrame:
    """Entrances where an edge meets the outline of a place; none for places that no edge meets."""
    lines, areas = edges.geometry.to_numpy(), places.geometry.to_numpy()
    place, edge = shapely.STRtree(lines).query(areas, predicate="intersects")
    keep = _open_to(places, edges, place, edge)
    place, edge = place[keep], edge[keep]
    meeting = shapely.intersection(lines[edge], shapely.boundary(areas[place]))
    xy, pair = shapely.get_coordinates(meeting, return_index=True)
    spot = shapely.points(xy)
    share = np.nan_to_num(shapely.line_locate_point(lines[edge[pair]], spot, normalized=True))
    rows = pd.DataFrame(
        {
            "facility_id": places["facility_id"].array[place[pair]],
            "edge_id": pd.array(edges["edge_id"].to_numpy()[edge[pair]], "Int64"),
            "offset_m": share * edges["length_m"].to_numpy()[edge[pair]],
            "access_m": 0.0,
            "linked": True,
            "link_reason": pd.array([None] * len(pair), "str"),
            "geometry": gpd.array.from_shapely(spot, places.crs),
            "restricted": edges["users"].to_numpy(object)[edge[pair]] != PUBLIC,
            "x": xy[:, 0].round(3),
            "y": xy[:, 1].round(3),
        }
    )
    # edges that meet at a junction on the outline are one entrance, and one for all where one of them is public
    rows = rows.sort_values(["facility_id", "restricted", "edge_id", "offset_m"])
    return rows.drop_duplicates(["facility_id", "x", "y"]).drop(columns=["x", "y", "restricted"])


def _facing(places: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, max_access_m: float) -> gpd.GeoSeries:
    """The spot on each place's outline nearest to a way that visitors can come by; any inner point without one."""
    lines, areas = edges.geometry.to_numpy(), places.geometry.to_numpy()
    place, edge = shapely.STRtree(lines).query(areas, predicate="dwithin", distance=max_access_m)
    keep = _open_to(places, edges, place, edge)
    place, edge = place[keep], edge[keep]
    outline = shapely.boundary(areas[place])
    distance = shapely.distance(outline, lines[edge])
    order = np.lexsort((edges["edge_id"].to_numpy()[edge], distance, place))
    order = order[np.diff(place[order], prepend=-1) > 0]
    spots = shapely.point_on_surface(areas)
    spots[place[order]] = shapely.get_point(shapely.shortest_line(outline[order], lines[edge[order]]), 0)
    return gpd.GeoSeries(spots, crs=places.crs)
