"""Find which atoms are neighbours: a walk leads from one to the other that crosses nobody else's ground.

The walk network is cut into steps of at most `STEP_M`. A point of it belongs to the atoms within `touch_m`, unless a river,
railway or expressway lies between; and to the atom of the people whose doors are there. Of an atom's points those
count that its people reach without leaving them, on public ways and the ways of their own group: the street behind
a wall without a gate is not theirs. Two atoms are neighbours where their points meet, or where a public way
of at most `adjacency_gap_m` over nobody's ground (a park, a bridge) joins them.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from pipeline.network.search import PUBLIC
from pipeline.settings import UnitsParams
from pipeline.units.seams import Geometries

Ints = npt.NDArray[np.int64]
STEP_M = 25.0


@dataclass(frozen=True)
class Steps:
    """The walk network in short steps: `table` has columns a, b (points), length_m, users; junctions come first."""

    points: Geometries
    table: pd.DataFrame
    first_point: Ints  # of each edge: number of its first inner point
    pieces: Ints  # of each edge

    def at(self, edge: Ints, piece: Ints, u: Ints, v: Ints) -> tuple[Ints, Ints]:
        """Return the points at both ends of the given piece of the given edge (u, v: its junctions)."""
        inner = self.first_point[edge] + piece
        return np.where(piece == 0, u, inner - 1), np.where(piece == self.pieces[edge] - 1, v, inner)


def cut_into_steps(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Steps:
    """Cut every edge into equal pieces of at most `STEP_M`."""
    lines, length = edges.geometry.to_numpy(), edges["length_m"].to_numpy()
    u, v = _junctions(nodes, edges)
    pieces = np.maximum(1, np.ceil(length / STEP_M)).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), pieces)
    piece = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    inner = piece > 0
    points = shapely.line_interpolate_point(
        lines[edge[inner]], piece[inner] / pieces[edge[inner]], normalized=True
    )
    first_point = len(nodes) + np.cumsum(pieces - 1) - (pieces - 1)
    steps = Steps(np.concatenate([nodes.geometry.to_numpy(), points]), pd.DataFrame(), first_point, pieces)
    a, b = steps.at(edge, piece, u[edge], v[edge])
    table = pd.DataFrame(
        {"a": a, "b": b, "length_m": (length / pieces)[edge], "users": edges["users"].to_numpy()[edge]}
    )
    return Steps(steps.points, table, first_point, pieces)


def _junctions(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> tuple[Ints, Ints]:
    index = pd.Index(nodes["node_id"])
    return index.get_indexer(edges["u"]), index.get_indexer(edges["v"])


def neighbours(
    atoms: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    barriers: Geometries,
    params: UnitsParams,
) -> pd.DataFrame:
    """Return the pairs of neighbours by position in `atoms`: a < b, contact_m (shared way), gap_m (walk between).

    `addresses` has columns atom (position), edge_id, offset_m, one row a linked address.
    """
    steps = cut_into_steps(nodes, edges)
    doors = _doors(addresses, steps, nodes, edges)
    groups = _groups(atoms, addresses, edges)
    touches = _own_ground(_touches(atoms, steps, barriers, groups, params.touch_m), doors, steps, groups)
    pairs = pd.concat([_shared_way(touches, steps), _across_gaps(touches, steps, params.adjacency_gap_m)])
    return (
        pairs.groupby(["a", "b"], as_index=False)
        .agg(contact_m=("contact_m", "max"), gap_m=("gap_m", "min"))
        .sort_values(["a", "b"], ignore_index=True)
    )


def _doors(
    addresses: pd.DataFrame, steps: Steps, nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return (atom, point) for the ends of the piece on which each linked address stands."""
    edge = pd.Index(edges["edge_id"]).get_indexer(addresses["edge_id"])
    share = addresses["offset_m"].to_numpy() / np.maximum(edges["length_m"].to_numpy()[edge], 1e-9)
    piece = np.clip((share * steps.pieces[edge]).astype(np.int64), 0, steps.pieces[edge] - 1)
    u, v = _junctions(nodes, edges)
    ends = np.concatenate(steps.at(edge, piece, u[edge], v[edge]))
    atom = np.tile(addresses["atom"].to_numpy(), 2)
    return pd.DataFrame({"atom": atom, "point": ends}).drop_duplicates()


