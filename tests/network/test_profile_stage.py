"""The tables of tag values, and the stage as the runner calls it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import rasterio

from pipeline.network.profile import classify, profile, users_of_access
from pipeline.run import stages
from pipeline.settings import Settings, load_params
from pipeline.stages.network import run
from pipeline.tables import empty
from tests.network.town import UTM, Town

ROOT = Path(__file__).resolve().parents[2]


def test_a_way_by_its_tags() -> None:
    ways = pd.DataFrame(
        [
            ("residential", None, None),
            ("service", None, "private"),
            ("service", "yes", "no"),
            ("footway", "private", None),
            ("trunk", None, None),
            ("trunk_link", "designated", None),
            ("primary", "no", None),
            ("steps", None, "permissive"),
        ],
        columns=["highway", "foot", "access"],
    ).astype("str")
    tags = classify(ways, profile())
    assert tags["refused"].tolist() == ["", "", "", "", "highway=trunk", "", "foot=no", ""]
    assert tags["restricted"].tolist() == [False, True, False, True, False, False, False, False]
    assert tags["steps"].tolist() == [False] * 7 + [True]
    assert tags["arterial"].tolist() == [False] * 4 + [True] * 3 + [False]


def test_no_value_means_two_things() -> None:
    rules = profile()
    for first, second in (
        (rules.highway.walkable, rules.highway.never),
        (rules.foot.allowed, rules.foot.forbidden),
        (rules.foot.allowed, rules.foot.restricted),
        (rules.walls.gates, rules.walls.gaps),
        (rules.walls.gates, rules.walls.passable_kinds),
    ):
        assert not set(first) & set(second)
    values = [value for group in rules.gate_users.values() for value in group]
    assert len(values) == len(set(values))


def test_whom_a_tagged_gate_admits() -> None:
    access = pd.Series(["yes", "private", "customers", "no", "something", None], dtype="str")
    assert users_of_access(access, profile()).tolist() == [
        "public", "residents", "permit", "closed", "unknown", "unknown",
    ]  # fmt: skip


def test_the_stage_writes_what_the_contents_declare(tmp_path: Path) -> None:
    town = Town()
    town.way((0, 0), (100, 0))
    terrain = tmp_path / "terrain.tif"
    with rasterio.open(
        terrain, "w", driver="GTiff", width=1, height=1, count=1, dtype="float32", nodata=-9999, crs=UTM,
        transform=rasterio.Affine(1, 0, 7, 0, -1, 9),
    ) as target:  # fmt: skip
        target.write(np.full((1, 1, 1), -9999, dtype="float32"))
    inputs = {name: town.table(name) for name in town.rows} | {
        "register": empty("register"),
        "terrain.tif": terrain,
    }
    settings = Settings.model_construct(params=load_params(ROOT / "params.yaml"))
    written = run(settings, inputs)
    assert set(written) == set(stages()["network"].writes)
    assert written["edges"]["slope_max"].isna().all()
