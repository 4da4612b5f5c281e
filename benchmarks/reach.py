"""Time the search beside what a user could pick instead: one graph, one task, one run, and the same answers.

    uv run --group bench python -m benchmarks.reach FOLDER FILE.osm.pbf

FOLDER holds the results of a run on the same streets. Task: for each of 20 facility sets (15–400 facilities), the
metres from every node to the nearest facility within 800 m, on the walkable streets with every node of the map.
The tables and the plot are written to `docs/performance.md` and `docs/img/performance.svg`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandana
import pandarm
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.growth import ROOT, growth
from benchmarks.reach_page import write_page
from pipeline.intake.osm import read_osm
from pipeline.network.graph import flatten
from pipeline.network.profile import classify, profile
from pipeline.network.search import PUBLIC, Floats, Graph, Ints, to_nodes

LIMIT_M = 800.0
REPEATS, AT_LEAST_S = 3, 3.0  # every engine: so often, and so long
Search = Callable[
    [list[Ints], int], Sequence[Floats]
]  # from places of source nodes, set by set, and threads, to metres from every node, in the engine's order
Built = tuple[Search, Ints | None]  # and that order, where it is not ours


@dataclass(frozen=True)
class Streets:
    """Walkable streets with every node of the map: `xy` of nodes, and edges between neighbouring nodes."""

    xy: Floats
    u: Ints
    v: Ints
    length_m: Floats


@dataclass(frozen=True)
class Row:
    """An engine's line in the table."""

    engine: str
    threads: int
    build_ms: float
    query_ms: float
    difference_m: float
    relative: float
    reached_differs: int


def streets_of(ways: gpd.GeoDataFrame) -> Streets:
    """Cut walkable ways at every node."""
    walked = ways[(classify(ways, profile())["refused"] == "").to_numpy()].reset_index(drop=True)
    flat = flatten(walked)
    start = flat.starts
    _, first, row = np.unique(flat.node, return_index=True, return_inverse=True)
    length = np.linalg.norm(flat.xy[start + 1] - flat.xy[start], axis=1)
    ends = np.sort(np.stack([row[start], row[start + 1]], axis=1), axis=1)
    order = np.lexsort(
        (length, ends[:, 1], ends[:, 0])
    )  # of doubled segments the shortest, as in a sparse matrix
    order = order[
        (np.diff(ends[order], axis=0, prepend=-1) != 0).any(axis=1) & (ends[order, 0] != ends[order, 1])
    ]
    return Streets(flat.xy[first], ends[order, 0], ends[order, 1], length[order])


def engines(streets: Streets) -> Iterator[tuple[str, tuple[int, ...], Callable[[], Built]]]:
    """Name, numbers of threads, and what builds each engine's search, and the place of each node in its answer."""
    count, u, v, length = len(streets.xy), streets.u, streets.v, streets.length_m

    def ours() -> Built:
        edges = pd.DataFrame(
            {"edge_id": np.arange(len(u)), "u": u, "v": v, "length_m": length, "users": PUBLIC}
        )
        graph = Graph.build(edges.assign(minutes_metres=length, minutes_metres_back=length), "metres")
        row = np.empty(count, np.int64)
        row[graph.node_ids] = np.arange(count)
        return (
            lambda sets, threads: to_nodes(graph, [(s, np.zeros(len(s))) for s in sets], LIMIT_M, threads),
            row,
        )

    def scipys() -> Built:
        ends = np.concatenate([u, v]), np.concatenate([v, u])
        matrix = csr_array((np.tile(length, 2), ends), shape=(count, count))
        return (
            lambda sets, _: [dijkstra(matrix, indices=s, min_only=True, limit=LIMIT_M) for s in sets],
            None,
        )

    def networkxs() -> Built:
        network = nx.Graph()
        network.add_nodes_from(range(count))
        network.add_weighted_edges_from(zip(u.tolist(), v.tolist(), length.tolist(), strict=True))

        def search(sources: Ints) -> Floats:
            metres = np.full(count, np.inf)
            found = nx.multi_source_dijkstra_path_length(network, set(sources.tolist()), cutoff=LIMIT_M)
            metres[list(found)] = list(found.values())
            return metres

        return lambda sets, _: [search(sources) for sources in sets], None

    def like_pandana(module: object) -> Built:
        x, y = pd.Series(streets.xy[:, 0]), pd.Series(streets.xy[:, 1])
        weights = pd.DataFrame({"metres": length})
        network = module.Network(x, y, pd.Series(u), pd.Series(v), weights, twoway=True)  # type: ignore[attr-defined]
        network.precompute(LIMIT_M)

        def search(sources: Ints) -> Floats:
            network.set_pois("facility", LIMIT_M, 1, x.iloc[sources], y.iloc[sources])
            found = network.nearest_pois(LIMIT_M, "facility", num_pois=1)[1].to_numpy(np.float64)
            return np.where(found >= LIMIT_M, np.inf, found)

        return lambda sets, _: [search(sources) for sources in sets], None

    yield "scipy `dijkstra(min_only=True)`", (1,), scipys
    yield "ours", (1, 2), ours
    yield "pandana", (2,), lambda: like_pandana(pandana)
    yield "pandarm", (2,), lambda: like_pandana(pandarm)
    yield "networkx `multi_source_dijkstra`", (1,), networkxs


