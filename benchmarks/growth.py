"""Measure how build time, search time and memory grow with the streets, each size in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from pipeline.network.search import PUBLIC, Graph, to_nodes

ROOT = Path(__file__).resolve().parent.parent
JUNCTIONS = (10_000, 100_000, 1_000_000)
BLOCK_M, LIMIT_M, JUNCTIONS_PER_FACILITY = 100.0, 800.0, 250
Measured = tuple[
    int, float, float, float
]  # junctions, seconds to build, seconds to search, megabytes at most


def grid(junctions: int) -> Graph:
    """Build a square town of blocks of uneven length, one street in ten left out."""
    rng = np.random.default_rng(1)
    side = round(junctions**0.5)
    node = np.arange(side * side).reshape(side, side)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    kept = rng.random(len(u)) < 0.9
    length = BLOCK_M * rng.uniform(0.5, 1.5, int(kept.sum()))
    edges = pd.DataFrame({"edge_id": np.arange(len(length)), "u": u[kept], "v": v[kept], "length_m": length})
    return Graph.build(
        edges.assign(users=PUBLIC, minutes_metres=length, minutes_metres_back=length), "metres"
    )


def measure(junctions: int) -> Measured:
    """Build and search one town in this process."""
    grid(400)  # load what was compiled
    start = perf_counter()
    graph = grid(junctions)
    built = perf_counter() - start
    count = len(graph.node_ids)
    sources = np.random.default_rng(2).choice(count, count // JUNCTIONS_PER_FACILITY, replace=False)
    seconds = []
    for _ in range(4):
        start = perf_counter()
        to_nodes(graph, [(sources, np.zeros(len(sources)))], LIMIT_M)
        seconds.append(perf_counter() - start)
    return count, built, min(seconds[1:]), _most_megabytes()


def _most_megabytes() -> float:
    """Return the most memory that this process has held; `getrusage` would tell its parent's, if that held more."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def growth() -> list[Measured]:
    """Measure every size."""
    found = []
    for junctions in JUNCTIONS:
        command = [sys.executable, "-m", "benchmarks.growth", str(junctions)]
        text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
        found.append((int(text[0]), float(text[1]), float(text[2]), float(text[3])))
    return found


if __name__ == "__main__":
    print(*measure(int(sys.argv[1])))
