"""The tables of walking times, on one street."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from pipeline.reach.choices import choices
from pipeline.reach.node_snapping import node_snap_minutes
from pipeline.reach.straight_line import straight_minutes
from pipeline.reach.walk_times import edge_times, legs, legs_if_closed, walk_times
from pipeline.reach.walkers import walker_classes
from pipeline.settings import Walker
from pipeline.tables import check

# 1 ──── 120 m ──── 2 ──── 120 m ──── 3; adults walk 1 m/s, the elderly half of that
WALKERS = {
    "adult": Walker(speed_m_per_s=1.0, source="test"),
    "elderly": Walker(speed_m_per_s=0.5, source="test"),
    "careful": Walker(speed_m_per_s=0.5, source="test", classes=["park"]),
}
EDGES = pd.DataFrame(
    {
        "edge_id": [1, 2],
        "u": [1, 2],
        "v": [2, 3],
        "length_m": 120.0,
        "users": "public",
        "users_if_closed": "public",
    }
    | {f"minutes_{w}{b}": 2.0 if w == "adult" else 4.0 for w in WALKERS for b in ("", "_back")}
)
RESIDENTS = gpd.GeoDataFrame(
    {
        "point_id": ["a", "b", "c"],
        "edge_id": pd.array([1, 2, None], "Int64"),
        "offset_m": [0.0, 60.0, np.nan],
        "access_m": [30.0, 0.0, np.nan],
        "compound_id": pd.Series([None] * 3, dtype="str"),
        "linked": [True, True, False],
    },
    geometry=[Point(0, 30), Point(180, 0), Point(180, 300)],
)
FACILITIES = gpd.GeoDataFrame(
    {
        "entrance_id": ["p:1", "p:2", "q:1", "s:1"],
        "facility_id": ["p", "p", "q", "s"],
        "class": ["park", "park", "shop", "shop"],
        "edge_id": pd.array([1, 2, 2, None], "Int64"),
        "offset_m": [120.0, 120.0, 0.0, np.nan],
        "access_m": [0.0, 0.0, 12.0, np.nan],
        "compound_id": pd.Series([None] * 4, dtype="str"),
        "linked": [True, True, True, False],
    },
    geometry=[Point(120, 0), Point(240, 0), Point(120, 12), Point(180, 120)],
)


def test_every_address_class_and_walker_has_a_row() -> None:
    wanted = walker_classes(WALKERS, ["shop", "park", "bank"])
    assert wanted == [
        (c, w) for c in ("bank", "park", "shop") for w in sorted(WALKERS) if c == "park" or w != "careful"
    ]
    table = check(
        "walk_times", walk_times(RESIDENTS, FACILITIES, wanted, legs(RESIDENTS, EDGES, WALKERS), None, 30)
    )
    assert table[["point_id", "class", "walker"]].to_numpy().tolist() == [
        [p, c, w] for p in "abc" for c, w in wanted
    ]
    found = table.set_index(["point_id", "class", "walker"])
    assert found.loc[("a", "park", "adult"), ["minutes", "facility_id"]].tolist() == [2.5, "p"]
    assert found.loc[("a", "shop", "adult"), "minutes"] == 0.5 + 2 + 0.2
    assert found.loc[("a", "shop", "elderly"), "minutes"] == 1 + 4 + 0.4, "the access legs are slower too"
    assert found.loc[("b", "park", "careful"), ["minutes", "facility_id"]].tolist() == [2.0, "p"]
    reached = found[["minutes", "facility_id"]]
    assert reached.loc["c"].isna().all(axis=None) and reached.xs("bank", level="class").isna().all(axis=None)


def test_a_shop_without_a_known_way_stays_in_sight() -> None:
    """Shop s at (180, 120) is tied to no street: b sees it 120 m away, c 180 m. A lost side door hides nothing."""
    pairs = [("park", "adult"), ("shop", "adult"), ("shop", "elderly")]
    table = walk_times(RESIDENTS, FACILITIES, pairs, legs(RESIDENTS, EDGES, WALKERS), None, 5)
    seen = table.set_index(["point_id", "class", "walker"])["unlinked_minutes"]
    assert seen.xs("park", level="class").isna().all()
    assert seen["b"].tolist()[1:] == [2.0, 4.0]
    assert seen["c"].fillna(-1).tolist()[1:] == [3.0, -1.0], "180 m are 6 elderly minutes, beyond the limit"
    one_shop = FACILITIES.assign(facility_id=["p", "p", "q", "q"])
    table = walk_times(RESIDENTS, one_shop, pairs, legs(RESIDENTS, EDGES, WALKERS), None, 5)
    assert table["unlinked_minutes"].isna().all()


def test_circles_go_through_everything() -> None:
    homes = RESIDENTS.geometry
    shops = FACILITIES.geometry[2:]
    np.testing.assert_allclose(straight_minutes(homes, shops, 1.0)[1:], [np.hypot(60, 12) / 60, 3.0])
    np.testing.assert_allclose(straight_minutes(homes, shops, 0.5), 2 * straight_minutes(homes, shops, 1.0))
    assert np.isnan(straight_minutes(homes, shops[:0], 1.0)).all()


def test_minutes_with_an_uncertain_gate_closed_stand_beside() -> None:
    """The second half of the street lies behind such a gate: a stays without the park's door at 240 m, b within it."""
    assert legs_if_closed(RESIDENTS, EDGES, WALKERS) is None
    closed = EDGES.assign(users_if_closed=["public", "closed-gate"])
    homes = RESIDENTS.assign(edge_id=pd.array([1, 1, None], "Int64"))
    far = FACILITIES[FACILITIES["entrance_id"] == "p:2"]
    both = legs(homes, closed, WALKERS), legs_if_closed(homes, closed, WALKERS)
    table = walk_times(homes, far, [("park", "adult")], *both, 30)
    assert table["minutes"].fillna(-1).tolist() == [4.5, 3, -1]
    assert table["minutes_if_closed"].isna().all()


