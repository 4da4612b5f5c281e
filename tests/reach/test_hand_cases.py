"""The walks that a reader can check with pencil and paper, through the real chain: build, link, search; and a second engine.

An adult walks 1 m a second on the flat, so that minutes are metres / 60; steps take 1.6 times as long; a signalled
crossing of an arterial costs 25 s, another one 15 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.network.build import Network
from pipeline.network.hours import is_open
from pipeline.network.link import link
from pipeline.network.search import Graph, nearest
from pipeline.reach.direction import by_direction, comes_to_people, turned
from pipeline.reach.second_engine import recomputed
from pipeline.settings import LinkParams, NetworkParams
from tests.network.town import PARAMS, UTM, Town, plane

LINK = LinkParams(max_access_m=100, candidates=12)
Place = tuple[float, float]


def at(time: str) -> NetworkParams:
    """The project's parameters, but for an adult of 1 m/s and a time of day."""
    walkers = dict(PARAMS.walkers)
    walkers["adult"] = walkers["adult"].model_copy(update={"speed_m_per_s": 1.0})
    return PARAMS.model_copy(update={"walkers": walkers, "at": time})


MORNING = at("07:45")


def seconds(
    network: Network,
    home: Place,
    doors: list[Place],
    lives_in: str | None = None,
    doors_in: str | None = None,
    walker: str = "adult",
    users: str = "users",
) -> float:
    """Seconds of the walk from an address to the nearest door, the same by two engines; infinite where there is none."""
    edges = network.edges.assign(users=network.edges[users])
    speed = MORNING.walkers[walker].speed_m_per_s

    def tied(places: list[Place], compound: str | None, *, private: bool) -> pd.DataFrame:
        own = pd.Series([compound] * len(places), dtype="str")
        points = shapely.points(np.array(places, float))
        # people and places are tied by whom the ways admit as mapped, whatever is asked afterwards
        ties = link(points, own, network.edges, network.barriers, LINK, private=private)
        ties = ties.assign(compound_id=own, point_id="home", **{"class": "door"})
        return ties[ties["linked"]]

    address, entrances = tied([home], lives_in, private=True), tied(doors, doors_in, private=False)
    if address.empty or entrances.empty:
        return float("inf")
    graph = Graph.build(edges, walker)
    minutes, _ = nearest(graph, graph.points(entrances, speed), graph.points(address, speed), 300.0)
    rows = pd.DataFrame({"point_id": ["home"], "class": "door", "walker": walker})
    again = recomputed(edges, entrances, address, rows, {walker: speed}, 300.0)
    np.testing.assert_allclose(minutes, again, rtol=0, atol=1e-9)
    return float(60 * np.nan_to_num(minutes[0], nan=np.inf))


def town(*ways: tuple[Place, ...], params: NetworkParams = MORNING) -> Town:
    drawn = Town(params)
    for places in ways:
        drawn.way(*places)
    return drawn


# ------------------------------------------------------------------------------------------------------- streets


def test_a_facility_on_the_same_edge() -> None:
    """10 m to the street, 60 m along it, 5 m to the door; the junctions at 0 and 200 m are not visited."""
    street = town(((0, 0), (200, 0))).build()
    assert seconds(street, (40, 10), [(100, -5)]) == pytest.approx(10 + 60 + 5)
    assert seconds(street, (100, -5), [(40, 10)]) == pytest.approx(75), "on the flat, back as there"


def test_both_ends_of_an_edge_lead_to_a_facility() -> None:
    """From the middle of the long side of a block the nearer door wins, whichever end of the edge leads there."""
    block = town(
        ((0, 0), (200, 0), (200, 100), (0, 100), (0, 0)), ((0, 0), (-50, 0)), ((200, 0), (250, 0))
    ).build()
    west, east = (-30, 0), (240, 0)
    assert seconds(block, (60, 0), [west, east]) == pytest.approx(60 + 30)
    assert seconds(block, (160, 0), [west, east]) == pytest.approx(40 + 40)


