"""Read `params.yaml` and a `district.yaml`, check them, and give them types.

`params.yaml` holds every threshold, speed and weight, one section a stage. A `district.yaml` describes one
district's own files: where each layer is, how its columns are called there, and how far it can be trusted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import MissingInputError, SettingsError

Datum = Literal["WGS84", "CGCS2000", "GCJ-02", "BD-09"]
Completeness = Literal["complete", "partial", "unknown"]
AGE_GROUPS = ("child_0_3", "child_3_6", "elderly")


class Strict(BaseModel):
    """A settings section: unknown keys are an error, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


# --------------------------------------------------------------------------------------------- district.yaml


class Label(Strict):
    """A name in Chinese and English."""

    zh: str
    en: str


class Layer(Strict):
    """One file (or one layer or sheet of it) and what its columns mean."""

    path: str
    layer: str | None = Field(None, description="layer of a GeoPackage, or table of a database")
    sheet: str | None = Field(None, description="sheet of a workbook")
    header_row: int = Field(1, ge=1, description="row of a workbook that holds the headings, counted from 1")
    encoding: str | None = Field(None, description="text encoding, e.g. gbk; default UTF-8")
    crs: str | None = Field(None, description="CRS, needed where the file does not state it")
    datum: Datum = Field(
        "WGS84", description="datum of geographic coordinates; GCJ-02 and BD-09 are converted"
    )
    x: str | None = Field(None, description="column with the longitude or easting of a text file or sheet")
    y: str | None = Field(None, description="column with the latitude or northing")
    columns: dict[str, str] = Field(default_factory=dict, description="our column: the file's column")
    values: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="our column: {the file's value: our value}"
    )
    where: dict[str, list[Any]] = Field(
        default_factory=dict, description="keep rows whose column (the file's) is one of these"
    )
    set: dict[str, Any] = Field(default_factory=dict, description="our column: a value for every row")
    completeness: dict[str, Completeness] = Field(
        default_factory=dict, description="facilities: class (or '*'): is the list complete?"
    )
    date: date
    source: str
    licence: str


class Population(Layer):
    """Where people are counted."""

    kind: Literal["areas", "raster", "points", "total"]
    outside_compounds: bool = Field(
        False, description="true where the layer counts only people who live outside compounds"
    )
    uncertainty_share: float = Field(
        0.05, ge=0, lt=1, description="half-width of the residents' interval, as a share of the count"
    )


