"""Declare the schema of every table that passes between stages.

A column is declared once, by name, in `catalogue/fields.yaml` (type, unit, meaning); a table lists the names of
its columns, with `?` where a value may be missing. The pandera schema, the check on writing and on reading, and
`docs/data-dictionary.md` all come from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import yaml

from pipeline.errors import TableError

DTYPES: dict[str, Any] = {
    "str": "str",
    "int": "int64",
    "Int": "Int64",
    "float": "float64",
    "bool": "bool",
    "boolean": "boolean",
    "date": "str",  # ISO 8601 text: sorts, prints and survives every format
    "object": None,
    "geometry": "geometry",
}


@dataclass(frozen=True)
class Field:
    """A column: its type, unit, label and meaning, and the values it may take."""

    name: str
    type: str
    zh: str
    en: str
    unit: str = ""
    codes: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    internal: bool = False  # not in the public edition


@dataclass(frozen=True)
class Table:
    """A table: what a row is, its key, and its columns (`name?` may be missing)."""

    name: str
    zh: str
    row: str
    key: str
    columns: str
    codes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def nullable(self) -> dict[str, bool]:
        """Column name to whether a value may be missing, in the table's order."""
        return {column.rstrip("?"): column.endswith("?") for column in self.columns.split()}

    @property
    def spatial(self) -> bool:
        """Whether the table has a geometry."""
        return "geometry" in self.nullable


def _read_fields() -> dict[str, dict[str, Field]]:
    text = files("pipeline.catalogue").joinpath("fields.yaml").read_text(encoding="utf-8")
    return {
        section: {
            name: Field(name=name, **{**entry, "codes": tuple(entry.get("codes", ()))})
            for name, entry in entries.items()
        }
        for section, entries in yaml.safe_load(text).items()
    }


