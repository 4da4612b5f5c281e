"""Sum up a round: what the members give each candidate, where they disagree, and how far their orders agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.committee.agreement import kendall_w, trimmed_mean
from pipeline.scoring.table import TOTAL
from pipeline.settings import CommitteeParams
from pipeline.tables import empty


def summaries(
    recorded: Mapping[str, pd.DataFrame],
    candidates: Sequence[str],
    scenario_weights: Mapping[str, float],
    params: CommitteeParams,
) -> dict[str, pd.DataFrame]:
    """Return tables `committee_summary` and `committee_agreement`; both are empty where no file came.

    A member's total is the mean of the scenarios by the set weights, where the member judged every scenario that has a
    weight. W is taken over the candidates that every member who judged any of them did judge.

    Parameters
    ----------
    recorded
        From `record`.
    """
    points = recorded["committee_scores"].dropna(subset="points")
    points = pd.concat([points, _totals(points, scenario_weights)])
    votes = recorded["committee_votes"]
    summary: list[dict[str, Any]] = []
    agreement: list[dict[str, Any]] = []
    for round_ in sorted(set(recorded["committee_files"]["round"])):
        of_round, voted = points[points["round"] == round_], votes[votes["round"] == round_]
        for scenario in (*scenario_weights, TOTAL):
            wide = of_round[of_round["scenario_id"] == scenario].pivot(
                index="member", columns="unit_id", values="points"
            )
            judged_by_all = wide.dropna(axis="columns")
            w, p = kendall_w(judged_by_all.to_numpy(float))
            head = {"round": round_, "scenario_id": scenario}
            agreement.append(
                head
                | {"judges": len(wide), "units_by_all": judged_by_all.shape[1], "kendall_w": w, "p_value": p}
            )
            for unit in candidates:
                column = wide[unit].dropna() if unit in wide else pd.Series(dtype=float)
                row = head | {"unit_id": unit} | _of_unit(column, params)
                here = voted[voted["unit_id"] == unit]["vote"]
                for vote in ("yes", "no", "abstain"):
                    row[f"votes_{vote}"] = int((here == vote).sum()) if scenario == TOTAL else None
                summary.append(row)
    return {
        "committee_summary": _table("committee_summary", summary),
        "committee_agreement": _table("committee_agreement", agreement),
    }


def _totals(points: pd.DataFrame, scenario_weights: Mapping[str, float]) -> pd.DataFrame:
    weights = {scenario: weight for scenario, weight in scenario_weights.items() if weight > 0}
    key = ["member", "round", "unit_id"]
    wide = points.pivot(index=key, columns="scenario_id", values="points").reindex(columns=list(weights))
    whole = (wide * pd.Series(weights)).sum(axis=1, skipna=False) / sum(weights.values())
    return whole.dropna().rename("points").reset_index().assign(scenario_id=TOTAL, comment="")


def _of_unit(points: pd.Series, params: CommitteeParams) -> dict[str, Any]:
    if points.empty:
        return {"judges": 0, "disagree": False}
    values = points.sort_index().to_numpy(float)
    spread = float(values.max() - values.min())
    return {
        "judges": len(points),
        "median": float(np.median(values)),
        "trimmed_mean": trimmed_mean(values, params.trim_share),
        "lowest": float(values.min()),
        "lowest_by": "、".join(sorted(points.index[points == values.min()])),
        "highest": float(values.max()),
        "highest_by": "、".join(sorted(points.index[points == values.max()])),
        "spread": spread,
        "disagree": spread >= params.disagreement_points,
    }


def _table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    blank = empty(name)
    return pd.DataFrame(rows, columns=list(blank.columns)).astype(blank.dtypes.to_dict()) if rows else blank
