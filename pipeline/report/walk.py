"""Answer “show me this walk” from a finished run: the way, piece by piece, with the seconds of each."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline import store
from pipeline.catalogue.load import facility_classes
from pipeline.catalogue.load import walker as walker_of
from pipeline.errors import DisagreementError, PipelineError, ValueRowError
from pipeline.network.areas import containing
from pipeline.network.closing import open_at, users_at
from pipeline.network.hours import minute_of_day
from pipeline.network.link import link
from pipeline.network.search import Graph
from pipeline.reach.direction import comes_to_people, turned
from pipeline.reach.route import Piece, Route, route
from pipeline.run import Folders
from pipeline.settings import LinkParams, NetworkParams

_LONLAT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,，]\s*(-?\d+(?:\.\d+)?)\s*")
_TOLERANCE_MINUTES = 1e-6
_KINDS = {"access": "出入 access leg", "street": "街道 street", "steps": "台阶 steps", "gate": "门 gate"}


class Walk:
    """One walk in a finished run: from an address or a longitude and latitude, to a class or a facility.

    Parameters
    ----------
    folders
        Where the run keeps its results.
    start
        A point_id, or `longitude,latitude` (WGS84).
    target
        A facility class (the nearest of it), or a facility_id.
    walker
        A walker of params.yaml; by default whose legs count for the class.
    at
        Time of day, HH:MM, at which gates with hours are open or closed; by default the run's own.

    Raises
    ------
    MissingInputError
        The run is not finished.
    ValueRowError
        There is no such address, class, facility or walker, it is not tied to the network, or no way leads there.
    DisagreementError
        The walk does not take the minutes that the table `walk_times` states.
    """

    def __init__(
        self, folders: Folders, start: str, target: str, walker: str | None = None, at: str | None = None
    ) -> None:
        self._folders = folders
        # the parameters of the run, which those at hand need not be
        provenance = self._read("provenance.json")
        made_with, self._fictional = provenance["parameters"], provenance["fictional"]
        network = NetworkParams.model_validate(made_with["network"])
        walkers = network.walkers
        self._link = LinkParams.model_validate(made_with["link"])
        self.at, self._at_of_run = at or network.at, network.at
        if minute_of_day(self.at) is None:
            raise ValueRowError(f"--at {at}", "is no time of day", "hours and minutes, such as 07:45")
        openings = self._read("openings")
        openings["open_now"] = open_at(openings["open_hours"], self.at)
        edges: gpd.GeoDataFrame = self._read("edges")
        edges = edges.assign(users=users_at(edges, openings))
        self.edges = edges
        self.start = self._start(start)
        self.entrances = self._entrances(target)
        facility_class = str(self.entrances["class"].iloc[0])
        self._back = comes_to_people(facility_class)
        ways = turned(edges) if self._back else edges
        self.walker = walker or walker_of(facility_class)
        if self.walker not in walkers:
            raise ValueRowError("--walker", f"there is no walker {self.walker!r}", ", ".join(walkers))
        found = route(
            Graph.build(ways, self.walker),
            ways,
            openings[openings["status"] == "gate"],
            self.start,
            self.entrances,
            self.walker,
            walkers[self.walker],
        )
        if found is None:
            raise ValueRowError(
                f"--to {target}",
                f"no way of {self.walker} leads there from {start} at {self.at}",
                todo="try another walker, or another time",
            )
        self.route: Route = found.back() if self._back else found
        self.entrance = self.entrances.iloc[found.entrance]
        self.stated = self._stated()

    def text(self) -> str:
        """Return the walk as lines to print."""
        name = self.entrance["name"] if isinstance(self.entrance["name"], str) else ""
        minutes = self.route.minutes
        metres = sum(piece.length_m for piece in self.route.pieces)
        lines = ["虚构示例 FICTIONAL"] if self._fictional else []
        lines += [
            f"{self.start['point_id'].iloc[0]} {'←' if self._back else '→'} {self.entrance['facility_id']} {name} "
            f"({self.entrance['class']}), "
            f"{self.walker}, {self.at}: {minutes:.2f} 分钟 min, {metres:,.0f} m"
        ]
        lines += [_line(piece) for piece in self.route.pieces]
        lines.append(f"  {'合计 total':<20}{metres:>8.1f} m {minutes * 60:>8.1f} s")
        if self.stated is not None:
            lines.append(
                f"  walk_times {self.stated:.6f} 分钟 min; 差 difference {abs(self.stated - minutes):.1e}"
            )
        return "\n".join(lines)

    def geojson(self) -> str:
        """Return the pieces as GeoJSON (WGS84), in the order in which they are walked."""
        pieces = self.route.pieces
        frame = gpd.GeoDataFrame(
            {
                "kind": [piece.kind for piece in pieces],
                "name": [piece.name for piece in pieces],
                "edge_id": pd.array([piece.edge_id for piece in pieces], "Int64"),
                "length_m": [piece.length_m for piece in pieces],
                "seconds": [piece.seconds for piece in pieces],
                "factor": [piece.factor for piece in pieces],
                "wait_seconds": [piece.wait_seconds for piece in pieces],
            },
            geometry=[piece.geometry for piece in pieces],
            crs=self.edges.crs,
        )
        return str(frame.to_crs("EPSG:4326").to_json(ensure_ascii=False)) + "\n"

    def _read(self, name: str) -> Any:
        return store.read(self._folders.path(name))

    def _start(self, text: str) -> gpd.GeoDataFrame:
        residents: gpd.GeoDataFrame = self._read("residents")
        place = _LONLAT.fullmatch(text)
        row = residents[residents["point_id"] == text]
        if row.empty and place:
            row = self._linked_place(float(place[1]), float(place[2]), residents)
        elif row.empty:
            raise _unknown(
                "--from", text, residents["point_id"], "an address (point_id), or longitude,latitude"
            )
        if not row["linked"].iloc[0]:
            raise ValueRowError(
                f"--from {text}",
                f"is not tied to the network: {row['link_reason'].iloc[0]}",
                f"a place with a way to the street; near it: {_near(row.geometry.iloc[0], residents)}",
            )
        return row

    def _linked_place(self, lon: float, lat: float, residents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Tie a place given by longitude and latitude to the network, as an address there would be."""
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueRowError(
                f"--from {lon},{lat}", "is no longitude and latitude", "degrees, longitude first"
            )
        point = gpd.GeoSeries(gpd.points_from_xy([lon], [lat]), crs="EPSG:4326").to_crs(residents.crs)
        extent = self._read("extent")
        if not extent.geometry.contains(point.iloc[0]).any():
            raise ValueRowError(
                f"--from {lon},{lat}",
                "lies beyond the data",
                f"a place in the district; nearest to it: {_near(point.iloc[0], residents)}",
                "give longitude first, then latitude",
            )
        compound = containing(point, self._read("compounds"), "compound_id")
        tied = link(point, compound, self.edges, self._read("barriers"), self._link, private=True)
        row = tied.assign(point_id=f"{lon},{lat}", compound_id=compound.array)
        return gpd.GeoDataFrame(row, geometry=point.array, crs=residents.crs)

    def _entrances(self, text: str) -> gpd.GeoDataFrame:
        facilities: gpd.GeoDataFrame = self._read("facilities")
        column = "class" if text in facility_classes() else "facility_id"
        listed = facilities[facilities[column] == text]
        if listed.empty and column == "class":
            raise ValueRowError(f"--to {text}", "no such facility is listed in the district")
        if listed.empty:
            names = pd.Series([*facility_classes(), *facilities["facility_id"]])
            raise _unknown("--to", text, names, "a facility class, or a facility_id")
        tied = listed[listed["linked"]]
        if tied.empty:
            reasons = ", ".join(sorted(set(listed["link_reason"].dropna())))
            raise ValueRowError(f"--to {text}", f"is not tied to the network: {reasons}")
        return tied

    def _stated(self) -> float | None:
        """Minutes that the table states for this walk, and which it must take; None where it states none."""
        if minute_of_day(self.at) != minute_of_day(self._at_of_run):
            return None
        table = self._read("walk_times")
        row = table[
            (table["point_id"] == self.start["point_id"].iloc[0])
            & (table["class"] == self.entrance["class"])
            & (table["walker"] == self.walker)
            & (table["facility_id"] == self.entrance["facility_id"])
        ]
        if row.empty:
            return None
        stated = float(row["minutes"].iloc[0])
        walked = sum(piece.seconds for piece in self.route.pieces) / 60
        for minutes in (self.route.minutes, walked):
            if abs(minutes - stated) > _TOLERANCE_MINUTES:
                raise DisagreementError(
                    f"table walk_times, address {row['point_id'].iloc[0]}, class {self.entrance['class']}",
                    f"{stated:.9g} minutes, where the walk takes {minutes:.9g}",
                    f"the same to {_TOLERANCE_MINUTES:g} minutes",
                    "run the district again; if that does not help, report it",
                )
        return stated


