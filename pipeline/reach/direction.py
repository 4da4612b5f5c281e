"""Turn streets round for services that come to people: the way from the facility is not as long as the way to it.

All searches go from addresses to facilities. On streets whose two directions are exchanged they find the way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import pandas as pd

from pipeline.catalogue.load import facility_classes

Table = TypeVar("Table", bound=pd.DataFrame)


def comes_to_people(facility_class: str) -> bool:
    """Whether a class's minutes are those from the facility to the address."""
    return facility_classes()[facility_class].direction == "from_facility"


def turned(edges: Table) -> Table:
    """Return the edges with minutes_<walker> and minutes_<walker>_back exchanged."""
    back = {name: name.removesuffix("_back") for name in edges.columns if name.endswith("_back")}
    forward = {there: name for name, there in back.items()}
    return edges.rename(columns=back | forward)


def by_direction(
    wanted: Iterable[tuple[str, str]], edges: Table
) -> Iterator[tuple[list[tuple[str, str]], Table]]:
    """Yield the pairs (class, walker) of each direction, with the streets to search for them."""
    pairs = list(wanted)
    for ways, coming in ((edges, False), (turned(edges), True)):
        chosen = [pair for pair in pairs if comes_to_people(pair[0]) == coming]
        if chosen or not coming:
            yield chosen, ways