def _groups(atoms: gpd.GeoDataFrame, addresses: pd.DataFrame, edges: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return (atom, users): the groups, beside the public, whose ways the people of an atom may walk."""
    users = addresses["edge_id"].map(edges.set_index("edge_id")["users"])
    linked = pd.DataFrame({"atom": addresses["atom"], "users": users})
    own = atoms["compound_id"].dropna()
    compound = pd.DataFrame({"atom": own.index, "users": own.to_numpy()})
    both = pd.concat([linked, compound]).drop_duplicates()
    return both.loc[both["users"] != PUBLIC].reset_index(drop=True)


def _touches(
    atoms: gpd.GeoDataFrame, steps: Steps, barriers: Geometries, groups: pd.DataFrame, touch_m: float
) -> pd.DataFrame:
    """Return (atom, point): public points within `touch_m` of an atom, no barrier between, and its group's own ways."""
    shapes = atoms.geometry.to_numpy()
    atom, point = shapely.STRtree(steps.points).query(shapes, predicate="dwithin", distance=touch_m)
    legs = shapely.shortest_line(steps.points[point], shapes[atom])
    cut = np.zeros(len(legs), dtype=bool)
    cut[shapely.STRtree(barriers).query(legs, predicate="intersects")[0]] = True
    near = pd.DataFrame({"atom": atom, "point": point})[~cut]
    ends = pd.concat([steps.table[[end, "users"]].set_axis(["point", "users"], axis=1) for end in ("a", "b")])
    on_street = near["point"].isin(ends.loc[ends["users"] == PUBLIC, "point"])
    own = ends.drop_duplicates().merge(groups, on="users")
    return pd.concat([near[on_street], own[["atom", "point"]]]).drop_duplicates()


def _own_ground(
    touches: pd.DataFrame, doors: pd.DataFrame, steps: Steps, groups: pd.DataFrame
) -> pd.DataFrame:
    """Keep the points of each atom that its people reach over the atom's points alone."""
    pairs = pd.concat([touches, doors]).drop_duplicates().sort_values(["atom", "point"], ignore_index=True)
    pairs["pair"] = pairs.index
    both = _at_both_ends(pairs, steps.table)
    allowed = both["users"] == PUBLIC
    own = both[~allowed].merge(groups, left_on=["atom_a", "users"], right_on=["atom", "users"])
    links = pd.concat(
        [both[allowed & (both["atom_a"] == both["atom_b"])], own[own["atom_a"] == own["atom_b"]]]
    )
    graph = csr_array((np.ones(len(links)), (links["pair_a"], links["pair_b"])), shape=(len(pairs),) * 2)
    _, component = connected_components(graph, directed=False)
    reached = component[pairs.merge(doors, on=["atom", "point"])["pair"].to_numpy()]
    return pairs.loc[np.isin(component, reached), ["atom", "point"]].reset_index(drop=True)


def _at_both_ends(pairs: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Join to each step the atoms at its ends: columns of `pairs` with the suffixes _a and _b."""
    at_a = pairs.rename(columns={c: f"{c}_a" for c in pairs.columns})
    at_b = pairs.rename(columns={c: f"{c}_b" for c in pairs.columns})
    joined = table.merge(at_a, left_on="a", right_on="point_a")
    return joined.merge(at_b, left_on="b", right_on="point_b")


def _ordered(a: pd.Series, b: pd.Series, contact_m: pd.Series, gap_m: pd.Series) -> pd.DataFrame:
    """Return the pairs of different atoms, the smaller first."""
    frame = pd.DataFrame(
        {"a": np.minimum(a, b), "b": np.maximum(a, b), "contact_m": contact_m, "gap_m": gap_m}
    )
    return frame.loc[frame["a"] < frame["b"]]


def _shared_way(touches: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """Return the pairs that share a point, with the length of the public way that is both's."""
    same = touches.merge(touches, on="point", suffixes=("_a", "_b"))
    same = same.loc[same["atom_a"] < same["atom_b"]].reset_index(drop=True)
    met = _ordered(same["atom_a"], same["atom_b"], pd.Series(0.0, same.index), pd.Series(0.0, same.index))
    same["pair"] = same.groupby(["atom_a", "atom_b"]).ngroup()
    public = steps.table.loc[steps.table["users"] == PUBLIC]
    at_a = public.merge(same, left_on="a", right_on="point")
    both = at_a.merge(same[["point", "pair"]], left_on=["b", "pair"], right_on=["point", "pair"])
    shared = both.groupby(["atom_a", "atom_b"], as_index=False)["length_m"].sum()
    length = _ordered(shared["atom_a"], shared["atom_b"], shared["length_m"], pd.Series(0.0, shared.index))
    return pd.concat([met.drop_duplicates(), length])


def _across_gaps(touches: pd.DataFrame, steps: Steps, gap_m: float) -> pd.DataFrame:
    """Return the pairs that a public way over nobody's ground joins, with its length."""
    owned = np.zeros(len(steps.points), dtype=bool)
    owned[touches["point"]] = True
    public = steps.table.loc[steps.table["users"] == PUBLIC]
    a, b, length = public["a"].to_numpy(), public["b"].to_numpy(), public["length_m"].to_numpy()
    open_step = ~(owned[a] & owned[b])
    shape = (len(steps.points),) * 2
    order = np.lexsort((length[open_step], b[open_step], a[open_step]))
    ways = pd.DataFrame({"a": a[open_step], "b": b[open_step], "length_m": length[open_step]}).iloc[order]
    ways = ways.drop_duplicates(["a", "b"])
    graph = csr_array((ways["length_m"], (ways["a"], ways["b"])), shape=shape)
    away, _, origin = dijkstra(
        graph,
        directed=False,
        indices=np.flatnonzero(owned),
        min_only=True,
        return_predecessors=True,
        limit=gap_m,
    )
    gap = away[a] + length + away[b]
    meets = np.flatnonzero(gap <= gap_m)
    table = pd.DataFrame({"from": origin[a[meets]], "to": origin[b[meets]], "gap_m": gap[meets]})
    table = table.loc[table["from"] != table["to"]].groupby(["from", "to"], as_index=False)["gap_m"].min()
    joined = table.merge(touches, left_on="from", right_on="point")
    joined = joined.merge(touches, left_on="to", right_on="point", suffixes=("_a", "_b"))
    return _ordered(joined["atom_a"], joined["atom_b"], pd.Series(0.0, joined.index), joined["gap_m"])
