"""Try every gate and wall that does not let everyone pass: who would come within reach if it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.catalogue.load import PEOPLE_OF_WHO, facility_classes, walker
from pipeline.gates_to_open.gains import Walks, gains
from pipeline.gates_to_open.opened import open_to_all
from pipeline.gates_to_open.tries import tries
from pipeline.progress import track
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the table `gates_to_open`."""
    limits, kinds = settings.params.gates_to_open, facility_classes()
    streets, nodes, openings = (
        pd.DataFrame(inputs[name].drop(columns="geometry")).join(inputs[name].bounds)
        for name in ("edges", "nodes", "openings")
    )
    walked = {walker(name) for name in limits.classes}
    others = {
        f"minutes_{key}{way}"
        for key in settings.params.network.walkers.keys() - walked
        for way in ("", "_back")
    }
    streets = streets.drop(columns=[*others])
    residents, doors = (
        pd.DataFrame(frame.loc[frame["linked"]].drop(columns="geometry"))
        for frame in (inputs["residents"], inputs["facilities"])
    )
    units = inputs["address_areas"].set_index("point_id")["unit_id"].reindex(residents["point_id"])
    unit, names = pd.factorize(units, sort=True, use_na_sentinel=False)
    times = inputs["walk_times"].set_index(["class", "walker", "point_id"])["minutes"].sort_index()
    walks = {
        name: Walks(
            walker(name),
            residents[PEOPLE_OF_WHO[kinds[name].who]].to_numpy(float),
            times.loc[name, walker(name)]
            .reindex(residents["point_id"])
            .fillna(settings.params.walk_times.limit_minutes)
            .to_numpy(float),
            doors[doors["class"] == name],
        )
        for name in limits.classes
        if (doors["class"] == name).any()
    }
    found = []
    cases = tries(openings) if walks else []
    for kind, subject, chosen in track(cases, "gates to open", len(cases)):
        opened = open_to_all(streets, nodes, openings, chosen)
        rows = gains(streets, opened, residents, unit, walks, settings.params.network.walkers, limits)
        found.append(rows.assign(subject_kind=kind, subject_id=subject))
    keys, values = (
        ["subject_kind", "subject_id", "class", "unit_id"],
        ["people_gained", "people_nearer", "person_minutes_saved"],
    )
    table = pd.concat(found) if found else pd.DataFrame(columns=[*keys, "unit", *values])
    table["unit_id"] = pd.Index(names).take(table["unit"].to_numpy(np.int64))
    table = table.astype(dict.fromkeys(keys, "str") | dict.fromkeys(values, "float64"))
    return {"gates_to_open": table.sort_values(keys, ignore_index=True)[keys + values]}