def test_along_a_curved_edge() -> None:
    """An alley in the shape of an L: 80 m and 60 m along it, not the 100 m of the crow."""
    alley = town(((0, 0), (80, 0), (80, 60))).build()
    assert seconds(alley, (0, 5), [(85, 60)]) == pytest.approx(5 + 80 + 60 + 5)


def test_a_parallel_street_behind_a_wall() -> None:
    """The street behind the house is nearer, but a wall is between: people leave by the front, 20 m away."""
    drawn = town(((0, 0), (200, 0)), ((0, 30), (200, 30)), ((0, 0), (0, 30)))
    drawn.wall((10, 25), (190, 25))
    streets = drawn.build()
    assert seconds(streets, (100, 20), [(150, 30)]) == pytest.approx(20 + 100 + 30 + 150)


@pytest.mark.parametrize(("whose", "expected"), [("C2", 20 + 100 + 30 + 150), ("C1", 10 + 50)])
def test_a_parallel_street_behind_a_building(whose: str, expected: float) -> None:
    """A house of C2 stands before the nearer street: C1's people leave by the other. Were it their own, they would pass."""
    drawn = town(((0, 0), (200, 0)), ((0, 30), (200, 30)), ((0, 0), (0, 30)))
    drawn.building(shapely.box(80, 22, 120, 28), whose)
    assert seconds(drawn.build(), (100, 20), [(150, 30)], "C1") == pytest.approx(expected)


def test_a_divided_road_is_crossed_where_a_way_crosses_it() -> None:
    """Carriageways 20 m apart, joined at x = 100 only: one goes there, across with one wait of 15 s, and back."""
    drawn = Town(MORNING)
    for y in (0, 20):
        drawn.way((0, y), (100, y), (200, y), highway="primary")
    drawn.way((100, -40), (100, 0), (100, 20), (100, 60))
    assert seconds(drawn.build(), (40, -4), [(40, 24)]) == pytest.approx(4 + 60 + 20 + 60 + 4)
    assert seconds(drawn.build(), (104, -40), [(104, 60)]) == pytest.approx(4 + 40 + 20 + 40 + 4 + 15)


def test_out_of_a_cul_de_sac() -> None:
    """Two lanes end 10 m from each other; between them the way is 80 m down one, 60 m along, 80 m up the other."""
    streets = town(((0, 0), (70, 0), (130, 0), (200, 0)), ((70, 0), (70, 80)), ((130, 0), (130, 80))).build()
    assert streets.report["public_islands"] == 0
    assert seconds(streets, (70, 80), [(130, 80)]) == pytest.approx(80 + 60 + 80)


def test_an_island_reaches_nothing_outside_but_what_is_on_it() -> None:
    drawn = town(((0, 0), (300, 0)), ((0, 500), (60, 500)))
    network = drawn.build()
    assert network.report["public_islands"] == 1
    assert seconds(network, (10, 500), [(100, 0)]) == float("inf")


def test_over_a_street_on_a_bridge() -> None:
    """The bridge shares no junction with the street below: straight over it, and to the street only by the ramp."""
    drawn = town(
        ((-200, 0), (200, 0)), ((0, -150), (0, -50)), ((0, 50), (0, 150)), ((0, 150), (200, 150), (200, 0))
    )
    drawn.way((0, -50), (0, 50), bridge=True, layer=1)
    streets = drawn.build()
    assert seconds(streets, (0, -150), [(0, 150)]) == pytest.approx(300)
    assert seconds(streets, (0, -150), [(0.0, 2.0)]) == pytest.approx(300 + 200 + 150 + 200 + 2), (
        "below, not on it"
    )


