"""Compare proposed units with those of spopt and gerrychain, by one objective, and measure how the search grows.

    uv run --group bench python -m benchmarks.units data/processed

writes docs/performance-units.md and docs/img/units-growth.svg. Engines are compared on a 40 × 40 grid of atoms with 350,478
people, and on the largest connected part of the atoms of the district whose results are in the folder. All plans are priced
by `pipeline/units/programme.py`; what an engine leaves outside the range counts as left over. Growth is measured on such
grids (some 36 small atoms a unit) and on towns with rivers and arterials (some 8 atoms a unit).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import gerrychain
import matplotlib as mpl
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import spopt
from gerrychain.partition import recursive_tree_part
from libpysal.weights import W
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import Point
from spopt.region import MaxPHeuristic

from pipeline import store
from pipeline.settings import UnitsParams, load_params
from pipeline.units.assemble import assemble
from pipeline.units.atoms import make_atoms
from pipeline.units.delineate import components, delineate, restrict, search
from pipeline.units.pose import pose
from pipeline.units.programme import Floats, Ints, Programme, total_cost
from pipeline.units.seams import barrier_lines

ROOT = Path(__file__).resolve().parent.parent
PEOPLE, BLOCK_M, METRES_PER_MINUTE = 350_478, 120.0, 72.0
GRIDS, TOWNS = (200, 500, 2000), (200, 2000)  # atoms
MEAN, RIVER_ROWS, BRIDGE_COLUMNS, ARTERIAL_COLUMNS = 890.0, 10, 5, 8  # of a town
SEARCH_ALONE = {"searches": 1, "iterations_per_atom": 1000}
TARGET, SPREAD = 8000, 0.3  # gerrychain: residents a part, and how far a part may be off


def grid(rows: int, columns: int, params: UnitsParams) -> tuple[Programme, Floats]:
    """Return a grid of square atoms (log-normal residents, Manhattan walks, committees of 3 × 2) and their places in metres."""
    n = rows * columns
    rng = np.random.default_rng(1)
    residents = rng.lognormal(0.0, 0.6, n)
    residents *= PEOPLE / 1600 * n / residents.sum()
    row, column = np.divmod(np.arange(n), columns)
    east = np.flatnonzero(column + 1 < columns)
    south = np.flatnonzero(row + 1 < rows)
    pairs = pd.DataFrame({"a": np.append(east, south), "b": np.append(east + 1, south + columns)})
    spots = np.column_stack([column, row]) * BLOCK_M
    minutes = np.empty((n, n))
    for i in range(n):  # row by row: gigabytes at 20,000 atoms
        metres = np.abs(spots - spots[i]).sum(axis=1)
        minutes[i] = np.minimum(metres / METRES_PER_MINUTE, params.meeting_cap_minutes)
    members = pd.DataFrame(
        {"atom": np.arange(n), "committee_id": row // 2 * columns + column // 3, "residents": residents}
    )
    ties = pd.DataFrame({"a": [], "b": [], "apart": []})
    none = np.broadcast_to(0.0, (n, n))
    return assemble(residents, pairs, minutes, none, members, ties, params), spots


def town(rows: int, columns: int, params: UnitsParams) -> Programme:
    """Return a grid of compounds (log-normal residents), streets of 1.5–4.5 minutes, rivers with bridges, arterials."""
    n = rows * columns
    rng = np.random.default_rng(1)
    residents = rng.lognormal(np.log(MEAN) - 0.18, 0.6, n)
    row, column = np.divmod(np.arange(n), columns)
    east = np.flatnonzero(column + 1 < columns)
    south = np.flatnonzero(
        (row + 1 < rows) & ((row % RIVER_ROWS < RIVER_ROWS - 1) | (column % BRIDGE_COLUMNS == 0))
    )
    pairs = pd.DataFrame({"a": np.append(east, south), "b": np.append(east + 1, south + columns)})
    streets = csr_array((rng.uniform(1.5, 4.5, len(pairs)), (pairs["a"], pairs["b"])), shape=(n, n))
    cap = params.meeting_cap_minutes
    minutes = np.minimum(dijkstra(streets, directed=False, limit=cap), cap)
    side = column // ARTERIAL_COLUMNS
    arterials = np.abs(side[:, None] - side[None, :]).astype(np.float64)
    members = pd.DataFrame(
        {"atom": np.arange(n), "committee_id": row // 2 * columns + column // 3, "residents": residents}
    )
    ties = pd.DataFrame({"a": [], "b": [], "apart": []})
    return assemble(residents, pairs, minutes, arterials, members, ties, params)


def district(processed: Path, params: UnitsParams) -> tuple[Programme, Floats]:
    """Return the programme of a district's largest connected part, and the places of its atoms in metres."""
    names = ("residents", "compounds", "committees", "edges", "nodes", "ways", "land", "unit_wishes")
    keys = ("point_id", "compound_id", "committee_id", "edge_id", "node_id", "way_id", "land_id", "row")
    residents, compounds, committees, edges, nodes, ways, land, wishes = (
        store.read(processed / f"{name}.parquet").sort_values(key, ignore_index=True)
        for name, key in zip(names, keys, strict=True)
    )
    barriers = barrier_lines(ways, land)
    atoms, atom_of = make_atoms(residents, compounds, committees, edges, ways, barriers, params)
    addresses = residents.assign(atom_id=atom_of)
    whole, _, _ = pose(atoms, addresses, committees, nodes, edges, ways, barriers, wishes.iloc[:0], params)
    largest = max(components(whole, whole.residents <= params.residents_max), key=len)
    centres = atoms.geometry.centroid
    return restrict(whole, largest), np.column_stack([centres.x, centres.y])[largest]


