"""Tell for every compound which items of the renovation checklist are planned or done, and which permits each may skip."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipeline.catalogue.load import checked
from pipeline.catalogue.mend import EntryError
from pipeline.eligibility.judge import Subjects
from pipeline.eligibility.rules import Formula
from pipeline.errors import ValueRowError
from pipeline.settings import Label, Strict

RENOVATION_FILE = Path(str(files("pipeline.catalogue").joinpath("renovation.yaml")))
FACTS = ("adds_floor_area", "changes_structure", "changes_use", "high_risk", "changes_tenure")
_PARTED_BY = re.compile(r"[、,，;；\n]")


class Item(Label):
    """An item of the checklist; a fact that is left out depends on the scheme."""

    id: str = Field(pattern=r"^[a-z_]+$")
    basic: bool = Field(description="basic (基础类), else to be improved (提升类)")
    adds_floor_area: bool | None = None
    changes_structure: bool | None = None
    changes_use: bool | None = None
    high_risk: bool | None = None
    changes_tenure: bool | None = None


class Permit(Label):
    """A permit, and when an item needs none."""

    id: str = Field(pattern=r"^[a-z_]+$")
    says: str = Field(min_length=1, description="the clause, in short")
    waived_when: Formula


class Renovation(Strict):
    """`renovation.yaml`: the checklist (A13) and the permits of the green channel (A15)."""

    nothing: Label = Field(description="written in the register where there is no item to name")
    items: tuple[Item, ...] = Field(min_length=1)
    permits: tuple[Permit, ...]

    @model_validator(mode="after")
    def _unique(self) -> Renovation:
        called = Counter(name for item in self.items for name in {item.id, item.zh, item.en.lower()})
        twice = [name for name, n in called.items() if n > 1]
        if twice:
            raise EntryError(
                f"{twice[0]} stands twice",
                f"give one of the items called {twice[0]} another name, or take it out",
            )
        return self


def read_renovation(path: Path = RENOVATION_FILE) -> Renovation:
    """Read and check a checklist.

    Raises
    ------
    SettingsError
        An entry is wrong; the message names file, line and entry.
    """
    catalogue: Renovation = checked(Renovation, path)
    return catalogue


@cache
def renovation() -> Renovation:
    """Return the project's own checklist."""
    return read_renovation()


def renovation_items(catalogue: Renovation, compounds: Subjects, register: pd.DataFrame) -> pd.DataFrame:
    """Return table `renovation_items`: one row a compound and item.

    An item is `not_planned` only where both columns of the register are filled in and name it nowhere.

    Raises
    ------
    ValueRowError
        The register names an item that the checklist does not have.
    SettingsError
        A permit's expression names no field.
    """
    ids = [item.id for item in catalogue.items]
    planned, done = (_named(catalogue, register, column) for column in ("items_planned", "items_done"))
    table = pd.MultiIndex.from_product([compounds.fields.index, ids], names=["compound_id", "item_id"])
    table = table.to_frame(index=False).astype("str")
    by_id = {item.id: item for item in catalogue.items}
    for column, attribute in (("item", "zh"), ("item_en", "en")):
        names = {key: getattr(item, attribute) for key, item in by_id.items()}
        table[column] = table["item_id"].map(names).astype("str")
    table["basic"] = table["item_id"].map({key: item.basic for key, item in by_id.items()}).astype("bool")
    status = [
        _status(item, planned.get(compound), done.get(compound))
        for compound, item in zip(table["compound_id"], table["item_id"], strict=True)
    ]
    table["status"] = pd.Series(status, table.index, dtype="str")
    return _with_permits(table, catalogue, compounds).sort_values(
        ["compound_id", "item_id"], ignore_index=True
    )


def checklist_counts(catalogue: Renovation, register: pd.DataFrame) -> pd.DataFrame:
    """Return how many items are done, planned, and neither, by compound_id: checklist_done, _planned, _left (A13).

    All are missing where the register leaves open how any item stands.

    Raises
    ------
    ValueRowError
        The register names an item that the checklist does not have.
    """
    planned, done = (_named(catalogue, register, column) for column in ("items_planned", "items_done"))
    rows = {}
    for compound in register["compound_id"]:
        found = Counter(
            _status(item.id, planned.get(compound), done.get(compound)) for item in catalogue.items
        )
        known = (found["done"], found["planned"], found["not_planned"])
        rows[compound] = (None,) * 3 if found["unknown"] else known
    columns = ["checklist_done", "checklist_planned", "checklist_left"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("Int64")


def _named(catalogue: Renovation, register: pd.DataFrame, column: str) -> dict[str, frozenset[str]]:
    """Return the items that a column names, by compound; a compound whose cell is empty is left out."""
    known = {name: item.id for item in catalogue.items for name in (item.id, item.zh, item.en.lower())}
    nothing = (catalogue.nothing.zh, catalogue.nothing.en.lower())
    found = {}
    for row in register[register[column].notna()].itertuples():
        words = [word.strip() for word in _PARTED_BY.split(getattr(row, column))]
        words = [word for word in words if word and word.lower() not in nothing]
        strange = [word for word in words if word.lower() not in known]
        if strange:
            at = "" if pd.isna(row.source_row) else f", row {row.source_row}"
            raise ValueRowError(
                f"register{at}, compound {row.compound_id}, {column}",
                f"{strange[0]!r} is no item of the checklist",
                "、".join(item.zh for item in catalogue.items),
                "mend the name, or add the item to pipeline/catalogue/renovation.yaml",
            )
        found[str(row.compound_id)] = frozenset(known[word.lower()] for word in words)
    return found


def _status(item: str, planned: frozenset[str] | None, done: frozenset[str] | None) -> str:
    if done is not None and item in done:
        return "done"
    if planned is not None and item in planned:
        return "planned"
    return "unknown" if planned is None or done is None else "not_planned"


def _with_permits(table: pd.DataFrame, catalogue: Renovation, compounds: Subjects) -> pd.DataFrame:
    """Add which permits each item needs, may skip, or may skip for all we know: their ids, parted by blanks."""
    facts = pd.DataFrame(
        {
            fact: pd.array([getattr(item, fact) for item in catalogue.items], dtype="boolean")
            for fact in FACTS
        },
        index=[item.id for item in catalogue.items],
    )
    fields = facts.loc[table["item_id"]].reset_index(drop=True)
    own = compounds.fields.loc[table["compound_id"]].reset_index(drop=True)
    packages = Subjects("compound", pd.concat([own, fields], axis=1), compounds.thresholds)
    waived = {permit.id: packages.decide(permit.waived_when) for permit in catalogue.permits}
    marks = {
        "permits_waived": {key: truth.true for key, truth in waived.items()},
        "permits_needed": {key: truth.false for key, truth in waived.items()},
        "permits_unknown": {key: ~truth.known for key, truth in waived.items()},
    }
    for column, of in marks.items():
        ids = np.array(list(of), dtype=object)
        chosen = np.column_stack(list(of.values())) if of else np.zeros((len(table), 0), bool)
        table[column] = pd.Series([" ".join(ids[row]) for row in chosen], table.index, dtype="str")
    return table