_SECTIONS = _read_fields()
FIELDS: dict[str, Field] = {name: field for section in _SECTIONS.values() for name, field in section.items()}
REGISTER_COLUMNS = tuple(_SECTIONS["register"])
_SIZE = ("size_result", ("fits", "too_small", "too_large"))
_RESULT = ("result", ("pass", "fail", "defer", "unknown"))
_GATE_USERS = ("gate_users", ("public", "residents", "permit", "closed", "unknown"))
_SUBJECT_KIND = ("subject_kind", ("compound", "unit"))
_UNIT_KIND = ("kind", ("committee", "proposed"))

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        # ------------------------------------------------------------------------------------------ intake
        Table("committees", "居委会", "residents' committee", "committee_id", "committee_id name name_en? subdistrict? geometry"),
        Table(
            "compounds", "小区", "compound", "compound_id",
            "compound_id name name_en? committee_id? subdistrict? households? residents? child_0_3? child_3_6? elderly? geometry",
        ),
        Table("register", "小区登记", "compound of the register", "compound_id", "compound_id source_row? " + " ".join(f"{c}?" for c in REGISTER_COLUMNS)),
        Table(
            "buildings", "建筑", "building", "building_id", "building_id compound_id? use floors? geometry",
            (("use", ("residential", "other", "unknown")),),
        ),
        Table(
            "ways", "道路", "way of the street layer", "way_id",
            "way_id node_ids highway foot? access? crossing? bridge tunnel layer width_m? name? geometry",
        ),
        Table("way_nodes", "道路节点", "tagged node of the street layer", "node_id", "node_id highway? barrier? access? open_hours? crossing? geometry"),
        Table("squares", "广场", "square or other area that people walk across", "square_id", "square_id foot? access? layer name? geometry"),
        Table("walls", "院墙", "wall or fence", "wall_id", "wall_id kind geometry"),
        Table("gates", "出入口", "gate as surveyed or mapped", "gate_id", "gate_id compound_id? gate_users open_hours? geometry", (_GATE_USERS,)),
        Table(
            "places", "设施清单", "facility as listed", "facility_id",
            "facility_id class name? name_en? capacity? floor_area_m2? source geometry",
        ),
        Table(
            "class_status", "设施清单完整性", "facility class", "class", "class completeness count source",
            (("completeness", ("complete", "partial", "unknown")),),
        ),
        Table(
            "population_zones", "人口分区", "area or cell in which people are counted", "zone_id",
            "zone_id kind compound_id? residents residents_low residents_high child_0_3 child_3_6 elderly ages_estimated geometry",
            (("kind", ("compound", "area", "cell", "point", "total")),),
        ),
        Table(
            "land", "用地与自然要素", "piece of land or line of the base map", "land_id", "land_id kind name? geometry",
            (("kind", ("green", "water", "sea", "river", "railway", "coast")),),
        ),
        Table("extent", "数据范围", "the ground on which streets and facilities are known", "area_id", "area_id geometry"),
        Table(
            "answers", "核查答复", "answer to the survey list", "subject_kind subject_id fact",
            "row subject_kind subject_id fact before? answer author date",
            (("subject_kind", ("compound", "class", "facility", "gate", "unit")),),
        ),
        Table("progress", "进度", "row of the progress file", "row", "row subject? step? date?"),
        Table(
            "unit_wishes", "单元意愿", "wish for units", "row", "row kind a? b?",
            (("kind", ("locked", "together", "apart")),),
        ),
        # ----------------------------------------------------------------------------------------- network
        Table("nodes", "路网节点", "junction", "node_id", "node_id component opening_id? geometry"),
        Table(
            "edges", "路段", "walkable street piece", "edge_id",
            "edge_id u v way_id highway length_m users users_in_hours users_if_closed compound_id? restricted opening_id? steps bridge tunnel width_m? slope_max? crossing? crossings_signalled? crossings_unsignalled? name? component "
            + " ".join(f"minutes_{w} minutes_{w}_back" for w in ("adult", "child", "elderly", "elderly_step_free", "child_no_arterial_crossing"))
            + " geometry",
        ),
        Table(
            "openings", "院墙通过点", "place where a way meets a wall", "opening_id",
            "opening_id status gate_id? compound_id? gate_users inferred open_hours? open_now? node_id? geometry",
            (("status", ("gate", "blocked")), _GATE_USERS),
        ),
        Table("barriers", "步行障碍", "line that a walk or an access leg may not cross", "wall_id", "wall_id kind compound_id? geometry"),
        # -------------------------------------------------------------------------------------- population
        Table(
            "residents", "居民地址", "address", "point_id",
            "point_id building_id? compound_id? committee_id? residents residents_low residents_high child_0_3 child_3_6 elderly "
            "ages_estimated edge_id? offset_m? access_m? linked link_reason? geometry",
        ),
        # -------------------------------------------------------------------------------------- walk_times
        Table(
            "facilities", "设施出入口", "facility entrance", "entrance_id",
            "entrance_id facility_id class name? name_en? capacity? floor_area_m2? area_m2? compound_id? edge_id? offset_m? access_m? "
            "linked link_reason? geometry",
        ),
        Table("walk_times", "步行时间", "address × class × walker", "point_id class walker", "point_id class walker minutes? minutes_if_closed? facility_id? unlinked_minutes?"),
        Table("edge_times", "到数据边缘时间", "address × walker", "point_id walker", "point_id walker edge_of_data_minutes?"),
        Table(
            "choices", "可选设施", "address × class with a facility within 15 minutes", "point_id class",
            "point_id class walker second_minutes? third_minutes? choices_5 choices_10 choices_15",
        ),
        # -------------------------------------------------------------------------------------- catchments
        Table("catchments", "步行圈", "facility class × minutes", "class_id minutes", "class_id walker minutes geometry"),
        # ------------------------------------------------------------------------------------------- units
        Table("atoms", "基本地块", "atom of units", "atom_id", "atom_id kind compound_id? name residents geometry", (("kind", ("compound", "block")),)),
        Table("address_areas", "地址归属", "address", "point_id", "point_id atom_id unit_id?"),
        Table(
            "units", "单元", "unit", "unit_id",
            "unit_id kind name name_en? subdistrict? residents residents_low residents_high size_result near_miss margin_residents connected "
            "atoms committees_cut locked reason reason_en geometry",
            (_UNIT_KIND, _SIZE),
        ),
        Table("unit_members", "单元组成", "unit × atom", "unit_id atom_id", "unit_id atom_id residents kept_share?"),
        Table("atom_pairs", "相邻地块", "pair of neighbouring atoms", "atom_a atom_b", "atom_a atom_b contact_m gap_m"),
        Table(
            "unit_checks", "单元核查", "area that might be a unit", "area_kind area_id",
            "area_kind area_id name residents residents_low residents_high size_result near_miss margin_residents "
            + " ".join(f"{name}_{column}?" for name in ("kindergarten", "elderly_station") for column in ("share_5", "share_10", "unknown_10"))
            + " connected gates gate_ids barriers barriers_en atoms committees_cut property_areas_cut sentence sentence_en",
            (("area_kind", ("committee", "subdistrict", "register", "proposed")), _SIZE),
        ),
        Table(
            "border_changes", "边界调整", "proposed unit × committee whose people would move", "unit_id committee_id",
            "unit_id committee_id lead_committee_id compounds atoms residents size_before size_after own_kindergarten_before? "
            "own_kindergarten_after? own_elderly_station_before? own_elderly_station_after? sentence sentence_en",
            (("size_before", _SIZE[1]), ("size_after", _SIZE[1])),
        ),
        Table("leftovers", "未编入单元的地块", "atom in no proposed unit", "atom_id", "atom_id residents reason reason_en"),
        # ------------------------------------------------------------------------------------------- reach
        Table(
            "reach", "可达比例", "area × class × walker", "area_kind area_id class walker",
            "area_kind area_id class walker people linked_people share_5? share_10? share_15? unknown_5? unknown_10? unknown_15? unknown_gate_5? unknown_gate_10? unknown_gate_15? "
            "median_minutes? p90_minutes?",
            (("area_kind", ("committee", "compound", "unit")),),
        ),
        Table(
            "stairs", "住宅楼梯", "area, or address to which a lift may matter × class", "area_kind area_id class walker",
            "area_kind area_id class walker people people_10 people_10_stairs_low people_10_stairs_high lift_gain_low lift_gain_high",
            (("area_kind", ("committee", "compound", "unit", "address")),),
        ),
        # ---------------------------------------------------------------------------------- gates_to_open
        Table(
            "gates_to_open", "打开哪些出入口", "opening, or all gates of a compound × class × whose people", "subject_kind subject_id class unit_id",
            "subject_kind subject_id class unit_id? people_gained people_nearer person_minutes_saved",
            (("subject_kind", ("opening", "compound")),),
        ),
        # ----------------------------------------------------------------- eligibility, indicators, scores
        Table(
            "eligibility", "资格", "unit or compound × rule", "subject_kind subject_id rule_id",
            "subject_kind subject_id rule_id effect result near_miss reason reason_en",
            (_SUBJECT_KIND, _RESULT),
        ),
        Table(
            "renovation_items", "改造内容", "compound × item of the checklist", "compound_id item_id",
            "compound_id item_id item item_en basic status permits_waived permits_needed permits_unknown",
            (("status", ("done", "planned", "not_planned", "unknown")),),
        ),
        Table("projects", "联动改造项目", "joint project", "project_id", "project_id members count name name_en residents? geometry"),
        Table(
            "indicators", "指标", "unit × indicator", "unit_id indicator_id",
            "unit_id indicator_id value? value_low? value_high? points? points_low points_high known evidence_share evidence note",
        ),
        Table(
            "indicator_errors", "指标误差", "unit × indicator × error of the data that moves it", "unit_id indicator_id error",
            "unit_id indicator_id error points_low_less points_high_less points_low_more points_high_more",
        ),
        Table("scores", "得分", "unit × scenario, and total", "unit_id scenario", "unit_id scenario score? low high coverage"),
        Table(
            "candidates", "候选试点", "candidate unit, best first", "unit_id",
            "rank? unit_id name name_en? score? low high coverage need? readiness? eligible pilot_type chance_top_k papers_missing "
            "reasons reasons_en geometry",
            (("eligible", _RESULT[1]),),
        ),
        Table(
            "pilots", "试点方案", "candidate unit", "unit_id",
            "unit_id rank? within_quota pilot_type type_reason type_reason_en runner_up? runner_up_reason? runner_up_reason_en? "
            "deadline_years? award_cap_cny?",
        ),
        Table(
            "papers", "待补材料", "unit × paper still to be produced", "unit_id subject_kind subject_id rule_id",
            "unit_id subject_kind subject_id rule_id reason reason_en",
            (("subject_kind", ("compound", "unit")),),
        ),
        # -------------------------------------------------------------------------------------- robustness
        Table(
            "rank_pairs", "次序稳健性", "ranked candidate and the next", "unit_id",
            "rank unit_id next_unit_id chance_before flip_result flip_distance? flip_need_weight? sentence sentence_en",
        ),
        Table(
            "survey", "待查清单", "fact worth finding out, best first", "subject_kind subject_id fact",
            "rank subject_kind subject_id fact question question_en how_to_answer effect_top_k changes_verdict open_points",
            (("subject_kind", ("compound", "unit", "class", "facility", "gate")),),
        ),
        Table("methods", "其他方法", "method of ranking", "method", "method compared left_out spearman? kendall_tau? top_k_shared? consistency_ratio?"),
        Table("method_ranks", "其他方法名次", "method × candidate", "method unit_id", "method unit_id method_value place our_place"),
        # --------------------------------------------------------------------------------------- portfolio
        Table(
            "portfolio", "试点组合", "plan × chosen candidate", "plan unit_id",
            "plan unit_id rank name subdistrict? eligible priority residents award_cny plan_priority plan_subdistricts",
            (("eligible", _RESULT[1]),),
        ),
        Table(
            "portfolio_prices", "限制的代价", "limit of the portfolio", "limit limit_unit",
            "limit limit_unit priority_with? priority_without? price? passing_with? passing_without? sentence sentence_en",
            (("limit", ("max_pilots", "budget", "min_subdistricts", "of_type", "verdict_first", "must", "must_not")),),
        ),
        Table("portfolio_gains", "组合惠及人群", "plan × group of people", "plan people_group", "plan people_group people_served? people_share? known_residents_share?"),
        # --------------------------------------------------------------------------------------- committee
        Table(
            "committee_files", "委员文件", "member × round", "member round",
            "file sha256 member round date run? same_run? blind? scores_given votes_given",
        ),
        Table("committee_scores", "委员评分", "member × round × candidate × scenario", "member round unit_id scenario_id", "member round unit_id scenario_id points? comment"),
        Table("committee_votes", "委员投票", "member × round × candidate", "member round unit_id", "member round unit_id vote comment"),
        Table("committee_weights", "委员权重", "member × round × scenario", "member round scenario_id", "member round scenario_id weight"),
        Table(
            "committee_summary", "评审汇总", "round × candidate × scenario, and total", "round unit_id scenario_id",
            "round unit_id scenario_id judges median? trimmed_mean? lowest? lowest_by? highest? highest_by? spread? disagree "
            "votes_yes? votes_no? votes_abstain?",
        ),
        Table("committee_agreement", "评审一致性", "round × scenario, and total", "round scenario_id", "round scenario_id judges units_by_all kendall_w? p_value?"),
        # --------------------------------------------------------------------------------------- procedure
        Table(
            "procedure", "程序进度", "row of the progress file", "row",
            "row subject? subject_kind? subject_id? step? step_id? date? accepted reason reason_en",
            (_SUBJECT_KIND,),
        ),
        Table("follow_up", "督查统计", "sub-district × period × step", "subdistrict period step_id", "subdistrict? period step_id step_zh entered"),
    )
}  # fmt: skip


