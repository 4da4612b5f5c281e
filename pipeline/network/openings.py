"""Decide where ways pass walls: through gates, known or inferred, or not at all."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from pipeline.network.contacts import Arms, Contacts, Segments, arm_sectors, arms_at, find_contacts
from pipeline.network.graph import Bools, Ints, Pieces, Streets, cut, lines
from pipeline.network.passages import Walled, part_streets
from pipeline.network.profile import Profile
from pipeline.network.walls import OUTLINE, compound_at


def pass_walls(
    streets: Streets,
    exempt: Bools,
    barriers: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    gate_node: Ints,
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
    gate_node
        The node of each gate on the streets; −1: none.
    compounds
        Table `compounds`.
    tolerance_m
        A gate opens the crossing within this distance.
    """
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
    arms["inside"] = (arms["within"] == arms["node"].map(openings["compound_id"])).fillna(False)
    openings = _with_status(openings, arms, gates)
    arms = arms[arms["sector"] != arms["node"].map(_outer_sector(arms))]
    return part_streets(streets, pieces, arms, openings, place, gates, rules.walls.gate_length_m)


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


def _with_status(openings: pd.DataFrame, arms: pd.DataFrame, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say what each opening is.

    Ways pass an outline freely (inferred) where no gate is known by which any way enters that compound.
    """
    known = openings["gate"] >= 0
    entered = ~arms.groupby("node")["inside"].all().reindex(openings.index)
    with_gates = set(openings.loc[known & entered, "compound_id"].dropna())
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


def _outer_sector(arms: pd.DataFrame) -> pd.Series:
    """Return the sector of each node that is outside: of the first arm that does not lie in the compound."""
    order = arms.sort_values(["node", "inside", "piece", "step"])
    return order.drop_duplicates("node").set_index("node")["sector"]
