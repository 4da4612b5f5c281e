"""Rewrite the streets as they are when chosen openings let everyone pass.

Everyone may then walk the opened gates, and from them the streets of that group (`network.users`) that hang together
with them, as behind a gate that admits all. Other gates admit whom they admitted, and no gate makes a way public that
its own tags keep private; so a street may become public, and none ceases to be. Where a wall stopped a way, the
junction on it had fallen apart; a piece of no length joins its sides again.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from pipeline.network.graph import Bools, Ints, components
from pipeline.network.search import PUBLIC

BOUNDS = ("minx", "miny", "maxx", "maxy")  # of a street or a junction, metres


def open_to_all(
    edges: pd.DataFrame, nodes: pd.DataFrame, openings: pd.DataFrame, chosen: Collection[str]
) -> pd.DataFrame:
    """Return the streets with the users that follow from opening the chosen to all.

    Parameters
    ----------
    edges, nodes, openings
        Tables of stage `network`; in place of a geometry, edges and nodes have its bounds.
    chosen
        Ids of openings.

    Returns
    -------
    pandas.DataFrame
        The rows of `edges` in order, then a piece of no length for each junction that is joined again; their edge_id
        follow the largest.
    """
    joints = _joints(edges, nodes, openings, chosen)
    streets = pd.concat([edges, joints], ignore_index=True)
    free = (~streets["restricted"]).to_numpy()
    at = streets["opening_id"]
    opened = free & at.isin(chosen).to_numpy()
    behind = set(streets["users"][opened]) | set(openings["compound_id"][openings["opening_id"].isin(chosen)])
    inner = free & at.isna().to_numpy() & streets["users"].isin(behind - {PUBLIC}).to_numpy()
    return streets.assign(users=streets["users"].mask(opened | _touching(streets, inner, opened), PUBLIC))


def _joints(
    edges: pd.DataFrame, nodes: pd.DataFrame, openings: pd.DataFrame, chosen: Collection[str]
) -> pd.DataFrame:
    """Pieces of no length from the street's junction to those that the wall parted from it."""
    parted = nodes[nodes["opening_id"].isin(chosen)]
    at = openings.set_index("opening_id")["node_id"].reindex(parted["opening_id"])
    still = [column for column in edges.columns if column.startswith(("minutes_", "length_"))]
    joints = pd.DataFrame(
        {
            "edge_id": edges["edge_id"].max() + 1 + np.arange(len(parted)),
            "u": at.to_numpy(np.int64),
            "v": parted["node_id"].to_numpy(),
            "users": PUBLIC,
            "restricted": False,
            "opening_id": parted["opening_id"].to_numpy(),
            **dict.fromkeys(still, 0.0),
            **{side: parted[side].to_numpy() for side in BOUNDS},
        }
    )
    return joints.reindex(columns=edges.columns)


def _touching(streets: pd.DataFrame, inner: Bools, opened: Bools) -> Bools:
    """Which of the inner streets hang together, over inner streets, with an opened piece."""
    rows = np.flatnonzero(inner)
    ids, ends = np.unique(streets[["u", "v"]].to_numpy(np.int64)[rows], return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    part: Ints = components(u, v, len(ids))
    reached = np.unique(part[np.isin(ids, streets[["u", "v"]].to_numpy(np.int64)[opened])])
    result = np.zeros(len(streets), dtype=bool)
    result[rows] = np.isin(part[u], reached)
    return result
