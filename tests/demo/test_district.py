from __future__ import annotations

import filecmp
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import osmium
import pandas as pd
import pytest
import rasterio
import shapely
from shapely.geometry import LineString, Point, Polygon

from pipeline.demo import generate, register
from pipeline.demo.__main__ import SEED
from pipeline.intake.datum import gcj02_to_wgs84
from pipeline.settings import load_district

CRS = "EPSG:32651"


class Roads(osmium.SimpleHandler):
    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, tuple[float, float]] = {}
        self.node_tags: dict[int, dict[str, str]] = {}
        self.ways: list[tuple[list[int], dict[str, str]]] = []

    def node(self, node):
        self.places[node.id] = (node.location.lon, node.location.lat)
        if len(node.tags):
            self.node_tags[node.id] = dict(node.tags)

    def way(self, way):
        self.ways.append(([node.ref for node in way.nodes], dict(way.tags)))


@pytest.fixture(scope="module")
def roads(demo: Path) -> Roads:
    found = Roads()
    found.apply_file(str(demo / "streets.osm.pbf"))
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*found.places.values(), strict=True)), crs=4326).to_crs(
        CRS
    )
    found.places = {number: (p.x, p.y) for number, p in zip(found.places, points, strict=True)}
    return found


@pytest.fixture(scope="module")
def compounds(demo: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(demo / "compounds.gpkg", layer="小区").set_index("compound_id")


@pytest.fixture(scope="module")
def gates(demo: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(demo / "walls_gates.gpkg", layer="出入口")


@pytest.fixture(scope="module")
def walls(demo: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(demo / "walls_gates.gpkg", layer="围墙")


@pytest.fixture(scope="module")
def rows(demo: Path) -> pd.DataFrame:
    sheet = openpyxl.load_workbook(demo / "register.xlsx")["小区登记"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    headings = ["street", "compound_id", "name", *register.COLUMNS, *register.LISTS, "note"]
    return pd.DataFrame(cells, columns=headings, dtype=object)


def test_counts_are_those_of_an_old_harbour_district(demo: Path, compounds: gpd.GeoDataFrame):
    committees = gpd.read_file(demo / "committees.shp", encoding="gbk")
    buildings = gpd.read_file(demo / "buildings.geojson")
    with rasterio.open(demo / "population_outside.tif") as raster:
        outside = float(raster.read(1, masked=True).sum())
    assert len(committees) == 30
    assert committees["所属街道"].nunique() == 4
    assert 165 <= len(compounds) <= 200
    assert 2_200 <= len(buildings) <= 2_900
    assert compounds["residents"].sum() + outside == pytest.approx(160_000, abs=1_500)
    poi = pd.read_csv(demo / "poi.csv", encoding="utf-8-sig")["类别"].value_counts()
    assert 27 <= poi["幼儿园"] <= 35
    assert 18 <= poi["老年服务站"] <= 23


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_town(demo: Path, tmp_path: Path):
    generate(tmp_path / "again", SEED)
    names = sorted(file.name for file in demo.iterdir())
    same, different, odd = filecmp.cmpfiles(demo, tmp_path / "again", names, shallow=False)
    assert (different, odd) == ([], [])
    assert len(same) == len(names)
    assert sum((demo / name).stat().st_size for name in names) < 10_000_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["again"]


def test_district_yaml_is_valid_and_says_that_the_district_is_fictional(demo: Path):
    district = load_district(demo / "district.yaml")
    assert district.fictional
    for _, layer in district.layers.all():
        assert district.file(layer).is_file()
        assert layer.licence == "CC0-1.0"


def test_the_district_lies_in_the_open_sea(demo: Path):
    west, south, east, north = (
        gpd.read_file(demo / "committees.shp", encoding="gbk").to_crs(4326).total_bounds
    )
    assert 123.7 < west < east < 124.0
    assert 36.1 < south < north < 36.4


def test_committees_share_their_borders(demo: Path):
    shapes = gpd.read_file(demo / "committees.shp", encoding="gbk").geometry
    assert shapes.is_valid.all()
    assert shapes.area.sum() - shapely.union_all(shapes.to_numpy()).area < 10


def test_some_compounds_straddle_committees(demo: Path, compounds: gpd.GeoDataFrame):
    committees = gpd.read_file(demo / "committees.shp", encoding="gbk").geometry.to_numpy()
    parts = shapely.area(shapely.intersection(compounds.geometry.to_numpy()[:, None], committees[None, :]))
    assert 4 <= ((parts > 300).sum(axis=1) > 1).sum() <= 40


def test_compounds_do_not_overlap(compounds: gpd.GeoDataFrame):
    shapes = compounds.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).sum() - shapely.union_all(shapes).area < 50


def test_ways_cross_the_outline_of_walled_compounds_only_at_gates(
    roads: Roads, compounds: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame
):
    lines = [LineString([roads.places[n] for n in nodes]) for nodes, _ in roads.ways]
    tree = shapely.STRtree(lines)
    walled = sorted(set(gates["小区编号"]) & set(walls["小区编号"]))
    assert len(walled) > 50
    for key in walled:
        ring = compounds.geometry[key].exterior
        mine = shapely.union_all(gates.geometry[gates["小区编号"] == key].to_numpy())
        for i in tree.query(ring, predicate="crosses"):
            for spot in shapely.get_parts(ring.intersection(lines[i])):
                assert spot.distance(mine) <= 3.0, key


def test_no_way_meets_a_wall_line(roads: Roads, walls: gpd.GeoDataFrame):
    lines = [LineString([roads.places[n] for n in nodes]) for nodes, _ in roads.ways]
    pairs = shapely.STRtree(lines).query(walls.geometry.to_numpy(), predicate="intersects")
    assert pairs.shape[1] == 0


def test_gates_stand_on_outlines_and_share_a_node_with_a_way(
    roads: Roads, compounds: gpd.GeoDataFrame, gates: gpd.GeoDataFrame
):
    nodes = shapely.STRtree(shapely.points(np.array(list(roads.places.values()))))
    for gate in gates.itertuples():
        outline = compounds.geometry[gate.小区编号].exterior
        assert outline.distance(gate.geometry) < 0.05
        assert nodes.query(gate.geometry, predicate="dwithin", distance=0.05).size
    assert set(gates["准入"].dropna()) == {"公众", "仅业主", "凭证登记", "常闭"}
    assert 0.05 < gates["准入"].isna().mean() < 0.1
    assert 0.1 < gates["开放时间"].isna().mean() < 0.5


def test_about_half_of_the_compounds_are_walled_and_not_all_walls_and_gates_are_surveyed(
    compounds: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, rows: pd.DataFrame
):
    gated = rows.set_index("compound_id")["gated"]
    known = set(gated[gated == "封闭"].index)
    assert 0.35 < len(known) / len(compounds) < 0.65
    assert len(known - set(walls["小区编号"])) >= 3
    assert len(known - set(gates["小区编号"])) >= 2
    assert (~gated.isin(["封闭", "开放"])).sum() >= 5


def test_one_walled_compound_has_all_gates_closed_but_one(gates: gpd.GeoDataFrame):
    closed = gates.groupby("小区编号")["准入"].agg(lambda users: (users == "常闭").sum())
    assert ((gates["小区编号"].value_counts() - closed == 1) & (closed >= 1)).any()


def test_of_one_compound_every_way_is_private(roads: Roads, compounds: gpd.GeoDataFrame):
    lines = gpd.GeoDataFrame(
        {"private": [tags.get("access") == "private" for _, tags in roads.ways]},
        geometry=[LineString([roads.places[n] for n in nodes]) for nodes, _ in roads.ways],
        crs=CRS,
    )
    reached = gpd.GeoDataFrame(geometry=compounds.buffer(0.05))  # so that approaches outside the gate count
    met = gpd.sjoin(lines, reached, predicate="intersects").groupby("compound_id")["private"]
    assert met.all().sum() == 1
    assert (met.mean() > 0.3).sum() > 5


def test_streets_hang_together_and_are_no_checkerboard(roads: Roads):
    graph: nx.Graph = nx.Graph()
    for nodes, tags in roads.ways:
        if not tags["highway"].startswith("motorway"):
            for a, b in pairwise(nodes):
                graph.add_edge(a, b, m=float(np.hypot(*np.subtract(roads.places[a], roads.places[b]))))
    main = max(nx.connected_components(graph), key=len)
    assert graph.subgraph(main).size("m") / graph.size("m") > 0.97
    turns = [np.arctan2(*np.subtract(roads.places[b], roads.places[a])) for a, b in graph.edges]
    turns = np.degrees(turns) % 90
    assert ((turns > 20) & (turns < 70)).mean() > 0.18
    degrees = Counter(dict(graph.degree).values())
    assert degrees[1] > 150


def test_every_kind_of_way_crossing_and_passage_is_there(roads: Roads):
    kinds = Counter(tags["highway"] for _, tags in roads.ways)
    wanted = "primary secondary tertiary residential living_street service footway path steps motorway motorway_link"
    assert set(wanted.split()) <= set(kinds)
    assert kinds["steps"] >= 20
    crossings = Counter(tags["crossing"] for tags in roads.node_tags.values() if "crossing" in tags)
    assert crossings["traffic_signals"] > 20
    assert crossings["uncontrolled"] > 20
    assert sum(tags.get("footway") == "crossing" for _, tags in roads.ways) >= 3
    assert sum(tags.get("oneway") == "yes" for _, tags in roads.ways) > 20
    named = [tags["name"] for _, tags in roads.ways if tags.get("bridge") == "yes" and "name" in tags]
    assert {"海晏大街", "槐荫路", "中和街"} <= set(named)
    assert sum(tags.get("tunnel") == "yes" for _, tags in roads.ways) == 2


def test_only_bridges_and_tunnels_cross_river_and_railway(demo: Path, roads: Roads):
    river = gpd.read_file(demo / "land.gpkg", layer="river").geometry.iloc[0]
    railway = gpd.read_file(demo / "land.gpkg", layer="railway").geometry.iloc[0]
    for barrier, count in ((river, 2), (railway, 3)):
        over = [
            tags
            for nodes, tags in roads.ways
            if barrier.intersects(LineString([roads.places[n] for n in nodes]))
            and tags["highway"] != "motorway"
        ]
        assert len(over) == count
        assert all("bridge" in tags or "tunnel" in tags for tags in over)


def test_bridges_share_no_node_with_what_they_cross(roads: Roads):
    used = Counter(n for nodes, _ in roads.ways for n in set(nodes))
    motorway = next(nodes for nodes, tags in roads.ways if tags["highway"] == "motorway")
    link = next(nodes for nodes, tags in roads.ways if tags["highway"] == "motorway_link")
    assert {n for n in motorway if used[n] > 1} == set(motorway) & set(link)


def test_the_list_of_facilities_has_its_bad_rows_and_lies_on_the_map_once_converted(demo: Path):
    poi = pd.read_csv(demo / "poi.csv", encoding="utf-8-sig")
    known = set(load_district(demo / "district.yaml").layers.facilities[0].values["class"])
    assert poi["经度"].isna().sum() == 1
    assert poi["类别"].isna().sum() == 1
    assert (~poi["类别"].dropna().isin(known)).sum() == 1
    assert poi.duplicated(["名称", "类别", "经度", "纬度"]).sum() == 1
    placed = poi.dropna(subset=["经度"])
    lon, lat = gcj02_to_wgs84(placed["经度"].to_numpy(), placed["纬度"].to_numpy())
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(CRS)
    land = shapely.union_all(gpd.read_file(demo / "committees.shp", encoding="gbk").geometry.to_numpy())
    raw = gpd.GeoSeries(gpd.points_from_xy(placed["经度"], placed["纬度"]), crs=4326).to_crs(CRS)
    assert 250 < points.distance(raw).median() < 700
    away = points.distance(land)
    sea = gpd.read_file(demo / "land.gpkg", layer="sea").geometry.iloc[0]
    assert (away > 2_000).sum() == 1
    assert points.within(sea).sum() == 1
    assert ((away > 0) & (away < 300)).sum() >= 5  # in the margin


def test_there_are_deserts_and_crowding(demo: Path, compounds: gpd.GeoDataFrame):
    poi = pd.read_csv(demo / "poi.csv", encoding="utf-8-sig").dropna(subset=["经度"])
    schools = poi[poi["类别"] == "幼儿园"]
    lon, lat = gcj02_to_wgs84(schools["经度"].to_numpy(), schools["纬度"].to_numpy())
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(CRS)
    far = compounds.geometry.centroid.apply(lambda c: points.distance(c).min())
    assert compounds["residents"][far > 600].sum() > 8_000
    children = compounds["child_3_6"].fillna(compounds["residents"] * 0.028)
    near = compounds.geometry.centroid.apply(lambda c: points.distance(c)) < 500
    places = schools["学位数"].fillna(150).to_numpy()
    crowded = [children[near[i]].sum() > places[i] for i in range(len(schools))]
    assert sum(crowded) >= 2
    assert schools["学位数"].isna().any()


def walk_m(roads: Roads, start: Point, inside: Polygon, goal: Point, behind: Polygon) -> float:
    """Metres on foot between the nodes nearest to two points, each within the walls about it."""
    graph: nx.Graph = nx.Graph()
    for nodes, tags in roads.ways:
        if not tags["highway"].startswith("motorway"):
            for a, b in pairwise(nodes):
                graph.add_edge(a, b, m=float(np.hypot(*np.subtract(roads.places[a], roads.places[b]))))
    names = np.array(list(graph))
    places = shapely.points(np.array([roads.places[name] for name in names]))

    def nearest(spot: Point, walls: Polygon) -> int:
        own = shapely.intersects(walls.buffer(0.5), places)
        return int(names[own][np.argmin(shapely.distance(places[own], spot))])

    return float(nx.shortest_path_length(graph, nearest(start, inside), nearest(goal, behind), weight="m"))


def test_one_kindergarten_is_near_behind_a_wall_but_far_on_foot(
    demo: Path, roads: Roads, compounds: gpd.GeoDataFrame
):
    poi = pd.read_csv(demo / "poi.csv", encoding="utf-8-sig").set_index("名称").loc["墙东幼儿园"]
    lon, lat = gcj02_to_wgs84(np.array([poi["经度"]]), np.array([poi["纬度"]]))
    spot = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(CRS).iloc[0]
    shapes = compounds.geometry
    host = next(key for key, shape in shapes.items() if shape.contains(spot))
    home = next(key for key, shape in shapes.items() if key != host and shape.distance(shapes[host]) < 0.05)
    buildings = gpd.read_file(demo / "buildings.geojson").to_crs(CRS).geometry.centroid
    near = [p for p in buildings if p.distance(spot) < 110 and shapes[home].contains(p)]
    walks = [walk_m(roads, p, shapes[home], spot, shapes[host]) for p in near]
    assert walks
    assert min(walks) > 600


def test_the_register_is_typed_as_offices_type(demo: Path, rows: pd.DataFrame):
    sheet = openpyxl.load_workbook(demo / "register.xlsx")["小区登记"]
    merged = [str(area) for area in sheet.merged_cells.ranges]
    assert any(area.startswith("A1:") for area in merged)
    assert sum(area.startswith("A") and area.endswith(tuple("0123456789")) for area in merged) >= 5
    cells = rows[list(register.COLUMNS)].to_numpy().ravel()
    unknown = sum(cell in register.UNKNOWN_WORDS for cell in cells) / len(cells)
    assert 0.11 < unknown < 0.20
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert any("," in text and text.replace(",", "").replace(".", "").isdigit() for text in texts)
    assert any(text.endswith("%") for text in texts)
    assert any("０" <= text[0] <= "９" for text in texts)


@pytest.mark.parametrize(
    ("column", "least"),
    [
        ("land_tenure", {"国有": 60, "集体": 2}),
        ("in_central_programme", {"否": 60, "是": 3}),
        ("housing_kind", {"普通住宅": 60, "别墅": 5, "高档住宅": 1, "违建小区": 1, "平房": 5, "村居": 1}),
        ("planned_expropriation", {"否": 60, "是": 2}),
        ("planned_rebuild", {"不涉及": 60, "整体": 1, "单栋": 1}),
        ("owners_committee", {"已成立": 40, "未成立": 15}),
        ("property_company", {"无": 10}),
        ("illegal_structures", {"无违建": 15, "已拆除": 30, "正在拆除": 5, "未开展": 5}),
        ("consent_illegal_removal", {"同意": 40, "不同意": 8}),
        ("consent_property", {"同意": 40, "不同意": 8}),
        ("party_organisation", {"是": 40, "否": 8}),
        ("governance_mechanism", {"有": 40, "无": 15}),
        ("idle_space_agreed", {"是": 40, "否": 15}),
        ("structure_grade", {"A": 10, "B": 20, "C": 5, "D": 2}),
    ],
)
def test_every_rule_has_its_cases(rows: pd.DataFrame, column: str, least: dict[str, int]):
    counts = rows[column].value_counts()
    assert {word: int(counts.get(word, 0)) for word in least if counts.get(word, 0) < least[word]} == {}
    assert rows[column].isin(list(register.UNKNOWN_WORDS)).sum() + rows[column].isna().sum() >= 4


def number(cell: object) -> Fraction | None:
    if cell is None or cell in register.UNKNOWN_WORDS:
        return None
    return Fraction(
        str(cell).replace(",", "").translate(str.maketrans("０１２３４５６７８９", "0123456789")).rstrip("%")
    )


def test_limits_are_met_exactly_and_missed_by_one(rows: pd.DataFrame):
    numbers = {c: rows[c].map(number) for c in ("owners", "consulted", "agreed", "built_year")}
    numbers |= {
        c: rows[c].map(number) for c in ("floor_area_m2", "demolished_floor_area_m2", "new_floor_area_m2")
    }
    asked = [(c, o) for c, o in zip(numbers["consulted"], numbers["owners"], strict=True) if c and o]
    agreed = [(a, c) for a, c in zip(numbers["agreed"], numbers["consulted"], strict=True) if a and c]
    assert sum(c / o == Fraction(2, 3) for c, o in asked) >= 2
    assert sum(3 * c == 2 * o - 3 for c, o in asked) >= 1
    assert sum(a / c == Fraction(3, 4) for a, c in agreed) >= 2
    assert sum(4 * a == 3 * c - 4 for a, c in agreed) >= 1
    years = Counter(int(y) for y in numbers["built_year"].dropna())
    assert years[2005] >= 2
    assert years[2006] >= 2
    assert min(years) >= 1975
    assert max(years) <= 2021
    pulled = zip(numbers["demolished_floor_area_m2"], numbers["floor_area_m2"], strict=True)
    assert sum(d / f == Fraction(1, 5) for d, f in pulled if d and f) >= 1
    rebuilt = zip(numbers["new_floor_area_m2"], numbers["demolished_floor_area_m2"], strict=True)
    assert sum(n / d == 2 for n, d in rebuilt if n and d) >= 1
