"""The data dictionary in the docs is the one that the schemas give."""

from __future__ import annotations

from pipeline.report.dictionary import data_dictionary
from pipeline.tables import FIELDS, TABLES
from tests.runs import ROOT


def test_the_dictionary_is_up_to_date() -> None:
    text = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert text == data_dictionary(), "run: python -m pipeline dictionary > docs/data-dictionary.md"


def test_it_names_every_table_and_column() -> None:
    text = data_dictionary()
    assert all(f"## {name} " in text for name in TABLES)
    assert all(f"`{name}`" in text for name in FIELDS)
