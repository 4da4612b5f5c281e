"""Walls cut ways, gates open them, for whom they admit."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network.town import Town, Walks, parted

SQUARE = shapely.box(0, 0, 100, 100)
INF = float("inf")


def walled_square(
    *gates: tuple[tuple[float, float], str], gated: bool | None = True, mapped: bool = False
) -> Town:
    """A street runs round a walled square; a lane comes in from the south and leaves in the north."""
    town = Town()
    town.way((-20, -20), (50, -20), (120, -20), (120, 120), (50, 120), (-20, 120), (-20, -20))
    town.way((50, -20), (50, 50), (50, 120), highway="service")
    town.way((50, 50), (80, 50), highway="footway")
    town.compound("C1", SQUARE, gated)
    if mapped:
        town.wall((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    for place, users in gates:
        town.gate(place, users, "C1")
    return town


def test_walled_square_with_one_gate() -> None:
    """The gate in the south is the residents'; the lane meets the wall again in the north, where there is none."""
    network = walled_square(((50, 0), "residents")).build()
    walks = Walks(network)
    assert walks.metres((80, 50), (50, -20)) == INF
    assert walks.metres((80, 50), (50, -20), "C1") == pytest.approx(30 + 70)
    # 20 m beyond the northern wall there is a street; residents walk round to it.
    assert walks.metres((80, 50), (50, 120), "C1") == pytest.approx(30 + 70 + 70 + 140 + 70)
    openings = network.openings.set_index("opening_id")
    assert sorted(openings["status"]) == ["blocked", "gate"]
    gate = openings[openings["status"] == "gate"].iloc[0]
    assert (gate["gate_users"], gate["compound_id"], gate["inferred"]) == ("residents", "C1", False)
    assert gate["gate_id"] == "gate0"
    assert gate.geometry.distance(shapely.Point(50, 0)) < 1e-9
    # The gate is an edge of its own, 1 m long, inside the wall.
    piece = network.edges[network.edges["length_m"].round(9) == 1.0].iloc[0]
    assert piece["users"] == "C1"
    assert np.array(piece.geometry.coords) == pytest.approx(np.array([(50, 0), (50, 1)]))
    inside = network.edges[network.edges.geometry.centroid.within(SQUARE)]
    assert set(inside["users"]) == {"C1"}
    assert set(inside["component"]) == {0}


def test_a_way_crosses_a_mapped_wall_without_a_common_node() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.wall((50, -30), (50, 30))
    network = town.build()
    assert Walks(network).metres((0, 0), (100, 0)) == INF
    assert network.edges["length_m"].tolist() == [50, 50]
    ends = network.nodes[network.nodes.geometry.distance(shapely.Point(50, 0)) < 1e-9]
    assert len(ends) == 2
    assert network.openings["status"].tolist() == ["blocked"]
    assert network.openings["gate_id"].isna().all()


@pytest.mark.parametrize("barrier", ["gate", "lift_gate", "entrance", "kissing_gate", "turnstile", "bollard"])
def test_a_tagged_gate_opens_the_wall(barrier: str) -> None:
    town = Town()
    town.way((0, 0), (51, 0), (100, 0))
    town.wall((50, -30), (50, 30))
    town.tag((51, 0), barrier=barrier)
    network = town.build()
    assert Walks(network).metres((0, 0), (100, 0)) == pytest.approx(100)
    assert network.openings["status"].tolist() == ["gate"]
    assert network.openings["gate_users"].tolist() == ["unknown"]


def test_a_gate_too_far_away_opens_nothing() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.wall((50, -30), (50, 30))
    town.gate((50, 3.5), "public")
    assert Walks(town.build()).metres((0, 0), (100, 0)) == INF


def test_kerbs_and_hand_rails_stop_nobody() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.wall((50, -30), (50, 30), kind="kerb")
    network = town.build()
    assert len(network.openings) == len(network.barriers) == 0


def test_a_closed_gate_is_a_wall() -> None:
    network = walled_square(((50, 0), "closed"), ((50, 100), "public")).build()
    walks = Walks(network)
    assert walks.metres((80, 50), (50, -20)) == pytest.approx(30 + 70 + 70 + 140 + 70)
    closed = network.openings[network.openings["gate_users"] == "closed"].iloc[0]
    assert (closed["status"], closed["gate_id"]) == ("blocked", "gate0")


