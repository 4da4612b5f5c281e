"""Read the progress file: one row a step that a compound or unit has gone through."""

from __future__ import annotations

import pandas as pd

from pipeline.intake.layers import Opener
from pipeline.settings import Layer
from pipeline.tables import empty


def progress(opener: Opener, layer: Layer | None) -> pd.DataFrame:
    """Return table `progress`: every row as it stands, with its number in the file; whether it holds is judged later.

    Remarks are not read: free text may name persons.
    """
    if layer is None:
        return empty("progress")
    rows = opener.rows("progress", layer, "progress")
    opener.logs["progress"].kept = len(rows)
    return rows.assign(row=rows.index.astype("int64")).sort_values("row", ignore_index=True)