def test_how_many_to_choose_from_by_hand() -> None:
    """a is 150 m from p, 162 m from q, and 210 m from r, all one class; b is nearer to r."""
    doors = FACILITIES[FACILITIES["linked"]].assign(**{"class": "shop"})
    third = doors.iloc[[2]].assign(entrance_id="r:1", facility_id="r", offset_m=60.0, access_m=0.0)
    doors = pd.concat([doors, third])
    on_foot = legs(RESIDENTS, EDGES, WALKERS)
    table = check("choices", choices(RESIDENTS, doors, [("shop", "adult")], on_foot, 3)).set_index("point_id")
    assert table.loc["a", ["second_minutes", "third_minutes"]].tolist() == pytest.approx([162 / 60, 210 / 60])
    assert table.loc["a", ["choices_5", "choices_10", "choices_15"]].tolist() == [3, 3, 3]
    assert table.loc["b", ["second_minutes", "third_minutes"]].tolist() == pytest.approx([1.0, 72 / 60])
    slow = choices(RESIDENTS, doors, [("shop", "elderly")], on_foot, 3).set_index("point_id")
    assert slow.loc["a", ["choices_5", "choices_10"]].tolist() == [1, 3], "300, 324 and 420 s"
    assert "c" not in table.index, "tied to no street"
    assert check("choices", choices(RESIDENTS, doors, [("shop", "adult")], on_foot, 2)).empty, (
        "too many to count"
    )


def test_the_limit_makes_null() -> None:
    table = walk_times(RESIDENTS, FACILITIES, [("park", "adult")], legs(RESIDENTS, EDGES, WALKERS), None, 2.4)
    assert table["minutes"].fillna(-1).tolist() == [-1, 1, -1]
    assert table["facility_id"].fillna("").tolist() == ["", "p", ""]


def test_edge_of_data() -> None:
    ends = pd.DataFrame(
        {
            "edge_id": [2],
            "offset_m": [120.0],
            "access_m": 0.0,
            "compound_id": pd.Series([None], dtype="str"),
        }
    )
    table = check("edge_times", edge_times(RESIDENTS, ends, legs(RESIDENTS, EDGES, WALKERS), 8.5))
    assert table["edge_of_data_minutes"].fillna(-1).tolist() == [4.5, -1, -1, 1, 2, 2, -1, -1, -1]


def test_node_snapping_drops_the_ends() -> None:
    """The address is 30 m off the street and the shop 12 m: an engine that snaps sees 2 minutes where we see 2.7."""
    nodes = gpd.GeoDataFrame({"node_id": [1, 2, 3]}, geometry=[Point(x, 0) for x in (0, 120, 240)])
    points = gpd.GeoSeries([Point(0, 30), Point(185, 0), Point(59, 0)])
    shop = gpd.GeoSeries([Point(110, 12)])
    minutes = node_snap_minutes(points, shop, nodes, EDGES, "adult", 30)
    assert minutes.tolist() == [2, 2, 2]
    assert np.isnan(node_snap_minutes(points, shop, nodes, EDGES, "adult", 1)).all()
