"""Keep count of what happened to every row of a layer: kept, repaired, refused and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.intake.words import REFUSED, REPAIRED, WARNINGS
from pipeline.settings import Layer

EXAMPLES = 5  # rows named for each reason; the count is always whole


class LayerLog:
    """What was found in one layer; `rows` are row numbers as the user sees them in the file."""

    def __init__(self, label: str, layer: Layer, sha256: dict[str, str]) -> None:
        self.label, self.layer, self.sha256 = label, layer, sha256
        self.crs: str | None = None
        self.read = 0
        self.kept = 0
        self.people: dict[str, float] = {}
        self._refused: dict[str, list[str]] = {}
        self._repaired: dict[str, list[str]] = {}
        self._warnings: dict[str, str] = {}

    @property
    def where(self) -> str:
        """Name of the layer and its file, as `district.yaml` has them."""
        part = self.layer.layer or self.layer.sheet
        return f"{self.label} ({self.layer.path}{f', {part}' if part else ''})"

    def refuse(self, reason: str, rows: Iterable[Any]) -> None:
        """Count rows that are left out."""
        self._note(self._refused, REFUSED, reason, rows)

    def repair(self, reason: str, rows: Iterable[Any]) -> None:
        """Count rows that were changed to be used."""
        self._note(self._repaired, REPAIRED, reason, rows)

    def warn(self, code: str, detail: str = "") -> None:
        """Attach a usage warning of the closed list."""
        if code not in WARNINGS:
            raise KeyError(f"{code} is not a warning of words.yaml")
        self._warnings[code] = detail

    @staticmethod
    def _note(notes: dict[str, list[str]], known: dict[str, Any], reason: str, rows: Iterable[Any]) -> None:
        if reason not in known:
            raise KeyError(f"{reason} is not a reason of words.yaml")
        found = [str(row) for row in rows]
        if found:
            notes.setdefault(reason, []).extend(found)

    def as_dict(self) -> dict[str, Any]:
        """Return the layer's part of the intake report."""

        def summary(notes: dict[str, list[str]], known: dict[str, dict[str, str]]) -> dict[str, Any]:
            return {
                reason: {**known[reason], "count": len(rows), "examples": rows[:EXAMPLES]}
                for reason, rows in sorted(notes.items())
            }

        return {
            "path": self.layer.path,
            "part": self.layer.layer or self.layer.sheet,
            "sha256": self.sha256,
            "date": self.layer.date.isoformat(),
            "source": self.layer.source,
            "licence": self.layer.licence,
            "crs": self.crs,
            "datum": self.layer.datum,
            "read": self.read,
            "kept": self.kept,
            "people": self.people,
            "repaired": summary(self._repaired, REPAIRED),
            "refused": summary(self._refused, REFUSED),
            "warnings": [
                {"code": code, **WARNINGS[code], "detail": detail}
                for code, detail in sorted(self._warnings.items())
            ],
        }