def _dtype(field: Field, nullable: bool) -> Any:
    """Return a column's dtype; whole numbers that may be missing need pandas' own integer."""
    return "Int64" if nullable and field.type == "int" else DTYPES[field.type]


@cache
def schema(name: str) -> pa.DataFrameSchema:
    """Build the pandera schema of a table."""
    table = TABLES[name]
    codes = dict(table.codes)
    columns = {}
    for column, nullable in table.nullable.items():
        field = FIELDS[column]
        checks = []
        allowed = codes.get(column, field.codes)
        if allowed:
            checks.append(pa.Check.isin(allowed))
        if field.min is not None:
            checks.append(pa.Check.ge(field.min))
        if field.max is not None:
            checks.append(pa.Check.le(field.max))
        columns[column] = pa.Column(_dtype(field, nullable), checks, nullable=nullable)
    return pa.DataFrameSchema(columns, strict=True, unique=table.key.split(), name=name)


def check(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the table's columns in order, or say what breaks its schema.

    Raises
    ------
    TableError
        A column is missing or too many, a type or value is wrong, or the key is not unique.
    """
    table = TABLES[name]
    where = f"table {name}"
    missing = [column for column in table.nullable if column not in frame.columns]
    surplus = [column for column in frame.columns if column not in table.nullable]
    if missing or surplus:
        raise TableError(
            where, f"columns missing: {missing}, undeclared: {surplus}", "the columns in tables.py"
        )
    ordered = frame[list(table.nullable)].reset_index(drop=True)
    if table.spatial:
        if not isinstance(ordered, gpd.GeoDataFrame) or ordered.crs is None:
            raise TableError(
                where, "has a geometry column without CRS", "a GeoDataFrame in the district's projected CRS"
            )
        if not ordered.crs.is_projected:
            raise TableError(where, f"is in {ordered.crs.to_string()}", "the district's projected CRS")
    try:
        schema(name).validate(pd.DataFrame(ordered), lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        first = cases.iloc[0]
        raise TableError(
            f"{where}, column {first['column']}, row {first['index']}",
            f"{first['failure_case']!r} fails {first['check']} ({len(cases)} such faults)",
            FIELDS[first["column"]].en if first["column"] in FIELDS else "",
        ) from None
    return ordered


def empty(name: str, crs: Any = None) -> pd.DataFrame:
    """Return the table with no rows, for what a district does not have."""
    table = TABLES[name]
    columns = {
        column: pd.Series([], dtype=_dtype(FIELDS[column], nullable) or "object")
        for column, nullable in table.nullable.items()
        if column != "geometry"
    }
    frame = pd.DataFrame(columns)
    if not table.spatial:
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=crs), crs=crs)[list(table.nullable)]
