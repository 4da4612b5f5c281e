"""Read the compound register: one row a compound, every column typed, nothing invented."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from pipeline.intake.columns import unique
from pipeline.intake.layers import Opener
from pipeline.intake.log import LayerLog
from pipeline.settings import Layer
from pipeline.tables import REGISTER_COLUMNS


def register(opener: Opener, layer: Layer | None, compounds: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return table `register` for all compounds: the register's cells, else those of the compounds layer.

    `source_row` is the row of the register's file, as its user counts; a compound that is not in it has none.
    Rows of compounds that the compounds layer does not have are refused and counted.
    """
    own = compounds.set_index("compound_id")[list(REGISTER_COLUMNS)]
    source_row = pd.Series(pd.NA, own.index, dtype="Int64")
    if layer is not None:
        rows = opener.rows("register", layer, "register")
        log = opener.logs["register"]
        log.refuse("no_id", rows.index[rows["compound_id"].isna()])
        rows = rows[rows["compound_id"].notna()]
        unique(rows, "compound_id", log.where)
        strange = ~rows["compound_id"].isin(own.index)
        log.refuse("unknown_compound", rows.index[strange])
        rows = rows[~strange]
        source_row = pd.Series(rows.index, rows["compound_id"], dtype="Int64").reindex(own.index)
        listed = rows.set_index("compound_id")[list(REGISTER_COLUMNS)].reindex(own.index)
        log.kept = len(rows)
        _note_conflicts(listed, own, log)
        own = listed.where(listed.notna(), own).astype(own.dtypes.to_dict())
    own = own.assign(source_row=source_row).rename_axis("compound_id")
    return own.reset_index().sort_values("compound_id", ignore_index=True)


def _note_conflicts(listed: pd.DataFrame, own: pd.DataFrame, log: LayerLog) -> None:
    both = listed.notna() & own.notna()
    differ = {
        name: int((listed[name][both[name]] != own[name][both[name]]).sum()) for name in REGISTER_COLUMNS
    }
    found = {name: count for name, count in differ.items() if count}
    if found:
        log.warn("conflict", ", ".join(f"{name} {count}" for name, count in found.items()))
