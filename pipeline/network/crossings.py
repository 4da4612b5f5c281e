"""Find where walkers cross arterials at grade, and on what terms.

A junction on an arterial is crossed there when other ways arrive at it from both sides. Whoever walks on such a
way to the arterial's centre line has crossed half of it: each of those edge ends counts half a crossing, so that
passing straight over counts one, turning into the arterial half of one. The two carriageways of a divided road
are one crossing: a short piece between them counts nothing.
Not counted: walking along an arterial over another one, and crossings where only the map's centre lines meet
without a common node. An arterial mapped as one line does not tell on which side of it one walks: who joins it at
a T-junction and leaves it at another one opposite crosses it uncounted. Walkers who avoid arterial crossings
do not take the edges that count any.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.network.graph import Floats
from pipeline.network.junctions import sectors
from pipeline.network.profile import Profile


def crossing_shares(
    edges: pd.DataFrame, start: Floats, end: Floats, node_tags: pd.DataFrame, rules: Profile
) -> pd.DataFrame:
    """Count the crossings of arterials on every edge.

    Parameters
    ----------
    edges
        Columns u, v, arterial, crossing (may be missing), length_m.
    start, end
        Vectors (n × 2) by which each edge leaves u and v.
    node_tags
        Tagged nodes of the streets: node_id, highway, crossing.
    rules
        Which values mean signals.

    Returns
    -------
    pandas.DataFrame
        On the index of `edges`: `signalled` and `unsignalled`, crossings of arterials (0, ½ or 1).
    """
    count = len(edges)
    node = np.concatenate([edges["u"], edges["v"]])
    vector = np.concatenate([start, end])
    angle = np.arctan2(vector[:, 1], vector[:, 0])
    arterial = np.tile(edges["arterial"].to_numpy(), 2)
    other = ~arterial & np.isin(node, node[arterial])
    side = sectors(
        node[other], angle[other], np.zeros(other.sum(), np.int64), node[arterial], angle[arterial]
    )
    met = pd.DataFrame({"node": node[other], "side": side, "end": np.flatnonzero(other)})
    sides = met.groupby("node")["side"].nunique()
    crossed = np.zeros(2 * count, dtype=bool)
    crossed[met["end"][met["node"].map(sides) > 1]] = True
    ends = crossed.reshape(2, count)
    median = ends.all(axis=0) & (edges["length_m"].to_numpy() <= rules.crossing.divided_road_m)
    ends &= ~median

    signal_nodes = node_tags.loc[
        node_tags["crossing"].isin(rules.crossing.signals)
        | node_tags["highway"].isin(rules.crossing.signal_nodes),
        "node_id",
    ]
    way = edges["crossing"].isin(rules.crossing.signals).to_numpy()
    signal = np.isin(node, signal_nodes).reshape(2, count) | way
    return pd.DataFrame(
        {"signalled": (ends & signal).sum(axis=0) / 2, "unsignalled": (ends & ~signal).sum(axis=0) / 2},
        index=edges.index,
    )