def test_a_public_gate_makes_what_is_behind_it_public() -> None:
    network = walled_square(((50, 0), "public"), ((50, 100), "residents")).build()
    walks = Walks(network)
    assert walks.metres((80, 50), (50, -20)) == pytest.approx(100)
    assert walks.metres((80, 50), (50, 120)) == pytest.approx(100 + 70 + 140 + 70)
    assert walks.metres((80, 50), (50, 120), "C1") == pytest.approx(100)
    north = network.edges[network.edges.geometry.centroid.distance(shapely.Point(50, 99.5)) < 0.01]
    assert north["users"].tolist() == ["C1"]


def test_a_gate_with_permit_is_for_residents_only() -> None:
    walks = Walks(walled_square(((50, 0), "permit")).build())
    assert walks.metres((80, 50), (50, -20)) == INF
    assert walks.metres((80, 50), (50, -20), "C1") == pytest.approx(100)


def test_where_only_the_outline_is_known_gates_are_inferred() -> None:
    network = walled_square().build()
    assert network.openings["inferred"].tolist() == [True, True]
    assert set(network.openings["gate_users"]) == {"unknown"}
    assert Walks(network).metres((50, -20), (50, 120)) == pytest.approx(140)


def test_a_gate_within_the_compound_does_not_close_it() -> None:
    town = walled_square()
    town.rows["ways"][1] |= {
        "node_ids": [town.node((50, -20)), town.node((50, 30)), town.node((50, 50)), town.node((50, 120))],
        "geometry": shapely.LineString([(50, -20), (50, 30), (50, 50), (50, 120)]),
    }
    town.tag((50, 30), barrier="gate")
    network = town.build()
    assert network.openings["inferred"].sum() == 2
    assert Walks(network).metres((80, 50), (50, -20)) == pytest.approx(100)


def test_a_public_gate_does_not_make_a_private_way_public() -> None:
    town = walled_square(((50, 0), "public"))
    town.rows["ways"][1]["access"] = "private"
    network = town.build()
    assert Walks(network).metres((80, 50), (50, -20)) == INF
    assert Walks(network).metres((80, 50), (50, -20), "C1") == pytest.approx(100)


def test_an_inferred_gate_on_a_private_way_is_the_residents() -> None:
    town = walled_square()
    town.rows["ways"][1]["access"] = "private"
    walks = Walks(town.build())
    assert walks.metres((50, -20), (50, 120)) == pytest.approx(280)
    assert walks.metres((80, 50), (50, -20), "C1") == pytest.approx(100)


def test_mapped_walls_are_never_open_by_inference() -> None:
    network = walled_square(mapped=True).build()
    assert network.openings["status"].tolist() == ["blocked", "blocked"]
    assert len(network.barriers) == 1  # the outline is that wall, not a second one
    assert network.barriers["compound_id"].tolist() == ["C1"]
    inside = network.edges[network.edges.geometry.centroid.within(SQUARE)]
    assert set(inside["component"]) == {-1}
    assert network.report["groups_without_outlet"] == 1


@pytest.mark.parametrize("gated", [False, None])
def test_an_outline_that_is_not_known_to_be_walled_bars_nobody(gated: bool | None) -> None:
    network = walled_square(gated=gated).build()
    assert len(network.openings) == len(network.barriers) == 0
    assert set(network.edges["users"]) == {"public"}


def test_a_compound_not_known_to_be_walled_is_barred_by_its_mapped_walls() -> None:
    network = walled_square(((50, 0), "residents"), gated=None, mapped=True).build()
    walks = Walks(network)
    assert walks.metres((80, 50), (50, -20)) == INF
    assert walks.metres((80, 50), (50, -20), "C1") == pytest.approx(100)


def test_part_of_the_wall_is_mapped_a_little_beside_the_outline() -> None:
    """The south wall is drawn 2 m inside; the gate is at the gap; the rest of the outline still stands."""
    town = walled_square(((50, 2), "residents"), gated=True)
    town.wall((0, 2), (47, 2))
    town.wall((53, 2), (100, 2))
    network = town.build()
    walks = Walks(network)
    assert walks.metres((80, 50), (50, -20)) == INF
    assert walks.metres((80, 50), (50, -20), "C1") == pytest.approx(100)
    assert walks.metres((80, 50), (50, 120), "C1") > 200
    assert sorted(network.openings["status"]) == ["blocked", "gate"]


def test_a_gate_where_no_wall_is_mapped() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    town.way((100, 0), (100, 50))
    town.tag((50, 0), barrier="gate", access="private")
    network = town.build()
    assert network.openings["gate_users"].tolist() == ["residents"]
    assert Walks(network).metres((0, 0), (100, 50)) == INF
    # What lies behind belongs to those whom the gate admits: they must get out.
    group = network.edges.loc[network.edges["users"] != "public", "users"].unique()
    assert group.tolist() == ["private-100"]
    assert Walks(network).metres((0, 0), (100, 50), "private-100") == pytest.approx(150)
    assert set(network.edges["component"]) == {0}


