"""Write what was measured as `docs/performance.md` and its plot."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from typing import Any

import matplotlib

from benchmarks.growth import ROOT, Measured

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "performance"
import matplotlib.pyplot as plt  # noqa: E402


def write_page(
    nodes: int,
    edges: int,
    rows: Sequence[Any],
    reading: tuple[float, float],
    grown: Sequence[Measured],
    first_calls: Sequence[float],
) -> None:
    """Write the page; `rows` are those of `benchmarks.reach`."""
    best = min((row for row in rows if row.engine == "ours"), key=lambda row: row.query_ms)
    single = next(row for row in rows if row.engine == "ours" and row.threads == 1)
    lines = [
        "# How fast",
        "",
        "Written by `uv run --group bench python -m benchmarks.reach FOLDER FILE.osm.pbf`; not edited by hand.",
        f"One run on {os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()}).",
        "",
        "## The same answers, and how long they take",
        "",
        f"Las Palmas with every node of the map: {nodes:,} nodes, {edges:,} edges. For each of 20 facility sets",
        "(15–400 facilities), the metres from every node to the nearest facility within 800 m. Each engine repeats this",
        "for at least three seconds and three times; its quickest time counts.",
        "",
        "| engine | threads | build, ms | 20 searches, ms | searches × ours | … × ours, 1 thread | largest difference | "
        "nodes reached by one only |",
        "|---|---:|---:|---:|---:|---:|---|---:|",
    ]
    lines += [
        f"| {row.engine} | {row.threads} | {row.build_ms:,.0f} | {row.query_ms:,.1f} "
        f"| {row.query_ms / best.query_ms:,.1f} | {row.query_ms / single.query_ms:,.1f} "
        f"| {row.difference_m:.1e} m, {row.relative:.0e} of it | {row.reached_differs:,} |"
        for row in rows
    ]
    lines += [
        "",
        "Differences are from scipy's metres. Build and searches together, beside our searches:",
        "",
    ]
    for row in rows:
        if not row.engine.startswith(("ours", "scipy")):
            whole = row.build_ms + row.query_ms
            lines.append(
                f"- {row.engine}: {whole / best.query_ms:,.0f} × our searches, "
                f"{whole / (best.build_ms + best.query_ms):,.0f} × our build and searches"
            )
    lines += [
        "",
        "![Milliseconds for 20 searches, by engine](img/performance.svg)",
        "",
        "## From the map file to the graph",
        "",
        f"pyosmium merely reads the file in {reading[0]:,.0f} ms; ours has the graph after {reading[1]:,.0f} ms, "
        f"{reading[1] / reading[0]:.1f} times as long.",
        "",
        "## Growth",
        "",
        "Towns of uneven blocks, one facility a 250 junctions, within 800 m; each in a process of its own.",
        "",
        "| junctions | build, s | µs a junction | search, s | µs a junction | × of linear | memory at most, MB |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    base = grown[0][2] / grown[0][0]
    for count, built, search, megabytes in grown:
        lines.append(
            f"| {count:,} | {built:.3f} | {1e6 * built / count:.2f} | {search:.4f} | {1e6 * search / count:.3f} "
            f"| {search / count / base:.2f} | {megabytes:,.0f} |"
        )
    calls = " and ".join(f"{1000 * seconds:,.0f} ms" for seconds in first_calls)
    lines += [
        "",
        "## First call",
        "",
        f"Compiled code is kept: the first search in two new processes took {calls}, loading included.",
        "",
    ]
    (ROOT / "docs" / "performance.md").write_text("\n".join(lines), encoding="utf-8")
    _plot(rows)


def _plot(rows: Sequence[Any]) -> None:
    figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    names = [f"{row.engine.replace('`', '')}, {row.threads} thread{'s' * (row.threads > 1)}" for row in rows]
    axes.barh(
        names[::-1],
        [row.query_ms for row in rows][::-1],
        color=["#d55e00" if row.engine == "ours" else "#999999" for row in rows][::-1],
    )
    for place, row in enumerate(rows[::-1]):
        axes.text(row.query_ms * 1.05, place, f"{row.query_ms:,.1f}", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.set_xlabel("milliseconds for 20 searches, logarithmic; build not counted")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(ROOT / "docs" / "img" / "performance.svg", metadata={"Date": None})
