"""Build compounds and units by hand, with every field known and good unless the test says otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from pipeline.eligibility.checklist import checklist_counts, renovation
from pipeline.eligibility.judge import Subjects, judge
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import compound_subjects
from pipeline.settings import load_params
from pipeline.tables import DTYPES, FIELDS, REGISTER_COLUMNS
from tests.runs import ROOT

PARAMS = load_params(ROOT / "params.yaml")
THRESHOLDS: dict[str, float] = {
    **PARAMS.eligibility.thresholds,
    "residents_min": 5000,
    "residents_max": 12000,
    "near_miss_share": 0.1,
}
# A compound that passes every rule.
GOOD: dict[str, Any] = {
    "built_year": 1995,
    "land_tenure": "state_owned",
    "in_central_programme": False,
    "housing_kind": "ordinary",
    "planned_expropriation": False,
    "planned_rebuild": "none",
    "owners_committee": True,
    "property_company": "和顺物业",
    "illegal_structures": "cleared",
    "owners": 480,
    "consulted": 320,
    "agreed": 240,
    "consent_illegal_removal": True,
    "consent_property": True,
    "wish_share": 80.0,
    "scheme_reviewed": True,
    "posted_on": "2022-05-01",
    "objections": 0,
    "party_organisation": True,
    "governance_mechanism": True,
    "idle_space_agreed": True,
    "demolished_floor_area_m2": 0.0,
    "new_floor_area_m2": 0.0,
    "floor_area_m2": 30000.0,
    "resettlement_local_share": 100.0,
    "structure_grade": "B",
    "seismic_ok": True,
    "facade_good_share": 40.0,
    "utilities_complete_share": 40.0,
    "service_area_per_100_households_m2": 20.0,
    "illegal_cleared_share": 100.0,
    "consulted_floor_area_m2": 24000.0,
    "agreed_floor_area_m2": 18000.0,
    "satisfaction": 85.0,
    "acceptance_date": "2022-01-31",
    "gated": False,
    "items_planned": "、".join(item.zh for item in renovation().items),
    "items_done": "",
}


def register(**compounds: dict[str, Any]) -> pd.DataFrame:
    """Return table `register`: each compound is GOOD, changed as given; None is unknown."""
    rows = {key: GOOD | changes for key, changes in compounds.items()}
    columns = {
        column: pd.Series([row.get(column) for row in rows.values()], dtype=DTYPES[FIELDS[column].type])
        for column in REGISTER_COLUMNS
    }
    ids = pd.Series(list(rows), dtype="str")
    at = pd.Series(range(4, 4 + len(ids)), dtype="Int64")
    return pd.DataFrame({"compound_id": ids, "source_row": at} | columns)


def compounds(**changed: dict[str, Any]) -> Subjects:
    """Return compounds as subjects; their names are their ids."""
    listed = register(**changed)
    names = pd.DataFrame({"compound_id": listed["compound_id"], "name": listed["compound_id"]})
    names["name_en"] = pd.Series(pd.NA, names.index, dtype="str")
    return Subjects(
        "compound",
        compound_subjects(names, listed, checklist_counts(renovation(), listed), date(2022, 5, 11)),
        THRESHOLDS,
    )


def found(rule: str, **changes: Any) -> tuple[str, bool, str, str]:
    """Return (result, near_miss, reason, reason_en) of a rule on one compound."""
    table = judge(rule_catalogue(), compounds(C1=changes))
    row = table[table["rule_id"] == rule].iloc[0]
    return row["result"], bool(row["near_miss"]), row["reason"], row["reason_en"]


def outcomes(level: str) -> set[tuple[str, str]]:
    """Return (rule, what it can say of a subject) for every rule of a level: a new rule needs its cases by hand."""
    said = set()
    for rule in rule_catalogue().rules:
        if rule.level == level:
            said |= {(rule.id, "pass"), (rule.id, "unknown")}
            said.add((rule.id, "defer" if rule.effect == "defer" else "fail"))
            if rule.defer_when is not None:
                said.add((rule.id, "defer"))
            if rule.near is not None:
                said.add((rule.id, "near"))
    return said


UNIT: dict[str, Any] = {
    "kind": "proposed",
    "size_result": "fits",
    "near_miss": False,
    "margin_residents": 3000.0,
    "residents": 8000.0,
    "residents_low": 7600.0,
    "residents_high": 8400.0,
    "connected": True,
    "committees_cut": 1,
    "atoms": 6,
    "kindergarten_share_5": 0.5,
    "kindergarten_share_10": 0.9,
    "kindergarten_unknown_10": 0.0,
    "elderly_station_share_5": 0.5,
    "elderly_station_share_10": 0.9,
    "elderly_station_unknown_10": 0.0,
    "demolished_floor_area_m2": 0.0,
    "new_floor_area_m2": 0.0,
    "floor_area_m2": 100000.0,
    "resettlement_local_share": None,
    "compounds": 2,
    "compounds_pass": 1,
    "compounds_defer": 0,
    "compounds_unknown": 0,
    "earliest_evaluation_on": "2022-04-30",
    "steps_done": 8,
    "steps_all": 8,
    "step_reached": "评估公布",
    "step_reached_en": "evaluation",
    "rows_refused": 0,
    "all_steps_done": True,
    "as_of": "2022-05-11",
}


def unit_table(
    pairs: dict[str, float] | None = None, of: Subjects | None = None, **changes: Any
) -> pd.DataFrame:
    """Return table `eligibility` of one unit, UNIT changed as given; `pairs`: residents by compound."""
    row = UNIT | changes
    whole = {"committees_cut", "atoms", "compounds", "compounds_pass", "compounds_defer", "compounds_unknown"}
    whole |= {"steps_done", "steps_all", "rows_refused"}
    text = {"kind", "size_result", "earliest_evaluation_on", "step_reached", "step_reached_en", "as_of"}
    types = {name: "Int64" if name in whole else "str" if name in text else "float64" for name in row}
    types |= dict.fromkeys(("near_miss", "connected", "all_steps_done"), "boolean")
    fields = pd.DataFrame({n: pd.Series([v], ["U1"], dtype=types[n]) for n, v in row.items()})
    people = {"C1": 1000.0} if pairs is None else pairs
    members = pd.DataFrame(
        {
            "unit_id": pd.Series(["U1"] * len(people), dtype="str"),
            "compound_id": pd.Series(list(people), dtype="str"),
            "residents": pd.Series(list(people.values()), dtype="float64"),
        }
    )
    units = Subjects("unit", fields, THRESHOLDS, members, of or compounds(C1={}))
    return judge(rule_catalogue(), units)


def unit_found(rule: str, **given: Any) -> tuple[str, bool, str, str]:
    """Return (result, near_miss, reason, reason_en) of a rule on the unit of `unit_table`."""
    table = unit_table(**given)
    row = table[table["rule_id"] == rule].iloc[0]
    return row["result"], bool(row["near_miss"]), row["reason"], row["reason_en"]
