"""Bring a file's rows to the columns of a table: headings, filters, value mappings, types."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from pipeline.errors import ColumnError, PersonalDataError, SettingsError, ValueRowError
from pipeline.intake.values import SHOWN, known, text, typed
from pipeline.intake.words import heading, looks_personal
from pipeline.settings import Layer
from pipeline.tables import FIELDS, REGISTER_COLUMNS, TABLES

AGES = ("child_0_3", "child_3_6", "elderly")


@dataclass(frozen=True)
class Spec:
    """What a kind of layer must and may hold, and the table whose code lists it follows."""

    table: str
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    free: tuple[str, ...] = ()  # columns whose codes are judged row by row by the layer's own reader
    may_be_empty: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, needed ones first."""
        return self.needed + self.optional


SPECS: dict[str, Spec] = {
    "committees": Spec("committees", ("committee_id", "name"), ("name_en", "subdistrict")),
    "compounds": Spec(
        "compounds",
        ("compound_id", "name"),
        ("name_en", "committee_id", "subdistrict", "residents", *AGES, *REGISTER_COLUMNS),
    ),
    "register": Spec("register", ("compound_id",), REGISTER_COLUMNS),
    "buildings": Spec("buildings", (), ("building_id", "compound_id", "use", "floors")),
    "streets": Spec(
        "ways", ("highway",), ("foot", "access", "crossing", "bridge", "tunnel", "layer", "width_m", "name")
    ),
    "squares": Spec("squares", (), ("square_id", "foot", "access", "layer", "name")),
    "walls": Spec("walls", (), ("wall_id", "kind")),
    "gates": Spec("gates", (), ("gate_id", "compound_id", "gate_users", "open_hours")),
    "facilities": Spec(
        "places",
        ("class",),
        ("facility_id", "name", "name_en", "capacity", "floor_area_m2"),
        free=("class",),
    ),
    "land": Spec("land", ("kind",), ("land_id", "name")),
    "extent": Spec("extent", (), ()),
    "population": Spec("population_zones", ("residents",), AGES),
    "answers": Spec(
        "answers", ("subject_kind", "subject_id", "fact", "answer", "author", "date"), may_be_empty=True
    ),
    "committee": Spec(
        "committee_votes",
        ("member", "round", "date", "unit_id"),
        ("scenario_id", "points", "vote", "comment"),
    ),
    "progress": Spec("progress", ("subject", "step", "date"), may_be_empty=True),
    "unit_wishes": Spec("unit_wishes", ("kind", "a", "b"), may_be_empty=True),
}


def refuse_personal(headings: Iterable[str], where: str) -> None:
    """Stop where a heading looks like data about persons.

    Raises
    ------
    PersonalDataError
        Names, phones or identity numbers have no use here, and must not be copied about.
    """
    found = [name for name in headings if looks_personal(name)]
    if found:
        raise PersonalDataError(
            where,
            f"columns that look like data about persons: {', '.join(found)}",
            "columns about places and counts only",
            "delete these columns from the file; rename one that is about no person",
        )


def filtered(frame: pd.DataFrame, layer: Layer, where: str) -> pd.DataFrame:
    """Return the rows that the layer's `where` keeps."""
    for name, allowed in layer.where.items():
        column = _column(frame, name, where, "where")
        frame = frame[frame[column].map(text).isin([text(value) for value in allowed])]
    return frame