def timed(search: Search, sets: list[Ints], threads: int) -> tuple[float, Sequence[Floats]]:
    """Least milliseconds for all sets, as whatever else a machine does can only lengthen them, and the metres found."""
    search(sets[:1], threads)  # compile and warm up
    milliseconds: list[float] = []
    while len(milliseconds) < REPEATS or sum(milliseconds) < 1000 * AT_LEAST_S:
        start = perf_counter()
        found = search(sets, threads)
        milliseconds.append(1000 * (perf_counter() - start))
    return min(milliseconds), found


def compared(streets: Streets, sets: list[Ints]) -> Iterator[Row]:
    """Run every engine on the task; scipy's metres are the truth."""
    truth: Sequence[Floats] = []
    for name, numbers, build in engines(streets):
        build_ms = []
        for _ in range(REPEATS if name == "ours" else 1):
            start = perf_counter()
            search, row = build()
            build_ms.append(1000 * (perf_counter() - start))
        for threads in numbers:
            own = sets if row is None else [row[sources] for sources in sets]
            query_ms, found = timed(search, own, threads)
            found = found if row is None else [metres[row] for metres in found]
            truth = found if name.startswith("scipy") else truth
            worst = relative = 0.0
            differs = 0
            for one, other in zip(found, truth, strict=True):
                both = np.isfinite(one) & np.isfinite(other)
                gap = np.abs(one[both] - other[both])
                worst = max(worst, float(gap.max(initial=0.0)))
                relative = max(relative, float((gap / np.maximum(other[both], 1e-300)).max(initial=0.0)))
                differs += int((np.isfinite(one) != np.isfinite(other)).sum())
            yield Row(name, threads, min(build_ms), query_ms, worst, relative, differs)


def reading_ms(pbf: Path) -> tuple[float, float]:
    """Milliseconds that pyosmium needs merely to read the file with locations, and that ours needs to a graph."""
    read, built = [], []
    crs = gpd.GeoSeries.from_xy([-15.43], [28.1], crs="EPSG:4326").estimate_utm_crs()
    for _ in range(REPEATS):
        start = perf_counter()
        for _thing in osmium.FileProcessor(pbf).with_locations():
            pass
        read.append(1000 * (perf_counter() - start))
        start = perf_counter()
        ways = read_osm(pbf, frozenset()).ways.to_crs(crs)
        for key in ("highway", "foot", "access"):
            ways[key] = [tags.get(key) for tags in ways["tags"]]
        next(build for name, _, build in engines(streets_of(ways)) if name == "ours")()
        built.append(1000 * (perf_counter() - start))
    return min(read), min(built)


def first_call_seconds() -> list[float]:
    """Seconds of the first search in each of two new processes, once the code has been compiled before."""
    code = (
        "import time, numpy as np; from benchmarks.growth import grid; "
        "from pipeline.network.search import to_nodes; graph = grid(400); start = time.perf_counter(); "
        "to_nodes(graph, [(np.array([0]), np.zeros(1))], 800.0); print(time.perf_counter() - start)"
    )
    command = [sys.executable, "-c", code]
    return [
        float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        for _ in range(2)
    ]


def main(processed: Path, pbf: Path) -> None:
    """Measure everything, write the page."""
    reading = reading_ms(pbf)  # first, as in a run: beside millions of other objects Python reads slower
    streets = streets_of(gpd.read_parquet(processed / "ways.parquet"))
    rng = np.random.default_rng(1)
    sets = [rng.choice(len(streets.xy), n, replace=False) for n in np.linspace(15, 400, 20).astype(int)]
    rows = list(compared(streets, sets))
    write_page(len(streets.xy), len(streets.u), rows, reading, growth(), first_call_seconds())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m benchmarks.reach FOLDER FILE.osm.pbf")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
