"""Bring together the tables that indicators draw on, with what several of them need of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

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

    @cached_property
    def members(self) -> Membership:
        """Which addresses are in which unit."""
        return Membership.of(self.units, self.residents, self.address_areas)

    @cached_property
    def linked(self) -> Bools:
        """Whether each address is tied to the network."""
        return self.residents["linked"].to_numpy(bool)

    @cached_property
    def slower(self) -> Facts:
        """The same district if everybody walked slower, by the share `pace_spread`."""
        return self._at_pace(1 - self.pace_spread)

    @cached_property
    def faster(self) -> Facts:
        """The same district if everybody walked faster, by the share `pace_spread`."""
        return self._at_pace(1 + self.pace_spread)

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

    @cached_property
    def _walks(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {
            key: group.set_index("point_id").reindex(self.residents["point_id"])
            for key, group in self.walk_times.groupby(["class", "walker"], sort=True)
        }

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