def test_a_bollard_where_no_wall_is_mapped_is_nothing() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    town.tag((50, 0), barrier="bollard")
    network = town.build()
    assert len(network.edges) == 1
    assert len(network.openings) == 0


def test_a_survey_knows_more_of_a_gate_than_its_tags() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    town.wall((50, -30), (50, 30))
    town.tag((50, 0), barrier="gate", access="private")
    town.gate((50, 0), "public", hours="06:00-22:00")
    network = town.build()
    gate = network.openings.iloc[0]
    assert (gate["gate_users"], gate["open_hours"], gate["gate_id"]) == ("public", "06:00-22:00", "gate0")
    assert Walks(network).metres((0, 0), (100, 0)) == pytest.approx(100)


def test_a_gate_that_meets_no_way_is_kept_and_counted() -> None:
    town = walled_square(((50, 0), "residents"), ((100, 80), "residents"))
    network = town.build()
    missed = network.openings[network.openings["node_id"].isna()]
    assert missed["gate_id"].tolist() == ["gate1"]
    assert network.report["gates_meeting_no_way"] == 1


def test_bridges_and_tunnels_pass() -> None:
    town = Town()
    town.way((0, 0), (40, 0))
    town.way((40, 0), (60, 0), tunnel=True)
    town.way((60, 0), (100, 0))
    town.way((0, 20), (100, 20), bridge=True)
    town.wall((50, -30), (50, 30))
    network = town.build()
    assert Walks(network).metres((0, 0), (100, 0)) == pytest.approx(100)
    assert Walks(network).metres((0, 20), (100, 20)) == pytest.approx(100)
    assert len(network.openings) == 0


def test_a_tunnel_that_begins_on_the_wall_passes() -> None:
    town = Town()
    town.way((0, 0), (50, 0))
    town.way((50, 0), (70, 0), tunnel=True)
    town.wall((50, -30), (50, 30))
    assert Walks(town.build()).metres((0, 0), (70, 0)) == pytest.approx(70)


def test_ways_that_end_on_a_wall() -> None:
    """Two ways end on the wall from both sides at a common node: the node falls apart. One alone stays whole."""
    town = Town()
    town.way((0, 0), (50, 0))
    town.way((50, 0), (100, 0))
    town.way((0, 0), (0, 20), (50, 20))
    town.wall((50, -30), (50, 30))
    network = town.build()
    assert Walks(network).metres((0, 0), (100, 0)) == INF
    assert len(network.openings) == 1
    assert Walks(network).metres((0, 0), (50, 20)) == pytest.approx(70)


def test_a_way_that_touches_a_wall_goes_on() -> None:
    town = Town()
    town.way((0, 0), (50, 10), (100, 0))
    town.way((50, 10), (60, -40))
    town.wall((0, 10), (100, 10))
    network = town.build()
    assert Walks(network).metres((0, 0), (60, -40)) < 110
    assert len(network.openings) == 0


def test_a_way_round_the_end_of_a_wall() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    town.wall((50, 0), (50, 30))  # ends on the way: nothing is parted
    assert Walks(town.build()).metres((0, 0), (100, 0)) == pytest.approx(100)


def test_two_walls_that_end_at_one_place_of_a_way_are_one() -> None:
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    town.wall((50, 0), (50, 30))
    town.wall((50, 0), (40, -30))
    assert Walks(town.build()).metres((0, 0), (100, 0)) == INF


def test_a_corner_of_a_wall_on_a_way() -> None:
    """The wall's corner just reaches the way and turns back (no crossing), or goes through it (crossing)."""
    for corner, expected in (((60, 30), 100.0), ((60, -30), INF)):
        town = Town()
        town.way((0, 0), (100, 0))
        town.wall((40, 30), (50, 0), corner)
        assert Walks(town.build()).metres((0, 0), (100, 0)) == pytest.approx(expected)


def test_two_crossings_in_one_way() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.wall((30, -30), (30, 30))
    town.wall((60, -30), (60, 30))
    town.gate((30, 1), "public")
    network = town.build()
    assert Walks(network).metres((0, 0), (30, 0)) == pytest.approx(30)
    assert Walks(network).metres((0, 0), (100, 0)) == INF
    assert network.openings["status"].value_counts().to_dict() == {"gate": 1, "blocked": 1}
    assert network.edges["length_m"].sum() == pytest.approx(100)


