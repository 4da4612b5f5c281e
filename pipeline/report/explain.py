"""Explain one result of a finished run: a rule on a compound or unit, or an indicator of a unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline import store
from pipeline.catalogue.load import indicators
from pipeline.eligibility.assemble import judged
from pipeline.eligibility.explain import explain_rule, find_rule
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.subjects import thresholds
from pipeline.errors import SettingsError
from pipeline.indicators.explain import explain_indicator
from pipeline.run import Folders
from pipeline.settings import District, Params, Settings, checked

_READ = (
    "compounds",
    "register",
    "residents",
    "address_areas",
    "units",
    "reach",
    "procedure",
    "eligibility",
    "answers",
)
_READ_FOR_INDICATORS = (
    "residents",
    "address_areas",
    "units",
    "compounds",
    "register",
    "walk_times",
    "facilities",
    "answers",
)


def explain(
    district: District, folders: Folders, subject: str, rule: str | None, indicator: str | None
) -> str:
    """Return the explanation, in Chinese and English, by the parameters that the run was made with.

    Raises
    ------
    SettingsError
        Not just one of rule and indicator is named, or there is no such rule, indicator or subject; or the results were
        made with other rules or data.
    """
    if (rule is None) == (indicator is None):
        raise SettingsError("explain", "names " + ("both" if rule else "neither"), "--rule or --indicator")
    if rule is not None:
        record = folders.path("provenance.json")
        made_with = store.read(record)["parameters"] | {"district": ""}
        settings = Settings(params=checked(Params, made_with, record), district=district)
        return _rule(settings, {name: store.read(folders.path(name)) for name in _READ}, subject, rule)
    known = indicators()
    if indicator not in known:
        raise SettingsError(f"--indicator {indicator}", "is no indicator", f"one of {', '.join(known)}")
    table = store.read(folders.path("indicators"))
    row = _one(table[table["indicator_id"] == indicator], "unit_id", subject)
    tables = {name: store.read(folders.path(name)) for name in _READ_FOR_INDICATORS}
    return explain_indicator(known[indicator], row, tables, district)


def _rule(settings: Settings, tables: Mapping[str, Any], subject: str, rule: str) -> str:
    catalogue = rule_catalogue()
    level = find_rule(catalogue, rule).level
    named = thresholds(settings.params.eligibility, settings.params.units)
    found = judged(catalogue, tables, named, settings.district.date)
    subjects, rows = {
        "compound": (found.compounds, found.of_compounds),
        "unit": (found.units, found.of_units),
    }[level]
    row = _one(rows[rows["rule_id"] == rule], "subject_id", subject)
    kept = tables["eligibility"]
    kept = kept[(kept["subject_kind"] == level) & (kept["rule_id"] == rule)]
    if not row.equals(_one(kept, "subject_id", subject)):
        raise SettingsError(
            f"{rule} on {subject}",
            "the kept result came from other rules or data",
            todo="run again, then explain",
        )
    return explain_rule(
        catalogue, rule, subjects, subject, row, tables["register"], tables["answers"], settings.district
    )


def _one(rows: pd.DataFrame, column: str, subject: str) -> pd.Series:
    """Return the row on a subject."""
    own = rows[rows[column] == subject]
    if own.empty:
        some = ", ".join(rows[column].head(5))
        raise SettingsError(f"--subject {subject}", "has no such result", f"an id such as {some}")
    return own.iloc[0].rename(None)
