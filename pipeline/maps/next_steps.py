"""Gather what comes next for a unit: type and deadline, plans it is part of, steps taken, questions worth asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.maps.text import Both, both

TOP_QUESTIONS = 5


@dataclass(frozen=True)
class Next:
    """What comes next for a unit.

    Attributes
    ----------
    pilot
        [reason of the type, runner-up type or "", its reason, years, award in CNY, within the quota]; None where the
        unit is no candidate.
    plans
        [plan, rank in it] of each plan of the portfolio that the unit is part of.
    order
        How sure the order is of this unit before the next.
    steps
        [subject (compound or unit id), step_id, date] of each accepted row of the progress file on the unit or its compounds.
    questions
        [rank, question] of the survey list: those on the unit or its compounds.
    gates
        As `opening_gains.gains_by_unit` returns them.
    """

    pilot: list[Any] | None
    plans: list[list[int]]
    order: Both
    steps: list[list[str]]
    questions: list[list[Any]]
    gates: list[list[Any]]


def next_steps(
    units: pd.DataFrame,
    members: Mapping[str, list[str]],
    tables: Mapping[str, pd.DataFrame],
    gates: Mapping[str, list[list[Any]]],
) -> list[Next]:
    """Return what comes next for each row of `units`; `members` are the compound ids of each.

    Reads pilots, portfolio, rank_pairs, procedure and survey.
    """
    pilots = {row["unit_id"]: row for row in tables["pilots"].to_dict("records")}
    pairs = tables["rank_pairs"].set_index("unit_id")
    plans = tables["portfolio"].groupby("unit_id")
    taken = tables["procedure"][tables["procedure"]["accepted"]].dropna(
        subset=["subject_id", "step_id", "date"]
    )
    found = []
    for unit in units["unit_id"]:
        own = {unit, *members.get(unit, [])}
        steps = taken.loc[taken["subject_id"].isin(own), ["subject_id", "step_id", "date"]]
        found.append(
            Next(
                pilot=_pilot(pilots[unit]) if unit in pilots else None,
                plans=plans.get_group(unit)[["plan", "rank"]].to_numpy().tolist()
                if unit in plans.groups
                else [],
                order=both(*pairs.loc[unit, ["sentence", "sentence_en"]])
                if unit in pairs.index
                else ("", ""),
                steps=steps.astype(str).to_numpy().tolist(),
                questions=_questions(tables["survey"], own) if unit in pilots else [],
                gates=gates.get(unit, []),
            )
        )
    return found


def _pilot(row: Mapping[str, Any]) -> list[Any]:
    def number(value: Any) -> int | None:
        return None if pd.isna(value) else int(value)

    return [
        both(row["type_reason"], row["type_reason_en"]),
        both(row["runner_up"])[0],
        both(row["runner_up_reason"], row["runner_up_reason_en"]),
        number(row["deadline_years"]),
        number(row["award_cap_cny"]),
        bool(row["within_quota"]),
    ]


def _questions(survey: pd.DataFrame, own: set[str]) -> list[list[Any]]:
    rows = survey[survey["subject_id"].isin(own) & (survey["subject_kind"] != "class")].head(TOP_QUESTIONS)
    return [[int(row.rank), both(row.question, row.question_en)] for row in rows.itertuples()]