def test_crossings_closer_than_a_gate_is_long() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.wall((50, -30), (50, 30))
    town.wall((50.6, -30), (50.6, 30))
    town.gate((50.3, 0), "public")
    network = town.build()
    assert Walks(network).metres((0, 0), (100, 0)) == pytest.approx(100)
    assert (network.edges["length_m"] > 0.1).all()
    assert network.openings["gate_id"].tolist() == ["gate0", "gate0"]


def test_a_way_along_a_wall_does_not_slip_through_it() -> None:
    """A path shares its nodes with the wall; lanes leave it to one side (fine), and one to the other (blocked)."""
    town = Town()
    town.way((20, 0), (50, 0), (80, 0))
    town.wall((0, 0), (50, 0), (100, 0))
    town.way((20, 0), (20, 40))
    town.way((80, 0), (80, 40))
    town.way((50, 0), (50, -40))
    network = town.build()
    assert Walks(network).metres((20, 40), (80, 40)) == pytest.approx(140)
    assert Walks(network).metres((20, 40), (50, -40)) == INF
    assert network.openings["status"].tolist() == ["blocked"]


def test_a_way_along_a_wall_from_one_side_to_the_other_is_cut() -> None:
    town = Town()
    town.way((0, 40), (20, 0), (80, 0), (100, -40))
    town.wall((0, 0), (100, 0))
    assert Walks(town.build()).metres((0, 40), (100, -40)) == INF


def test_a_street_on_the_outline_is_outside() -> None:
    """Landuse glued to the street's centre line: the street is everyone's, the lane leaves it through a gate."""
    town = Town()
    town.way((-50, 0), (0, 0), (50, 0), (100, 0), (150, 0))
    town.way((50, 0), (50, 60))
    town.way((50, 0), (50, -60))
    town.compound("C1", SQUARE, True)
    town.gate((50, 0), "residents", "C1")
    network = town.build()
    walks = Walks(network)
    assert walks.metres((-50, 0), (150, 0)) == pytest.approx(200)
    assert walks.metres((-50, 0), (50, -60)) == pytest.approx(160)
    assert walks.metres((50, 60), (50, -60)) == INF
    assert walks.metres((50, 60), (50, -60), "C1") == pytest.approx(120)
    assert network.edges.loc[network.edges["way_id"] == 100, "users"].unique().tolist() == ["public"]


def test_a_compound_whose_every_way_is_private_keeps_its_ways() -> None:
    """GHSCI#669 drops them and empties the compound."""
    town = walled_square(gated=None)
    for row in town.rows["ways"][1:]:
        row["access"] = "private"
    network = town.build()
    inside = network.edges[network.edges.geometry.centroid.within(SQUARE)]
    assert inside["length_m"].sum() == pytest.approx(140 + 30, abs=45)
    assert "C1" in set(inside["users"])
    assert Walks(network).metres((80, 50), (50, -20)) == INF


def test_private_ways_outside_compounds_are_groups() -> None:
    town = Town()
    town.way((0, 0), (20, 0), (50, 0), (80, 0), (100, 0))
    town.way((50, 0), (50, 50), access="private")
    town.way((50, 50), (80, 50), access="customers")
    town.way((20, 0), (20, -50), access="no")
    town.way((80, 0), (80, -50), access="no", foot="yes")
    town.way((0, 0), (0, 50), foot="private")
    users = town.build().edges.groupby("way_id")["users"].first()
    assert users.tolist() == ["public", "private-101", "private-101", "private-103", "public", "private-105"]


def test_a_house_lane_behind_a_private_way_is_not_pruned() -> None:
    """OTP#2303: what can be reached through a private way only belongs to those who live there."""
    town = Town()
    town.way((0, 0), (50, 0), (100, 0))
    town.way((50, 0), (50, 50), access="private")
    town.way((50, 50), (80, 50), (80, 90))
    network = town.build()
    assert network.edges.loc[network.edges["way_id"] == 102, "users"].tolist() == ["private-101"]
    assert Walks(network).metres((80, 90), (0, 0), "private-101") == pytest.approx(170)


def test_islands_are_kept_and_flagged() -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    town.way((0, 500), (30, 500))
    network = town.build()
    assert network.edges["component"].tolist() == [0, 1]
    assert network.report["public_islands"] == 1
    assert network.report["public_islands_km"] == pytest.approx(0.03)