def by_us(programme: Programme, spots: Floats, params: UnitsParams) -> Ints:
    """Return the plan of the pipeline: search, lower bound, master programme, near-optimal plans."""
    return delineate(programme, params).unit


def by_our_search(programme: Programme, spots: Floats, params: UnitsParams) -> Ints:
    """Return the plan of one short search, without bound and master programme."""
    return search(programme, params.model_copy(update=SEARCH_ALONE))[0][0]


def by_spopt(programme: Programme, spots: Floats, params: UnitsParams) -> Ints:
    """Return max-p regions: 20 constructions, 5 annealings, likeness by place."""
    n = len(programme.residents)
    rows = {i: programme.neighbours[programme.first[i] : programme.first[i + 1]].tolist() for i in range(n)}
    frame = gpd.GeoDataFrame(
        {"x": spots[:, 0], "y": spots[:, 1], "residents": programme.residents},
        geometry=[Point(spot) for spot in spots],
    )
    np.random.seed(1)
    random.seed(1)
    model = MaxPHeuristic(
        frame, W(rows, silence_warnings=True), ["x", "y"], "residents", params.residents_min, 2, 20, 5
    )
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64) - 1


def by_gerrychain(programme: Programme, spots: Floats, params: UnitsParams) -> Ints:
    """Return parts cut along random spanning trees, all near one size."""
    n = len(programme.residents)
    network = nx.Graph()
    network.add_nodes_from((i, {"residents": float(programme.residents[i])}) for i in range(n))
    network.add_edges_from(
        zip(
            np.repeat(np.arange(n), np.diff(programme.first)).tolist(),
            programme.neighbours.tolist(),
            strict=True,
        )
    )
    parts = max(1, round(programme.residents.sum() / TARGET))
    target = float(programme.residents.sum()) / parts
    random.seed(1)
    found = recursive_tree_part(
        gerrychain.Graph.from_networkx(network), range(parts), target, "residents", SPREAD
    )
    return np.array([found[i] for i in range(n)])


ENGINES: dict[str, Callable[[Programme, Floats, UnitsParams], Ints]] = {
    f"spopt {spopt.__version__} MaxPHeuristic": by_spopt,
    "gerrychain recursive_tree_part": by_gerrychain,
    "ours, one short search alone": by_our_search,
    "ours, with bound and other plans": by_us,
}


