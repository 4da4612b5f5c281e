"""A second engine, with every point a node of its own, gives the same minutes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DisagreementError
from pipeline.network.search import Graph, nearest
from pipeline.reach.second_engine import agreement, groups, recomputed
from pipeline.settings import load_params
from tests.reach import every_point_a_node
from tests.reach.every_point_a_node import largest_difference
from tests.runs import ROOT

SPEED = 1.2

# 1 ──── 120 m ──── 2 ──── 120 m ──── 3, the second half private to compound c; adults walk 1 m/s
STREET = pd.DataFrame(
    {
        "edge_id": [1, 2],
        "u": [1, 2],
        "v": [2, 3],
        "length_m": 120.0,
        "users": ["public", "c"],
        "users_if_closed": ["public", "c"],
    }
    | {"minutes_adult": 2.0, "minutes_adult_back": [4.0, 2.0]}
)
HOMES = pd.DataFrame(
    {
        "point_id": ["a", "b", "c"],
        "edge_id": [1, 1, 2],
        "offset_m": [0.0, 90.0, 60.0],
        "access_m": [30.0, 0.0, 0.0],
        "compound_id": pd.Series([None, "c", None], dtype="str"),
        "linked": True,
    }
)
DOORS = pd.DataFrame(
    {
        "class": ["shop", "park", "park"],
        "edge_id": pd.array([1, 2, None], "Int64"),
        "offset_m": [60.0, 30.0, np.nan],
        "access_m": [6.0, 0.0, np.nan],
        "linked": [True, True, False],
    }
)
WALKS = pd.DataFrame(
    [
        ("a", "park", "adult", np.nan),  # it is behind the wall of c
        ("a", "shop", "adult", 0.5 + 1 + 0.1),
        ("b", "park", "adult", 0.5 + 0.5),
        ("b", "shop", "adult", 1 + 0.1),  # uphill
        ("c", "park", "adult", 0.5),
        ("c", "shop", "adult", 1 + 2 + 0.1),
    ],
    columns=["point_id", "class", "walker", "minutes"],
)
WALKS["minutes_if_closed"] = WALKS["minutes"]


def _agreement(walks: pd.DataFrame, limit: float = 30.0) -> dict[str, Any]:
    return agreement(HOMES, STREET, DOORS, walks, {"adult": 1.0}, limit)


def test_a_street_by_hand() -> None:
    assert groups(HOMES, STREET).tolist() == ["public", "c", "c"]
    again = recomputed(STREET, DOORS, HOMES, WALKS, {"adult": 1.0}, 30.0)
    np.testing.assert_allclose(again, WALKS["minutes"], rtol=0, atol=1e-12)
    found = _agreement(WALKS)
    assert (found["pairs"], found["addresses"], found["reached"]) == (6, 3, 5)
    assert found["largest_difference_minutes"] < 1e-12


@pytest.mark.parametrize(
    ("row", "wrong", "said"),
    [
        (0, 29.0, "class park, walker adult: 29 minutes, where a second engine finds 30"),
        (1, np.nan, "class shop, walker adult: 30 minutes, where a second engine finds 1.6"),
        (3, 1.100002, "class shop, walker adult: 1.100002 minutes, where a second engine finds 1.1"),
    ],
    ids=["through a wall", "not found", "a hair"],
)
@pytest.mark.parametrize("column", ["minutes", "minutes_if_closed"])
def test_a_wrong_minute_stops_the_run(row: int, wrong: float, said: str, column: str) -> None:
    walks = WALKS.copy()
    walks.loc[row, column] = wrong
    with pytest.raises(DisagreementError) as error:
        _agreement(walks)
    assert f"{column}, address {walks['point_id'][row]}, {said}" in str(error.value)


def test_a_walk_at_the_limit_may_fall_on_either_side_of_it() -> None:
    """3.1 minutes are null where the limit is a rounding error less."""
    walks = WALKS.assign(**{m: WALKS[m].where(WALKS[m] < 3.0) for m in ("minutes", "minutes_if_closed")})
    assert _agreement(walks, 3.1 - 1e-9)["reached"] == 4
    with pytest.raises(DisagreementError):
        _agreement(walks, 3.2)


def test_a_district_where_nothing_is_linked() -> None:
    found = agreement(HOMES.assign(linked=False), STREET, DOORS, WALKS, {"adult": 1.0}, 30.0)
    assert found == {"pairs": 0, "addresses": 0, "reached": 0, "largest_difference_minutes": 0.0}


def _town(rng: np.random.Generator, side: int = 12) -> pd.DataFrame:
    """A town of side × side junctions with streets left out, hills, and a walled compound in every ninth block."""
    rows = []
    for x in range(side):
        for y in range(side):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < side and y + dy < side and rng.random() < 0.85:
                    inside = x % 3 == 1 and y % 3 == 1
                    users = f"c{x // 3}-{y // 3}" if inside and rng.random() < 0.8 else "public"
                    rows.append((x * side + y, (x + dx) * side + y + dy, users))
    edges = pd.DataFrame(rows, columns=["u", "v", "users"]).assign(users_if_closed=lambda rows: rows["users"])
    edges.insert(0, "edge_id", range(10, 10 + len(edges)))
    edges["length_m"] = rng.uniform(20, 150, len(edges))
    edges["minutes_adult"] = edges["length_m"] / (60 * SPEED) * rng.uniform(0.9, 2, len(edges))
    edges["minutes_adult_back"] = edges["length_m"] / (60 * SPEED) * rng.uniform(0.9, 2, len(edges))
    edges.loc[rng.random(len(edges)) < 0.03, "minutes_adult"] = np.inf
    return edges


def _points(rng: np.random.Generator, edges: pd.DataFrame, count: int) -> pd.DataFrame:
    row = rng.integers(0, len(edges), count)
    names = np.array([*sorted(set(edges["users"]) - {"public"}), None], object)
    return pd.DataFrame(
        {
            "point_id": [f"p{i}" for i in range(count)],
            "edge_id": edges["edge_id"].to_numpy()[row],
            "offset_m": edges["length_m"].to_numpy()[row] * rng.random(count),
            "access_m": rng.uniform(0, 80, count),
            "compound_id": rng.choice(names, count),
            "linked": True,
        }
    )


@pytest.mark.parametrize("seed", range(6))
def test_towns_with_walled_compounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = _town(rng)
    facilities, addresses = _points(rng, edges, 9).assign(**{"class": "park"}), _points(rng, edges, 120)
    graph = Graph.build(edges, "adult")
    minutes, _ = nearest(graph, graph.points(facilities, SPEED), graph.points(addresses, SPEED), np.inf)
    rows = addresses[["point_id"]].assign(**{"class": "park", "walker": "adult"})
    expected = recomputed(edges, facilities, addresses, rows, {"adult": SPEED}, np.inf)
    np.testing.assert_allclose(minutes, np.where(np.isinf(expected), np.nan, expected), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["demo", "taichung", "las_palmas"])
def test_the_tables_of_a_district(name: str, request: pytest.FixtureRequest) -> None:
    """2,000 addresses (all where there are fewer) × all classes × all walkers, from the tables alone; what the run compared."""
    chain = request.getfixturevalue(name)
    tables = {table: chain[table] for table in ("residents", "edges", "facilities", "walk_times")}
    points = tables["residents"]["point_id"].to_numpy()
    points = np.random.default_rng(20260301).permutation(points)[:2000]
    params = load_params(ROOT / "params.yaml")
    speeds = {key: walker.speed_m_per_s for key, walker in params.network.walkers.items()}
    assert set(tables["walk_times"]["walker"]) == set(speeds)
    pairs, reached, difference = largest_difference(
        tables, list(points), speeds, params.walk_times.limit_minutes, ["fire_station"]
    )
    print(f"{name}: {len(points)} addresses, {pairs} walks, largest difference {difference:.1e} minutes")
    assert len(points) >= min(2000, len(tables["residents"])) and reached > 0.5 * pairs
    assert difference < 1e-6

    stated = chain["metrics.json"]["second_engine"]
    assert stated["pairs"] == 500 and stated["reached"] > 200
    assert stated["largest_difference_minutes"] < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_the_two_independent_engines_agree(seed: int) -> None:
    """Networkx and scipy on a town of the tests, up hill and down, with compounds; neither knows of the pipeline's search."""
    rng = np.random.default_rng(seed)
    edges = _town(rng)
    doors, homes = _points(rng, edges, 9).assign(**{"class": "park"}), _points(rng, edges, 60)
    rows = homes[["point_id"]].assign(**{"class": "park", "walker": "adult"})
    by_networkx = recomputed(edges, doors, homes, rows, {"adult": SPEED}, 20.0)
    by_scipy = every_point_a_node.minutes(edges, doors, homes, ["park"], "adult", SPEED, 20.0)[:, 0]
    np.testing.assert_allclose(by_scipy, np.nan_to_num(by_networkx, nan=np.inf), rtol=0, atol=1e-9)
