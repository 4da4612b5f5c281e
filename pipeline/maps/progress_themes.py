"""Paint how far compounds and units have come in the procedure (掛图作战, plan A 四(三), rule A18)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.maps.text import say, whole
from pipeline.maps.themes import Entry, Paints, Theme, coded, colours
from pipeline.procedure.reached import steps_reached
from pipeline.procedure.steps import procedure


def progress_themes(judged: pd.DataFrame, compounds: pd.DataFrame, units: pd.DataFrame) -> list[Theme]:
    """Return compounds, then units, by the last step they have taken; none where no progress is kept.

    Parameters
    ----------
    judged
        Table `procedure`.
    compounds, units
        compound_id and unit_id in the page's order.
    """
    if judged.empty:
        return []
    kinds: list[tuple[Paints, str, pd.Series]] = [
        ("compounds", "compound", compounds["compound_id"]),
        ("units", "unit", units["unit_id"]),
    ]
    return [_theme(judged, paints, kind, pd.Index(ids)) for paints, kind, ids in kinds]


def _theme(judged: pd.DataFrame, paints: Paints, kind: str, ids: pd.Index) -> Theme:
    steps = procedure().steps
    done = steps_reached(judged, kind, ids, procedure())["steps_done"].to_numpy(np.int64)
    classes = np.where(
        done > 0, len(steps) - done, -1
    )  # the furthest first; who has not begun is not painted
    counts = np.bincount(classes[classes >= 0], minlength=len(steps))
    entries = [
        Entry((step.zh, step.en), colour, count=whole(count))
        for step, colour, count in zip(reversed(steps), _ramp(len(steps)), counts, strict=True)
    ]
    return Theme(
        f"progress_{paints}",
        "progress",
        say(f"theme_progress_{paints}"),
        say("about_progress"),
        paints,
        coded(classes),
        entries,
        say(f"legend_progress_{paints}"),
    )


def _ramp(steps: int) -> list[str]:
    """Return a colour a step, spread over the table of colours where the procedure has other steps than eight."""
    ramp = colours()["steps"]
    at = np.linspace(0, len(ramp) - 1, steps).round().astype(int)
    return [ramp[i] for i in at]
