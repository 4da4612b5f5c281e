"""Lay the members' reviews down as tables, after checking them against the candidates and each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from pipeline.committee.file import Review
from pipeline.committee.read import Sent
from pipeline.errors import CommitteeFileError
from pipeline.settings import CommitteeParams
from pipeline.tables import empty


def record(
    sent: Sequence[Sent],
    district_id: str,
    run: str,
    candidates: Sequence[str],
    scenarios: Sequence[str],
    params: CommitteeParams,
) -> dict[str, pd.DataFrame]:
    """Return tables `committee_files`, `committee_scores`, `committee_votes` and `committee_weights`.

    Parameters
    ----------
    run
        `run_of` the present candidates; a file made from others is marked, since names may mean other ground there.

    Raises
    ------
    CommitteeFileError
        A file is of another district, names an unknown candidate or scenario, is on another scale, or a member has
        sent two of one round.
    """
    labels: dict[str, str] = {}
    seen: dict[tuple[str, int], str] = {}
    rows: dict[str, list[dict[str, Any]]] = {"files": [], "scores": [], "votes": [], "weights": []}
    first_second = min((s.review.date for s in sent if s.review.round == 2), default=None)
    for file, sha256, review in sent:
        where = f"committee/{file}, {review.member}, round {review.round}"
        _check(review, where, district_id, candidates, scenarios, params)
        member = labels.setdefault(_plain(review.member), review.member.strip())
        key = (member, review.round)
        if key in seen:
            raise CommitteeFileError(
                where, f"this member's round {review.round} came in committee/{seen[key]} already",
                "one file a member and round", "keep the one that counts and take the other out of the folder",
            )  # fmt: skip
        seen[key] = file
        base = {"member": member, "round": review.round}
        blind = review.round == 1 and (first_second is None or review.date <= first_second)
        rows["files"].append(
            base
            | {
                "file": file, "sha256": sha256, "date": review.date.isoformat(), "run": review.run,
                "same_run": None if review.run is None else review.run == run,
                "blind": blind if review.round == 1 else None,
                "scores_given": sum(s.points is not None for s in review.scores), "votes_given": len(review.votes),
            }
        )  # fmt: skip
        rows["scores"] += [base | score.model_dump() for score in review.scores]
        rows["votes"] += [base | vote.model_dump() for vote in review.votes]
        rows["weights"] += [
            base | {"scenario_id": scenario, "weight": weight}
            for scenario, weight in (review.weights or {}).items()
        ]
    keys = {"files": [], "scores": ["unit_id", "scenario_id"], "votes": ["unit_id"], "weights": ["scenario_id"]}  # fmt: skip
    return {f"committee_{name}": _table(f"committee_{name}", of, keys[name]) for name, of in rows.items()}


def _plain(member: str) -> str:
    """Return a label without what spelling varies in: width, case, blanks."""
    return "".join(unicodedata.normalize("NFKC", member).casefold().split())


def _table(name: str, rows: list[dict[str, Any]], key: list[str]) -> pd.DataFrame:
    blank = empty(name)
    if not rows:
        return blank
    table = pd.DataFrame(rows)[list(blank.columns)].astype(blank.dtypes.to_dict())
    return table.sort_values(["round", "member", *key], ignore_index=True)


def _check(
    review: Review,
    where: str,
    district_id: str,
    candidates: Sequence[str],
    scenarios: Sequence[str],
    params: CommitteeParams,
) -> None:
    if review.district != district_id:
        raise CommitteeFileError(
            where,
            f"is of district {review.district!r}",
            f"district {district_id!r}",
            "take it out of the folder",
        )
    judged = [score.unit_id for score in review.scores] + [vote.unit_id for vote in review.votes]
    _known("candidate", judged, candidates, where)
    _known("scenario", [score.scenario_id for score in review.scores], scenarios, where)
    if review.weights is not None:
        _known("scenario", review.weights, scenarios, f"{where}, weights")
        lacking = [scenario for scenario in scenarios if scenario not in review.weights]
        if lacking:
            raise CommitteeFileError(
                f"{where}, weights", f"lacks {', '.join(lacking)}", "a weight for every scenario, or none at all"
            )  # fmt: skip
    points = [score.points for score in review.scores if score.points is not None]
    many = len(points) >= params.scale_check_scores
    if many and 0 < max(points) <= params.scale_check_points:
        raise CommitteeFileError(
            where, f"all {len(points)} points lie between {min(points):g} and {max(points):g}", "points from 0 to 100",
            "ask the member which scale is meant, and multiply",
        )  # fmt: skip


def _known(what: str, names: Iterable[str], known: Sequence[str], where: str) -> None:
    strange = list(dict.fromkeys(name for name in names if name not in known))
    if strange:
        listed = ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
        raise CommitteeFileError(
            where, f"{', '.join(map(repr, strange[:5]))}: no such {what} in this run", f"one of {listed}",
            "correct the id; if units were drawn anew since, ask the member again",
        )  # fmt: skip
