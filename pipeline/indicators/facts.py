"""Bring together the tables that indicators draw on, with what several of them need of these."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.load import PEOPLE_OF_WHO
from pipeline.errors import SettingsError
from pipeline.indicators.measure import Bools, Floats, Membership
from pipeline.indicators.terrain import Terrain
from pipeline.reach.shares import doubtful
from pipeline.reach.walkers import unsure_walkers
from pipeline.settings import Walker

T = TypeVar("T")
AMOUNTS = ("capacity", "floor_area_m2")  # as facilities state them
PEOPLE = sorted(set(PEOPLE_OF_WHO.values()))


@dataclass(frozen=True)
class Facts:
    """The tables of a district (see `tables.py`), all in its projected CRS, and how people walk."""

    units: gpd.GeoDataFrame
    residents: gpd.GeoDataFrame
    address_areas: pd.DataFrame
    compounds: gpd.GeoDataFrame
    register: pd.DataFrame
    walk_times: pd.DataFrame
    edge_times: pd.DataFrame
    class_status: pd.DataFrame
    facilities: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    openings: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    extent: gpd.GeoDataFrame
    way_nodes: gpd.GeoDataFrame
    data_edge: pd.DataFrame  # places on edges where the streets leave the data
    terrain: Terrain | None
    walkers: Mapping[str, Walker]
    limit_minutes: float
    pace_spread: float
    stated_amounts_spread: float
    _found: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what a search finds; it is done once for this district and its likes with other counts."""
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found

    @cached_property
    def members(self) -> Membership:
        """Which addresses are in which unit."""
        return Membership.of(self.units, self.residents, self.address_areas)

    @cached_property
    def linked(self) -> Bools:
        """Whether each address is tied to the network."""
        return self.residents["linked"].to_numpy(bool)

    @cached_property
    def errors(self) -> dict[str, tuple[Facts, Facts]]:
        """The same district at both ends of what its figures may be wrong by, less before more; none where nothing differs.

        Each error is one for the whole district: everybody walks slower or faster by `pace_spread`; the counts of people
        in compounds, or elsewhere, all lie at the low or high end of their interval; every stated capacity and floor
        area is smaller or larger by `stated_amounts_spread`.
        """
        housed = self.residents["compound_id"].notna().to_numpy(bool)
        stated = self.facilities[list(AMOUNTS)].notna().to_numpy(bool)
        found = {"pace": (self._at_pace(1 - self.pace_spread), self._at_pace(1 + self.pace_spread))}
        for name, where in (("people_in_compounds", housed), ("people_elsewhere", ~housed)):
            if where.any():
                found[name] = (self._counted(where, "residents_low"), self._counted(where, "residents_high"))
        if stated.any():
            spread = self.stated_amounts_spread
            found["stated_amounts"] = (self._with_amounts(1 - spread), self._with_amounts(1 + spread))
        return found

    def _counted(self, where: Bools, end: str) -> Facts:
        """Age groups go with the residents."""
        times = (self.residents[end] / self.residents["residents"]).fillna(1.0).where(where, 1.0)
        scaled = self.residents[PEOPLE].mul(times, axis=0)
        return self._same_streets(residents=self.residents.assign(**scaled.to_dict("series")))

    def _with_amounts(self, factor: float) -> Facts:
        scaled = self.facilities[list(AMOUNTS)] * factor
        return self._same_streets(facilities=self.facilities.assign(**scaled.to_dict("series")))

    def _same_streets(self, **tables: gpd.GeoDataFrame) -> Facts:
        """What was searched on the streets holds for other counts too."""
        others = replace(self, **tables)
        others._found.update(self._found)
        return others

    def _at_pace(self, factor: float) -> Facts:
        """Waits at crossings are shortened with the walk: a few seconds of it."""

        def times(table: pd.DataFrame) -> pd.DataFrame:
            minutes = [column for column in table.columns if "minutes" in column]
            return table.assign(**{column: table[column] / factor for column in minutes})

        return replace(self, walk_times=times(self.walk_times), edge_times=times(self.edge_times))

    def people(self, who: str) -> Floats:
        """People of a group at each address."""
        return self.residents[PEOPLE_OF_WHO[who]].to_numpy(np.float64)

    def complete(self, facility_class: str) -> bool:
        """Whether the list of a class is said to be complete."""
        status = self.class_status.set_index("class")["completeness"]
        return bool(status.get(facility_class, "unknown") == "complete")

    @property
    def _walks(self) -> dict[tuple[str, str], pd.DataFrame]:
        return self.once(
            "walks",
            lambda: {
                key: group.set_index("point_id").reindex(self.residents["point_id"])
                for key, group in self.walk_times.groupby(["class", "walker"], sort=True)
            },
        )

    @cached_property
    def _edge(self) -> dict[str, pd.DataFrame]:
        return {
            key: group.set_index("point_id").reindex(self.residents["point_id"])
            for key, group in self.edge_times.groupby("walker", sort=True)
        }

    def _walk(self, facility_class: str, walker: str) -> pd.DataFrame | None:
        found = self._walks.get((facility_class, walker))
        listed = (self.facilities["class"] == facility_class).any()
        if found is None and listed and self.linked.any():
            raise SettingsError(
                "table walk_times",
                f"has no walks of {walker} to {facility_class}, which an indicator needs",
                "walks of every class and walker that indicators.yaml names",
                f"add {facility_class} to params.network.walkers.{walker}.classes",
            )
        return found

    def minutes(self, facility_class: str, walker: str) -> Floats:
        """Minutes from each address to the nearest of a class; infinite where none is within the limit."""
        walk = self._walk(facility_class, walker)
        if walk is None:
            return np.full(len(self.residents), np.inf)
        return walk["minutes"].fillna(np.inf).to_numpy(np.float64)

    def minutes_if_closed(self, facility_class: str, walker: str) -> Floats:
        """The same if gates of unknown users or hours are closed."""
        walk = self._walk(facility_class, walker)
        if walk is None:
            return np.full(len(self.residents), np.inf)
        return walk["minutes_if_closed"].fillna(np.inf).to_numpy(np.float64)

    def unlinked_minutes(self, facility_class: str, walker: str) -> Floats:
        """Straight minutes to the nearest of a class that is not tied to the network; infinite beyond the limit."""
        walk = self._walk(facility_class, walker)
        if walk is None:
            return np.full(len(self.residents), np.inf)
        return walk["unlinked_minutes"].fillna(np.inf).to_numpy(np.float64)

    @cached_property
    def unsure(self) -> set[str]:
        """Walkers of whom it is not known which ways they can take."""
        return unsure_walkers(self.walkers, self.edges["slope_max"])

    def doubtful(self, facility_class: str, walker: str, within: float) -> Bools:
        """Whether one of a class that is not known to be reached may be within so many minutes of each address."""
        return doubtful(
            self.linked,
            self.complete(facility_class) and walker not in self.unsure,
            self.edge_minutes(walker),
            self.unlinked_minutes(facility_class, walker),
            within,
        )

    def nearest_facility(self, facility_class: str, walker: str) -> pd.Series:
        """Facility that is nearest to each address, missing where none is within the limit."""
        walk = self._walk(facility_class, walker)
        if walk is None:
            return pd.Series(pd.NA, index=self.residents["point_id"], dtype="str")
        return walk["facility_id"]

    def edge_minutes(self, walker: str) -> Floats:
        """Minutes from each address to the edge of the data; infinite where that is beyond the limit."""
        edge = self._edge.get(walker)
        if edge is None:
            return np.full(len(self.residents), np.inf)
        return edge["edge_of_data_minutes"].fillna(np.inf).to_numpy(np.float64)

    @cached_property
    def unit_land(self) -> list[shapely.Geometry]:
        """Each unit's ground without sea and water."""
        wet = self.land.geometry[self.land["kind"].isin(["sea", "water", "river"])]
        areas = wet[wet.geom_type.isin(["Polygon", "MultiPolygon"])]
        water = shapely.union_all(areas.to_numpy()) if len(areas) else shapely.Polygon()
        return list(shapely.difference(self.units.geometry.to_numpy(), water))

    @cached_property
    def unit_land_m2(self) -> Floats:
        """Area of each unit's ground without sea and water, m²."""
        return shapely.area(self.unit_land)

    @cached_property
    def compound_residents(self) -> pd.Series:
        """Residents at the addresses of each compound, by compound_id."""
        return self.residents.groupby("compound_id")["residents"].sum()

    def of_compound(self, values: pd.Series) -> Floats:
        """Give each address the number of its compound (by compound_id); NaN outside compounds and where unknown."""
        return self.residents["compound_id"].map(values.astype("float64")).to_numpy(np.float64)
