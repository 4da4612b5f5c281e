"""A walled square with one gate, worked by hand; then opening a gate is building the town with it open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.gates_to_open.gains import Walks, gains
from pipeline.gates_to_open.opened import open_to_all
from pipeline.gates_to_open.tries import tries
from pipeline.network.build import Network
from pipeline.settings import GatesToOpenParams, load_params
from tests.network.town import Town
from tests.network.town import Walks as Metres
from tests.runs import ROOT

WALKERS = load_params(ROOT / "params.yaml").network.walkers
LIMIT = (
    30.0  # minutes of the search that the table comes from: who reached none counts as reaching one just then
)
PACE = 60 * WALKERS["child"].speed_m_per_s  # metres a minute; the town is flat
PARAMS = GatesToOpenParams(minutes=10, nearer_minutes=1, classes=("kindergarten",))
SQUARE = shapely.box(0, 0, 100, 100)


def walled_square(users: str, north: str | None = None) -> Town:
    """A street runs round a walled square; a lane enters in the south by a gate and meets the wall in the north."""
    town = Town()
    town.way((-20, -20), (50, -20), (120, -20), (120, 120), (50, 120), (-20, 120), (-20, -20))
    town.way((50, -20), (50, 50), (50, 120), highway="service")
    town.way((50, 50), (80, 50), highway="footway")
    town.compound("C1", SQUARE, True)
    town.gate((50, 0), users, "C1")
    if north:
        town.gate((50, 100), north, "C1")
    return town


def bare(network: Network) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Streets, nodes and openings as the stage hands them on."""
    tables = (network.edges, network.nodes, network.openings)
    streets, nodes, openings = (pd.DataFrame(t.drop(columns="geometry")).join(t.bounds) for t in tables)
    return streets, nodes, openings


def opening_at(network: Network, x: float, y: float) -> str:
    near = network.openings.geometry.distance(shapely.Point(x, y)) < 1e-6
    return str(network.openings.loc[near, "opening_id"].item())


def at_end_of(network: Network, x: float, y: float) -> tuple[int, float]:
    """Edge and offset of a place where a street ends or a junction is."""
    place = shapely.Point(x, y)
    for edge in network.edges.itertuples():
        if edge.geometry.distance(place) < 1e-6:
            return edge.edge_id, edge.geometry.project(place)
    raise AssertionError((x, y))


def who_gains(
    network: Network,
    opening: str,
    homes: list[tuple[float, float, str | None, float, float]],
    kindergarten: tuple[float, float],
    params: GatesToOpenParams = PARAMS,
) -> pd.DataFrame:
    """Homes are x, y, compound, children, minutes before; each home is a unit of its own."""
    streets, nodes, openings = bare(network)
    places = [at_end_of(network, x, y) for x, y, *_ in homes]
    table = {"edge_id": [e for e, _ in places], "offset_m": [o for _, o in places], "access_m": 0.0}
    residents = pd.DataFrame({**table, "compound_id": pd.array([home[2] for home in homes], "str")})
    edge, offset = at_end_of(network, *kindergarten)
    doors = pd.DataFrame({"edge_id": [edge], "offset_m": offset, "access_m": 0.0})
    walks = Walks(
        "child",
        np.array([home[3] for home in homes]),
        np.array([home[4] for home in homes]),
        doors.assign(compound_id=pd.array([None], "str")),
    )
    opened = open_to_all(streets, nodes, openings, [opening])
    return gains(streets, opened, residents, np.arange(len(homes)), {"kindergarten": walks}, WALKERS, params)


