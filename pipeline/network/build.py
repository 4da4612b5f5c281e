"""Build the walkable graph of a district: streets, walls and gates, users, slope, minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipeline.errors import TableError
from pipeline.network.closing import open_at, uncertain_gates, users_at, users_if_closed
from pipeline.network.crossings import crossing_shares
from pipeline.network.gates import gate_points, place_gates
from pipeline.network.graph import Ints, flatten, lines
from pipeline.network.minutes import steepest, walking_minutes
from pipeline.network.openings import pass_walls
from pipeline.network.passages import Walled
from pipeline.network.profile import Profile, classify
from pipeline.network.search import PUBLIC
from pipeline.network.slope import Steps, Terrain, possible, slope_steps
from pipeline.network.squares import HIGHWAY, cross_squares
from pipeline.network.users import edge_users
from pipeline.network.walls import LAND_BARRIERS, WATER, barrier_lines, building_lines, compound_at
from pipeline.settings import NetworkParams


@dataclass(frozen=True)
class Network:
    """The tables `nodes`, `edges`, `openings`, `barriers`, and what was counted on the way."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    openings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    report: dict[str, Any]


def build_network(
    ways: gpd.GeoDataFrame,
    way_nodes: gpd.GeoDataFrame,
    walls: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    gated: pd.Series,
    land: gpd.GeoDataFrame,
    squares: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    terrain: Terrain,
    params: NetworkParams,
    rules: Profile,
) -> Network:
    """Turn the street layer into the walkable graph.

    Parameters
    ----------
    ways, way_nodes, walls, gates, compounds, land, squares, buildings
        Tables of these names, in one projected CRS.
    gated
        `boolean` by compound_id: walled (True), open (False), not known (missing).
    terrain
        Heights; may be unknown everywhere.
    params, rules
        Section `network` of params.yaml, and the tables of `profile.yaml`.

    Raises
    ------
    TableError
        No way is walkable.
    """
    ways = ways.sort_values("way_id", ignore_index=True)
    tags = classify(ways, rules)
    walked = tags["refused"] == ""
    if not walked.any():
        raise TableError(
            "table ways",
            f"none of {len(ways)} ways is walkable",
            f"highway of {', '.join(rules.highway.walkable)}",
            "map the layer's street classes to highway in district.yaml",
        )
    chosen, tags_chosen = ways[walked].reset_index(drop=True), tags[walked].reset_index(drop=True)
    chosen = chosen.join(tags_chosen.drop(columns="refused"))
    chosen["exempt"] = chosen["bridge"] | chosen["tunnel"]
    gated = compounds["compound_id"].map(gated).astype("boolean")
    barriers = barrier_lines(walls, compounds, gated, land, rules)
    known = gate_points(gates, way_nodes, rules)
    streets, gate_node = place_gates(flatten(chosen), known, params.gate_tolerance_m, rules.walls.snap_m)
    streets, chosen, crossed = cross_squares(
        streets,
        chosen,
        squares,
        gate_node,
        _bodies(buildings, land),
        np.concatenate([barriers.geometry, chosen.geometry[chosen["arterial"] & ~chosen["exempt"]]]),
        params.square_points_max,
        rules,
    )
    walled = pass_walls(
        streets,
        chosen["exempt"].to_numpy(),
        barriers[~barriers["kind"].isin(LAND_BARRIERS)].reset_index(drop=True),
        known,
        gate_node,
        compounds,
        params.gate_tolerance_m,
        rules,
    )
    edges = _edges(walled, chosen, ways.crs)
    middle = shapely.line_interpolate_point(edges.geometry.to_numpy(), 0.5, normalized=True)
    edges["compound_id"] = compound_at(middle, compounds, rules.walls.snap_m).to_numpy()
    is_gated = set(compounds.loc[gated.fillna(False).to_numpy(dtype=bool), "compound_id"])
    edges["users_in_hours"], edges["component"] = edge_users(edges, walled.openings, is_gated)
    openings = walled.openings.assign(open_now=open_at(walled.openings["open_hours"], params.at))
    edges["opening_id"] = openings["opening_id"].reindex(edges["gate"]).set_axis(edges.index)
    edges["users"] = users_at(edges, openings)
    edges["users_if_closed"] = users_if_closed(edges, openings)

    steps = slope_steps(
        edges.geometry.to_numpy(), edges["u"].to_numpy(), edges["v"].to_numpy(), edges["exempt"].to_numpy(),
        terrain, ways.crs, params.slope_step_m,
    )  # fmt: skip
    believed = possible(steps, params.slope_limit)
    edges["slope_max"] = steepest(believed, len(edges))
    xy, pieces = walled.streets.xy, walled.pieces
    crossings = crossing_shares(
        edges,
        xy[pieces.first + 1] - xy[pieces.first],
        xy[pieces.last - 1] - xy[pieces.last],
        way_nodes,
        rules,
    )
    edges = edges.join(walking_minutes(edges, believed, crossings, params))
    edges["crossings_signalled"], edges["crossings_unsignalled"] = (
        crossings["signalled"],
        crossings["unsignalled"],
    )
    report = _report(ways, tags, edges, openings, steps, crossings, params) | {"squares": crossed}
    inner = ["arterial", "exempt", "gate"]
    return Network(
        _nodes(walled, edges, ways.crs),
        edges.drop(columns=inner),
        openings,
        # ways pass under buildings and through them, access legs do not
        pd.concat([barriers, building_lines(buildings)]).sort_values("wall_id", ignore_index=True),
        report,
    )


