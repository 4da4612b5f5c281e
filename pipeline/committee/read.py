"""Read the members' files: JSON of the review page, and spreadsheets, each checked before it is believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pydantic import ValidationError

from pipeline.committee.file import FORMAT, Review
from pipeline.errors import CommitteeFileError
from pipeline.intake.columns import SPECS, mapped, refuse_personal
from pipeline.intake.layers import SHEETS, TEXTS
from pipeline.intake.sheets import read_sheet
from pipeline.intake.text import read_text_table
from pipeline.settings import District, Layer
from pipeline.store import hash_file

_VOTES = {"同意": "yes", "是": "yes", "反对": "no", "不同意": "no", "否": "no", "弃权": "abstain"}


class Sent(NamedTuple):
    """A review and the file that it came in: its name and SHA-256."""

    file: str
    sha256: str
    review: Review


def sent(paths: Sequence[Path], district: District) -> list[Sent]:
    """Return every review of the files, in the order of the files.

    Raises
    ------
    PipelineError
        A file is of another kind, cannot be read, or breaks `docs/committee-file.md`; the message says where.
    """
    found = []
    for path in paths:
        where = f"committee/{path.name}"
        if path.suffix.lower() == ".json":
            reviews = [_checked(_json(path, where), where)]
        elif path.suffix.lower() in (*SHEETS, *TEXTS):
            reviews = _sheet(path, where, district)
        else:
            raise CommitteeFileError(
                where, f"is a {path.suffix or 'file without ending'}", "a .json, .xlsx or .csv of a member",
                "take it out of the folder",
            )  # fmt: skip
        found += [Sent(path.name, hash_file(path), review) for review in reviews]
    return found


def _json(path: Path, where: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the key {twice[0]!r} stands there twice in one object")
        return dict(pairs)

    def no_number(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=unique, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise CommitteeFileError(
            where,
            f"is not JSON in UTF-8: {error}",
            "a file as the review page saves it",
            "ask the member for it again",
        ) from None


def _checked(content: Any, where: str) -> Review:
    try:
        return Review.model_validate(content)
    except ValidationError as error:
        first, *rest = error.errors()
        key = _place(first["loc"], content)
        more = f" (and {len(rest)} more faults)" if rest else ""
        shown = "" if isinstance(first["input"], dict) else f"; found {first['input']!r:.60}"
        raise CommitteeFileError(
            f"{where}{f', {key}' if key else ''}",
            f"{first['msg'].removeprefix('Value error, ')}{shown}{more}",
            "what docs/committee-file.md asks for",
            "correct the file, or ask the member for it again",
        ) from None


def _place(loc: tuple[Any, ...], content: Any) -> str:
    """Name a fault's place, with the candidate and scenario that it concerns."""
    key = ".".join(str(part) for part in loc)
    try:
        entry = content[loc[0]][loc[1]]
        about = " ".join(str(entry[name]) for name in ("unit_id", "scenario_id") if name in entry)
    except (LookupError, TypeError):
        return key
    return f"{key} ({about})" if about else key


def _sheet(path: Path, where: str, district: District) -> list[Review]:
    about = {"date": district.date, "source": "committee", "licence": ""}
    layer = Layer.model_validate({"path": path.name, "values": {"vote": dict(_VOTES)}} | about)
    # formulas are read as the text that they are, never as what they compute
    read = read_text_table if path.suffix.lower() in TEXTS else read_sheet_text
    frame = read(path, layer, where)
    refuse_personal([str(name) for name in frame.columns], where)
    rows = mapped(frame, layer, SPECS["committee"], where)
    for name in ("member", "round", "date", "unit_id"):
        _refuse(rows[name].isna(), where, f"no {name}", f"a {name} in every row")
    judged = rows["scenario_id"].notna()
    _refuse(~judged & rows["vote"].isna(), where, "neither a scenario nor a vote", "one of the two in a row")
    _refuse(
        judged & rows["vote"].notna(), where, "a scenario and a vote", "the vote in a row without a scenario"
    )
    _refuse(~judged & rows["points"].notna(), where, "points without a scenario", "a scenario_id beside them")
    return [_of_member(group, where, district) for _, group in rows.groupby(["member", "round"], sort=True)]


def read_sheet_text(path: Path, layer: Layer, where: str) -> pd.DataFrame:
    """Return a workbook's first sheet with formulas as text."""
    return read_sheet(path, layer, where, formulas=True)


def _refuse(which: pd.Series, where: str, found: str, expected: str) -> None:
    if which.any():
        rows = which.index[which].map(str)
        raise CommitteeFileError(f"{where}, row {', '.join(rows[:5])}", found, expected, "correct these rows")


def _of_member(rows: pd.DataFrame, where: str, district: District) -> Review:
    member, round_ = str(rows["member"].iloc[0]), int(rows["round"].iloc[0])
    dates = sorted(set(rows["date"]))
    here = f"{where}, {member}, round {round_}"
    if len(dates) > 1:
        raise CommitteeFileError(
            here, f"has the dates {', '.join(dates)}", "one date a member and round", "correct the dates"
        )
    judged, text = rows["scenario_id"].notna(), rows["comment"].fillna("")
    content = {
        "format": FORMAT, "district": district.district_id, "run": None, "member": member, "round": round_,
        "date": dates[0],
        "scores": [
            {"unit_id": unit, "scenario_id": scenario, "points": None if pd.isna(points) else float(points), "comment": comment}
            for unit, scenario, points, comment in zip(
                rows["unit_id"][judged], rows["scenario_id"][judged], rows["points"][judged], text[judged], strict=True
            )
        ],
        "votes": [
            {"unit_id": unit, "vote": vote, "comment": comment}
            for unit, vote, comment in zip(rows["unit_id"][~judged], rows["vote"][~judged], text[~judged], strict=True)
        ],
    }  # fmt: skip
    return _checked(content, here)
