"""Make the edition that may leave the house: no small counts of people, no internal columns.

What is hidden is missing, not zero. Pages hide small counts themselves (`maps.suppress_below`, raised here) and write
them as “<10”; the workbook and the GeoPackage leave them empty. Addresses and atoms are not handed out at all: what is
hidden elsewhere could be had from them by subtraction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import pandas as pd

from pipeline.settings import Settings
from pipeline.tables import FIELDS

Frame = TypeVar("Frame", bound=pd.DataFrame)
INTERNAL_TABLES = (
    "residents",
    "atoms",
    "unit_members",
    "survey",
    "procedure",
    "committee_files",
    "committee_scores",
    "committee_votes",
    "answers",
)
COUNTS = frozenset(name for name, field in FIELDS.items() if field.unit in ("人", "户", "件"))
INTERNAL = frozenset(name for name, field in FIELDS.items() if field.internal)
SHARES = ("share_5", "share_10", "share_15", "unknown_5", "unknown_10", "unknown_15")
_OF_PEOPLE = r"(?:人|户|位|居民|业主|儿童|老人|老年人|婴幼儿|residents?\b|people\b|persons?\b|owners?\b|households?\b|children\b)"
_COUNT = re.compile(rf"(?<![\w.,—–-])\d[\d,]*(?:\.\d+)?(?=\s*{_OF_PEOPLE})", re.ASCII)


class Published(Mapping[str, Any]):
    """Tables as readers may have them.

    In the public edition without internal columns, small groups, and small counts in sentences; else as they are. Columns
    of people stay whole, since pages add them up: `hide_counts` before they are written.
    """

    def __init__(self, settings: Settings, tables: Mapping[str, Any]) -> None:
        self._tables, self._params = tables, settings.params.report

    def __getitem__(self, name: str) -> Any:
        content = self._tables[name]
        if not self._params.public or not isinstance(content, pd.DataFrame):
            return content
        return publish(content, self._params.public_min_people)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def handed_out(settings: Settings, tables: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the tables to write into a file, by title; in the public edition without small counts and working tables."""
    published, report = Published(settings, tables), settings.params.report
    if not report.public:
        return {title: published[name] for title, name in names.items()}
    return {
        title: hide_counts(published[name], report.public_min_people)
        for title, name in names.items()
        if name not in INTERNAL_TABLES
    }


def page_settings(settings: Settings) -> Settings:
    """Return the settings for pages: in the public edition they hide at least what is below its threshold."""
    params = settings.params
    if not params.report.public:
        return settings
    least = max(params.maps.suppress_below, params.report.public_min_people)
    maps = params.maps.model_copy(update={"suppress_below": least})
    return settings.model_copy(update={"params": params.model_copy(update={"maps": maps})})


def publish(frame: Frame, threshold: int) -> Frame:
    """Return a table whose internal columns, and figures of groups under the threshold, are emptied.

    Shares are rounded to a whole percent; counts under the threshold in sentences are written as `<threshold`.
    """
    out = frame.copy()
    for column in INTERNAL.intersection(out.columns):
        out[column] = pd.NA
    shares = [column for column in SHARES if column in out.columns]
    out[shares] = out[shares].round(2)
    if "people" in out.columns:  # a share of few people is a count
        measures = [*shares, *(c for c in ("median_minutes", "p90_minutes") if c in out.columns)]
        out.loc[_small(out["people"], threshold), measures] = float("nan")
    for column in out.columns:
        if FIELDS[column].type == "str" and column not in INTERNAL:
            out[column] = out[column].map(lambda text: words(text, threshold), na_action="ignore")
    return out


def hide_counts(frame: Frame, threshold: int) -> Frame:
    """Return a table without internal columns, its counts of people, households and cases under the threshold missing."""
    out = frame.drop(columns=[column for column in frame.columns if column in INTERNAL]).copy()
    for column in COUNTS.intersection(out.columns):
        out[column] = out[column].mask(_small(out[column], threshold))
    return out


def words(text: str, threshold: int) -> str:
    """Return a sentence with every count of people under the threshold written as `<threshold`."""

    def hidden(match: re.Match[str]) -> str:
        return f"<{threshold}" if 0 < float(match[0].replace(",", "")) < threshold else match[0]

    return _COUNT.sub(hidden, text)


def _small(counts: pd.Series, threshold: int) -> pd.Series:
    size = counts.abs()
    return (size.gt(0) & size.lt(threshold)).fillna(False).astype(bool)