def _line(piece: Piece) -> str:
    why = []
    if piece.kind == "steps":
        why.append(f"台阶 stairs ×{piece.factor:.2f}")
    elif abs(piece.factor - 1) > 5e-4:
        why.append(f"坡度 slope ×{piece.factor:.3f}")
    if piece.wait_seconds > 0:
        why.append(f"过街等候 wait {piece.wait_seconds:.1f} s")
    name = piece.name or ""
    return f"  {_KINDS[piece.kind]:<20}{piece.length_m:>8.1f} m {piece.seconds:>8.1f} s  {'  '.join([name, *why])}".rstrip()


def _unknown(option: str, text: str, names: pd.Series, expected: str) -> PipelineError:
    known = names.unique().tolist()
    near = get_close_matches(text, known, 5, 0.3) or known[:5]
    return ValueRowError(
        f"{option} {text}",
        "is not in this district's results",
        expected,
        f"near it: {', '.join(near)}",
    )


def _near(point: Any, residents: gpd.GeoDataFrame) -> str:
    """The three linked addresses nearest to a place, with their distance."""
    distance = residents[residents["linked"]].distance(point).nsmallest(3)
    ids = residents["point_id"].loc[distance.index]
    return ", ".join(f"{name} ({metres:,.0f} m)" for name, metres in zip(ids, distance, strict=True))
