"""Find the compound or unit that a row of the progress file is about."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Subject:
    """What goes through the procedure: a compound, a committee or a proposed unit."""

    subject_kind: str
    subject_id: str
    name: str
    subdistrict: str | None


class Directory:
    """All compounds and units of the district, found by id, else by name."""

    def __init__(self, compounds: pd.DataFrame, units: pd.DataFrame) -> None:
        self._by_id: dict[str, list[Subject]] = {}
        self._by_name: dict[str, list[Subject]] = {}
        for kind, frame in (("compound", compounds), ("unit", units)):
            columns = (frame[column] for column in (f"{kind}_id", "name", "subdistrict"))
            for subject_id, name, subdistrict in zip(*columns, strict=True):
                home = None if pd.isna(subdistrict) else str(subdistrict)
                subject = Subject(kind, str(subject_id), str(name), home)
                self._by_id.setdefault(subject.subject_id, []).append(subject)
                self._by_name.setdefault(subject.name, []).append(subject)

    def find(self, written: str) -> list[Subject]:
        """Return the subjects that have this id; if none has, those of this name."""
        return self._by_id.get(written) or self._by_name.get(written) or []

    @property
    def subdistricts(self) -> list[str]:
        """Sub-districts that have any compound or unit, sorted."""
        found = {s.subdistrict for subjects in self._by_id.values() for s in subjects}
        return sorted(name for name in found if name is not None)
