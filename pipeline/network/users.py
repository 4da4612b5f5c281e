"""Say who may walk each edge: everyone, the residents of a compound, or those behind a private way.

A restricted way inside a compound serves that compound. Connected restricted ways elsewhere serve the one compound
into which they lead, or else are a group `private-N`, N the smallest way_id among them. Streets of a walled compound
serve its residents, unless a gate open to all leads to them. Public streets that can be reached only through one
such group belong to it: nobody else gets there, and those who live there must get out.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.network.graph import Ints, components
from pipeline.network.search import PUBLIC

_PRIVATE = "private"


def edge_users(
    edges: pd.DataFrame, openings: gpd.GeoDataFrame, gated_ids: set[str]
) -> tuple[pd.Series, pd.Series]:
    """Return the `users` and the `component` of every edge.

    Parameters
    ----------
    edges
        Columns u, v, way_id, length_m, restricted (the way's tags), exempt (bridge or tunnel), gate (row of
        `openings`, −1 for none) and compound_id (in which its middle lies, missing outside).
    openings
        Table `openings`: whom each gate admits. A gate open to all, and one of unknown users, is walked as its way
        is tagged: no gate makes a private way public.
    gated_ids
        Compounds known to be walled.

    Returns
    -------
    tuple
        `users` (str); `component` (int): of the public network, 0 the longest, for a group the one it touches,
        −1 where none.
    """
    group = edges["compound_id"].fillna(_PRIVATE)
    tagged = pd.Series(PUBLIC, index=edges.index).where(~edges["restricted"], group)
    inner = edges["compound_id"].isin(gated_ids) & ~edges["exempt"] & ~edges["restricted"]
    is_gate = edges["gate"] >= 0
    opening = openings.reset_index(drop=True).reindex(edges["gate"]).set_axis(edges.index)
    owner = opening["compound_id"].fillna(group)
    through = tagged.where(~opening["gate_users"].isin(["residents", "permit"]), owner)
    users = tagged.mask(inner, edges["compound_id"]).mask(is_gate, through)
    open_to_all = _entered_by_all(edges, users, inner & ~is_gate, is_gate & (users == PUBLIC))
    users = _islands_to_groups(edges, users.mask(open_to_all, PUBLIC))
    users = _named(edges, users).astype("str")
    public, groups = _public_parts(edges, users), _clusters(edges, users, users != PUBLIC)
    touched = _links(edges, public, groups).groupby("cluster")["part"].min()
    return users, public.where(users == PUBLIC, groups.map(touched)).fillna(-1).astype("int64")


def _entered_by_all(edges: pd.DataFrame, users: pd.Series, inner: pd.Series, gates: pd.Series) -> pd.Series:
    """Say which inner edges of walled compounds hang together with a gate that is open to all."""
    part = _clusters(edges, users, inner)
    at_gate = pd.concat([edges.loc[gates, "u"], edges.loc[gates, "v"]])
    touching = edges["u"].isin(at_gate) | edges["v"].isin(at_gate)
    return inner & part.isin(part[inner & touching])


def _islands_to_groups(edges: pd.DataFrame, users: pd.Series) -> pd.Series:
    """Give public parts whose only way out leads through one group's edges to that group."""
    public, groups = _public_parts(edges, users), _clusters(edges, users, users != PUBLIC)
    links = _links(edges, public, groups)
    links["users"] = links["cluster"].map(users.groupby(groups).first())
    links["outlet"] = links["cluster"].map(links.groupby("cluster")["part"].min())
    island = links.groupby("part").agg(
        groups=("users", "nunique"), users=("users", "first"), outlet=("outlet", "min")
    )
    island = island[(island["groups"] == 1) & (island["outlet"] < island.index)]
    return users.mask(public.isin(island.index), public.map(island["users"]))


def _named(edges: pd.DataFrame, users: pd.Series) -> pd.Series:
    """Name connected restricted ways outside compounds by the one compound into which they lead, else by way_id.

    At public streets these parts end: two drives that meet at a street are two, and not the neighbours' compound's.
    """
    private, public = users == _PRIVATE, users == PUBLIC
    cluster = _clusters(edges, users, private, apart_at=np.unique(edges.loc[public, ["u", "v"]]))
    smallest = edges["way_id"].groupby(cluster).transform("min").astype("str")
    result = users.mask(private, _PRIVATE + "-" + smallest)

    ends = pd.concat(
        [pd.DataFrame({"node": edges[end], "cluster": cluster, "users": users}) for end in ("u", "v")]
    )
    inner = ends[~ends["node"].isin(ends.loc[ends["users"] == PUBLIC, "node"])]
    met = inner[inner["cluster"] >= 0].merge(inner[inner["cluster"] < 0], on="node")
    owners = met.groupby("cluster_x")["users_y"].agg(["nunique", "first"])
    owner = cluster.map(owners.loc[owners["nunique"] == 1, "first"])
    return result.mask(owner.notna(), owner)


def _clusters(
    edges: pd.DataFrame, users: pd.Series, among: pd.Series, apart_at: Ints | None = None
) -> pd.Series:
    """Number the connected parts of the chosen edges, those of other users apart; −1 for the edges not chosen.

    Parts do not hang together at the junctions `apart_at`.
    """
    chosen = edges[among]
    ends = pd.DataFrame(
        {"node": pd.concat([chosen["u"], chosen["v"]]), "users": pd.concat([users[among]] * 2)}
    )
    alone = np.isin(ends["node"], apart_at) if apart_at is not None else np.zeros(len(ends), dtype=bool)
    ends["end"] = np.where(alone, np.arange(len(ends)), -1)
    place = ends.groupby(["users", "node", "end"]).ngroup().to_numpy()
    u, v = place[: len(chosen)], place[len(chosen) :]
    result = pd.Series(-1, index=edges.index)
    result[among] = components(u, v, place.max(initial=-1) + 1)[u]
    return result


def _public_parts(edges: pd.DataFrame, users: pd.Series) -> pd.Series:
    """Number the connected parts of the public network by length, 0 the longest; −1 for other edges."""
    part = _clusters(edges, users, users == PUBLIC)
    length = edges["length_m"].groupby(part).sum().drop(-1, errors="ignore")
    rank = length.sort_values(ascending=False, kind="stable").index
    return part.map(pd.Series(np.arange(len(rank)), index=rank)).fillna(-1).astype("int64")


def _links(edges: pd.DataFrame, public: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """List which part of the public network (`part`) shares a junction with which group's part (`cluster`)."""
    ends = pd.concat(
        [pd.DataFrame({"node": edges[end], "part": public, "cluster": groups}) for end in ("u", "v")]
    )
    parts = ends.loc[ends["part"] >= 0, ["node", "part"]].drop_duplicates()
    clusters = ends.loc[ends["cluster"] >= 0, ["node", "cluster"]].drop_duplicates()
    return parts.merge(clusters, on="node")[["part", "cluster"]].drop_duplicates()
