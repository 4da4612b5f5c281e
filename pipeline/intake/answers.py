"""Let the answers of the survey list win over what the files say, and keep what they replaced, by whom and when."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.errors import ValueRowError
from pipeline.intake.layers import Opener
from pipeline.intake.log import LayerLog
from pipeline.intake.values import typed
from pipeline.tables import FIELDS, REGISTER_COLUMNS, TABLES, empty

# what can be answered: of which table, by which id, which columns
_FACTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "compound": ("register", "compound_id", REGISTER_COLUMNS),
    "class": ("class_status", "class", ("completeness",)),
    "facility": ("places", "facility_id", ("capacity", "floor_area_m2")),
    "gate": ("gates", "gate_id", ("gate_users", "open_hours")),
}


class Answers:
    """The answers of a district, checked on their form; `apply` puts them into a table, `record` tells of all."""

    def __init__(self, opener: Opener) -> None:
        self._rows: list[tuple[LayerLog, Any, dict[str, Any]]] = []
        self._record: list[dict[str, Any]] = []
        places: dict[tuple[str, str, str], tuple[str, str]] = {}
        for i, layer in enumerate(opener.district.layers.answers):
            rows = opener.rows(f"answers[{i}]", layer, "answers")
            log = opener.logs[f"answers[{i}]"]
            blank = rows["answer"].isna()
            log.refuse("no_answer", rows.index[blank])
            log.kept = int((~blank).sum())
            for row, answer in zip(rows.index[~blank], rows[~blank].to_dict("records"), strict=True):
                where = f"{log.where}, row {row}"
                _check(answer, where)
                key = (answer["subject_kind"], answer["subject_id"], answer["fact"])
                earlier = places.setdefault(key, (answer["answer"], where))
                if earlier[0] != answer["answer"]:
                    raise ValueRowError(
                        where, f"{' '.join(key)}: {answer['answer']!r}, but {earlier[1]} has {earlier[0]!r}",
                        "one answer to a question", "find out which is right and clear the other",
                    )  # fmt: skip
                if earlier[1] == where:
                    self._rows.append((log, row, answer))

    def apply(self, frame: pd.DataFrame, kind: str) -> pd.DataFrame:
        """Return the table with the answers on its subjects in place.

        Raises
        ------
        ValueRowError
            There is no such subject, or the answer cannot be read as what was asked.
        """
        name, key, _ = _FACTS[kind]
        codes = dict(TABLES[name].codes)
        frame = frame.copy()
        for log, row, answer in self._rows:
            if answer["subject_kind"] != kind:
                continue
            fact, where = answer["fact"], f"{log.where}, row {row}"
            here = frame[key] == answer["subject_id"]
            if not here.any():
                raise ValueRowError(
                    where, f"there is no {kind} {answer['subject_id']!r}", "an id of this run"
                )
            field = FIELDS[fact]
            cell = pd.Series([answer["answer"]], index=[row], dtype="object")
            value = typed(cell, field, codes.get(fact, field.codes), where).iloc[0]
            before = frame.loc[here, fact].iloc[0]
            known = pd.notna(before) and str(before) != "unknown"
            if known and before != value:
                log.repair("answer_overrode", [row])
            elif not known:
                log.repair("answer_filled", [row])
            frame.loc[here, fact] = value
            told = {"row": int(row), "answer": str(value), "before": str(before) if known else None}
            self._record.append(answer | told)
        return frame

    def record(self) -> pd.DataFrame:
        """Return table `answers`: every answer that was applied, what stood there before, author and date."""
        blank = empty("answers")
        if not self._record:
            return blank
        table = pd.DataFrame(self._record)[list(blank.columns)].astype(blank.dtypes.to_dict())
        return table.sort_values(["subject_kind", "subject_id", "fact"], ignore_index=True)


def _check(answer: dict[str, Any], where: str) -> None:
    for name in ("subject_kind", "subject_id", "fact", "author", "date"):
        if pd.isna(answer[name]):
            raise ValueRowError(
                where, f"an answer without {name}", f"{FIELDS[name].zh} {name} beside each answer"
            )
    kind, fact = answer["subject_kind"], answer["fact"]
    asked = _FACTS[kind][2] if kind in _FACTS else ()
    if fact not in asked:
        raise ValueRowError(
            where, f"{fact!r} of a {kind} is nothing that an answer can settle",
            f"for a {kind}: {', '.join(asked)}" if asked else f"a subject_kind of {', '.join(_FACTS)}",
            "clear the answer; bring the layer or the column of the register that the question names",
        )  # fmt: skip
