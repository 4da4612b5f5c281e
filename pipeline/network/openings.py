"""Decide where ways pass walls: through gates, known or inferred, or not at all.

A gate is a short piece of the way on the inner side of the wall, so that it is an edge with users of its own.
Where there is no gate, or it is closed, the junction on the wall falls apart into one for every side.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from pipeline.network.contacts import Arms, Contacts, Segments, arm_sectors, arms_at, find_contacts
from pipeline.network.gates import place_gates
from pipeline.network.graph import Bools, Ints, Pieces, Streets, cut, insert, lines
from pipeline.network.profile import Profile
from pipeline.network.walls import OUTLINE, compound_at


@dataclass(frozen=True)
class Walled:
    """Streets cut by walls.

    Attributes
    ----------
    streets, pieces
        Vertices, and the pieces between junctions, gates and walls.
    gate
        For each piece the row of `openings` whose gate it is; −1 for none.
    openings
        The table `openings`.
    """

    streets: Streets
    pieces: Pieces
    gate: Ints
    openings: gpd.GeoDataFrame


def pass_walls(
    streets: Streets,
    exempt: Bools,
    barriers: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    tolerance_m: float,
    rules: Profile,
) -> Walled:
    """Cut streets at walls, open them at gates.

    Parameters
    ----------
    streets
        Vertices of the walkable ways.
    exempt
        For each way: on a bridge or in a tunnel, so that no wall stops it.
    barriers
        Lines that ways may not cross (walls and outlines), columns of the table `barriers`.
    gates
        Result of `gate_points`.
    compounds
        Table `compounds`.
    tolerance_m
        A gate opens the crossing within this distance.
    """
    streets, gate_node = place_gates(streets, gates, tolerance_m, rules.walls.snap_m)
    barrier = Segments.of(barriers.geometry.to_numpy())
    streets, contacts = find_contacts(streets, exempt, barrier, rules.walls.snap_m)
    sites = np.union1d(contacts.node, gate_node[gate_node >= 0])
    pieces = cut(streets, sites)
    ends = arms_at(pieces, sites)
    is_outline = (barriers["kind"] == OUTLINE).to_numpy()
    arms = pd.DataFrame({"node": ends.node, "piece": ends.piece, "vertex": ends.vertex, "step": ends.step})
    arms["sector"] = arm_sectors(streets, ends, contacts, barrier, is_outline)
    probe = _probes(streets, pieces, ends, rules.walls.same_wall_m)
    arms["within"] = compound_at(probe, compounds, rules.walls.snap_m).to_numpy()

    ids, vertex = np.unique(streets.node, return_index=True)
    vertex = vertex[np.searchsorted(ids, sites)]
    place = pd.Series(shapely.points(streets.xy[vertex]), index=sites, dtype="object")
    sides = arms.groupby("node")["sector"].nunique()
    crossed = sides.index[sides > 1].to_numpy()
    near = _gates_near(crossed, place, gates, tolerance_m)
    crossings = _crossings(crossed, near, contacts, barriers)
    lone = _lone_gates(
        arms, gate_node, gates, np.union1d(near["gate"], np.flatnonzero(np.isin(gate_node, crossed)))
    )
    arms = _own_sectors(arms, lone)
    openings = pd.concat([crossings, lone])
    arms = arms[arms["node"].isin(openings.index)].reset_index(drop=True)
    openings = _with_compound(openings, arms, gates)
    openings = _with_status(openings, gates)
    outer = _outer_sector(arms, openings)
    arms = arms[arms["sector"] != arms["node"].map(outer)]
    return _apply(streets, pieces, arms, openings, place, gates, rules.walls.gate_length_m)


def _probes(streets: Streets, pieces: Pieces, arms: Arms, reach_m: float) -> NDArray[np.object_]:
    """Return a point on each arm that shows on which side of the wall it runs."""
    chosen = Pieces(*(getattr(pieces, name)[arms.piece] for name in ("first", "last", "u", "v", "way")))
    line = lines(streets, chosen)
    return np.asarray(
        shapely.line_interpolate_point(line, arms.step * np.minimum(shapely.length(line) / 2, reach_m))
    )


def _gates_near(nodes: Ints, place: pd.Series, gates: gpd.GeoDataFrame, tolerance_m: float) -> pd.DataFrame:
    """Pair wall crossings with the gates that open them, the best first: surveyed, then nearest."""
    where = place[nodes].to_numpy()
    row, gate = STRtree(gates.geometry.to_numpy()).query(where, predicate="dwithin", distance=tolerance_m)
    near = pd.DataFrame({"node": nodes[row], "gate": gate})
    near["tagged"] = ~gates["surveyed"].to_numpy()[gate]
    near["distance"] = shapely.distance(where[row], gates.geometry.to_numpy()[gate])
    return near.sort_values(["node", "tagged", "distance", "gate"])


def _crossings(
    nodes: Ints, near: pd.DataFrame, contacts: Contacts, barriers: gpd.GeoDataFrame
) -> pd.DataFrame:
    """List the nodes at which barriers part the arms: `gate` (row of gates, −1: none), the compound of the barrier.

    `outlines` are the compounds whose outlines, and nothing else, bar the way; missing where a mapped wall does.
    """
    met = pd.DataFrame({"node": contacts.node, "line": contacts.line}).drop_duplicates()
    met = met[met["node"].isin(nodes)]
    met["outline"] = (barriers["kind"] == OUTLINE).to_numpy()[met["line"]]
    met["compound_id"] = barriers["compound_id"].to_numpy(dtype=object)[met["line"]]
    met = met.sort_values(["node", "outline", "compound_id"], ascending=[True, False, True])
    by_node = met.groupby("node")
    table = pd.DataFrame(index=pd.Index(nodes, name="node"))
    table["gate"] = near.groupby("node")["gate"].first().reindex(nodes, fill_value=-1)
    table["compound_id"] = by_node["compound_id"].first()
    table["outlines"] = by_node["compound_id"].agg(tuple).where(by_node["outline"].all())
    return table


def _lone_gates(arms: pd.DataFrame, gate_node: Ints, gates: gpd.GeoDataFrame, used: Ints) -> pd.DataFrame:
    """List gates on ways where no barrier is crossed: tagged nodes, and surveyed ones at a compound's edge."""
    free = np.setdiff1d(np.flatnonzero(gate_node >= 0), used)
    table = pd.DataFrame({"node": gate_node[free], "gate": free}).drop_duplicates("node").set_index("node")
    table["compound_id"] = _parting_compound(arms, parted_only=True).reindex(table.index)
    own = gates["compound_id"].to_numpy(dtype=object)[table["gate"]]
    fits = table["compound_id"].notna() & (pd.isna(own) | (own == table["compound_id"].to_numpy()))
    return table[gates["alone"].to_numpy()[table["gate"]] | fits.to_numpy()]


