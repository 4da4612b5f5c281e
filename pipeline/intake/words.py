"""Hold the words that the intake knows: unknown markers, yes and no, personal headings, reasons."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from typing import Any

import yaml

_WORDS: dict[str, Any] = yaml.safe_load(
    files("pipeline.intake").joinpath("words.yaml").read_text(encoding="utf-8")
)
UNKNOWN = frozenset(_WORDS["unknown"])
TRUE = frozenset(_WORDS["true"])
FALSE = frozenset(_WORDS["false"])
NUMBER_SUFFIXES: tuple[str, ...] = tuple(_WORDS["number_suffixes"])
ENCODINGS: tuple[str, ...] = tuple(_WORDS["encodings"])
REFUSED: dict[str, dict[str, str]] = _WORDS["refused"]
REPAIRED: dict[str, dict[str, str]] = _WORDS["repaired"]
WARNINGS: dict[str, dict[str, str]] = _WORDS["warnings"]
_PERSONAL_WORDS = re.compile(rf"(?<![a-z])({'|'.join(_WORDS['personal_words'])})(?![a-z])")


def half_width(text: str) -> str:
    """Return the text with full-width characters made half-width, and trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def is_unknown(text: str) -> bool:
    """Whether a cell says that its value is not known."""
    return text in UNKNOWN or half_width(text) in UNKNOWN


def heading(text: str) -> str:
    """Return a heading on one line: runs of blanks become one, and none stay between Chinese characters."""
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", " ".join(text.split()))


def looks_personal(name: str) -> bool:
    """Whether a heading looks like data about persons (names, phones, identity numbers)."""
    return any(word in name for word in _WORDS["personal_contains"]) or bool(
        _PERSONAL_WORDS.search(re.sub(r"[\s-]+", "_", name.lower()))
    )
