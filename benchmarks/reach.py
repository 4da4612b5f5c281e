"""Time the search beside scipy and networkx: one graph, one task, one run, and the same answers.

    uv run python -m benchmarks.reach data/processed

Task: for each of 20 facility sets (15–400 facilities), the minutes of every junction to the nearest facility within
800 m at an adult's pace, over public edges between junctions (bends are already folded into the edges).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

import geopandas as gpd
import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from pipeline.network.search import PUBLIC, Floats, Graph, Ints, to_junctions

LIMIT_MINUTES = 800 / 72  # 800 m at 1.2 m/s
REPEATS = 3
Search = Callable[[Ints], Floats]


def searches(graph: Graph) -> Iterator[tuple[str, int, Search]]:
    """Name, threads and function of each engine; a function takes source junctions and returns minutes."""

    def ours(sources: Ints) -> Floats:
        return to_junctions(graph, sources, np.zeros(len(sources)), LIMIT_MINUTES)[0]

    streets, count = graph.streets, len(graph.node_ids)
    to = np.repeat(np.arange(count), np.diff(streets.arc_first))
    # the fastest of parallel arcs: a sparse matrix would add them up
    order = np.lexsort((streets.arc_minutes, streets.arc_from, to))
    first = np.diff(to[order] * count + streets.arc_from[order], prepend=-1) > 0
    arcs = order[first]
    matrix = csr_array((streets.arc_minutes[arcs], (to[arcs], streets.arc_from[arcs])), shape=(count, count))

    def scipys(sources: Ints) -> Floats:
        return dijkstra(matrix, indices=sources, min_only=True, limit=LIMIT_MINUTES)

    network = nx.DiGraph()
    network.add_weighted_edges_from(
        zip(
            to[arcs].tolist(),
            streets.arc_from[arcs].tolist(),
            streets.arc_minutes[arcs].tolist(),
            strict=True,
        )
    )

    def networkxs(sources: Ints) -> Floats:
        minutes = np.full(count, np.inf)
        start = {int(source) for source in sources} & set(network)
        found = nx.multi_source_dijkstra_path_length(network, start, cutoff=LIMIT_MINUTES)
        minutes[list(found)] = list(found.values())
        minutes[sources] = 0.0
        return minutes

    yield "ours", 1, ours
    yield "ours", 2, ours
    yield "scipy dijkstra(min_only)", 1, scipys
    yield "networkx multi_source", 1, networkxs


def timed(search: Search, sets: list[Ints], threads: int) -> tuple[float, list[Floats]]:
    """Median milliseconds for all sets, and the minutes found."""
    search(sets[0])  # compile and warm up
    seconds = []
    for _ in range(REPEATS):
        start = perf_counter()
        if threads == 1:
            found = [search(sources) for sources in sets]
        else:
            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(search, sets))
        seconds.append(perf_counter() - start)
    return 1000 * median(seconds), found


def _difference(one: Floats, other: Floats) -> float:
    """Largest difference in minutes; infinite where only one engine reaches a junction."""
    both = np.isinf(one) & np.isinf(other)
    return float(np.abs(np.where(both, 0.0, one) - np.where(both, 0.0, other)).max())


def main(processed: Path) -> None:
    """Print the table for the district whose results are in `processed`."""
    edges = gpd.read_parquet(processed / "edges.parquet")
    graph = Graph.build(edges[edges["users"] == PUBLIC], "adult")
    rng = np.random.default_rng(1)
    sizes = np.linspace(15, 400, 20).astype(int)
    sets = [rng.choice(len(graph.node_ids), min(n, len(graph.node_ids)), replace=False) for n in sizes]
    print(f"{len(graph.node_ids):,} junctions, {len(graph.edge_ids):,} edges, {len(sets)} facility sets")
    print(f"{'engine':26}{'threads':>8}{'ms':>10}{'× ours':>9}  largest difference")
    base, truth = 0.0, []
    for name, threads, search in searches(graph):
        milliseconds, found = timed(search, sets, threads)
        if not truth:
            base, truth = milliseconds, found
        worst = max(_difference(a, b) for a, b in zip(found, truth, strict=True))
        print(f"{name:26}{threads:>8}{milliseconds:>10.1f}{milliseconds / base:>9.1f}  {worst:.1e} min")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.reach FOLDER (with edges.parquet in it)")
    main(Path(sys.argv[1]))
