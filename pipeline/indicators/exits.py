"""Find who has two edge-disjoint walks out of the compound."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.catalogue.indicators import TwoWaysOut
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Bools, Ints, Measure, evidence_text, share_of_people, unknown
from pipeline.network.search import PUBLIC


def two_ways_out(_: TwoWaysOut, facts: Facts) -> Measure:
    """Percentage of people with two walks out of their compound that share no way (S05).

    Whoever fronts a public way outside compounds is out already. Unlinked addresses are unknown.
    """
    if facts.compounds.empty:
        return unknown(facts.members.units, "无小区图层 no compounds layer", "compounds")
    double = pd.Series(doubly_connected(facts.edges, facts.compounds), index=facts.edges["edge_id"])
    served = facts.residents["edge_id"].map(double).astype("boolean").fillna(False).to_numpy(bool)
    weight = facts.people("all")
    evidence = evidence_text("edges, openings, compounds", facts.members.total(weight), "residents")
    linked = facts.linked
    return share_of_people(facts.members, weight, served & linked, ~linked, linked, evidence)


def doubly_connected(edges: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> Bools:
    """Tell for each edge whether two edge-disjoint walks lead from it out of its compound.

    All junctions on public ways outside compounds are drawn together into one, the outside. Two walks lead out of an
    edge if it is no bridge of the graph that remains and hangs together with the outside without bridges.
    """
    inside = ((edges["users"] != PUBLIC) | _within(edges, compounds)).to_numpy(bool)
    passable = np.isfinite(edges["minutes_adult"]) | np.isfinite(edges["minutes_adult_back"])
    row = np.flatnonzero(inside & passable.to_numpy(bool))
    ends = _junctions(edges, inside, row)
    loose = _bridges(ends)
    n = int(ends.max(initial=0)) + 1
    kept = ends[~loose]
    joined = coo_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(n, n))
    _, part = connected_components(joined, directed=False)
    double = ~inside
    double[row] = ~loose & (part[ends[:, 0]] == part[0])
    return double


def _within(edges: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> Bools:
    middle = shapely.line_interpolate_point(edges.geometry.to_numpy(), 0.5, normalized=True)
    hit = shapely.STRtree(compounds.geometry.to_numpy()).query(middle, predicate="within")[0]
    return np.isin(np.arange(len(edges)), hit)


def _junctions(edges: pd.DataFrame, inside: Bools, row: Ints) -> Ints:
    """Number the ends of the inner edges (n × 2): 0 is the outside.

    Ways of different groups that meet at a junction that no public way touches do not join.
    """
    ends = edges[["u", "v"]].to_numpy(np.int64)
    outside = np.unique(ends[~inside])
    public = np.unique(ends[(edges["users"] == PUBLIC).to_numpy(bool)])
    inner = ends[row]
    group = edges["users"].to_numpy(object)[row]
    whose = np.where(np.isin(inner, public), PUBLIC, group[:, None])
    key = pd.DataFrame({"node": inner.ravel(), "group": whose.ravel()})
    number = key.groupby(["node", "group"]).ngroup().to_numpy() + 1
    return np.where(np.isin(inner, outside), 0, number.reshape(-1, 2)).astype(np.int64)


def _bridges(ends: Ints) -> Bools:
    """Tell which edges are bridges: the only way between what lies on either side."""
    pair = pd.MultiIndex.from_arrays(np.sort(ends, axis=1).T)
    graph = nx.Graph()
    graph.add_edges_from(pair[ends[:, 0] != ends[:, 1]].unique())
    bridges = pd.MultiIndex.from_tuples([(min(e), max(e)) for e in nx.bridges(graph)] or [(-1, -1)])
    return pair.isin(bridges) & ~pair.duplicated(keep=False)