def test_up_and_down_a_flight_of_steps() -> None:
    """30 m of steps take 48 s either way, 50 m of street 50 s; whoever avoids steps walks round the block."""
    drawn = town(((0, 0), (50, 0)), ((80, 0), (130, 0)), ((0, 0), (0, 200), (130, 200), (130, 0)))
    drawn.way((50, 0), (80, 0), highway="steps")
    drawn.terrain = plane(0.0, 0.0)
    streets = drawn.build()
    assert seconds(streets, (0, 0), [(130, 0)]) == pytest.approx(50 + 30 * 1.6 + 50)
    assert seconds(streets, (130, 0), [(0, 0)]) == pytest.approx(50 + 30 * 1.6 + 50)
    round_m = 200 + 130 + 200
    assert seconds(streets, (0, 0), [(130, 0)], walker="elderly_step_free") == pytest.approx(round_m / 0.92)


def test_up_and_down_a_slope() -> None:
    """Tobler: 5 % up takes e^(3.5 × 0.05) times the flat time; 5 % down is the fastest, e^(−3.5 × 0.05)."""
    drawn = town(((0, 0), (200, 0)))
    drawn.terrain = plane(0.05, 0.0)
    streets = drawn.build()
    assert seconds(streets, (0, 0), [(200, 0)]) == pytest.approx(200 * np.exp(0.175), rel=1e-6)
    assert seconds(streets, (200, 0), [(0, 0)]) == pytest.approx(200 * np.exp(-0.175), rel=1e-6)


def test_who_comes_from_the_fire_station_walks_the_other_way() -> None:
    """The station is at the foot of a 5 % slope: to get there is downhill, but its people come up."""
    drawn = town(((0, 0), (200, 0)))
    drawn.terrain = plane(-0.05, 0.0)
    streets = drawn.build()
    coming = replace(streets, edges=turned(streets.edges))
    assert seconds(streets, (0, 0), [(200, 0)]) == pytest.approx(200 * np.exp(-0.175), rel=1e-6)
    assert seconds(coming, (0, 0), [(200, 0)]) == pytest.approx(200 * np.exp(0.175), rel=1e-6)
    assert seconds(coming, (0, 0), [(200, 0)]) == pytest.approx(seconds(streets, (200, 0), [(0, 0)]))
    assert comes_to_people("fire_station") and not comes_to_people("kindergarten")
    pairs = [("fire_station", "adult"), ("kindergarten", "child")]
    searched = {name: ways for chosen, ways in by_direction(pairs, streets.edges) for name, _ in chosen}
    assert searched["kindergarten"] is streets.edges
    assert searched["fire_station"]["minutes_adult"].equals(
        streets.edges["minutes_adult_back"].rename("minutes_adult")
    )


# --------------------------------------------------------------------------------------------------- walls and gates


def walled_square(
    *gates: tuple[Place, str, str | None], params: NetworkParams = MORNING, north: bool = False
) -> Network:
    """A street 60 m south of a walled square of 100 m, with a lane in from the south; the other streets are far round.

    With `north`, the lane leaves the square again and meets a street 10 m beyond its northern wall.
    """
    drawn = town(
        ((-130, -10), (50, -10), (230, -10)),
        ((-130, -10), (-130, 110), (50, 110), (230, 110), (230, -10)),
        params=params,
    )
    drawn.way((50, -10), (50, 50), *([(50, 110)] if north else []), highway="service")
    drawn.compound("C1", shapely.box(0, 0, 100, 100), True)
    for place, users, hours in gates:
        drawn.gate(place, users, "C1", hours)
    return drawn.build()


def test_a_walled_square_with_one_gate_for_its_residents() -> None:
    """In the square's middle a facility: the resident next door has 1 minute, a stranger at the gate no way in.

    A door in the north, 60 m off as the crow flies: the resident walks out in the south and round, 6 minutes more.
    """
    square = walled_square(((50, 0), "residents", None))
    assert seconds(square, (50, 30), [(50, 90)], "C1", "C1") == pytest.approx(20 + 40), (
        "60 s: to the lane's end and on"
    )
    assert seconds(square, (50, -10), [(50, 50)], None, "C1") == float("inf")
    assert seconds(square, (50, 50), [(50, 110)], "C1") == pytest.approx(60 + 180 + 120 + 180)


