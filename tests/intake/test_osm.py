"""OpenStreetMap files: tags to layers, multipolygons, ways cut at the file's edge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MissingInputError
from pipeline.intake import osm_layers
from pipeline.intake.osm import read_osm


def xml(nodes: dict[int, tuple[float, float]], body: str, tagged: str = "") -> bytes:
    listed = "".join(f'<node id="{i}" version="1" lon="{x}" lat="{y}"/>' for i, (x, y) in nodes.items())
    return f"<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>{listed}{tagged}{body}</osm>".encode()


def way(way_id: int, refs: list[int], **tags: str) -> str:
    inner = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
    return f'<way id="{way_id}" version="1">{inner}</way>'


def node(node_id: int, lon: float, lat: float, **tags: str) -> str:
    return f'<node id="{node_id}" version="1" lon="{lon}" lat="{lat}">{_tags(tags)}</node>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())


SQUARE = {1: (0.0, 0.0), 2: (0.01, 0.0), 3: (0.01, 0.01), 4: (0.0, 0.01)}
HOLE = {5: (0.004, 0.004), 6: (0.006, 0.004), 7: (0.006, 0.006), 8: (0.004, 0.006)}


@pytest.fixture
def read(write):
    def reader(content: bytes):
        return read_osm(write("a.osm", content), osm_layers.keys())

    return reader


@pytest.mark.parametrize(
    ("expression", "tags", "result"),
    [
        ("amenity=kindergarten", {"amenity": "kindergarten"}, True),
        ("amenity=kindergarten", {"amenity": "school"}, False),
        ("craft=*", {"craft": "shoemaker"}, True),
        ("craft=*", {}, False),
        ("leisure=garden & access!=private", {"leisure": "garden"}, True),
        ("leisure=garden & access!=private", {"leisure": "garden", "access": "private"}, False),
        ("a=1 & b:c=2", {"a": "1", "b:c": "2"}, True),
        ("a=1 & b:c=2", {"a": "1"}, False),
    ],
)
def test_expressions(expression, tags, result):
    assert osm_layers.matches(tags, expression) is result


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz")))
def test_a_denial_is_the_opposite_of_its_statement(tags):
    assert osm_layers.matches(tags, "a!=x") is not osm_layers.matches(tags, "a=x")


def test_a_multipolygon_with_a_hole_is_one_building(read):
    relation = (
        '<relation id="9" version="1"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="inner"/>'
        '<tag k="type" v="multipolygon"/><tag k="building" v="apartments"/><tag k="building:levels" v="6;8"/></relation>'
    )
    found = read(xml(SQUARE | HOLE, way(1, [1, 2, 3, 4, 1]) + way(2, [5, 6, 7, 8, 5]) + relation))
    buildings = osm_layers.buildings(found)
    assert buildings["building_id"].tolist() == ["r9"]
    assert (buildings["use"].iloc[0], buildings["floors"].iloc[0]) == ("residential", 8)
    assert buildings.geometry.iloc[0].area == pytest.approx(1e-4 - 4e-6)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"highway": "pedestrian", "area": "yes"}, ["w1"]),
        ({"highway": "pedestrian"}, []),  # a street round a block
        ({"highway": "footway", "area": "yes", "foot": "no"}, ["w1"]),
        ({"highway": "service", "area": "yes"}, []),
        ({"place": "square"}, ["w1"]),
    ],
)
def test_which_areas_are_walked_across(read, tags, found):
    squares = osm_layers.squares(read(xml(SQUARE, way(1, [1, 2, 3, 4, 1], **tags))))
    assert squares["square_id"].tolist() == found
    assert squares["foot"].tolist() == [tags.get("foot")] * len(found)


def test_a_multipolygon_of_pedestrian_ground_is_a_square_with_its_hole(read):
    relation = (
        '<relation id="9" version="1"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="inner"/>'
        '<tag k="type" v="multipolygon"/><tag k="highway" v="pedestrian"/><tag k="layer" v="1"/></relation>'
    )
    found = read(xml(SQUARE | HOLE, way(1, [1, 2, 3, 4, 1]) + way(2, [5, 6, 7, 8, 5]) + relation))
    squares = osm_layers.squares(found)
    assert squares["square_id"].tolist() == ["r9"] and squares["layer"].tolist() == [1]
    assert len(squares.geometry.iloc[0].interiors) == 1 and found.ways.empty


@pytest.mark.parametrize(
    ("value", "use"),
    [("apartments", "residential"), ("yes", "unknown"), ("church", "other"), ("dormitory", "residential")],
)
def test_building_use(read, value, use):
    found = read(xml(SQUARE, way(1, [1, 2, 3, 4, 1], building=value)))
    assert osm_layers.buildings(found)["use"].tolist() == [use]


def test_building_no_is_no_building(read):
    assert osm_layers.buildings(read(xml(SQUARE, way(1, [1, 2, 3, 4, 1], building="no")))).empty


def test_a_thing_of_two_classes_is_listed_in_both(read):
    found = read(
        xml({}, "", node(1, 0.1, 0.2, shop="supermarket", amenity="pharmacy", name="全家", capacity="?"))
    )
    facilities = osm_layers.facilities(found)
    assert sorted(facilities["facility_id"]) == ["n1/food_shop", "n1/pharmacy"]
    assert facilities["capacity"].isna().all() and facilities["name"].tolist() == ["全家"] * 2


def test_a_closed_wall_is_a_line_and_a_hedge_is_none(read):
    found = read(xml(SQUARE, way(1, [1, 2, 3, 4, 1], barrier="wall") + way(2, [1, 3], barrier="hedge")))
    walls = osm_layers.walls(found)
    assert walls["wall_id"].tolist() == ["w1"] and walls.geometry.iloc[0].length == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("tags", "users"),
    [
        ({"barrier": "gate"}, "unknown"),
        ({"barrier": "gate", "access": "private"}, "residents"),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, "public"),
        ({"barrier": "gate", "access": "no"}, "closed"),
        ({"barrier": "gate", "access": "something"}, "unknown"),
        ({"barrier": "entrance"}, "public"),
    ],
)
def test_whom_a_gate_admits(read, tags, users):
    assert osm_layers.gates(read(xml({}, "", node(1, 0, 0, **tags))))["gate_users"].tolist() == [users]


def test_named_residential_land_is_a_compound(read):
    body = way(1, [1, 2, 3, 4, 1], landuse="residential", name="瑞聯天地", barrier="fence") + way(
        2, [5, 6, 7, 8, 5], landuse="residential"
    )
    compounds = osm_layers.compounds(read(xml(SQUARE | HOLE, body)))
    assert compounds["compound_id"].tolist() == ["w1"] and compounds["gated"].tolist() == [True]


def test_land_kinds(read):
    body = (
        way(1, [1, 2, 3, 4, 1], leisure="park") + way(2, [1, 2], waterway="river") + way(3, [2, 3], railway="rail")
        + way(4, [3, 4], railway="rail", tunnel="yes") + way(5, [5, 6, 7, 8, 5], natural="coastline")
    )  # fmt: skip
    land = osm_layers.land(read(xml(SQUARE | HOLE, body)))
    kinds = dict(zip(land["land_id"], land["kind"], strict=True))
    assert kinds == {"w1": "green", "w2": "river", "w3": "railway", "w5": "coast"}


def test_a_way_is_split_where_its_nodes_are_missing_and_never_joined_across(read):
    found = read(
        xml(SQUARE, way(7, [1, 2, 99, 3, 4], highway="residential") + way(8, [98, 99], highway="path"))
    )
    assert found.ways["node_ids"].tolist() == [[1, 2], [3, 4]]
    assert found.ways["way_id"].tolist() == [7, -701]
    assert found.gaps == ([7], [8])


def test_only_tagged_nodes_of_streets_are_kept(read):
    tagged = node(10, 0.005, 0.0, highway="crossing", crossing="traffic_signals") + node(
        11, 0.5, 0.5, highway="bus_stop"
    )
    found = read(xml(SQUARE, way(1, [1, 10, 2], highway="primary"), tagged))
    assert found.nodes["node_id"].tolist() == [10]


def test_a_cut_off_file_is_told(write, shared_data):
    content = (shared_data / "taichung" / "taichung_xitun_2025.osm.pbf").read_bytes()
    with pytest.raises(MissingInputError, match="cannot be read as OpenStreetMap"):
        read_osm(write("a.osm.pbf", content[: len(content) // 2]), osm_layers.keys())