def _parting_compound(arms: pd.DataFrame, parted_only: bool) -> pd.Series:
    """Return for each node a compound in which some arms lie, preferring one in which not all do."""
    inside = arms.dropna(subset="within").groupby(["node", "within"]).size().rename("count").reset_index()
    inside["all"] = inside["count"] == inside["node"].map(arms.groupby("node").size())
    if parted_only:
        inside = inside[~inside["all"]]
    inside = inside.sort_values(["node", "all", "within"]).drop_duplicates("node")
    return inside.set_index("node")["within"]


def _own_sectors(arms: pd.DataFrame, lone: pd.DataFrame) -> pd.DataFrame:
    """Part the arms at lone gates: inside and outside the compound, or else each on its own."""
    here = arms["node"].isin(lone.index)
    compound = arms["node"].map(lone["compound_id"])
    number = arms.groupby("node").cumcount()
    inside = (arms["within"] == compound).fillna(False).astype("int64")
    return arms.assign(sector=arms["sector"].where(~here, inside.where(compound.notna(), number)))


def _with_compound(openings: pd.DataFrame, arms: pd.DataFrame, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    """Complete the compound: the gate's own, that of the wall, or the one that the way enters there."""
    own = gates["compound_id"].reindex(openings["gate"]).set_axis(openings.index)
    entered = _parting_compound(arms, parted_only=False).reindex(openings.index)
    columns = [own, openings["compound_id"], entered]
    first = pd.concat([column.astype("object") for column in columns], axis=1).bfill(axis=1).iloc[:, 0]
    return openings.assign(compound_id=first.astype("str"))


def _with_status(openings: pd.DataFrame, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say what each opening is; an outline of a compound without any known gate on a way is open where ways cross."""
    known = openings["gate"] >= 0
    with_gates = set(openings.loc[known, "compound_id"].dropna())
    gateless = [isinstance(ids, tuple) and with_gates.isdisjoint(ids) for ids in openings["outlines"]]
    inferred = ~known & np.array(gateless, dtype=bool)
    gate = gates.reindex(openings["gate"]).set_axis(openings.index)
    users = gate["gate_users"].fillna("unknown")
    return openings.assign(
        inferred=inferred,
        gate_users=users,
        gate_id=gate["gate_id"],
        open_hours=gate["open_hours"],
        status=np.where((known & (users != "closed")) | inferred, "gate", "blocked"),
    )


def _outer_sector(arms: pd.DataFrame, openings: pd.DataFrame) -> pd.Series:
    """Return the sector of each node that is outside: of the first arm that does not lie in the compound."""
    inside = (arms["within"] == arms["node"].map(openings["compound_id"])).fillna(False)
    order = arms.assign(inside=inside).sort_values(["node", "inside", "piece", "step"])
    return order.drop_duplicates("node").set_index("node")["sector"]


def _apply(
    streets: Streets,
    pieces: Pieces,
    inner: pd.DataFrame,
    openings: pd.DataFrame,
    place: pd.Series,
    gates: gpd.GeoDataFrame,
    gate_length_m: float,
) -> Walled:
    """Give every inner arm its gate piece, or a junction of its own where the wall is blocked."""
    openings = openings.sort_index()
    is_gate = inner["node"].map(openings["status"]) == "gate"
    passing, blocked = inner[is_gate], inner[~is_gate]

    along = streets.along
    piece = passing["piece"].to_numpy()
    first, last, step = pieces.first[piece], pieces.last[piece], passing["step"].to_numpy()
    length = along[last] - along[first]
    at = np.where(step > 0, along[first], along[last]) + step * np.minimum(gate_length_m, length / 3)
    after = np.clip(np.searchsorted(along, at, side="right") - 1, first, last - 1)
    share = ((at - along[after]) / (along[after + 1] - along[after]))[:, None]
    xy = (1 - share) * streets.xy[after] + share * streets.xy[after + 1]
    order = np.lexsort((at, after))
    ids = streets.node.max(initial=0) + 1 + np.arange(len(order))
    streets, moved = insert(streets, after[order], xy[order], ids)

    leaving, arriving = streets.node.copy(), streets.node.copy()
    sides, side = np.unique(
        blocked[["node", "sector"]].to_numpy().reshape(-1, 2), axis=0, return_inverse=True
    )
    copies = streets.node.max(initial=0) + 1 + np.arange(len(sides))
    vertex, out = moved[blocked["vertex"].to_numpy()], blocked["step"].to_numpy() > 0
    leaving[vertex[out]] = copies[side.ravel()[out]]
    arriving[vertex[~out]] = copies[side.ravel()[~out]]

    result = cut(streets, np.concatenate([openings.index.to_numpy(dtype=np.int64), ids]))
    opening = np.searchsorted(openings.index, passing["node"])
    starts, ends = (np.full(len(streets.node), -1, dtype=np.int64) for _ in range(2))
    vertex, out = moved[passing["vertex"].to_numpy()], step > 0
    starts[vertex[out]] = opening[out]
    ends[vertex[~out]] = opening[~out]
    gate = np.maximum(starts[result.first], ends[result.last])
    pieces = Pieces(result.first, result.last, leaving[result.first], arriving[result.last], result.way)
    return Walled(streets, pieces, gate, _table(openings, place, gates))


def _table(openings: pd.DataFrame, place: pd.Series, gates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table `openings`; gates of compounds that meet no way stand at its end, without a node."""
    columns = ["gate_id", "compound_id", "open_hours"]
    missed = gates[gates["compound_id"].notna() & ~gates.index.isin(openings["gate"])]
    met = openings.assign(
        opening_id="node-" + openings.index.astype("str"),
        node_id=openings.index.astype("Int64"),
        geometry=place[openings.index],
    )
    rest = missed.assign(
        opening_id="gate-" + missed["gate_id"], node_id=pd.NA, inferred=False,
        status=np.where(missed["gate_users"] == "closed", "blocked", "gate"),
    )  # fmt: skip
    kept = ["opening_id", "status", "gate_users", "inferred", "node_id", "geometry", *columns]
    table = pd.concat([met[kept], rest[kept].astype({"node_id": "Int64"})], ignore_index=True)
    types = {
        "opening_id": "str",
        "status": "str",
        "gate_users": "str",
        "node_id": "Int64",
        "inferred": "bool",
    }
    return gpd.GeoDataFrame(
        table.astype(types | dict.fromkeys(columns, "str")), geometry="geometry", crs=gates.crs
    )