def test_residents_through_their_gate_in_a_minute_strangers_round_in_six() -> None:
    """Through the square it is 120 m; round it 180 + 120 + 180 m."""
    square = walled_square(((50, 0), "residents", None), ((50, 100), "residents", None), north=True)
    assert seconds(square, (50, -10), [(50, 110)], "C1") == pytest.approx(120)
    assert seconds(square, (50, -10), [(50, 110)]) == pytest.approx(480)


@pytest.mark.parametrize(
    ("time", "expected"), [("07:45", 120), ("05:59", 480), ("06:00", 120), ("22:00", 480), ("23:10", 480)]
)
def test_a_gate_closed_at_night(time: str, expected: float) -> None:
    """The northern gate is open from six to ten: outside these hours even residents walk round."""
    gates = ((50, 0), "public", None), ((50, 100), "public", "06:00-22:00")
    square = walled_square(*gates, params=at(time), north=True)
    assert seconds(square, (50, -10), [(50, 110)]) == pytest.approx(expected)
    assert seconds(square, (50, -10), [(50, 110)], "C1") == pytest.approx(expected)
    assert square.report["gates_shut_at_time"] == (expected == 480)
    in_hours = square.edges.assign(users=square.edges["users_in_hours"])
    assert set(in_hours["users"]) == {"public"}, "what it is like in its hours is kept"


def test_a_gate_of_unknown_users_bounds_the_walk() -> None:
    """North: nobody knows whom the gate admits. Open it is 2 minutes, closed 8; for strangers and residents alike."""
    square = walled_square(((50, 0), "residents", None), ((50, 100), "unknown", None), north=True)
    for who in ("C1", None):
        walk = [seconds(square, (50, -10), [(50, 110)], who, users=u) for u in ("users", "users_if_closed")]
        assert walk == pytest.approx([120 if who else 480, 480])
    assert square.report["gates_uncertain"] == 1


def test_hours_that_cannot_be_read_bound_the_walk_too() -> None:
    square = walled_square(((50, 0), "public", None), ((50, 100), "public", "早晚高峰"), north=True)
    walk = [seconds(square, (50, -10), [(50, 110)], users=u) for u in ("users", "users_if_closed")]
    assert walk == pytest.approx([120, 480])
    assert square.report["gates_hours_unread"] == 1


def test_the_only_gate_lets_those_out_who_live_behind_it() -> None:
    """No gate is known: the one where the lane meets the wall is inferred. Residents must get out; strangers may not get in."""
    square = walled_square()
    assert square.openings["inferred"].tolist() == [True]
    for users in ("users", "users_if_closed"):
        assert seconds(square, (50, 50), [(50, -10)], "C1", users=users) == pytest.approx(60)
    into = [seconds(square, (50, -10), [(50, 50)], None, "C1", users=u) for u in ("users", "users_if_closed")]
    assert into == pytest.approx([60, np.inf])


def test_of_two_inferred_gates_neither_is_sure() -> None:
    square = walled_square(north=True)
    out = [seconds(square, (50, 50), [(50, -10)], "C1", users=u) for u in ("users", "users_if_closed")]
    assert out == pytest.approx([60, np.inf])


