"""A city on hills: up takes longer than down, and slope costs people their ten minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import run, store
from pipeline.network.search import Graph, nearest
from pipeline.settings import Settings, load_district, load_params
from tests.runs import ROOT

STAGES = ("intake", "network", "population", "walk_times")


@pytest.fixture(scope="module")
def hills(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> run.Folders:
    """The chain up to walking times on the centre of Porto Alegre, with its terrain."""
    out = tmp_path_factory.mktemp("porto_alegre")
    folders = run.Folders(out / "processed", out / "maps")
    settings = Settings(
        params=load_params(ROOT / "params.yaml"),
        district=load_district(ROOT / "data/raw/porto_alegre/district.yaml"),
    )
    stages = run.stages()
    for name in STAGES:
        run.run_stage(stages[name], settings, folders)
    return folders


def _minutes(
    edges: pd.DataFrame, addresses: pd.DataFrame, facilities: pd.DataFrame, speed: float
) -> np.ndarray[Any, Any]:
    graph = Graph.build(edges, "adult")
    found, _ = nearest(graph, graph.points(facilities, speed), graph.points(addresses, speed), 30.0)
    return found


def test_up_down_and_flat(hills: run.Folders) -> None:
    edges, residents, facilities = (
        store.read(hills.path(name)) for name in ("edges", "residents", "facilities")
    )
    assert edges["slope_max"].notna().mean() > 0.99
    speed = load_params(ROOT / "params.yaml").network.walkers["adult"].speed_m_per_s
    there, back = edges["minutes_adult"].to_numpy(), edges["minutes_adult_back"].to_numpy()
    # what waits and stairs add is the same both ways, so where nothing is added the faster way is no slower than 1.19 ×
    # the flat speed, the most that Tobler's curve gives (at −5 %)
    flat = edges["length_m"].to_numpy() / (60 * speed)
    assert (np.minimum(there, back) >= flat / np.exp(3.5 * 0.05) - 1e-9).all()
    uneven = np.maximum(there, back) / np.minimum(there, back)
    assert uneven.max() > 1.3

    homes = residents[residents["linked"]]
    schools = facilities[(facilities["class"] == "primary_school") & facilities["linked"]]
    turned = edges.rename(
        columns={"minutes_adult": "minutes_adult_back", "minutes_adult_back": "minutes_adult"}
    )
    steps = edges["steps"].to_numpy()
    level = np.where(steps, np.minimum(there, back), flat)
    even = edges.assign(minutes_adult=level, minutes_adult_back=level)
    to, home, plain = (_minutes(table, homes, schools, speed) for table in (edges, turned, even))
    people = homes["residents"].to_numpy()

    def share(minutes: np.ndarray[Any, Any]) -> float:
        return float(people[minutes <= 10].sum() / people.sum())

    both = np.isfinite(to) & np.isfinite(home)
    gap = np.abs(to - home)[both]
    print(
        f"{len(homes)} addresses, {people.sum():,.0f} people; edges: uphill / downhill median {np.median(uneven):.3f}, "
        f"99th percentile {np.quantile(uneven, 0.99):.2f}; walks there and back differ by {gap.mean():.2f} min on "
        f"average, {gap.max():.1f} at most; within 10 minutes: {share(to):.1%} there, {share(home):.1%} back, "
        f"{share(plain):.1%} were it flat and without waits"
    )
    assert gap.mean() > 0.1
    assert share(to) < share(plain) and share(home) < share(plain)
    stated = store.read(hills.path("walk_times"))
    stated = stated[(stated["class"] == "primary_school") & (stated["walker"] == "adult")]
    np.testing.assert_allclose(
        stated.set_index("point_id")["minutes"].reindex(homes["point_id"]), to, atol=1e-9
    )
