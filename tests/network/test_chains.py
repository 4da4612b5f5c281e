"""Streets folded into chains: a small one by hand, then random ones against scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from pipeline.network.chains import fold
from pipeline.network.search import Graph, to_nodes


def test_a_bend_and_a_blind_alley_by_hand() -> None:
    """0 ─1─ 1 ─2─ 2, a triangle 2 3 4 of sides 4, and an alley 3 ─5─ 5 ─6─ 6: junctions are 2 and 3.

    The triangle's chain by 4 is 8 long; 0 and 6 are tips, and lie on chains that end at no junction.
    """
    u, v = np.array([0, 1, 2, 3, 4, 3, 5]), np.array([1, 2, 3, 4, 2, 5, 6])
    minutes = np.array([1.0, 2.0, 4.0, 4.0, 4.0, 5.0, 6.0])
    chains = fold(u, v, minutes, 2 * minutes, np.zeros(7, np.int64), 7)
    assert chains.junctions == 2 and set(chains.node[:2]) == {2, 3}
    assert sorted(chains.minutes[np.isfinite(chains.minutes)]) in ([4.0, 8.0], [4.0, 16.0])
    inner = dict(zip(chains.node[2:].tolist(), zip(chains.to_a, chains.to_b, strict=True), strict=True))
    assert inner[0] == (3.0, np.inf)  # 0 → 1 → 2
    assert inner[6] == (22.0, np.inf)  # 6 → 5 → 3, against both edges
    assert sorted(inner[4]) == [4.0, 8.0]  # 4 → 2, and 4 → 3 against the edge


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1))
def test_every_node_has_scipys_minutes(seed: int) -> None:
    """Random streets with bends, alleys, rings, islands, doubled edges and loops; sources on junctions and bends."""
    rng = np.random.default_rng(seed)
    nodes, count = int(rng.integers(2, 40)), int(rng.integers(1, 60))
    edges = pd.DataFrame({"edge_id": np.arange(count), "u": rng.integers(0, nodes, count)})
    edges["v"] = np.where(rng.random(count) < 0.5, (edges["u"] + 1) % nodes, rng.integers(0, nodes, count))
    edges = edges.assign(users="public", length_m=1.0)
    for column in ("minutes_a", "minutes_a_back"):
        edges[column] = np.where(rng.random(count) < 0.05, np.inf, rng.uniform(0.1, 5, count))
    graph = Graph.build(edges, "a")
    size, limit = len(graph.node_ids), float(rng.uniform(1, 20))
    sources = rng.choice(size, int(rng.integers(1, min(size, 4) + 1)), replace=False)

    row = pd.Series(np.arange(size), index=graph.node_ids)
    u, v = row[edges["u"]].to_numpy(), row[edges["v"]].to_numpy()
    arcs = pd.DataFrame(
        {
            "to": np.concatenate([v, u]),
            "from": np.concatenate([u, v]),
            "m": np.concatenate([edges["minutes_a"], edges["minutes_a_back"]]),
        }
    )
    arcs = arcs[np.isfinite(arcs["m"])].groupby(["to", "from"])["m"].min().reset_index()
    matrix = coo_array((arcs["m"], (arcs["to"], arcs["from"])), shape=(size, size)).tocsr()
    expected = dijkstra(matrix, indices=sources, min_only=True, limit=limit)
    (found,) = to_nodes(graph, [(sources, np.zeros(len(sources)))], limit)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_more_sources_than_are_spread_together() -> None:
    """1,500 sources in a town of 60 × 60 junctions, each with a head start of its own: every node has scipy's minutes."""
    rng = np.random.default_rng(4)
    node = np.arange(3600).reshape(60, 60)
    u, v = (
        np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()]),
        np.concatenate([node[:, 1:].ravel(), node[1:].ravel()]),
    )
    edges = pd.DataFrame({"edge_id": np.arange(len(u)), "u": u, "v": v, "users": "public", "length_m": 1.0})
    edges = edges.assign(minutes_a=rng.uniform(1, 3, len(u)), minutes_a_back=rng.uniform(1, 3, len(u)))
    edges = edges[rng.random(len(u)) < 0.7]
    graph = Graph.build(edges, "a")
    size = len(graph.node_ids)
    sources, start = rng.choice(size, 1500, replace=False), rng.uniform(0, 4, 1500)
    row = pd.Series(np.arange(size), index=graph.node_ids)
    u, v = row[edges["u"]].to_numpy(), row[edges["v"]].to_numpy()
    ends = np.concatenate([v, u, np.full(1500, size)]), np.concatenate([u, v, sources])
    minutes = np.concatenate([edges["minutes_a"], edges["minutes_a_back"], start])
    matrix = coo_array((minutes, ends), shape=(size + 1, size + 1)).tocsr()
    expected = dijkstra(matrix, indices=size)[:size]
    np.testing.assert_allclose(to_nodes(graph, [(sources, start)], 99.0)[0], expected, rtol=1e-12)


def test_results_do_not_depend_on_the_order_of_edges() -> None:
    rng = np.random.default_rng(3)
    edges = pd.DataFrame(
        {"edge_id": np.arange(90), "u": rng.integers(0, 40, 90), "v": rng.integers(0, 40, 90)}
    )
    edges = edges.assign(users="public", length_m=1.0, minutes_a=rng.uniform(1, 2, 90), minutes_a_back=1.0)
    one, other = Graph.build(edges, "a"), Graph.build(edges.sample(frac=1, random_state=1), "a")
    np.testing.assert_array_equal(one.node_ids, other.node_ids)
    start = np.array([0])
    np.testing.assert_array_equal(
        to_nodes(one, [(start, np.zeros(1))], 9.0), to_nodes(other, [(start, np.zeros(1))], 9.0)
    )
