"""Read the file of wishes for units: which stand as they are, which atoms belong together, which apart."""

from __future__ import annotations

import pandas as pd

from pipeline.intake.layers import Opener
from pipeline.settings import Layer
from pipeline.tables import empty


def unit_wishes(opener: Opener, layer: Layer | None) -> pd.DataFrame:
    """Return table `unit_wishes`: every row as it stands, with its number in the file; stage units says whether it can be."""
    if layer is None:
        return empty("unit_wishes")
    rows = opener.rows("unit_wishes", layer, "unit_wishes")
    opener.logs["unit_wishes"].kept = len(rows)
    return rows.assign(row=rows.index.astype("int64")).sort_values("row", ignore_index=True)