def test_a_residents_gate_opened_to_all_lets_the_neighbours_reach_the_kindergarten_inside() -> None:
    """The kindergarten is at the end of the yard's path, 100 m from the street: 30 + 50 + 20. The street's 40 children
    reached none; the 7 of the yard walk no nearer; the 5 beyond the northern wall walk 70 + 140 + 70 + 100 m."""
    network = walled_square("residents").build()
    rows = who_gains(
        network,
        opening_at(network, 50, 0),
        [
            (50, -20, None, 40, LIMIT),
            (50, 50, "C1", 7, 30 / PACE),
            (50, 120, None, 5, LIMIT),
        ],
        (80, 50),
    ).set_index("unit")
    assert rows["people_gained"].to_dict() == {0: 40, 2: 5}
    assert rows["people_nearer"].to_dict() == {0: 40, 2: 5}
    assert rows["person_minutes_saved"].to_dict() == pytest.approx(
        {0: 40 * (30 - 100 / PACE), 2: 5 * (30 - 380 / PACE)}
    )
    assert PARAMS.minutes > 380 / PACE


def test_a_way_through_the_northern_wall_saves_the_yard_its_way_round() -> None:
    """From the yard's end to the northern street: 30 + 70 + 70 + 140 + 70 = 380 m before, 30 + 70 = 100 m after."""
    network = walled_square("residents").build()
    home = (80, 50, "C1", 12, 380 / PACE)
    north = opening_at(network, 50, 100)
    (row,) = who_gains(network, north, [home], (50, 120)).to_dict("records")
    assert (row["people_gained"], row["people_nearer"]) == (0, 12)
    assert row["person_minutes_saved"] == pytest.approx(12 * 280 / PACE)
    strict = replace_minutes(7)  # 380 m take 7.6 minutes
    (row,) = who_gains(network, north, [home], (50, 120), strict).to_dict("records")
    assert row["people_gained"] == 12


def replace_minutes(minutes: float) -> GatesToOpenParams:
    return PARAMS.model_copy(update={"minutes": minutes})


def test_a_saving_under_the_limit_is_none() -> None:
    network = walled_square("residents").build()
    north = opening_at(network, 50, 100)
    assert who_gains(network, north, [(80, 50, "C1", 12, 100 / PACE + 0.9)], (50, 120)).empty
    assert len(who_gains(network, north, [(80, 50, "C1", 12, 100 / PACE + 1.1)], (50, 120))) == 1


@pytest.mark.parametrize(("first", "north"), [("residents", None), ("permit", "residents"), ("closed", None)])
@pytest.mark.parametrize("which", [(50, 0), (50, 100)])
def test_opening_is_as_building_the_town_with_the_gate_open(
    first: str, north: str | None, which: tuple[float, float]
) -> None:
    network = walled_square(first, north).build()
    streets, nodes, openings = bare(network)
    opened = open_to_all(streets, nodes, openings, [opening_at(network, *which)])
    geometry = network.edges.geometry.reindex(opened.index)
    changed = replace(
        network, edges=network.edges.reindex(opened.index).assign(**dict(opened), geometry=geometry)
    )
    built = walled_square(*(("public", north) if which == (50, 0) else (first, "public"))).build()
    places = [(80, 50), (50, 50), (50, -20), (50, 120)]
    for group in (None, "C1"):
        for start in places:
            for end in places:
                found = Metres(changed).metres(start, end, group)
                assert found == pytest.approx(Metres(built).metres(start, end, group)), (group, start, end)


def test_no_gate_makes_a_private_way_public() -> None:
    town = walled_square("residents")
    town.rows["ways"][1]["access"] = "private"
    streets, nodes, openings = bare(town.build())
    opened = open_to_all(streets, nodes, openings, list(openings["opening_id"]))
    at_gates = opened["opening_id"].notna() & opened["restricted"]
    assert at_gates.any()
    assert set(opened.loc[at_gates, "users"]) == {"C1"}


def test_what_is_tried() -> None:
    openings = walled_square("residents", "permit").build().openings
    assert tries(openings)[-1] == ("compound", "C1", sorted(openings["opening_id"]))
    assert [kind for kind, _, _ in tries(openings)] == ["opening", "opening", "compound"]
    assert tries(walled_square("public", "public").build().openings) == []
    alone = tries(walled_square("residents").build().openings)
    assert [kind for kind, _, _ in alone] == [
        "opening",
        "opening",
    ]  # the wall in the north is tried, and is no gate
