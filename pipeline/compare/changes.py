"""Compare two finished runs: what differs in what they were made from, and what each difference did."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from pipeline import store
from pipeline.compare.attribution import attribution, told
from pipeline.compare.swap import GROUPS, made, steps
from pipeline.report.plain_text import as_csv_cell


def changes(before: Path, after: Path) -> tuple[pd.DataFrame, str]:
    """Return the attribution of every candidate's figures, and the same told.

    Runs in between are made beside the first run, on its file system, and removed.
    """
    a, b = made(before), made(after)
    tables = [store.read(a.folders.path("candidates"))]
    changed: dict[str, bool] = {}
    with TemporaryDirectory(prefix=".compare-", dir=before) as scratch:
        for step in steps(a, b, Path(scratch)):
            changed[step.group] = step.changed
            tables.append(store.read(step.run.folders.path("candidates")) if step.changed else tables[-1])
    table = attribution(tables, GROUPS, changed)
    return table, told(table, GROUPS, changed)


def changes_csv(table: pd.DataFrame) -> str:
    """Return the attribution as CSV; names that look like formulas are quoted."""
    texts = table.select_dtypes(["object", "string"]).columns
    quoted = {name: table[name].map(as_csv_cell, na_action="ignore") for name in texts}
    return table.assign(**quoted).to_csv(index=False, lineterminator="\n")