def test_barriers_for_access_legs() -> None:
    town = walled_square()
    town.wall((200, 0), (200, 50), kind="fence")
    town.land("river", shapely.LineString([(0, 200), (100, 200)]))
    town.land("water", shapely.box(0, 300, 50, 350))
    town.land("green", shapely.box(0, 400, 50, 450))
    barriers = town.build().barriers
    assert sorted(barriers["kind"]) == ["compound_outline", "fence", "river", "water"]
    assert barriers["wall_id"].is_monotonic_increasing
    # Water does not cut ways: they are mapped as bridges or fords.
    town.way((0, 180), (0, 220))
    assert len(town.build().openings) == 2


def test_order_of_rows_does_not_matter() -> None:
    town = walled_square(((50, 0), "residents"), ((50, 100), "public"), mapped=True)
    first = town.build()
    for rows in town.rows.values():
        rows.reverse()
    second = town.build()
    for name in ("nodes", "edges", "openings", "barriers"):
        a, b = getattr(first, name), getattr(second, name)
        assert a.drop(columns="geometry").equals(b.drop(columns="geometry"))
        assert (a.geometry.to_wkb() == b.geometry.to_wkb()).all()


USERS = st.sampled_from(["public", "residents", "permit", "closed", "unknown"])


@st.composite
def walled_towns(draw: st.DrawFn) -> Town:
    """A grid of streets with random walls across it and gates on some of the crossings."""
    town = Town()
    for k in range(4):
        town.way(*((x * 50.0, k * 50.0) for x in range(4)))
        town.way(*((k * 50.0, y * 50.0) for y in range(4)))
    spot = st.tuples(st.integers(-1, 16), st.integers(-1, 16)).map(
        lambda p: (p[0] * 10.0 + 3, p[1] * 10.0 + 1)
    )
    for _ in range(draw(st.integers(1, 5))):
        a, b = draw(spot), draw(spot)
        if a != b:
            town.wall(a, b)
    if draw(st.booleans()):
        town.compound("C1", shapely.box(30, 30, 120, 130), True)
    for place in draw(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 3)), max_size=6)):
        town.gate((place[0] * 10.0, place[1] * 50.0), draw(USERS))
    return town


@given(walled_towns(), st.tuples(st.integers(0, 15), st.integers(0, 3)))
@settings(max_examples=15)
def test_opening_a_gate_never_takes_a_walk_away(town: Town, place: tuple[int, int]) -> None:
    # A gate where none was known ends the guess that a way through an outline is open: open, then, are real ones.
    town.gate((50, 30), "public", "C1")
    before = Walks(town.build())
    blocked = before.network.openings
    blocked = blocked[(blocked["status"] == "blocked") & blocked["gate_id"].isna()]
    if len(blocked):
        spot = blocked.geometry.iloc[place[0] % len(blocked)]
        town.gate((spot.x, spot.y), "public")
    after = Walks(town.build())
    corners = [(x * 50.0, y * 50.0) for x in (0, 1, 3) for y in (0, 2, 3)]
    known = [c for c in corners if _single(before, c) and _single(after, c)]
    for a in known[:3]:
        for b in known:
            assert after.metres(a, b, "C1") <= before.metres(a, b, "C1") + 1e-6


def _single(walks: Walks, place: tuple[float, float]) -> bool:
    return int((walks.network.nodes.geometry.distance(shapely.Point(place)) < 1e-6).sum()) == 1


@given(walled_towns())
@settings(max_examples=15)
def test_walls_lose_no_street(town: Town) -> None:
    network = town.build()
    assert network.edges["length_m"].sum() == pytest.approx(8 * 150, abs=1e-6)
    assert (network.edges["length_m"] > 0).all()
    assert np.isin(network.edges[["u", "v"]], network.nodes["node_id"]).all()


@given(walled_towns())
@settings(max_examples=15)
def test_no_walk_passes_a_wall_but_by_a_gate(town: Town) -> None:
    """Independent of the sectors: no edge's inside crosses a wall, and no junction joins two sides of one."""
    network = town.build()
    walls = shapely.union_all(town.table("walls").geometry.to_numpy())
    open_nodes = set(network.openings.loc[network.openings["status"] == "gate", "node_id"])
    for edge in network.edges.itertuples():
        inner = shapely.line_interpolate_point(edge.geometry, [0.02, 0.98], normalized=True)
        core = shapely.LineString(inner)
        assert not core.crosses(walls)
    for node, place in zip(network.nodes["node_id"], network.nodes.geometry, strict=True):
        if node in open_nodes or place.distance(walls) > 1e-6:
            continue
        ends = network.edges[(network.edges["u"] == node) | (network.edges["v"] == node)]
        assert not parted(place, list(ends.geometry), walls, 0.01)
