"""Gather the named fields of every compound and unit that the rules look at."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from pipeline.catalogue.load import facility_classes, walker
from pipeline.settings import EligibilityParams, UnitsParams
from pipeline.tables import REGISTER_COLUMNS

_AREAS = ["demolished_floor_area_m2", "new_floor_area_m2", "floor_area_m2"]
_REACH_COLUMNS = ["share_5", "share_10", "share_15", "unknown_5", "unknown_10", "unknown_15"]


def thresholds(eligibility: EligibilityParams, units: UnitsParams) -> dict[str, float]:
    """Return the numbers that rules compare with, by name."""
    return {
        **eligibility.thresholds,
        "residents_min": units.residents_min,
        "residents_max": units.residents_max,
        "near_miss_share": units.near_miss_share,
    }


def unit_compounds(residents: pd.DataFrame, address_areas: pd.DataFrame) -> pd.DataFrame:
    """Return which compounds a unit has people in.

    Returns
    -------
    DataFrame
        unit_id (committees and proposed units), compound_id, residents (over zero), share (of the compound's
        residents who live in the unit), sorted by the two ids.
    """
    addresses = residents[["point_id", "compound_id", "committee_id", "residents"]].merge(
        address_areas[["point_id", "unit_id"]], on="point_id", how="left"
    )
    in_committee = addresses.assign(unit_id=addresses["committee_id"])
    rows = pd.concat([in_committee, addresses]).dropna(subset=["unit_id", "compound_id"])
    pairs = rows.groupby(["unit_id", "compound_id"], as_index=False)["residents"].sum()
    pairs = pairs[pairs["residents"] > 0].reset_index(drop=True)
    whole = addresses.groupby("compound_id")["residents"].sum()
    return pairs.assign(share=pairs["residents"] / _at(whole, pairs))


def compound_subjects(
    compounds: pd.DataFrame, register: pd.DataFrame, counts: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Return one row a compound, by compound_id: name, name_en, every register column, `counts`, as_of (ISO date).

    `counts` are those of its checklist, from `checklist.checklist_counts`.
    """
    listed = register.set_index("compound_id").join(counts)
    names = compounds.set_index("compound_id")[["name", "name_en"]]
    subjects = names.join(listed, how="outer").sort_index()
    name = subjects["name"].fillna(subjects.index.to_series().astype("str"))
    return subjects.assign(
        name=name.astype("str"),
        name_en=subjects["name_en"].fillna(name).astype("str"),
        as_of=pd.Series(as_of.isoformat(), index=subjects.index, dtype="str"),
    )[["name", "name_en", *REGISTER_COLUMNS, *counts.columns, "as_of"]]


def unit_subjects(
    units: pd.DataFrame,
    reach: pd.DataFrame,
    pairs: pd.DataFrame,
    compounds: pd.DataFrame,
    verdicts: pd.Series,
    as_of: date,
    trial_months: int,
) -> pd.DataFrame:
    """Return one row a unit, by unit_id.

    Parameters
    ----------
    pairs
        From `unit_compounds`.
    compounds
        From `compound_subjects`.
    verdicts
        Verdict of every compound, by compound_id.
    trial_months
        From acceptance to the day on which evaluation may be applied for (B16).

    Returns
    -------
    DataFrame
        The columns of `units`; for each facility class `<class>_share_5 … _unknown_15` with the walker of the class;
        the compounds' floor areas, added up by the share of their residents in the unit (unknown where one is);
        resettlement_local_share, weighted by what is demolished; compounds, and how many pass, are deferred or are
        unknown; earliest_evaluation_on, when the last of its compounds that no rule bars is accepted and has been on
        trial; as_of. A unit without compounds has none of its compounds' fields known.
    """
    subjects = units.drop(columns="geometry").set_index("unit_id").sort_index()
    subjects = subjects.join(_reach_fields(reach, subjects))
    of_compounds = {name: compounds[name] for name in (*_AREAS, "resettlement_local_share")} | {
        "verdict": verdicts
    }
    members = pairs.assign(**{name: _at(of, pairs) for name, of in of_compounds.items()})
    for column in _AREAS:
        part = (members[column] * members["share"]).groupby(members["unit_id"])
        subjects[column] = part.sum().where(part.count() == part.size()).reindex(subjects.index)
    subjects["resettlement_local_share"] = _resettlement(members).reindex(subjects.index)
    counts = members.groupby("unit_id")["verdict"]
    subjects["compounds"] = counts.size().reindex(subjects.index).astype("Int64")
    for verdict in ("pass", "defer", "unknown"):
        found = members["verdict"].eq(verdict).groupby(members["unit_id"]).sum()
        subjects[f"compounds_{verdict}"] = found.reindex(subjects.index).astype("Int64")
    accepted = _at(compounds["acceptance_date"], pairs)[members["verdict"] != "fail"]
    subjects["earliest_evaluation_on"] = (
        _earliest_evaluation(accepted, members["unit_id"], trial_months).reindex(subjects.index).astype("str")
    )
    return subjects.assign(as_of=pd.Series(as_of.isoformat(), subjects.index, dtype="str"))


def _at(of_compounds: pd.Series, pairs: pd.DataFrame) -> pd.Series:
    """Look a compound's value up for each pair (unlike `map`, keeping the type where there are no pairs)."""
    return pd.Series(of_compounds.reindex(pairs["compound_id"]).array, pairs.index)


def _earliest_evaluation(accepted: pd.Series, unit: pd.Series, trial_months: int) -> pd.Series:
    """Return the ISO date by unit; unknown where a date of acceptance is."""
    dates = pd.to_datetime(accepted, format="%Y-%m-%d").groupby(unit)
    last = dates.max().where(dates.count() == dates.size())
    return (last + pd.DateOffset(months=trial_months)).dt.strftime("%Y-%m-%d")


def _reach_fields(reach: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    area_kind = units["kind"].map({"committee": "committee", "proposed": "unit"})
    own_walker = reach["class"].map({name: walker(name) for name in facility_classes()})
    rows = reach[reach["walker"] == own_walker].set_index(["area_kind", "area_id"])
    fields: dict[str, Any] = {}
    for name in facility_classes():
        of_class = rows[rows["class"] == name][_REACH_COLUMNS]
        found = of_class.reindex(pd.MultiIndex.from_arrays([area_kind, units.index]))
        fields |= {f"{name}_{column}": found[column].to_numpy() for column in _REACH_COLUMNS}
    return pd.DataFrame(fields, index=units.index)


def _resettlement(members: pd.DataFrame) -> pd.Series:
    """Mean by demolished floor area; unknown where the share of a compound with demolition, or its area, is unknown."""
    area = members["demolished_floor_area_m2"] * members["share"]
    weighted = (area * members["resettlement_local_share"]).where(area != 0, 0.0)
    by_unit = members["unit_id"]
    total = area.groupby(by_unit).sum()
    known = weighted.notna().groupby(by_unit).all() & (total > 0)
    return (weighted.groupby(by_unit).sum() / total.where(total > 0)).where(known)
