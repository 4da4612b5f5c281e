"""Pack the streets, so that the page finds any address's walk itself, exactly as `reach.route` does.

Walks of all addresses to all classes would outweigh the page; the streets, their times told apart into what they are
made of, do not. The page unpacks them when the first building is clicked (`assets/walk.js`).
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from pipeline.catalogue.load import facility_classes, walker
from pipeline.maps.geometry import Grid
from pipeline.network.search import Graph
from pipeline.reach.direction import comes_to_people
from pipeline.settings import Walker

TOLERANCE_M = 0.5
_PATHS = ("footway", "path", "cycleway", "corridor", "bridleway", "pedestrian")


def walk_network(
    grid: Grid,
    edges: gpd.GeoDataFrame,
    openings: gpd.GeoDataFrame,
    residents: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    shown: pd.Index,
    walkers: Mapping[str, Walker],
) -> dict[str, Any]:
    """Return the walkers, street names and packed arrays.

    Parameters
    ----------
    edges, openings, residents, facilities
        Tables of those names; addresses and gates keep their rows.
    shown
        Ids of the facilities that the page lists, in its order.
    walkers
        Section `network.walkers` of params.yaml.

    Returns
    -------
    `walkers` by name, `who` walks and which `group` is counted by class, the classes `coming` to people, `names` of streets,
    `layout` [name, type, length]
    of each array, in order, and `packed`: their bytes, little-endian, gzipped, as base 64. An edge has `up` and `down`,
    factors of the flat time from u to v and back; an unlinked address has edge −1; a group is 0 for everyone's streets.
    """
    edges = edges.sort_values("edge_id", ignore_index=True)
    used = {walker(name) for name in facility_classes()}
    graph = Graph.build(edges, min(used))
    names = sorted(set(edges["name"].dropna()))
    up, down = _factors(edges, {key: walkers[key] for key in sorted(used)})
    xy, counts = _lines(grid, edges.geometry)
    doors = facilities[facilities["linked"] & facilities["class"].isin(facility_classes())]
    doors = doors.sort_values("entrance_id", ignore_index=True)
    at_node = np.flatnonzero(openings["node_id"].notna() & openings["status"].eq("gate"))
    gate_node = openings["node_id"].to_numpy(dtype=float, na_value=-1)[at_node].astype(np.int64)
    on_way = np.isin(gate_node, graph.node_ids)
    arrays: dict[str, tuple[str, ArrayLike]] = {
        "u": ("Int32", graph.streets.u),
        "v": ("Int32", graph.streets.v),
        "length": ("Float32", edges["length_m"]),
        "up": ("Float32", up),
        "down": ("Float32", down),
        "signalled": ("Float32", edges["crossings_signalled"]),
        "unsignalled": ("Float32", edges["crossings_unsignalled"]),
        "group": ("Int32", graph.streets.group),
        "name": ("Int32", pd.Index(names).get_indexer(pd.Index(edges["name"]))),
        "points": ("Int32", counts),
        "xy": ("Int32", xy),
        "gate_node": ("Int32", pd.Index(graph.node_ids).get_indexer(gate_node[on_way])),
        "gate": ("Int32", at_node[on_way]),
        "opening": ("Int32", pd.Index(openings["opening_id"]).get_indexer(pd.Index(edges["opening_id"]))),
        **_places("address", residents, graph),
        **_places("door", doors, graph),
        "door_class": ("Int32", pd.Index(list(facility_classes())).get_indexer(pd.Index(doors["class"]))),
        "door_facility": ("Int32", shown.get_indexer(pd.Index(doors["facility_id"]))),
        "door_xy": ("Int32", np.array(grid.points(doors.geometry), np.int64).ravel()),
        "unnamed": ("Uint8", _unnamed(edges)),
    }
    raw = [
        (name, kind, np.asarray(values).astype(f"<{_CODES[kind]}")) for name, (kind, values) in arrays.items()
    ]
    packed = gzip.compress(b"".join(values.tobytes() for _, _, values in raw), 9, mtime=0)
    return {
        "walkers": {
            key: {
                "speed": walkers[key].speed_m_per_s,
                "stairs": walkers[key].stairs_factor,
                "signalled": walkers[key].crossing_wait_s,
                "unsignalled": walkers[key].unsignalised_wait_s,
                "slope": walkers[key].slope == "tobler",
            }
            for key in sorted(used)
        },
        "who": {name: walker(name) for name in facility_classes()},
        "coming": [name for name in facility_classes() if comes_to_people(name)],
        "group": {name: kind.who for name, kind in facility_classes().items()},
        "names": names,
        "layout": [[name, kind, len(values)] for name, kind, values in raw],
        "packed": base64.b64encode(packed).decode(),
    }


_CODES = {"Int32": "i4", "Float32": "f4", "Uint8": "u1"}


def _factors(edges: pd.DataFrame, walkers: Mapping[str, Walker]) -> tuple[ArrayLike, ArrayLike]:
    """What the slope multiplies the flat time by, from u to v and back; the same for all who feel slopes."""
    key = next((key for key, walker in walkers.items() if walker.slope == "tobler"), None)
    if key is None:
        return np.ones(len(edges)), np.ones(len(edges))
    walker = walkers[key]
    waits = (
        walker.crossing_wait_s * edges["crossings_signalled"]
        + walker.unsignalised_wait_s * edges["crossings_unsignalled"]
    )
    flat = edges["length_m"] / walker.speed_m_per_s
    plain = ~edges["steps"] & (flat > 0)
    up, down = (
        ((60 * edges[f"minutes_{key}{back}"] - waits) / flat.where(plain)).fillna(1.0)
        for back in ("", "_back")
    )
    return up, down


def _unnamed(edges: pd.DataFrame) -> ArrayLike:
    """0 steps, 1 path, 2 street: what a piece is called that has no name (`walk.js`)."""
    return np.select([edges["steps"], edges["highway"].isin(_PATHS)], [0, 1], 2)


def _lines(grid: Grid, shapes: gpd.GeoSeries) -> tuple[ArrayLike, ArrayLike]:
    """All points of all lines on the grid, each as its step from the last; and how many points each line has."""
    simple = shapely.simplify(shapes.to_numpy(), TOLERANCE_M)
    whole = grid.whole(shapely.get_coordinates(simple))
    return np.diff(whole, axis=0, prepend=0).ravel(), shapely.get_num_coordinates(simple)


def _places(name: str, points: pd.DataFrame, graph: Graph) -> dict[str, tuple[str, ArrayLike]]:
    """Where addresses or entrances are on the streets, and whose ways they may use besides everyone's."""
    linked = points["linked"].to_numpy(bool)
    found = graph.points(points[linked], 1.0)
    edge, group = np.full(len(points), -1), np.zeros(len(points), np.int64)
    offset, access = np.zeros(len(points)), np.zeros(len(points))
    edge[linked], group[linked], offset[linked] = found.edge, found.group, found.offset_m
    access[linked] = points.loc[linked, "access_m"]
    return {
        f"{name}_edge": ("Int32", edge),
        f"{name}_offset": ("Float32", offset),
        f"{name}_access": ("Float32", access),
        f"{name}_group": ("Int32", group),
    }