def compared(programme: Programme, spots: Floats, params: UnitsParams) -> Iterator[list[str]]:
    """Yield a row of the table for each engine: seconds, units, share in range, largest, price."""
    people = programme.residents
    for name, engine in ENGINES.items():
        start = perf_counter()
        try:
            plan = engine(programme, spots, params)
        except Exception as error:
            yield [name, f"{perf_counter() - start:.1f}", f"gave up: {type(error).__name__}", "", "", ""]
            continue
        seconds = perf_counter() - start
        sizes = np.bincount(plan[plan >= 0], people[plan >= 0])
        fits = (sizes >= params.residents_min) & (sizes <= params.residents_max)
        yield [
            name, f"{seconds:.1f}", f"{len(sizes)}", f"{sizes[fits].sum() / people.sum():.1%}", f"{sizes.max():,.0f}",
            f"{total_cost(programme, plan):,.0f}",
        ]  # fmt: skip


def growth(params: UnitsParams) -> pd.DataFrame:
    """Return atoms, seconds, gap and share placed for grids and towns of growing size."""
    rows = []
    for kind, sizes in (("town", TOWNS), ("grid", GRIDS)):
        for n in sizes:
            side = int(np.sqrt(n))
            shape = (side, -(-n // side), params)
            programme = grid(*shape)[0] if kind == "grid" else town(*shape)
            start = perf_counter()
            plan = delineate(programme, params)
            seconds = perf_counter() - start
            placed = programme.residents[plan.unit >= 0].sum() / programme.residents.sum()
            rows.append((kind, len(plan.unit), seconds, plan.gap_share, placed, len(plan.maps)))
            print(rows[-1], flush=True)
    return pd.DataFrame(rows, columns=["kind", "atoms", "seconds", "gap_share", "placed_share", "maps"])


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(processed: Path) -> None:
    """Measure, and write the page and its picture."""
    params = load_params(ROOT / "params.yaml").units
    tiny, places = grid(4, 10, params)
    by_us(
        tiny, places, params
    )  # compiles; the others have nothing to compile, and spopt does not end where all is one region
    head = ["engine", "seconds", "units", "residents in range", "largest", "price, person-minutes"]
    sections = []
    for title, (programme, spots) in {
        "Grid of 1,600 atoms, 350,478 people": grid(40, 40, params),
        "Largest connected part of the district": district(processed, params),
    }.items():
        rows = []
        for row in compared(programme, spots, params):
            print(title, row, flush=True)
            rows.append(row)
        sections.append(f"## {title} ({len(programme.residents):,} atoms)\n\n{table(head, rows)}\n")
    grown = growth(params)
    mpl.rcParams["svg.hashsalt"] = "units"
    figure, axis = plt.subplots(figsize=(7, 4))
    for kind, part in grown.groupby("kind"):
        axis.loglog(part["atoms"], part["seconds"], marker="o", label=kind)
    axis.set(xlabel="atoms", ylabel="seconds", title="search, bound and master programme")
    axis.legend()
    axis.grid(visible=True, which="both", alpha=0.3)
    figure.savefig(ROOT / "docs/img/units-growth.svg", bbox_inches="tight", metadata={"Date": None})
    cells = [
        [
            r.kind,
            f"{r.atoms:,}",
            f"{r.seconds:.1f}",
            f"{r.gap_share:.1%}",
            f"{r.placed_share:.1%}",
            str(r.maps),
        ]
        for r in grown.itertuples()
    ]
    page = [
        "# Units: speed and quality\n",
        "Written by `uv run --group bench python -m benchmarks.units data/processed`, all in one run, compiled before.",
        "The price is that of the programme in `pipeline/units/programme.py`; regions outside 5,000–12,000 count as left",
        "over. Of our two rows one is the search alone, which the others are to be compared with; the other is all that the",
        "pipeline does, the lower bound and the near-optimal plans with it, which the others do not have.\n",
        *sections,
        "## Growth\n",
        f"Grids of {PEOPLE / 1600:.0f} residents an atom, towns of {MEAN:.0f} with a river each {RIVER_ROWS} rows and",
        f"an arterial each {ARTERIAL_COLUMNS} columns. A search ends at {params.iterations_max:,} steps, a phase of the bound at",
        f"{params.bound_pricings_max:,} or {params.bound_connected_pricings_max:,} pricings (steps × atoms).\n",
        table(["kind", "atoms", "seconds", "certified gap", "residents placed", "near-optimal plans"], cells),
        "\n![seconds by atoms](img/units-growth.svg)\n",
    ]
    (ROOT / "docs/performance-units.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.units FOLDER (with the tables of a finished run in it)")
    main(Path(sys.argv[1]))