def _bodies(buildings: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the polygons on which nobody walks: buildings and water."""
    water = land.geometry[land["kind"].isin(WATER)].to_numpy()
    return np.concatenate([buildings.geometry.to_numpy(), water[shapely.get_dimensions(water) == 2]])


def _edges(walled: Walled, ways: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:
    """Make a row of every piece, with the attributes of its way."""
    pieces = walled.pieces
    geometry: NDArray[np.object_] = lines(walled.streets, pieces)
    columns = [
        "way_id", "highway", "width_m", "crossing", "name", "bridge", "tunnel", "steps", "restricted", "arterial",
        "exempt",
    ]  # fmt: skip
    table = pd.DataFrame(ways[columns]).loc[pieces.way].reset_index(drop=True)
    table = table.assign(
        edge_id=np.arange(len(table)),
        u=pieces.u,
        v=pieces.v,
        gate=walled.gate,
        length_m=shapely.length(geometry),
    )
    return gpd.GeoDataFrame(table, geometry=geometry, crs=crs)


def _nodes(walled: Walled, edges: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:
    """Return the junctions, each with the smallest component (−1 last) of its edges."""
    xy, pieces = walled.streets.xy, walled.pieces
    ends: Ints = np.concatenate([edges["u"], edges["v"]])
    component = np.tile(edges["component"].to_numpy(), 2)
    place = np.concatenate([xy[pieces.first], xy[pieces.last]])
    order = np.lexsort((component % (component.max() + 2), ends))
    node_id, first = np.unique(ends[order], return_index=True)
    chosen = order[first]
    opening = "node-" + walled.parted.astype("str")
    return gpd.GeoDataFrame(
        {
            "node_id": node_id,
            "component": component[chosen],
            "opening_id": opening.reindex(node_id).astype("str").array,
        },
        geometry=shapely.points(place[chosen]),
        crs=crs,
    )


def _report(
    ways: gpd.GeoDataFrame,
    tags: pd.DataFrame,
    edges: gpd.GeoDataFrame,
    openings: gpd.GeoDataFrame,
    steps: Steps,
    crossings: pd.DataFrame,
    params: NetworkParams,
) -> dict[str, Any]:
    """Count what was left out, guessed, limited and cut off."""
    across = edges["highway"] == HIGHWAY  # lines that cross each other: no length of street
    km = (edges["length_m"] / 1000).mask(across, 0.0)
    refused = tags.loc[tags["refused"] != "", "refused"]
    kind = openings["status"].mask(openings["status"] == "gate", openings["gate_users"])
    users = edges["users_in_hours"]
    part = edges["component"].where(users == PUBLIC)
    return {
        "ways": {"read": len(ways), "refused": _counts(refused)},
        "edges": len(edges),
        "edges_across_squares": int(across.sum()),
        "length_km": round(float(km.sum()), 3),
        "public_km": round(float(km[users == PUBLIC].sum()), 3),
        "main_component_km": round(float(km[part == 0].sum()), 3),
        "public_islands": int(part[part > 0].nunique()),
        "public_islands_km": round(float(km[part > 0].sum()), 3),
        "groups": int(users[users != PUBLIC].nunique()),
        "groups_without_outlet": int(users[edges["component"] < 0].nunique()),
        "openings": _counts(kind),
        "openings_inferred": int(openings["inferred"].sum()),
        "gates_uncertain": int(uncertain_gates(openings).sum()),
        "gates_hours_unread": int(openings["open_now"].isna().sum()),
        "gates_shut_at_time": int((~openings["open_now"].fillna(True)).sum()),
        "gates_meeting_no_way": int(openings["node_id"].isna().sum()),
        "slope_steps": len(steps.edge),
        "slope_steps_unknown": int(np.isnan(steps.slope).sum()),
        "slope_steps_impossible": int((np.abs(steps.slope) > params.slope_limit).sum()),
        "arterial_crossings_signalled": float(crossings["signalled"].sum()),
        "arterial_crossings_unsignalled": float(crossings["unsignalled"].sum()),
    }


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().sort_index().items()}