def mapped(frame: pd.DataFrame, layer: Layer, spec: Spec, where: str) -> pd.DataFrame:
    """Return the table's columns, typed, for every row; what the file does not have is missing.

    A column of ours comes from `set`, else from the heading that `columns` names, else from a heading of the same
    name. The index stays the row number in the file.

    Raises
    ------
    SettingsError
        `columns`, `values` or `set` name a column that such a layer does not have.
    ColumnError
        A heading is not in the file, or a needed column comes from nowhere.
    ValueRowError
        Cells that cannot be read, or codes that nobody knows.
    """
    for key, names in (("columns", layer.columns), ("values", layer.values), ("set", layer.set)):
        for name in names:
            if name not in spec.columns:
                raise SettingsError(
                    f"{where}, {key}", f"{name} is no column of this layer{_nearest(name, spec.columns)}",
                    f"of: {', '.join(spec.columns)}",
                )  # fmt: skip
    result = pd.DataFrame(index=frame.index)
    codes = dict(TABLES[spec.table].codes)
    for name in spec.columns:
        field = FIELDS[name]
        if name in layer.set:
            cells = pd.Series([layer.set[name]] * len(frame), index=frame.index, dtype="object")
        elif name in layer.columns:
            cells = frame[_column(frame, layer.columns[name], where, name)]
        elif own := [h for h in (name, f"{field.zh} {name}") if h in frame.columns]:
            cells = frame[own[0]]  # the name, or the heading that our own sheets write
        elif name in spec.needed:
            raise ColumnError(
                where,
                f"nothing gives {name} ({field.zh}); headings found: {', '.join(map(str, frame.columns))}",
                f"a column for {name}",
                f"add `columns: {{{name}: <heading>}}` or `set: {{{name}: …}}`",
            )
        else:
            cells = pd.Series([None] * len(frame), index=frame.index, dtype="object")
        if name in layer.values:
            mapping = {text(key): value for key, value in layer.values[name].items()}
            cells = cells.astype("object").map(lambda cell, m=mapping: m.get(text(cell), cell))
        allowed = () if name in spec.free else codes.get(name, field.codes)
        result[name] = typed(cells, field, allowed, where)
    return result


def unique(frame: pd.DataFrame, name: str, where: str) -> None:
    """Stop where an id is missing or stands in two rows.

    Raises
    ------
    ValueRowError
    """
    missing = frame.index[frame[name].isna()]
    if len(missing):
        raise ValueRowError(f"{where}, column {name}", f"no id in row {_rows(missing)}", "an id in every row")
    twice = frame[frame[name].duplicated(keep=False)]
    if len(twice):
        groups = [f"{key!r} in rows {_rows(rows)}" for key, rows in twice.groupby(name).groups.items()]
        more = f" (and {len(groups) - SHOWN} more)" if len(groups) > SHOWN else ""
        raise ValueRowError(
            f"{where}, column {name}", f"duplicate ids: {'; '.join(groups[:SHOWN])}{more}", "each id once"
        )


def _rows(rows: Iterable[object]) -> str:
    listed = [str(row) for row in rows]
    return ", ".join(listed[:SHOWN]) + (" …" if len(listed) > SHOWN else "")


def _column(frame: pd.DataFrame, name: str, where: str, ours: str) -> str:
    """Return the file's heading of a name, or say which heading comes nearest."""
    by_heading = {heading(str(column)): str(column) for column in frame.columns}
    found = by_heading.get(heading(name))
    if found is None:
        raise ColumnError(
            where,
            f"no column {name!r} (for {ours}){_nearest(name, by_heading)}; headings found: {', '.join(by_heading)}",
            todo="correct the heading in district.yaml",
        )
    return found


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def coordinates(frame: pd.DataFrame, layer: Layer, where: str) -> tuple[pd.Series, pd.Series]:
    """Return the numbers of a text table's or sheet's x and y columns; missing where there are none.

    Raises
    ------
    ColumnError, ValueRowError
        `x` or `y` is not given or not in the file; a cell is no number.
    """
    if layer.x is None or layer.y is None:
        raise ColumnError(
            where, f"a table without geometry; headings found: {', '.join(map(str, frame.columns))}",
            "columns with coordinates", "set `x` and `y` for this layer",
        )  # fmt: skip
    result = []
    for axis, name in (("x", layer.x), ("y", layer.y)):
        cells = known(frame[_column(frame, name, where, axis)])
        numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        bad = cells[cells.notna() & numbers.isna()]
        if len(bad):
            raise ValueRowError(
                f"{where}, column {name}",
                f"no number: {bad.iloc[0]!r} in row {_rows(bad.index)}",
                "a coordinate",
            )
        result.append(numbers)
    return result[0], result[1]
