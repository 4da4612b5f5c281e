"""Define the form of `indicators.yaml`: what every indicator states, and the parameters of each family."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipeline.catalogue.facilities import Who
from pipeline.catalogue.mend import EntryError, nearest
from pipeline.settings import Strict
from pipeline.tables import FIELDS, REGISTER_COLUMNS

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Scenario(Strict):
    """One of the eight scenarios of the notice."""

    zh: str
    en: str
    clause: str


class Entry(Strict):
    """What every indicator states, whatever its family."""

    id: str = Field(pattern=r"^[A-Z]\d\d$")
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    score: tuple[tuple[float, float], ...] = Field(
        min_length=2,
        description="[value, points] breakpoints; between them points run straight, outside the ends' hold",
    )
    target: float
    clause: str = Field(min_length=1)
    source: str = Field(min_length=1)
    proposed: bool = Field(description="true where the target is ours and to be confirmed")
    weight: Positive = 1.0

    @field_validator("score")
    @classmethod
    def _monotone(cls, score: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        values, points = zip(*score, strict=True)
        if any(a >= b for a, b in pairwise(values)):
            raise EntryError(
                f"values of the breakpoints must rise, they are {list(values)}",
                "order the pairs by their first number, each of which may stand once",
            )
        if min(points) != 0 or max(points) != 100:
            raise EntryError(
                f"points must run from 0 to 100 or from 100 to 0, they are {list(points)}",
                "give 0 points to the worst value and 100 to the best",
            )
        if list(points) not in (sorted(points), sorted(points, reverse=True)):
            raise EntryError(
                f"points must only rise or only fall, they are {list(points)}",
                "mend the points that turn back, or split the indicator in two",
            )
        return score

    @property
    def scenario(self) -> str:
        """Letter of the scenario."""
        return self.id[0]

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that an unknown part may have: 0–100 for a percentage, else the breakpoints' ends."""
        return (0.0, 100.0) if self.unit == "%" else (self.score[0][0], self.score[-1][0])

    @property
    def facility_classes(self) -> tuple[str, ...]:
        """Facility classes that the indicator names."""
        named = (getattr(self, "class_", None), *getattr(self, "classes", ()))
        return tuple(name for name in named if name is not None)


# ------------------------------------------------------------------------------------- walking times of residents


class ShareWithin(Entry):
    """People of a group who reach a class within minutes."""

    family: Literal["share_within"]
    class_: str = Field(alias="class")
    who: Who
    minutes: Positive
    constraint: Literal["step_free", "no_arterial_crossing"] | None = None


class Variety(Entry):
    """Number of classes within minutes, mean over people."""

    family: Literal["variety"]
    classes: Names
    who: Who
    minutes: Positive


class TimeGap(Entry):
    """Minutes between the worst-served tenth and the median, of each person's mean minutes to several classes."""

    family: Literal["time_gap"]
    classes: Names
    who: Who


class ResponderShare(Entry):
    """People whom responders of a class reach within minutes."""

    family: Literal["responder_share"]
    class_: str = Field(alias="class")
    who: Who
    minutes: Positive
    drive_km_per_h: Positive
    highways: Names = Field(description="ways that are driven; others are walked at the adult's pace")
    min_width_m: Positive = Field(description="a way said to be narrower is not driven")


# --------------------------------------------------------------------------------------------- supply and demand


class CatchmentSupply(Entry):
    """Places or area per head within reach (two-step floating catchment, with distance decay: enhanced)."""

    family: Literal["catchment_supply"]
    class_: str = Field(alias="class")
    who: Who
    minutes: Positive
    amount: Literal["capacity", "floor_area_m2", "area_m2"]
    amount_range: tuple[float, float] = Field(
        description="taken as the range of an amount that is not stated"
    )
    per: Positive = Field(description="people that the figure is given for")
    decay: Literal["none", "gaussian"] = Field(
        "none", description="how far counts less than near within the minutes"
    )


class AreaPerResident(Entry):
    """Public area of a class in the unit and around it, per resident."""

    family: Literal["area_per_resident"]
    class_: str = Field(alias="class")
    around_m: float = Field(ge=0)


# ----------------------------------------------------------------------------------------------- streets and walls


class DetourRatio(Entry):
    """Walk to the nearest of several classes over the straight line."""

    family: Literal["detour_ratio"]
    classes: Names


class WayDensity(Entry):
    """Length of public walkable ways over land area."""

    family: Literal["way_density"]
    border_m: float = Field(
        ge=0, description="ways this near the unit's border count half: two units share them"
    )