@pytest.mark.parametrize(
    ("hours", "time", "expected"),
    [
        ("06:00-22:00", "06:00", True), ("06:00-22:00", "22:00", False), ("6:00—22:00", "21:59", True),
        ("05:30-08:30,16:00-19:00", "12:00", False), ("05:30-08:30; 16:00-19:00", "16:30", True),
        ("22:00-05:00", "23:00", True), ("22:00-05:00", "04:59", True), ("22:00-05:00", "12:00", False),
        ("24/7", "03:00", True), ("00:00-24:00", "23:59", True), ("off", "12:00", False), ("Mo-Su 08:00-20:00", "09:00", True),
        ("Mo-Fr 08:00-20:00", "09:00", None), ("sunrise-sunset", "12:00", None), ("早晚高峰", "07:45", None),
        ("06:00-06:00", "07:45", None), ("06:00-25:00", "07:45", None), ("6-22", "07:45", None),
        ("06:00-22:00,PH off", "07:45", None),
    ],
)  # fmt: skip
def test_hours_by_hand(hours: str, time: str, expected: bool | None) -> None:
    assert is_open(hours, time) is expected


# -------------------------------------------------------------------------------------------------------- properties

WALKERS = ("adult", "child", "elderly", "elderly_step_free", "child_no_arterial_crossing")
GATES = ("public", "residents", "permit", "closed", "unknown")
HOURS = (None, "06:00-22:00", "08:30-17:00", "早晚高峰")
CROSSINGS = [
    (30.0, 50.0),
    (130.0, 50.0),
    (50.0, 30.0),
    (100.0, 130.0),
    (130.0, 100.0),
]  # of streets and the outline


@st.composite
def cities(draw: st.DrawFn) -> tuple[Town, list[Place]]:
    """A grid of streets, some of them steps or arterials, round a walled compound with random gates; some doors."""
    drawn = Town(MORNING)
    kinds = st.sampled_from(["residential", "footway", "steps", "primary"])
    for k in range(4):
        drawn.way(*((x * 50.0, k * 50.0) for x in range(4)), highway=draw(kinds))
        drawn.way(*((k * 50.0, y * 50.0) for y in range(4)), highway=draw(kinds))
    drawn.compound("C1", shapely.box(30, 30, 130, 130), True)
    for place in draw(st.lists(st.sampled_from(CROSSINGS), unique=True, max_size=4)):
        drawn.gate(place, draw(st.sampled_from(GATES)), "C1", draw(st.sampled_from(HOURS)))
    spot = st.tuples(st.floats(0, 150), st.floats(0, 150))
    return drawn, draw(st.lists(spot, min_size=1, max_size=3))


HOMES: Mapping[str | None, Place] = {None: (10.0, 4.0), "C1": (75.0, 52.0)}


@given(cities())
@settings(max_examples=6)
def test_what_always_holds_between_walkers_gates_and_doors(case: tuple[Town, list[Place]]) -> None:
    drawn, doors = case
    network = drawn.build()

    def walk(who: str | None, to: list[Place], walker: str = "adult", users: str = "users") -> float:
        return seconds(network, HOMES[who], to, who, None, walker, users)

    for who in HOMES:
        far = {walker: walk(who, doors, walker) for walker in WALKERS}
        assert far["elderly"] >= far["adult"] - 1e-9
        assert far["elderly_step_free"] >= far["elderly"] - 1e-9
        assert far["child_no_arterial_crossing"] >= far["child"] - 1e-9
        assert walk(who, doors, users="users_if_closed") >= far["adult"] - 1e-9, "closing never shortens"
        assert walk(who, doors, users="users_in_hours") <= far["adult"] + 1e-9, "opening never lengthens"
        assert far["adult"] <= min(walk(who, [door]) for door in doors) + 1e-9, "another door never lengthens"


@given(cities(), st.tuples(st.floats(0, 150), st.floats(0, 150)))
@settings(max_examples=6)
def test_on_flat_ground_the_way_back_is_as_long(case: tuple[Town, list[Place]], other: Place) -> None:
    network = case[0].build()
    edges: gpd.GeoDataFrame = network.edges
    assert edges.crs == UTM
    there, back = (seconds(network, a, [b]) for a, b in (((10.0, 4.0), other), (other, (10.0, 4.0))))
    # an address may front a private drive, where a facility is tied to the street: only then do the ties differ
    assert there == pytest.approx(back) or np.isinf([there, back]).any()
