"""Tell what each indicator of a candidate rests on: formula, layers, people counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from pipeline.catalogue.indicators import Indicator
from pipeline.catalogue.load import facility_classes, indicators
from pipeline.maps.cards import Number, number
from pipeline.maps.text import Both, say, words
from pipeline.tables import FIELDS, TABLES

_COUNT = re.compile(r"<?[\d,.]+ ")
_PEOPLE = re.compile(r"(<?[\d,]+) (.*?) ((?:compound )?(?:residents|children).*)")
_WALKERS = ("adult", "child", "elderly", "elderly_step_free", "child_no_arterial_crossing")
_COMPLETENESS = ("complete", "partial", "unknown")


@dataclass(frozen=True)
class Evidence:
    """What one indicator of one candidate rests on; `counted` is empty where nothing was."""

    value: Number
    value_low: Number
    value_high: Number
    share: Number
    layers: Both
    counted: Both
    note: str


def evidence_of(table: pd.DataFrame, suppress_below: int) -> dict[str, dict[str, Evidence]]:
    """Return the evidence by unit and indicator.

    Parameters
    ----------
    table
        Table `indicators`.
    suppress_below
        Counts of people from 1 to below this are not told.
    """
    found: dict[str, dict[str, Evidence]] = {}
    for row in table.itertuples():
        parts = row.evidence.split("; ")
        counted = parts.pop() if _COUNT.match(parts[-1]) else ""
        layers = "; ".join(parts)
        found.setdefault(row.unit_id, {})[row.indicator_id] = Evidence(
            value=number(row.value),
            value_low=number(row.value_low),
            value_high=number(row.value_high),
            share=number(row.evidence_share),
            layers=(_in_chinese(layers), layers),
            counted=_counted(counted, suppress_below),
            note=row.note,
        )
    return found


def formula(indicator: Indicator) -> Both:
    """Return how an indicator is computed, in words."""
    stated = indicator.model_dump(by_alias=True)
    values: dict[str, Any] = {key: value for key, value in stated.items() if not isinstance(value, tuple)}
    classes = [facility_classes()[name] for name in indicator.facility_classes]
    values["classes"] = ("、".join(c.zh for c in classes), ", ".join(c.en for c in classes))
    values["count"] = len(classes)
    if "who" in stated:
        values["who"] = words()[f"who_{stated['who']}"]
    for key in ("column", "over", "amount"):
        if stated.get(key):
            values[key] = (FIELDS[stated[key]].zh, FIELDS[stated[key]].en)
    parts = [say(f"formula_{indicator.family}", **values)]
    if stated.get("column") and (stated["none_value"] or FIELDS[stated["column"]].type == "boolean"):
        parts.append(say("formula_yes_no"))
    if stated.get("constraint"):
        parts.append(say(f"formula_{stated['constraint']}"))
    if stated.get("over"):
        parts.append(say("formula_over", **values))
    return "".join(zh for zh, _ in parts), " ".join(en for _, en in parts)


def formulas() -> Mapping[str, Both]:
    """Return the formula of every indicator of the catalogue."""
    return {key: formula(indicator) for key, indicator in indicators().items()}


@cache
def _chinese_names() -> Mapping[str, str]:
    return (
        {name: field.zh for name, field in FIELDS.items()}
        | {name: table.zh for name, table in TABLES.items()}
        | {name: entry.zh for name, entry in facility_classes().items()}
        | {name: words()[f"walker_{name}"][0] for name in _WALKERS}
        | {name: words()[f"completeness_{name}"][0] for name in _COMPLETENESS}
    )


def _in_chinese(layers: str) -> str:
    """Put the labels of tables, columns, facility classes and walkers in place of their names."""
    return re.sub(r"[a-z][a-z_0-9]+", lambda name: _chinese_names().get(name[0], name[0]), layers)


def _counted(text: str, suppress_below: int) -> Both:
    """Say how many people or how much land was counted; of people, none from 1 to below `suppress_below`."""
    people = _PEOPLE.fullmatch(text)
    if not people:
        return text, text
    count, *who = people.groups()
    few = count[0] != "<" and 0 < int(count.replace(",", "")) < suppress_below
    return say("people_of", n=f"<{suppress_below}" if few else count, who=(who[0], who[1]))