class JunctionDensity(Entry):
    """Junctions of public walkable ways over land area."""

    family: Literal["junction_density"]
    border_m: float = Field(ge=0, description="junctions this near the unit's border count half")
    min_ways: int = Field(ge=3)


class StreetSpacing(Entry):
    """Mean distance between parallel public streets."""

    family: Literal["street_spacing"]
    border_m: float = Field(ge=0, description="streets this near the unit's border count half")
    highways: Names


class CrossingSpacing(Entry):
    """Length of arterials over the number of crossings."""

    family: Literal["crossing_spacing"]
    highways: Names
    around_m: float = Field(ge=0, description="arterials this far outside the unit bound it and count")
    node_highways: Names = Field(description="highway values of street nodes where one crosses")
    unmarked: Names = Field(description="crossing values that mean there is nothing but the place")
    one_place_m: Positive = Field(description="crossings this near each other are one place")


class TwoWaysOut(Entry):
    """People with two edge-disjoint walks out of their compound."""

    family: Literal["two_ways_out"]


class WallDetour(Entry):
    """Extra minutes to the nearest of several classes, against the same streets with walls open."""

    family: Literal["wall_detour"]
    classes: Names


class VehicleGates(Entry):
    """People in compounds with enough vehicle entrances."""

    family: Literal["vehicle_gates"]
    min_gates: int = Field(ge=1)
    highways: Names


class GateDensity(Entry):
    """Entrances that walkers may use, over compound perimeter."""

    family: Literal["gate_density"]


# ------------------------------------------------------------------------------------------------------------ land


class LandShare(Entry):
    """Share of the land that is of some kinds."""

    family: Literal["land_share"]
    kinds: Names
    classes: tuple[str, ...] = ()
    complete: bool = Field(True, description="false where other land counts too that no layer shows")


class OpenSpaceShare(Entry):
    """Share of green and activity space that non-residents may enter."""

    family: Literal["open_space_share"]
    kinds: Names
    classes: Names


class NearWideWay(Entry):
    """People near a way that is wide enough."""

    family: Literal["near_wide_way"]
    within_m: Positive
    width_m: Positive
    wide_highways: Names = Field(description="wide enough where no width is stated")
    narrow_highways: Names = Field(description="not wide enough where no width is stated")


class GroundRisk(Entry):
    """People on steep or low ground."""

    family: Literal["ground_risk"]
    slope_degrees: Positive
    low_m: float


class AreaFit(Entry):
    """Fit of a unit with committees and property-service areas."""

    family: Literal["area_fit"]
    join_m: float = Field(
        ge=0, description="compounds of one company this near each other are one service area"
    )


# -------------------------------------------------------------------------------------------------------- register


class RegisterShare(Entry):
    """Resident-weighted mean of a register column over the unit's compounds."""

    family: Literal["register_share"]
    column: str
    over: str | None = Field(None, description="divide by this column of the register, or by residents")
    scale: Positive = 1.0
    none_value: str | None = Field(
        None, description="text that means there is none; any other text counts as yes"
    )

    @model_validator(mode="after")
    def _known_columns(self) -> RegisterShare:
        for column in filter(None, (self.column, self.over)):
            if column not in REGISTER_COLUMNS and column != "residents":
                meant = nearest(column, REGISTER_COLUMNS)
                raise EntryError(
                    f"the register has no column {column!r}",
                    f"write {meant}"
                    if meant
                    else f"declare {column} in fields.yaml and tables.py, or take it out",
                )
        if FIELDS[self.column].type == "str" and self.none_value is None:
            raise EntryError(
                f"{self.column} holds text", "add `none_value:` with the text that means there is none"
            )
        return self


Indicator = (
    ShareWithin | Variety | TimeGap | ResponderShare | CatchmentSupply | AreaPerResident | DetourRatio | WayDensity
    | JunctionDensity | StreetSpacing | CrossingSpacing | TwoWaysOut | WallDetour | VehicleGates | GateDensity
    | LandShare | OpenSpaceShare | NearWideWay | GroundRisk | AreaFit | RegisterShare
)  # fmt: skip


class IndicatorCatalogue(Strict):
    """`indicators.yaml`: scenarios, indicators, and how much evidence a value needs."""

    evidence_min_share: Share = Field(
        description="with evidence for a smaller share of the people or land, no value is stated"
    )
    scenarios: dict[str, Scenario]
    indicators: tuple[Annotated[Indicator, Field(discriminator="family")], ...]
