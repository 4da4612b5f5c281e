"""Line up every address with its walk to each facility class: minutes, and what can be known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.catalogue.load import PEOPLE_OF_WHO, facility_classes, walker
from pipeline.reach.shares import doubtful, status

SERVED, NOT_SERVED, CANNOT_KNOW = 0, 1, 2


@dataclass(frozen=True)
class Walk:
    """Walks of all addresses to the nearest facility of one class, by the walker whose legs count.

    Attributes
    ----------
    minutes
        To the nearest known facility; NaN where none is within the limit of the search.
    minutes_if_closed
        The same if gates of unknown users or hours are closed.
    edge_minutes
        To the edge of the data; NaN where it is out of reach.
    unlinked_minutes
        In a straight line to the nearest facility that is not tied to the network; NaN where it is out of reach.
    linked, complete
        Whether the address is tied to the network, and whether the list of the class is complete.
    people
        People of the class's group at the address.
    who
        The group: all, child_0_3, child_3_6, elderly.
    """

    minutes: npt.NDArray[np.float64]
    minutes_if_closed: npt.NDArray[np.float64]
    edge_minutes: npt.NDArray[np.float64]
    unlinked_minutes: npt.NDArray[np.float64]
    linked: npt.NDArray[np.bool_]
    complete: bool
    people: npt.NDArray[np.float64]
    who: str

    def state(self, within: float) -> npt.NDArray[np.int64]:
        """Return served (0), not served (1) or cannot know (2) within so many minutes, one an address."""
        doubt = doubtful(self.linked, self.complete, self.edge_minutes, self.unlinked_minutes, within)
        served, unknown = status(self.minutes, self.minutes_if_closed, doubt, within)
        return np.where(served, SERVED, np.where(unknown, CANNOT_KNOW, NOT_SERVED))


def walks(tables: Mapping[str, pd.DataFrame]) -> dict[str, Walk]:
    """Return the walks to each class of the catalogue that some layer mentions, addresses in `residents`' order.

    Reads residents, walk_times, edge_times and class_status.
    """
    residents, times = tables["residents"], tables["walk_times"]
    lists = tables["class_status"].set_index("class")["completeness"]
    by_class = times.set_index(["class", "walker"]).sort_index()
    edges = tables["edge_times"].set_index("walker")
    return {
        name: Walk(
            minutes=_aligned(by_class, (name, walker(name)), "minutes", residents),
            minutes_if_closed=_aligned(by_class, (name, walker(name)), "minutes_if_closed", residents),
            unlinked_minutes=_aligned(by_class, (name, walker(name)), "unlinked_minutes", residents),
            edge_minutes=_aligned(edges, walker(name), "edge_of_data_minutes", residents),
            linked=residents["linked"].to_numpy(),
            complete=bool(lists[name] == "complete"),
            people=residents[PEOPLE_OF_WHO[entry.who]].to_numpy(float),
            who=entry.who,
        )
        for name, entry in facility_classes().items()
        if name in lists.index
    }


def _aligned(
    rows: pd.DataFrame, key: str | tuple[str, str], column: str, residents: pd.DataFrame
) -> npt.NDArray[np.float64]:
    """A column of the rows of a key, in the order of the addresses; NaN where there is none."""
    chosen = rows.loc[[key]] if key in rows.index else rows.iloc[:0]
    return chosen.set_index("point_id")[column].reindex(residents["point_id"]).to_numpy(float)
