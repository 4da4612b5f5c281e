"""Cut streets where walls part them.

A gate is a short piece of the way on the inner side of the wall, so that it is an edge with users of its own.
Where there is no gate, or it is closed, the junction on the wall falls apart into one for every side.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.network.graph import Ints, Pieces, Streets, cut, insert


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
    parted
        The street node of each junction that a wall parted from it.
    """

    streets: Streets
    pieces: Pieces
    gate: Ints
    openings: gpd.GeoDataFrame
    parted: pd.Series


def part_streets(
    streets: Streets,
    pieces: Pieces,
    inner: pd.DataFrame,
    openings: pd.DataFrame,
    place: pd.Series,
    gates: gpd.GeoDataFrame,
    gate_length_m: float,
) -> Walled:
    """Give every inner arm its gate piece, or a junction of its own where the wall is blocked.

    Parameters
    ----------
    streets, pieces
        Vertices, and pieces cut at all openings.
    inner
        Arms on the inner side of openings: node, piece, vertex, step (+1 leaving, −1 arriving), sector.
    openings
        By node: status, gate_id, compound_id, gate_users, open_hours, inferred.
    place
        Point of each node of `openings`.
    gates
        All known gates, whether they meet a way or not.
    gate_length_m
        Length of a gate; where ways are cut closer together, a third of what is between.
    """
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
    parted = pd.Series(sides[:, 0], index=copies, dtype="int64")
    return Walled(streets, pieces, gate, _table(openings, place, gates), parted)


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