class Layers(Strict):
    """The layers of a district; what is not given is unknown, never zero."""

    committees: Layer
    streets: Layer
    facilities: list[Layer]
    compounds: Layer | None = None
    register_: Layer | None = Field(None, alias="register")
    population: list[Population] = Field(default_factory=list)
    buildings: Layer | None = None
    squares: Layer | None = Field(
        None, description="areas that people walk across; default: those of an OpenStreetMap street file"
    )
    walls: Layer | None = None
    gates: Layer | None = None
    land: list[Layer] = Field(default_factory=list, description="green, water, railway, river, coast")
    terrain: Layer | None = None
    extent: Layer | None = Field(
        None, description="where streets and facilities are known; default: the streets' box"
    )
    progress: Layer | None = Field(
        None, description="steps of the procedure that compounds and units went through, with dates"
    )
    unit_wishes: Layer | None = Field(
        None, description="units that stand as they are, atoms that belong together, atoms that belong apart"
    )

    answers: list[Layer] = Field(
        default_factory=list,
        description="filled-in survey lists (survey.csv); they win over the other layers",
    )
    pairwise: Layer | None = Field(
        None, description="pairwise comparisons of the scenarios' importance, for AHP weights"
    )

    def all(self) -> Iterable[tuple[str, Layer]]:
        """Yield (name, layer) of every layer given, lists flattened as `facilities[0]`."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            label = name.rstrip("_")
            if isinstance(value, list):
                for i, layer in enumerate(value):
                    yield f"{label}[{i}]", layer
            elif value is not None:
                yield label, value


def _age_shares(shares: dict[str, float]) -> dict[str, float]:
    for group, share in shares.items():
        if group not in AGE_GROUPS or not 0 <= share <= 1:
            raise ValueError(f"{group}: {share} is not a share (0–1) of one of {', '.join(AGE_GROUPS)}")
    return shares


class District(Strict):
    """One district: its names, its projected CRS and its layers."""

    district_id: str = Field(pattern=r"^[a-z0-9_]+$")
    name: Label
    fictional: bool = False
    crs: str = Field(description="projected CRS in metres in which everything is measured, e.g. EPSG:32651")
    date: date
    layers: Layers
    age_shares: dict[str, float] = Field(
        default_factory=dict,
        description="share of residents by age group where the population layer lacks it",
    )
    ages_estimated: str | None = Field(
        None, description="how age_shares were estimated; shown beside every use"
    )
    folder: Path = Field(exclude=True, description="folder of the district.yaml; relative paths start here")

    @field_validator("age_shares")
    @classmethod
    def _known_groups(cls, shares: dict[str, float]) -> dict[str, float]:
        return _age_shares(shares)

    @property
    def mark(self) -> str:
        """The label that every output of a fictional district carries; empty for a real one."""
        return "虚构示例 FICTIONAL" if self.fictional else ""

    @property
    def committee_files(self) -> tuple[Path, ...]:
        """The members' files: what lies in the folder `committee` beside the district.yaml, hidden files apart."""
        folder = self.folder / "committee"
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return tuple(path for path in found if path.is_file() and path.name[0] not in ".~")

    def file(self, layer: Layer) -> Path:
        """Resolve a layer's path, `${NAME:-default}` variables included."""
        path = Path(expand(layer.path))
        return path if path.is_absolute() else (self.folder / path).resolve()


def expand(text: str) -> str:
    """Replace `${NAME}` and `${NAME:-default}` by environment variables.

    Raises
    ------
    SettingsError
        A variable without default is not set.
    """

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match["name"]) or match["default"]
        if found is None:
            raise SettingsError(
                text,
                f"the environment variable {match['name']} is not set",
                todo="set it, or write ${NAME:-default}",
            )
        return found

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", value, text)


# ----------------------------------------------------------------------------------------------- params.yaml


class Walker(Strict):
    """How somebody walks."""

    speed_m_per_s: float = Field(gt=0, description="on the flat")
    slope: Literal["tobler", "none"] = "tobler"
    stairs_factor: float = Field(
        1.0, ge=1, description="time on steps, as a multiple of the same way without steps"
    )
    crossing_wait_s: float = Field(0, ge=0, description="mean wait at a signalled crossing")
    unsignalised_wait_s: float = Field(
        0, ge=0, description="mean wait at an unsignalised crossing of an arterial"
    )
    floor_s: float = Field(0, ge=0, description="seconds a floor on the stairs at home, mean of down and up")
    avoid: list[Literal["steps", "steep", "arterial_crossing"]] = Field(
        default_factory=list, description="kinds of way that this walker does not take"
    )
    classes: list[str] | None = Field(
        None, description="facility classes this walker's times are wanted for; default: all"
    )
    source: str


