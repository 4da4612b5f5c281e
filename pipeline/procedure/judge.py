"""Accept or refuse every row of the progress file: no step is skipped, no date runs backwards.

The rows of a subject are taken step by step in the procedure's order, whatever their order in the file. A refused row
changes nothing, so that later steps of the subject are refused too until the row is put right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from pipeline.procedure.steps import Procedure, Step
from pipeline.procedure.subjects import Directory, Subject
from pipeline.settings import Label
from pipeline.tables import FIELDS

Both = tuple[str, str]
_NO_REASON: Both = ("", "")


@dataclass(frozen=True)
class Row:
    """A row that can be read: line in the file, subject, step and date."""

    row: int
    subject: Subject
    step: Step
    date: date


def judge(progress: pd.DataFrame, directory: Directory, procedure: Procedure, as_of: date) -> pd.DataFrame:
    """Return table `procedure`: every row of the progress file, accepted or refused with the reason.

    Parameters
    ----------
    progress
        Table `progress`.
    as_of
        Date of the progress file; a later date is a plan, not progress.

    Notes
    -----
    Source: 烟芝政办发〔2022〕2号, plan B 三(三)2–5 (order), 四(二) (three months of trial operation).
    """
    verdicts: dict[int, Both] = {}
    rows: list[Row] = []
    reader = _Reader(directory, procedure, as_of)
    for cells in progress.to_dict("records"):
        read = reader.read({key: None if pd.isna(cell) else cell for key, cell in cells.items()})
        if isinstance(read, Row):
            rows.append(read)
        else:
            verdicts[cells["row"]] = read
    accepted: set[int] = set()
    for subject in dict.fromkeys(row.subject for row in rows):
        walk = _Walk(procedure)
        walk.go(row for row in rows if row.subject == subject)
        accepted |= {row.row for row in walk.reached.values()}
        verdicts |= walk.verdicts
    return _table(progress, {row.row: row for row in rows}, accepted, verdicts)


class _Reader:
    """Reads cells into a row, or says why they cannot be read."""

    def __init__(self, directory: Directory, procedure: Procedure, as_of: date) -> None:
        self._directory, self._refusals, self._as_of = directory, procedure.refusals, as_of
        self._steps = {name: step for step in procedure.steps for name in step.names}
        self._step_names = [step.zh for step in procedure.steps], [step.en for step in procedure.steps]

    def read(self, cells: dict[str, Any]) -> Row | Both:
        lacks = [FIELDS[name] for name in ("subject", "step", "date") if cells[name] is None]
        if lacks:
            pair = "、".join(field.zh for field in lacks), ", ".join(field.name for field in lacks)
            return _say(self._refusals.incomplete, cells=pair)
        found = self._directory.find(cells["subject"])
        if not found:
            return _say(self._refusals.unknown_subject, subject=cells["subject"])
        if len(found) > 1:
            ids = ", ".join(subject.subject_id for subject in found)
            return _say(self._refusals.ambiguous_subject, subject=cells["subject"], candidates=ids)
        step = self._steps.get(cells["step"])
        if step is None:
            steps = "、".join(self._step_names[0]), ", ".join(self._step_names[1])
            return _say(self._refusals.unknown_step, step=cells["step"], steps=steps)
        day = date.fromisoformat(cells["date"])
        if day > self._as_of:
            return _say(self._refusals.future, date=day, as_of=self._as_of)
        return Row(cells["row"], found[0], step, day)


class _Walk:
    """One subject's way through the procedure."""

    def __init__(self, procedure: Procedure) -> None:
        self._procedure = procedure
        self.reached: dict[str, Row] = {}
        self.verdicts: dict[int, Both] = {}

    def go(self, rows: Iterable[Row]) -> None:
        """Accept or refuse the subject's rows, step by step."""
        order = {step.id: i for i, step in enumerate(self._procedure.steps)}
        for row in sorted(rows, key=lambda row: (order[row.step.id], row.row)):
            position = order[row.step.id]
            before = self._procedure.steps[position - 1] if position else None
            fault = self._fault(row, before)
            self.verdicts[row.row] = fault or self._waits(row)
            if fault is None:
                self.reached[row.step.id] = row

    def _fault(self, row: Row, before: Step | None) -> Both | None:
        say, same = self._procedure.refusals, self.reached.get(row.step.id)
        if same is not None:
            return _say(say.twice, row=same.row, date=same.date)
        if before is not None:
            last = self.reached.get(before.id)
            if last is None:
                return _say(say.skipped, before=(before.zh, before.en))
            if row.date < last.date:
                return _say(say.backward, before=(before.zh, before.en), date=last.date)
        if row.step.after is not None:
            earlier, months = self.reached[row.step.after.step], row.step.after.months
            earliest = months_later(earlier.date, months)
            if row.date < earliest:
                names = earlier.step.zh, earlier.step.en
                return _say(say.too_early, earlier=names, date=earlier.date, months=months, earliest=earliest)
        return None

    def _waits(self, row: Row) -> Both:
        """Say from when a later step may be taken that has to wait for this one."""
        for step in self._procedure.steps:
            if step.after is not None and step.after.step == row.step.id:
                earliest = months_later(row.date, step.after.months)
                return _say(self._procedure.earliest, step=(step.zh, step.en), earliest=earliest)
        return _NO_REASON


def months_later(day: date, months: int) -> date:
    """Return the same day some months later; the month's last day where it has no such day (民法典 202)."""
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def _say(label: Label, **values: Any) -> Both:
    """Fill a sentence; a pair stands for its Chinese and English half."""
    halves = [{k: v[i] if isinstance(v, tuple) else v for k, v in values.items()} for i in (0, 1)]
    return label.zh.format(**halves[0]), label.en.format(**halves[1])


def _table(
    progress: pd.DataFrame, read: dict[int, Row], accepted: set[int], verdicts: dict[int, Both]
) -> pd.DataFrame:
    rows = [read.get(number) for number in progress["row"]]
    columns = {
        "subject_kind": [row.subject.subject_kind if row else None for row in rows],
        "subject_id": [row.subject.subject_id if row else None for row in rows],
        "step_id": [row.step.id if row else None for row in rows],
        "reason": [verdicts[number][0] for number in progress["row"]],
        "reason_en": [verdicts[number][1] for number in progress["row"]],
    }
    texts = {name: pd.Series(cells, index=progress.index, dtype="str") for name, cells in columns.items()}
    return progress.assign(**texts, accepted=progress["row"].isin(accepted).astype("bool"))
