"""Draw small towns by hand and walk about in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import rasterio
import shapely
from pyproj import CRS

from pipeline.network.build import Network, build_network
from pipeline.network.profile import profile
from pipeline.network.slope import Terrain
from pipeline.settings import NetworkParams, load_params
from pipeline.tables import check, empty

UTM = "EPSG:32651"
Place = tuple[float, float]
PARAMS = load_params(Path(__file__).resolve().parents[2] / "params.yaml").network


class Town:
    """Tables of a town, filled line by line; equal coordinates are one node unless said otherwise."""

    def __init__(self, params: NetworkParams = PARAMS) -> None:
        self.params = params
        self.nodes: dict[Place, int] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in ("ways", "way_nodes", "walls", "gates", "compounds", "land", "squares", "buildings")
        }
        self.gated: dict[str, Any] = {}
        self.terrain = Terrain(np.full((1, 1), np.nan), rasterio.Affine.identity(), None)

    def node(self, place: Place) -> int:
        return self.nodes.setdefault((float(place[0]), float(place[1])), len(self.nodes) + 1)

    def way(self, *places: Place, node_ids: list[int] | None = None, **tags: Any) -> int:
        way_id = 100 + len(self.rows["ways"])
        row = {"highway": "residential", "foot": None, "access": None, "crossing": None, "width_m": np.nan}
        row |= {"bridge": False, "tunnel": False, "layer": 0, "name": None}
        ids = node_ids or [self.node(place) for place in places]
        self.rows["ways"].append(
            row | {"way_id": way_id, "node_ids": ids, "geometry": shapely.LineString(places)} | tags
        )
        return way_id

    def tag(self, place: Place, **tags: Any) -> None:
        row = dict.fromkeys(["highway", "barrier", "access", "open_hours", "crossing"])
        self.rows["way_nodes"].append(
            row | {"node_id": self.node(place), "geometry": shapely.Point(place)} | tags
        )

    def wall(self, *places: Place, kind: str = "wall") -> None:
        name = f"wall{len(self.rows['walls'])}"
        self.rows["walls"].append({"wall_id": name, "kind": kind, "geometry": shapely.LineString(places)})

    def gate(self, place: Place, users: str, compound: str | None = None, hours: str | None = None) -> None:
        self.rows["gates"].append(
            {
                "gate_id": f"gate{len(self.rows['gates'])}", "compound_id": compound, "gate_users": users,
                "open_hours": hours, "geometry": shapely.Point(place),
            }
        )  # fmt: skip

    def compound(self, name: str, shape: shapely.Geometry, gated: bool | None) -> None:
        row = dict.fromkeys(["name_en", "committee_id", "subdistrict"])
        row |= dict.fromkeys(["households", "residents", "child_0_3", "child_3_6", "elderly"])
        self.rows["compounds"].append(row | {"compound_id": name, "name": name, "geometry": shape})
        self.gated[name] = gated

    def land(self, kind: str, shape: shapely.Geometry) -> None:
        name = f"land{len(self.rows['land'])}"
        self.rows["land"].append({"land_id": name, "kind": kind, "name": None, "geometry": shape})

    def square(self, shape: shapely.Geometry, **tags: Any) -> None:
        row = {"foot": None, "access": None, "layer": 0, "name": None}
        name = f"square{len(self.rows['squares'])}"
        self.rows["squares"].append(row | {"square_id": name, "geometry": shape} | tags)

    def building(self, shape: shapely.Geometry, compound: str | None = None) -> None:
        name = f"building{len(self.rows['buildings'])}"
        row = {"building_id": name, "compound_id": compound, "use": "other", "floors": np.nan}
        self.rows["buildings"].append(row | {"geometry": shape})

    def table(self, name: str) -> gpd.GeoDataFrame:
        blank = empty(name, UTM)
        if not self.rows[name]:
            return blank
        frame = pd.DataFrame(self.rows[name])[list(blank.columns)]
        types = {column: blank[column].dtype for column in blank.columns if column != "geometry"}
        return check(name, gpd.GeoDataFrame(frame.astype(types), geometry="geometry", crs=UTM))

    def build(self) -> Network:
        network = build_network(
            *(self.table(name) for name in ("ways", "way_nodes", "walls", "gates", "compounds")),
            pd.Series(self.gated, dtype="boolean"),
            *(self.table(name) for name in ("land", "squares", "buildings")),
            self.terrain,
            self.params,
            profile(),
        )
        for name in ("nodes", "edges", "openings", "barriers"):
            check(name, getattr(network, name))
        return network


def walk_graph(network: Network, group: str | None = None, minutes: str = "length_m") -> nx.MultiDiGraph:
    """Everything that a member of a group may walk, as an independent graph."""
    result = nx.MultiDiGraph()
    for node in network.nodes.itertuples():
        result.add_node(node.node_id, place=(node.geometry.x, node.geometry.y))
    for edge in network.edges[network.edges["users"].isin(["public", group])].itertuples():
        back = minutes if minutes == "length_m" else minutes + "_back"
        result.add_edge(edge.u, edge.v, cost=getattr(edge, minutes))
        result.add_edge(edge.v, edge.u, cost=getattr(edge, back))
    return result


class Walks:
    """Ask whether, and how far, one walks from place to place."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._graphs: dict[tuple[str | None, str], nx.MultiDiGraph] = {}

    def metres(self, start: Place, end: Place, group: str | None = None) -> float:
        return self.cost(start, end, group, "length_m")

    def cost(self, start: Place, end: Place, group: str | None, column: str) -> float:
        if (group, column) not in self._graphs:
            self._graphs[group, column] = walk_graph(self.network, group, column)
        net = self._graphs[group, column]
        a, b = (
            [node for node, data in net.nodes(data=True) if np.allclose(data["place"], place, atol=1e-6)]
            for place in (start, end)
        )
        assert len(a) == len(b) == 1, (start, a, end, b)
        try:
            return float(nx.shortest_path_length(net, a[0], b[0], weight="cost"))
        except nx.NetworkXNoPath:
            return float("inf")


def plane(east: float, north: float) -> Terrain:
    """Terrain that rises by `east` metres a metre eastward and `north` northward, 10 m cells around the origin."""
    axis = np.arange(-500, 1500, 10.0) + 5
    x, y = np.meshgrid(axis, axis[::-1])
    return Terrain(100 + east * x + north * y, rasterio.Affine(10, 0, -500, 0, -10, 1500), CRS(UTM))


def parted(
    place: shapely.Point, lines: list[shapely.Geometry], walls: shapely.Geometry, radius: float
) -> bool:
    """Whether walls cut a small disc so that no one part of it has all the lines' places on its rim; geometry alone."""
    disc = place.buffer(radius)
    cuts = shapely.union_all([disc.exterior, shapely.intersection(walls, disc)])
    parts = shapely.get_parts(shapely.polygonize([cuts]))
    arms = shapely.get_parts(shapely.intersection(disc.exterior, np.array(lines)))
    whole = (shapely.distance(parts[:, None], arms[None, :]) < 1e-6).all(axis=1).any()
    return len(parts) > 1 and not bool(whole)