class NetworkParams(Strict):
    """Streets to walkable graph."""

    slope_step_m: float = Field(gt=0, description="spacing of elevation samples along an edge")
    steep_share: float = Field(gt=0, description="slope from which a way counts as steep (0.08 = 1:12.5)")
    slope_limit: float = Field(
        gt=0, description="slopes beyond this are taken as errors of the terrain model, and are unknown"
    )
    impossible_slopes_max: float = Field(
        gt=0,
        le=1,
        description="share of slopes beyond the limit from which the terrain model is not used at all",
    )
    square_points_max: int = Field(
        ge=2, description="entries and corners of a square beyond which the rest is left out"
    )
    gate_tolerance_m: float = Field(gt=0, description="a gate opens the wall crossing within this distance")
    at: str = Field(description="time of day, HH:MM, at which gates with hours are open or closed")
    walkers: dict[str, Walker]

    @field_validator("at", mode="before")
    @classmethod
    def _time_of_day(cls, at: Any) -> Any:
        if type(at) is int and 0 <= at < 24 * 60:  # YAML reads 12:30 without quotes as minutes
            return f"{at // 60:02}:{at % 60:02}"
        if not isinstance(at, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", at):
            raise ValueError(f"{at!r} is no time of day such as 07:45")
        return at

    @model_validator(mode="after")
    def _three_walkers(self) -> NetworkParams:
        missing = {"adult", "child", "elderly"} - set(self.walkers)
        if missing:
            raise ValueError(f"walkers lacks {', '.join(sorted(missing))}")
        return self


class LinkParams(Strict):
    """Addresses and entrances onto edges."""

    max_access_m: float = Field(gt=0, description="longest access leg from a point to the edge it fronts")
    candidates: int = Field(ge=1, description="nearest edges tried before a point is given up")


class PopulationParams(Strict):
    """People onto addresses."""

    default_floors: float = Field(
        gt=0, description="floors of a residential building whose floors are unknown"
    )
    age_shares: dict[str, float] = Field(
        description="used, and marked estimated, where neither layer nor district has any"
    )
    household_size: float = Field(gt=0, description="residents a household where only households are known")

    @field_validator("age_shares")
    @classmethod
    def _every_group(cls, shares: dict[str, float]) -> dict[str, float]:
        missing = set(AGE_GROUPS) - set(shares)
        if missing:
            raise ValueError(f"lacks {', '.join(sorted(missing))}")
        return _age_shares(shares)


class WalkTimesParams(Strict):
    """Walking times."""

    limit_minutes: float = Field(gt=0, description="times beyond this are null")
    data_edge_m: float = Field(
        ge=0, description="a street that ends this close to the limit of the data may go on beyond it"
    )
    choices_max: int = Field(
        ge=1, description="choices are counted for classes with at most so many facilities"
    )
    pace_spread: float = Field(
        ge=0,
        lt=1,
        description="share by which everybody may walk slower or faster than the speeds that are set",
    )


class CatchmentsParams(Strict):
    """Ground from which facilities are reached."""

    classes: tuple[str, ...] = Field(description="facility classes of which catchments are drawn")
    minutes: tuple[float, ...] = Field(min_length=1, description="of walking, access legs included")
    step_m: float = Field(gt=0, description="streets are measured in pieces no longer than this")


class GatesToOpenParams(Strict):
    """Which gates and walls are worth opening."""

    minutes: float = Field(gt=0, description="people who come within so many minutes count as gained")
    nearer_minutes: float = Field(gt=0, description="a walk counts as nearer if it saves at least so much")
    classes: tuple[str, ...] = Field(description="facility classes that it is measured for")


class UnitsParams(Strict):
    """Size check and first proposal of units."""

    residents_min: int = Field(gt=0)
    residents_max: int
    near_miss_share: float = Field(ge=0, description="how far outside the range still counts as a near miss")
    committee_share_min: float = Field(
        ge=0, lt=1, description="a committee takes part in a unit with more than this share of its residents"
    )
    block_streets: list[str] = Field(description="highway values that part the land into street blocks")
    block_residents_min: float = Field(
        ge=0, description="blocks with fewer residents join a neighbouring block"
    )
    touch_m: float = Field(gt=0, description="a street within this distance of an atom counts as its own")
    adjacency_gap_m: float = Field(
        ge=0, description="longest walk over nobody's land (park, bridge) that still makes atoms neighbours"
    )
    meeting_cap_minutes: float = Field(gt=0, description="walks beyond this count as this long")
    cost_per_unit_person_minutes: float = Field(ge=0, description="keeps units from shrinking to the floor")
    cost_per_committee_cut_person_minutes: float = Field(ge=0)
    cost_per_arterial_minutes: float = Field(
        ge=0, description="minutes felt for crossing one arterial within a unit"
    )
    cost_per_leftover_resident_minutes: float = Field(ge=0, description="for each resident in no unit")
    exact_sets_max: int = Field(
        ge=0, description="components with no more connected sets than this are solved exactly"
    )
    searches: int = Field(ge=1, description="local searches side by side, each from a seed of its own")
    iterations_per_atom: int = Field(
        ge=0, description="steps of the local search; iterations, not seconds, so runs repeat"
    )
    iterations_max: int = Field(
        ge=1, description="a local search ends at this many, however many atoms there are"
    )
    temperature_start_person_minutes: float = Field(
        gt=0, description="a step that costs this much more is taken with chance 1/e at the start"
    )
    temperature_end_person_minutes: float = Field(gt=0, description="the same at the end")
    bound_steps: int = Field(ge=1, description="steps of the lower bound")
    bound_connected_steps: int = Field(ge=0, description="further steps, which price connected sets")
    bound_pricings_max: int = Field(
        ge=1, description="steps end at this many, counted as steps × atoms of a component"
    )
    bound_connected_pricings_max: int = Field(ge=1, description="the same of the further steps")
    bound_gap_enough_share: float = Field(
        ge=0,
        description="connected sets are priced no further once a plan is proven to be within this of the best",
    )
    bound_connected_nodes: int = Field(
        ge=1, description="branch-and-bound nodes a step, shared by the atoms of a connected part"
    )
    bound_residents_step: float = Field(gt=0, description="the lower bound rounds residents down to this")
    pool_units_max: int = Field(ge=1, description="units that a local search keeps for the master programme")
    master_units_max: int = Field(ge=1, description="units among which the master programme chooses")
    master_nodes: int = Field(
        ge=1, description="nodes of branch and bound after which the master programme stops"
    )
    maps_max: int = Field(ge=1, description="near-optimal plans looked for, the best one included")
    maps_within_share: float = Field(
        ge=0, description="by how much a near-optimal plan may cost more than the best"
    )
    seed: int = Field(ge=0)
    outline_gap_m: float = Field(
        ge=0, description="gaps narrower than twice this are closed in a unit's outline"
    )

    @model_validator(mode="after")
    def _range(self) -> UnitsParams:
        if self.residents_min > self.residents_max:
            raise ValueError(
                f"residents_min {self.residents_min} is above residents_max {self.residents_max}"
            )
        return self


class IndicatorsParams(Strict):
    """Indicators."""

    stated_amounts_spread: float = Field(
        ge=0, lt=1, description="share by which all stated capacities and floor areas may be off, either way"
    )


class EligibilityParams(Strict):
    """Numbers that the rules compare with, by name; each rule quotes its clause in the catalogue."""

    thresholds: dict[str, float]


class ScoreParams(Strict):
    """Weights and aggregation."""

    scenario_weights: dict[str, float]
    aggregate: Literal["arithmetic", "geometric"]
    coverage_floor: float = Field(ge=0, le=1, description="below this a candidate is shown but not ranked")


class SitingParams(Strict):
    """Ranking of candidates."""

    top_k: int = Field(ge=1)
    need_weight: float = Field(
        ge=0, le=1, description="weight of need in the priority; readiness has the rest"
    )
    samples: int = Field(ge=1, description="draws of weights and unknown values")
    survey_facts: int = Field(ge=0, description="facts on the list of what is worth finding out")
    concentration: float = Field(
        gt=0, description="of the Dirichlet around the set weights; higher = closer to them"
    )
    seed: int = Field(ge=0)


PilotType = Literal["demolition_renewal", "comprehensive_upgrade", "planned_new"]  # B7–B9


class PortfolioParams(Strict):
    """Choice of pilots together."""

    budget_cny: float | None = Field(ge=0, description="for awards; null: no limit")
    min_subdistricts: int = Field(ge=0, description="sub-districts that the pilots are spread over at least")
    of_type: dict[PilotType, tuple[int, int]] = Field(
        description="least and most pilots of a type; {}: no bounds"
    )
    must: tuple[str, ...] = Field(description="unit_id of candidates that have to be among them")
    must_not: tuple[str, ...] = Field(description="unit_id of candidates that may not be among them")
    runner_ups: int = Field(ge=0, description="next best choices shown beside the best")


class CommitteeParams(Strict):
    """What the members' scores are summed up by."""

    trim_share: float = Field(
        ge=0, lt=0.5, description="share of points that the trimmed mean leaves out at either end"
    )
    disagreement_points: float = Field(gt=0, description="points between members that count as disagreement")
    scale_check_scores: int = Field(
        ge=1, description="a file with so many points, none above scale_check_points, is on another scale"
    )
    scale_check_points: float = Field(ge=0, le=100)


class MapsParams(Strict):
    """What the pages show."""

    suppress_below: int = Field(ge=0, description="counts of people under this are not shown on maps")


class ReportParams(Strict):
    """What people take away."""

    public: bool = Field(description="the edition that may leave the house")
    public_min_people: int = Field(ge=2, description="counts of people under this are hidden in it")
    candidates_in_pdf: int = Field(
        ge=0, description="candidates that have a page in report.pdf, best first; the others have a sheet"
    )


class Params(Strict):
    """All of `params.yaml`."""

    district: str
    network: NetworkParams
    link: LinkParams
    population: PopulationParams
    walk_times: WalkTimesParams
    catchments: CatchmentsParams
    units: UnitsParams
    gates_to_open: GatesToOpenParams
    indicators: IndicatorsParams
    eligibility: EligibilityParams
    score: ScoreParams
    siting: SitingParams
    portfolio: PortfolioParams
    committee: CommitteeParams
    maps: MapsParams
    report: ReportParams


class Settings(Strict):
    """What a stage gets: the parameters and the district."""

    params: Params
    district: District


# --------------------------------------------------------------------------------------------------- reading


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises
    ------
    MissingInputError, SettingsError
        The file is not there; it is not UTF-8, not YAML, or not a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise MissingInputError(
            str(path), f"cannot be read ({error.strerror})", todo="check the path"
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(
            str(path), f"is not UTF-8 text (byte {error.start})", todo="save it as UTF-8"
        ) from None
    except yaml.YAMLError as error:
        raise SettingsError(str(path), f"is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise SettingsError(
            str(path), "is not a mapping", "keys and values, as in the example of `pipeline new`"
        )
    return content


def load_district(path: Path) -> District:
    """Read and check a `district.yaml`."""
    return checked(District, read_yaml(path) | {"folder": path.resolve().parent}, path)


def load_params(path: Path, overrides: Iterable[str] = ()) -> Params:
    """Read and check `params.yaml`; overrides are `section.key=value` with a YAML value."""
    content = read_yaml(path)
    for override in overrides:
        key, equals, value = override.partition("=")
        target: Any = content
        *parents, last = key.split(".")
        for part in parents:
            target = target.get(part) if isinstance(target, dict) else None
        if not equals or not isinstance(target, dict) or last not in target:
            raise SettingsError(
                f"--set {override}", "names no parameter", "section.key=value with a key that params.yaml has"
            )
        try:
            target[last] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise SettingsError(
                f"--set {override}", "is not a YAML value", "such as 7, 0.5 or [1, 2]"
            ) from None
    return checked(Params, content, path)


def checked(model: Any, content: dict[str, Any], path: Path) -> Any:
    """Return the content of a file as its model; raises SettingsError with the key that is wrong."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first, *rest = error.errors()
        key = ".".join(str(part) for part in first["loc"])
        more = f" (and {len(rest)} more)" if rest else ""
        raise SettingsError(
            f"{path}, {key or 'as a whole'}", f"{first['msg']}{more}; found {first['input']!r:.80}"
        ) from None
