"""Tell how far every compound or unit has come in the procedure."""

from __future__ import annotations

import pandas as pd

from pipeline.procedure.steps import Procedure


def steps_reached(
    judged: pd.DataFrame, subject_kind: str, ids: pd.Index, procedure: Procedure
) -> pd.DataFrame:
    """Return one row a subject, by its id.

    Parameters
    ----------
    judged
        Table `procedure`.

    Returns
    -------
    DataFrame
        steps_done, steps_all, step_reached and step_reached_en (missing before the first step), rows_refused,
        all_steps_done. A subject of which no row tells has not begun; where no rows are kept at all, nothing is known.
    """
    rows = judged[judged["subject_kind"] == subject_kind]
    accepted = rows["accepted"].astype("int64").groupby(rows["subject_id"])
    done = accepted.sum().reindex(ids, fill_value=0).astype("Int64")
    refused = (accepted.size() - accepted.sum()).reindex(ids, fill_value=0).astype("Int64")
    steps = procedure.steps  # none is skipped, so that their number tells which was the last
    last = [steps[n - 1] if n else None for n in done]
    found = pd.DataFrame(
        {
            "steps_done": done,
            "steps_all": pd.Series(len(steps), ids, dtype="Int64"),
            "step_reached": pd.Series([step and step.zh for step in last], ids, dtype="str"),
            "step_reached_en": pd.Series([step and step.en for step in last], ids, dtype="str"),
            "rows_refused": refused,
            "all_steps_done": (done == len(steps)).astype("boolean"),
        }
    )
    return found if len(judged) else found.iloc[:0].reindex(ids)
