"""Say from which file, sheet, row and column of the district a value was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.settings import District, Layer
from pipeline.tables import REGISTER_COLUMNS

# Layers of district.yaml that a table rests on.
_LAYERS = {
    "walk_times": (
        "population",
        "buildings",
        "streets",
        "squares",
        "walls",
        "gates",
        "terrain",
        "facilities",
    ),
    "residents": ("population", "buildings", "compounds", "committees"),
    "edges": ("streets", "squares", "walls", "gates", "terrain"),
    "nodes": ("streets",),
    "way_nodes": ("streets",),
    "openings": ("streets", "walls", "gates"),
    "facilities": ("facilities",),
    "places": ("facilities",),
    "class_status": ("facilities",),
    "land": ("land",),
    "terrain": ("terrain",),
    "compounds": ("compounds",),
    "register": ("register",),
}
_MADE_ID = re.compile(r"f(\d+)-(\d+)")  # layer and row, where the list itself has no ids


def answered(answers: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return what is said of each cell of a compound (compound_id, column) that an answer of the survey list settled."""
    return {
        (row.subject_id, row.fact): f"核查答复 answer: {row.author}, {row.date}"
        + ("" if pd.isna(row.before) else f", 原为 before: {row.before}")
        for row in answers[answers["subject_kind"] == "compound"].itertuples()
    }


def cell(
    column: str, compound: str, row: Any, district: District, answers: Mapping[tuple[str, str], str]
) -> str:
    """Return the place of a compound's value.

    Parameters
    ----------
    row
        Its source_row in table `register`, missing where it has none.
    answers
        From `answered`; they won over the file.
    """
    if (compound, column) in answers:
        return answers[compound, column]
    layers = district.layers
    own = layers.compounds if layers.compounds and column in layers.compounds.columns else None
    if column not in REGISTER_COLUMNS or layers.register_ is None or pd.isna(row):
        return "未提供 not in any file" if own is None else file_of(own)
    heading = layers.register_.columns.get(column)
    named = f", 列 column {heading}" if heading else ""
    also = f"; 空格时取 where empty {file_of(own)}" if own else ""
    return f"{file_of(layers.register_)}, 第 {row} 行 row {row}{named}{also}"


def facility(facility_id: str, district: District) -> str:
    """Return the file of a facility, and its row where the list gives no ids of its own."""
    made = _MADE_ID.fullmatch(facility_id)
    if made is None:
        return "、".join(file_of(layer) for layer in district.layers.facilities)
    return f"{file_of(district.layers.facilities[int(made[1])])}, 第 {made[2]} 行 row {made[2]}"


def behind(evidence: str, district: District) -> list[str]:
    """Return a line for each table that an evidence text names: the files, with their dates, that it was made from."""
    named = dict.fromkeys(re.findall(r"[a-z_]+", evidence.partition(";")[0]))
    by_name: dict[str, list[Layer]] = {}
    for label, layer in district.layers.all():
        by_name.setdefault(label.partition("[")[0], []).append(layer)
    lines = []
    for table in named:
        layers = [layer for name in _LAYERS.get(table, ()) for layer in by_name.get(name, [])]
        if layers:
            files = dict.fromkeys(f"{file_of(layer)} ({layer.date})" for layer in layers)
            lines.append(f"  {table} ← {', '.join(files)}")
    return lines


def file_of(layer: Layer) -> str:
    """Return a layer's file, and its sheet or layer where it has one."""
    part = (
        f", 工作表 sheet {layer.sheet}"
        if layer.sheet
        else f", 图层 layer {layer.layer}"
        if layer.layer
        else ""
    )
    return layer.path + part
