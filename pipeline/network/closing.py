"""Close gates at a time of day; and, to see what hangs on them, those of which too little is known.

Whom a gate admits is not always known, and its hours cannot always be read. So each edge has users twice. In `users`
such gates are open, to those whom the way's own tags admit. In `users_if_closed` they are shut; but a gate of unknown
users that is the only way out of the streets behind it lets those people pass who live there: they do get home. The
truth lies between the two.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.network.graph import components
from pipeline.network.hours import is_open
from pipeline.network.search import PUBLIC

CLOSED = "closed-"  # users of a gate that nobody passes begin so
_BEHIND = "behind-"  # users of streets that are nobody's own and have a single gate


def open_at(open_hours: pd.Series, at: str) -> pd.Series:
    """Return `boolean`: open at `at` (HH:MM); missing where the hours cannot be read. No hours: open all day."""
    state = {hours: is_open(hours, at) for hours in open_hours.dropna().unique()}
    return open_hours.map(state).astype("boolean").mask(open_hours.isna(), True)


def users_at(edges: pd.DataFrame, openings: pd.DataFrame) -> pd.Series:
    """Return the users of every edge, with the gates shut that are not `open_now`.

    Parameters
    ----------
    edges
        Columns opening_id (of gates; else missing) and users_in_hours.
    openings
        Columns opening_id, open_now.
    """
    shut = openings.loc[~openings["open_now"].fillna(True), "opening_id"]
    here = edges["opening_id"].isin(shut)
    return edges["users_in_hours"].mask(here, CLOSED + edges["opening_id"]).astype("str")


def uncertain_gates(openings: pd.DataFrame) -> pd.Series:
    """Return which openings are gates of unknown users, or of hours that cannot be read, and not shut in any case."""
    unknown = (openings["gate_users"] == "unknown") | openings["open_now"].isna()
    return (openings["status"] == "gate") & unknown & openings["open_now"].fillna(True)


def users_if_closed(edges: pd.DataFrame, openings: pd.DataFrame) -> pd.Series:
    """Return the users of every edge if uncertain gates admit nobody but those who have no other way out.

    Parameters
    ----------
    edges
        Columns u, v, length_m, opening_id, users.
    openings
        Columns opening_id, status, gate_users, open_now.
    """
    doubt = openings[uncertain_gates(openings)]
    gate = edges["opening_id"].isin(doubt["opening_id"])
    users = edges["users"].mask(gate, CLOSED + edges["opening_id"])
    if not gate.any():
        return users.astype("str")

    # the streets fall into parts where uncertain gates are cut out
    nodes, ends = np.unique(edges[["u", "v"]].to_numpy(), return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    part = components(u[~gate], v[~gate], len(nodes))
    of_edge = pd.Series(part[u], index=edges.index)
    main = edges["length_m"][~gate].groupby(of_edge[~gate]).sum().idxmax()
    touched = pd.DataFrame(
        {
            "opening_id": np.tile(edges["opening_id"][gate].to_numpy(), 2),
            "part": np.concatenate([part[u[gate]], part[v[gate]]]),
        }
    ).drop_duplicates()
    exits = touched.groupby("part")["opening_id"].agg(["size", "first"])
    sure = doubt.loc[doubt["open_now"].notna(), "opening_id"]
    single = exits[(exits["size"] == 1) & exits["first"].isin(sure) & (exits.index != main)]

    # whose the streets behind the gate are: one group's, or nobody's in particular
    inner = of_edge.isin(single.index) & ~gate
    own = edges["users"][inner & (edges["users"] != PUBLIC) & ~edges["users"].str.startswith(CLOSED)]
    owners = own.groupby(of_edge[own.index]).agg(["nunique", "first"]).reindex(single.index)
    theirs = owners["first"].fillna(_BEHIND + single["first"])[~(owners["nunique"] > 1)]
    users = users.mask(inner & (edges["users"] == PUBLIC), of_edge.map(theirs).astype("str").fillna(users))
    behind = pd.Series(np.where(np.isin(part[u], theirs.index), part[u], part[v]), index=edges.index)
    return users.mask(gate, behind.map(theirs).astype("str").fillna(users)).astype("str")
