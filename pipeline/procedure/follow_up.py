"""Count by sub-district, quarter and year how many subjects entered each step."""

from __future__ import annotations

from datetime import date

import pandas as pd

from pipeline.procedure.steps import Procedure
from pipeline.procedure.subjects import Directory
from pipeline.tables import empty


def follow_up(judged: pd.DataFrame, directory: Directory, procedure: Procedure, as_of: date) -> pd.DataFrame:
    """Return table `follow_up`: accepted rows counted by sub-district, period and step.

    Every sub-district has a row for every period from the first accepted date to `as_of`, also where it did nothing;
    subjects of no known sub-district are counted where it is missing.

    Notes
    -----
    Source: 烟芝政办发〔2022〕2号, plan A 四(三) (统计、通报), plan B 四(三) (按季度、年度考核).
    """
    rows = judged[judged["accepted"]]
    if rows.empty:
        return empty("follow_up")
    homes = [directory.find(subject)[0].subdistrict for subject in rows["subject"]]
    days = pd.PeriodIndex(rows["date"], freq="D")
    entered = pd.DataFrame({"subdistrict": homes, "period": "", "step_id": rows["step_id"].to_numpy()})
    entered["subdistrict"] = entered["subdistrict"].fillna("")
    counts = pd.concat(
        entered.assign(period=days.asfreq(freq).astype("str")) for freq in ("Y", "Q")
    ).value_counts()
    last = pd.Period(as_of, freq="D")
    periods = [
        str(period)
        for freq in ("Y", "Q")
        for period in pd.period_range(days.min().asfreq(freq), last.asfreq(freq))
    ]
    places = [*directory.subdistricts, *([""] if None in homes else [])]
    names = {step.id: step.zh for step in procedure.steps}
    grid = pd.MultiIndex.from_product([places, sorted(periods), names], names=counts.index.names)
    table = counts.reindex(grid, fill_value=0).rename("entered").reset_index()
    table["subdistrict"] = table["subdistrict"].where(table["subdistrict"] != "").astype("str")
    return table.assign(step_zh=table["step_id"].map(names).astype("str"))
