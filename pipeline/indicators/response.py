"""Measure whom responders reach in time: driving where one may drive, on foot beyond."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.catalogue.indicators import ResponderShare
from pipeline.catalogue.load import PEOPLE_OF_WHO
from pipeline.indicators.facts import Facts
from pipeline.indicators.measure import Bools, Measure, evidence_text, share_of_people
from pipeline.indicators.walking import INCOMPLETE
from pipeline.network.search import PUBLIC, Graph, nearest
from pipeline.reach.direction import comes_to_people, turned

CREW = "adult"  # whose legs carry the crew where it cannot drive


def responder_share(entry: ResponderShare, facts: Facts) -> Measure:
    """Percentage of people whom the nearest station of a class reaches within minutes of leaving (S03).

    Gates open to responders and one-way rules do not bind them; walls do. They drive on streets of the listed kinds that
    are not said to be too narrow, and run the rest, from the station to the door. A station beyond the data could be nearer than
    any listed one, so it cannot be known where the drive from the edge of the data is short enough; nor can it where a
    listed station is not tied to the network.
    """
    listed = facts.facilities[facts.facilities["class"] == entry.class_]
    stations = listed[listed["linked"]]
    complete = facts.complete(entry.class_) and bool(listed["linked"].all())
    rows = np.flatnonzero(facts.linked)
    ways = responder_edges(facts.edges, entry)
    graph = Graph.build(turned(ways) if comes_to_people(entry.class_) else ways, "responder")
    speed = facts.walkers[CREW].speed_m_per_s
    addresses = graph.points(facts.residents.iloc[rows], speed)

    def reached(from_: pd.DataFrame) -> Bools:
        minutes, _ = nearest(graph, graph.points(from_, speed), addresses, entry.minutes)
        result = np.zeros(len(facts.residents), bool)
        result[rows] = ~np.isnan(minutes)
        return result

    served = reached(stations)
    typical = facts.linked & ~reached(facts.data_edge) & complete
    weight = facts.people(entry.who)
    evidence = evidence_text(
        f"edges, facilities[{entry.class_}] {len(stations)}",
        facts.members.total(weight),
        PEOPLE_OF_WHO[entry.who],
    )
    found = share_of_people(facts.members, weight, served, ~served & ~typical, typical, evidence)
    return found if facts.complete(entry.class_) else found.noted(found.low < 100, INCOMPLETE)


def responder_edges(edges: pd.DataFrame, entry: ResponderShare) -> pd.DataFrame:
    """Return the edges with a responder's minutes, open to all."""
    drive = edges["length_m"] / (entry.drive_km_per_h * 1000 / 60)
    narrow = (edges["width_m"] < entry.min_width_m).fillna(False)
    driven = edges["highway"].isin(entry.highways) & ~narrow
    return edges.assign(
        minutes_responder=drive.where(driven, edges[f"minutes_{CREW}"]),
        minutes_responder_back=drive.where(driven, edges[f"minutes_{CREW}_back"]),
        users=pd.Series(PUBLIC, index=edges.index, dtype="str"),
    )
