"""Count who comes within reach when an opening lets everyone pass, exact along edges.

Opening a gate lengthens nobody's walk; a walk that it shortens leads over a street that it opened, and so stays
within the distance that the fastest walker covers in the time allowed. Only that neighbourhood is searched again: the
minutes found there, or those known before, whichever are less, are the minutes after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.network.search import Floats, Graph, Ints, nearest
from pipeline.settings import GatesToOpenParams, Walker

FASTEST = (
    1.2  # on the slope that is walked fastest, a gentle descent, one is e^0.175 = 1.19 times as fast (Tobler)
)
_SAME_MINUTES = 1e-6
COLUMNS = ("class", "unit", "people_gained", "people_nearer", "person_minutes_saved")


@dataclass(frozen=True)
class Walks:
    """Who walks to a class of facilities, and how long it takes them now.

    Attributes
    ----------
    walker
        Name of the walker whose legs count.
    people, minutes
        By address: people of the class's group, and minutes to the nearest; who reached none within the search's limit
        counts as reaching one just then.
    doors
        Linked entrances of the class (rows of `facilities`).
    """

    walker: str
    people: Floats
    minutes: Floats
    doors: pd.DataFrame


def gains(
    streets: pd.DataFrame,
    opened: pd.DataFrame,
    residents: pd.DataFrame,
    unit: Ints,
    walks: Mapping[str, Walks],
    walkers: Mapping[str, Walker],
    params: GatesToOpenParams,
) -> pd.DataFrame:
    """Return who gains by class and unit, one row where anybody does.

    Parameters
    ----------
    streets, opened
        What `opened.open_to_all` takes and returns.
    residents, unit
        Linked rows of `residents`, and the number of each one's unit.
    walks
        By facility class; addresses in the order of `residents`.

    Returns
    -------
    class, unit; people_gained: not within `minutes` before, within them after; people_nearer: those, and who saves at
    least `nearer_minutes` on a walk within `minutes`; person_minutes_saved: what these save together, a least where some
    reached none before.
    """
    before = streets["users"].reindex(opened.index)
    changed = opened[(before != opened["users"]).to_numpy()]
    if changed.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    fastest = max(walkers[walk.walker].speed_m_per_s for walk in walks.values())
    near = _near(opened, changed, 60 * params.minutes * fastest * FASTEST)
    who = np.flatnonzero(np.isin(residents["edge_id"].to_numpy(np.int64), near["edge_id"].to_numpy()))
    homes = residents.iloc[who]
    legs = {}
    for key in sorted({walk.walker for walk in walks.values()}):
        graph = Graph.build(near, key)
        legs[key] = graph, graph.points(homes, walkers[key].speed_m_per_s)
    found = []
    for name, walk in walks.items():
        doors = walk.doors[walk.doors["edge_id"].isin(near["edge_id"])]
        graph, addresses = legs[walk.walker]
        entrances = graph.points(doors, walkers[walk.walker].speed_m_per_s)
        after, _ = nearest(graph, entrances, addresses, params.minutes)
        found.append(
            _by_unit(unit[who], walk.people[who], walk.minutes[who], after, params).assign(**{"class": name})
        )
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def _near(opened: pd.DataFrame, changed: pd.DataFrame, within_m: float) -> pd.DataFrame:
    """The streets that lie within a distance of the box around those that changed."""
    west, south = changed["minx"].min() - within_m, changed["miny"].min() - within_m
    east, north = changed["maxx"].max() + within_m, changed["maxy"].max() + within_m
    inside = opened["maxx"].ge(west) & opened["minx"].le(east)
    return opened[inside & opened["maxy"].ge(south) & opened["miny"].le(north)]


def _by_unit(
    unit: Ints, people: Floats, before: Floats, after: Floats, params: GatesToOpenParams
) -> pd.DataFrame:
    saved = np.nan_to_num(before - after, nan=0.0)  # NaN after: not within the time allowed
    less = saved > _SAME_MINUTES
    gained = less & (before > params.minutes)
    nearer = gained | (less & (saved >= params.nearer_minutes))

    def total(each: Floats) -> Floats:
        return np.bincount(unit, each, unit.max(initial=-1) + 1).astype(np.float64)

    sums = pd.DataFrame(
        {
            "people_gained": total(people * gained),
            "people_nearer": total(people * nearer),
            "person_minutes_saved": total(people * nearer * saved),
        }
    ).rename_axis("unit")
    return sums[sums["people_nearer"] > 0].reset_index()
