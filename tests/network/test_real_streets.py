"""Real streets, and an independent engine on them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx
import pandas as pd
import pytest
import rasterio
import shapely

from pipeline.intake import osm_layers
from pipeline.intake.osm import OsmFile, read_osm
from pipeline.network.build import Network, build_network
from pipeline.network.profile import profile
from pipeline.network.slope import Terrain, read_terrain
from pipeline.network.walls import BUILDING
from pipeline.tables import check, empty
from tests.network.town import PARAMS, parted

CITIES = {
    "taichung/taichung_xitun_2025": "EPSG:3826",
    "chinese_streets/beijing-cau-2026": "EPSG:32650",
    "chinese_streets/beijing-tsinghua-2017": "EPSG:32650",
    "chinese_streets/nanjing-xinjiekou-2021": "EPSG:32650",
}
NO_TERRAIN = Terrain(np.full((1, 1), np.nan), rasterio.Affine.identity(), None)


def tagged(rows: gpd.GeoDataFrame, keys: tuple[str, ...]) -> gpd.GeoDataFrame:
    values = {key: rows["tags"].map(lambda tags, key=key: tags.get(key)).astype("object") for key in keys}
    return rows.assign(**{key: value.astype("str") for key, value in values.items()})


def streets(osm: OsmFile, crs: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    ways = tagged(osm.ways, ("highway", "foot", "access", "crossing", "name"))
    for key in ("bridge", "tunnel"):
        ways[key] = ways["tags"].map(lambda tags, key=key: tags.get(key, "no") != "no").astype(bool)
    ways = ways.assign(way_id=ways["way_id"].astype("int64"), layer=0, width_m=np.nan).to_crs(crs)
    nodes = tagged(osm.nodes, ("highway", "barrier", "access", "crossing")).to_crs(crs)
    nodes = nodes.assign(
        node_id=nodes["node_id"].astype("int64"), open_hours=pd.Series(None, nodes.index, "str")
    )
    return check("ways", ways.drop(columns="tags")), check("way_nodes", nodes.drop(columns="tags"))


def layer(name: str, osm: OsmFile, crs: str) -> gpd.GeoDataFrame:
    rows = osm_layers.LAYERS[name](osm).to_crs(crs).reset_index(drop=True)
    blank = empty(name, crs)
    types = {column: blank[column].dtype for column in blank.columns if column != "geometry"}
    return check(name, rows.reindex(columns=blank.columns).astype(types).set_crs(crs))


def build(path: Path, crs: str, gated: bool | None = None, terrain: Terrain = NO_TERRAIN) -> Network:
    osm = read_osm(path, osm_layers.keys())
    compounds = layer("compounds", osm, crs)
    known = pd.Series(gated, index=compounds["compound_id"], dtype="boolean")
    network = build_network(
        *streets(osm, crs), layer("walls", osm, crs), layer("gates", osm, crs), compounds, known,
        empty("land", crs), layer("squares", osm, crs), layer("buildings", osm, crs), terrain, PARAMS, profile(),
    )  # fmt: skip
    for name in ("nodes", "edges", "openings", "barriers"):
        check(name, getattr(network, name))
    return network


@pytest.mark.parametrize(
    ("city", "gated"),
    [*((city, gated) for city in CITIES for gated in (None, True)), ("las_palmas/las_palmas_20230221", None)],
)
def test_no_edge_crosses_a_wall(shared_data: Path, city: str, gated: bool | None) -> None:
    """Geometry alone: whatever is not on a bridge or in a tunnel stays on one side of every barrier but a building."""
    network = build(shared_data / f"{city}.osm.pbf", CITIES.get(city, "EPSG:32628"), gated)
    edges = network.edges[~network.edges["bridge"] & ~network.edges["tunnel"]]
    barriers = network.barriers.geometry[network.barriers["kind"] != BUILDING].to_numpy()
    lines = edges.geometry.to_numpy()
    near, wall = shapely.STRtree(barriers).query(lines, predicate="intersects")
    met = shapely.intersection(lines[near], barriers[wall])
    for line, barrier, places in zip(lines[near], barriers[wall], met, strict=True):
        for place in shapely.get_parts(places):
            if place.geom_type == "Point" and place.distance(shapely.boundary(line)) > 0.6:
                assert not parted(place, [line], barrier, 0.5)
    assert len(barriers) > 0


@pytest.mark.parametrize("city", CITIES)
def test_streets_of_walled_compounds_are_their_residents(shared_data: Path, city: str) -> None:
    network = build(shared_data / f"{city}.osm.pbf", CITIES[city], gated=True)
    edges = network.edges
    inferred = network.openings[network.openings["inferred"]]
    assert inferred["gate_users"].isin(["unknown"]).all()
    assert inferred["compound_id"].notna().all()
    assert edges["length_m"].gt(0).all()
    assert edges.loc[edges["users"] == "public", "component"].ge(0).all()
    assert np.isfinite(edges[["minutes_adult", "minutes_adult_back"]]).all(axis=None)


@pytest.mark.parametrize("city", CITIES)
def test_osmnx_has_the_same_streets(shared_data: Path, tmp_path: Path, city: str) -> None:
    """Same ways, no walls, no private ways: equal length within 0.2 % (their metres are on a sphere), equal parts."""
    path, crs = shared_data / f"{city}.osm.pbf", CITIES[city]
    osm = read_osm(path, osm_layers.keys())
    ways, nodes = streets(osm, crs)
    ways = ways.assign(access=pd.Series(None, index=ways.index, dtype="str"))
    network = build_network(
        ways, nodes.assign(barrier=pd.Series(None, index=nodes.index, dtype="str")),
        *(empty(name, crs) for name in ("walls", "gates", "compounds")),
        pd.Series(dtype="boolean"), *(empty(name, crs) for name in ("land", "squares", "buildings")), NO_TERRAIN, PARAMS,
        profile(),
    )  # fmt: skip
    walked = set(network.edges["way_id"])
    xml = tmp_path / "streets.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(path):
            if thing.is_node() or (thing.is_way() and thing.id in walked):
                writer.add(thing)
    graph = osmnx.graph_from_xml(xml, bidirectional=True, simplify=False, retain_all=True)
    theirs = nx.MultiGraph(graph.to_undirected())
    theirs.remove_nodes_from(list(nx.isolates(theirs)))  # nodes of other things in the file
    ours = network.edges[network.edges["way_id"] > 0]
    assert sum(data["length"] for *_, data in theirs.edges(data=True)) == pytest.approx(
        ours["length_m"].sum(), rel=2e-3
    )
    mine = nx.MultiGraph(list(zip(network.edges["u"], network.edges["v"], strict=True)))
    gaps = set(osm.gaps[0])
    if not gaps & walked:
        assert nx.number_connected_components(theirs) == nx.number_connected_components(mine)


def test_porto_alegre_is_slower_uphill(shared_data: Path) -> None:
    folder = shared_data / "porto_alegre"
    network = build(
        folder / "porto_alegre.osm.pbf", "EPSG:31982", terrain=read_terrain(folder / "elevation.tif")
    )
    edges = network.edges
    known = edges["slope_max"].notna()
    assert known.mean() > 0.95
    slow = np.maximum(edges["minutes_adult"], edges["minutes_adult_back"])[known]
    flat = (edges["length_m"] / PARAMS.walkers["adult"].speed_m_per_s / 60)[known]
    assert (slow >= flat - 1e-9).all()
    assert 1.03 < (slow.sum() / flat.sum()) < 1.5
    assert network.report["slope_steps_impossible"] < 0.001 * network.report["slope_steps"]
