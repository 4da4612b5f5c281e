"""Find the gates and walls of which too little is known, and how much of what is open in an indicator hangs on each."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.indicators import GateDensity, Indicator, OpenSpaceShare, ShareWithin, VehicleGates
from pipeline.catalogue.load import PEOPLE_OF_WHO, walker

Fact = tuple[str, str, str]  # subject_kind, subject_id, fact
WALLED = (VehicleGates, GateDensity, OpenSpaceShare)  # look at walls and entrances of compounds
NO_LIMIT = np.inf


def uncertain_gates(openings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the gates with an id whose users are unknown, or whose hours cannot be read, by gate_id.

    Returns
    -------
    GeoDataFrame
        compound_id (missing: of no compound), fact (the column that would settle it), geometry.
    """
    known = openings["gate_id"].notna() & (openings["status"] == "gate")
    whom = openings["gate_users"] == "unknown"
    gates = openings[known & (whom | openings["open_now"].isna())]
    fact = np.where(gates["gate_users"] == "unknown", "gate_users", "open_hours")
    gates = gates.assign(fact=pd.Series(fact, gates.index, dtype="str"))[
        ["gate_id", "compound_id", "fact", "geometry"]
    ]
    return gates.drop_duplicates("gate_id").set_index("gate_id").sort_index()


@dataclass(frozen=True)
class GatesOnTheWay:
    """Whose walk hangs on which uncertain gate.

    Attributes
    ----------
    gates
        From `uncertain_gates`.
    walks
        Rows of `walk_times` that differ with the gates open and shut, with the columns of people, unit_id and gate_id:
        the nearest uncertain gate, of the address's own compound where it has one.
    people
        Residents and age groups by unit_id.
    """

    gates: gpd.GeoDataFrame
    walks: pd.DataFrame
    people: pd.DataFrame

    @classmethod
    def of(
        cls,
        openings: gpd.GeoDataFrame,
        residents: gpd.GeoDataFrame,
        address_areas: pd.DataFrame,
        walk_times: pd.DataFrame,
    ) -> GatesOnTheWay:
        """Bring the tables together."""
        groups, gates = sorted(set(PEOPLE_OF_WHO.values())), uncertain_gates(openings)
        homes = residents.set_index("point_id")[[*groups, "compound_id", "geometry"]]
        homes = homes.join(address_areas.set_index("point_id")["unit_id"])
        shut = walk_times["minutes_if_closed"].fillna(NO_LIMIT)
        walks = walk_times[walk_times["minutes"].fillna(NO_LIMIT) < shut]
        concerned = homes[homes.index.isin(set(walks["point_id"]))]
        nearest = _nearest_gate(concerned, gates)
        homes = pd.DataFrame(homes[[*groups, "unit_id"]]).assign(gate_id=nearest.reindex(homes.index))
        return cls(gates, walks.join(homes, on="point_id"), homes.groupby("unit_id")[groups].sum())

    def shares(self, entry: Indicator, unit: str) -> dict[Fact, float]:
        """Return the share of the unit's people whose walk for the indicator hangs on each gate, mean over classes."""
        group = PEOPLE_OF_WHO[getattr(entry, "who", "all")]
        minutes = getattr(entry, "minutes", NO_LIMIT)
        constraint = entry.constraint if isinstance(entry, ShareWithin) else None
        legs = [(name, walker(name, constraint)) for name in entry.facility_classes]
        if self.walks.empty or unit not in self.people.index or not self.people.at[unit, group] > 0:
            return {}
        here = self.walks[self.walks["unit_id"] == unit]
        here = here[(here["minutes"] <= minutes) & ~(here["minutes_if_closed"] <= minutes)]
        here = here[pd.MultiIndex.from_frame(here[["class", "walker"]]).isin(legs)]
        by_gate = here.groupby("gate_id")[group].sum() / self.people.at[unit, group] / max(len(legs), 1)
        return {
            ("gate", str(gate), self.gates.at[gate, "fact"]): float(share)
            for gate, share in by_gate.items()
            if share > 0
        }

    def of_compounds(self, members: pd.DataFrame, register: pd.DataFrame) -> dict[Fact, float]:
        """Return what keeps it open how a unit's compounds are entered: whether there is a wall, or whom a gate admits.

        Parameters
        ----------
        members
            compound_id and residents of the unit; facts weigh by the square of the residents.
        register
            Table `register`, by compound_id.
        """
        weighed: dict[Fact, float] = {}
        for compound, residents in zip(members["compound_id"], members["residents"], strict=True):
            if compound in register.index and pd.isna(register.at[compound, "gated"]):
                facts: list[Fact] = [("compound", str(compound), "gated")]
            else:
                theirs = self.gates[self.gates["compound_id"] == compound]
                facts = [("gate", str(gate), str(fact)) for gate, fact in theirs["fact"].items()]
            for fact in facts:
                weighed[fact] = float(residents) ** 2 / len(facts)
        total = sum(weighed.values())
        return {fact: weight / total for fact, weight in weighed.items()} if total > 0 else {}


def _nearest_gate(homes: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> pd.Series:
    """Return the nearest gate of each address, one of its own compound before all others."""
    found = pd.Series(None, homes.index, dtype="str")
    if gates.empty or homes.empty:
        return found
    tree = shapely.STRtree(gates.geometry.to_numpy())
    found[:] = gates.index[tree.nearest(homes.geometry.to_numpy())]
    for compound, theirs in homes.groupby("compound_id"):
        own = gates[gates["compound_id"] == compound]
        if len(own):
            nearest = shapely.STRtree(own.geometry.to_numpy()).nearest(theirs.geometry.to_numpy())
            found[theirs.index] = own.index[nearest]
    return found
