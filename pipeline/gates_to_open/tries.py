"""List what may be opened: each opening that does not let everyone pass, and all gates of a compound together."""

from __future__ import annotations

import pandas as pd


def tries(openings: pd.DataFrame) -> list[tuple[str, str, list[str]]]:
    """Return (subject_kind, subject_id, ids of the openings to open), sorted.

    An opening is tried where its gate admits residents or holders of a permit only, is closed, or where a wall stops a
    way; not where no way meets it, and not where whom it admits is unknown (it is walked as its way is tagged). A
    compound is tried where it has two gates or more to open: a way through needs both ends.
    """
    shut = openings["status"].eq("blocked") | openings["gate_users"].isin(["residents", "permit"])
    open_these = openings[shut & openings["node_id"].notna()]
    single = [("opening", name, [name]) for name in sorted(open_these["opening_id"])]
    gates = open_these[open_these["gate_id"].notna() & open_these["compound_id"].notna()]
    together = gates.groupby("compound_id")["opening_id"].agg(sorted)
    return single + [("compound", str(name), ids) for name, ids in together.items() if len(ids) > 1]
