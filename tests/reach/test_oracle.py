"""An independent engine, with every point a node of its own, gives the same minutes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.network.search import Graph, nearest
from pipeline.settings import load_params
from tests.reach.walk_oracle import oracle_minutes
from tests.runs import ROOT

SPEED = 1.2


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
    edges = pd.DataFrame(rows, columns=["u", "v", "users"])
    edges.insert(0, "edge_id", range(10, 10 + len(edges)))
    edges["length_m"] = rng.uniform(20, 150, len(edges))
    edges["minutes_adult"] = edges["length_m"] / (60 * SPEED) * rng.uniform(0.9, 2, len(edges))
    edges["minutes_adult_back"] = edges["length_m"] / (60 * SPEED) * rng.uniform(0.9, 2, len(edges))
    edges.loc[rng.random(len(edges)) < 0.03, "minutes_adult"] = np.inf
    return edges


def _points(rng: np.random.Generator, edges: pd.DataFrame, count: int) -> pd.DataFrame:
    row = rng.integers(0, len(edges), count)
    groups = np.array([*sorted(set(edges["users"]) - {"public"}), None], object)
    return pd.DataFrame(
        {
            "edge_id": edges["edge_id"].to_numpy()[row],
            "offset_m": edges["length_m"].to_numpy()[row] * rng.random(count),
            "access_m": rng.uniform(0, 80, count),
            "compound_id": rng.choice(groups, count),
        }
    )


@pytest.mark.parametrize("seed", range(6))
def test_towns_with_walled_compounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = _town(rng)
    facilities, addresses = _points(rng, edges, 9).assign(**{"class": "park"}), _points(rng, edges, 120)
    graph = Graph.build(edges, "adult")
    minutes, _ = nearest(graph, graph.points(facilities, SPEED), graph.points(addresses, SPEED), np.inf)
    expected = oracle_minutes(edges, "adult", SPEED, facilities, addresses)["park"]
    np.testing.assert_allclose(np.nan_to_num(minutes, nan=np.inf), expected, rtol=0, atol=1e-6)


def _sample(residents: pd.DataFrame, edges: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """At most 200 addresses that use public ways only, and 80 of the largest groups with ways of their own."""
    linked = residents[residents["linked"]].reset_index(drop=True)
    users = linked["edge_id"].map(edges.set_index("edge_id")["users"])
    group = users.where(users != "public", linked["compound_id"])
    group = group.where(group.isin(edges["users"]))
    public, own = np.flatnonzero(group.isna()), np.flatnonzero(group.isin(group.value_counts().index[:4]))
    rows = [rng.permutation(public)[:200], rng.permutation(own)[:80]]
    return linked.iloc[np.sort(np.concatenate(rows))]


@pytest.mark.parametrize("name", ["demo", "taichung", "las_palmas"])
def test_the_tables_of_a_district(name: str, request: pytest.FixtureRequest) -> None:
    """At least 2,000 random pairs of address and class, from the written tables alone."""
    chain = request.getfixturevalue(name)
    rng = np.random.default_rng(20260301)
    edges = pd.DataFrame(chain["edges"]).drop(columns="geometry")
    facilities, times = chain["facilities"], chain["walk_times"]
    facilities = facilities[facilities["linked"]]
    addresses = _sample(chain["residents"], edges, rng)
    params = load_params(ROOT / "params.yaml")
    limit = params.walk_times.limit_minutes
    cases, worst = 0, 0.0
    for walker, of_walker in times.groupby("walker"):
        classes = np.intersect1d(of_walker["class"].unique(), facilities["class"].unique())
        chosen = rng.permutation(classes)[:4]
        speed = params.network.walkers[walker].speed_m_per_s
        targets = facilities[facilities["class"].isin(chosen)]
        expected = oracle_minutes(edges, walker, speed, targets, addresses)
        expected = expected.where(expected <= limit, np.inf)
        for kind in chosen:
            written = of_walker[of_walker["class"] == kind].set_index("point_id")["minutes"]
            found = written.loc[addresses["point_id"]].fillna(np.inf).to_numpy()
            np.testing.assert_allclose(found, expected[kind], rtol=0, atol=1e-6)
            known = np.isfinite(found)
            worst = max(worst, np.abs(found - expected[kind])[known].max())
            cases += len(addresses)
    print(f"{name}: {cases} cases, largest difference {worst:.1e} minutes")
    assert cases >= 2000
