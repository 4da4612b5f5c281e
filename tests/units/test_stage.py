"""The stage on a small town: people are conserved, order of rows does not matter, rivers part units."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from pipeline.settings import Settings
from pipeline.stages.units import run
from pipeline.tables import check
from tests.units.town import PARAMS, SIDE, Town, town

Tables = dict[str, pd.DataFrame]


def outputs(built: Town, **changes: Any) -> dict[str, Any]:
    """Run the stage with few iterations."""
    params = PARAMS.model_copy(
        update={"iterations_per_atom": 300, "bound_steps": 30, "bound_connected_steps": 30} | changes
    )
    settings = cast(Settings, SimpleNamespace(params=SimpleNamespace(units=params)))
    return run(settings, built.inputs())


def units(built: Town, **changes: Any) -> Tables:
    """Run the stage and check its tables against their schemas."""
    found = outputs(built, **changes)
    return {
        name: check(name, cast(pd.DataFrame, frame))
        for name, frame in found.items()
        if not name.endswith(".json")
    }


@pytest.fixture(scope="module")
def built() -> Town:
    people = np.random.default_rng(5).integers(300, 1500, (6, 6)).astype(float)
    return town(people.tolist(), river_below_row=2, bridges=(3,), arterial_column=2, committee_columns=3)


@pytest.fixture(scope="module")
def tables(built: Town) -> Tables:
    return units(built)


def test_two_rivers_one_bridge() -> None:
    """Four blocks of 2,600 on either side of a river: two units each side, unless the bridge is shorter than the street."""
    split = units(town([[2600.0, 2600.0], [2600.0, 2600.0]], river_below_row=0))
    sides = split["address_areas"].groupby("unit_id")["atom_id"].agg(lambda a: sorted(set(a))).tolist()
    assert sides == [["C000", "C001"], ["C002", "C003"]]
    alone = units(town([[2600.0], [2600.0]], river_below_row=0))
    assert alone["leftovers"]["reason_en"].str.startswith("An island").tolist() == [True, True]
    joined = units(town([[2600.0], [2600.0]], river_below_row=0, bridges=(0,)))
    assert len(joined["leftovers"]) == 0
    assert (joined["units"]["kind"] == "proposed").sum() == 1


def test_an_atom_of_13_000_and_an_island_of_3_000_are_named_not_forced() -> None:
    built = town([[6000.0, 13_000.0], [1500.0, 1500.0]], river_below_row=0)
    left = units(built)["leftovers"].set_index("atom_id")
    assert left.index.tolist() == ["C001", "C002", "C003"]
    assert "超过上限 12,000 人" in left.loc["C001", "reason"]
    assert "合计 3,000 人，不足 5,000 人" in left.loc["C002", "reason"]


def test_a_compound_of_13_000_is_split_along_a_way_inside() -> None:
    """One of 13,000 that a lane parts into halves becomes two atoms, which find a unit each."""
    built = town([[3000.0, 13_000.0, 3000.0]])
    lane = LineString([(SIDE * 1.5, 0), (SIDE * 1.5, -SIDE)])
    ends = gpd.GeoDataFrame(
        {"node_id": [90, 91]}, geometry=[Point(c) for c in lane.coords], crs=built.nodes.crs
    )
    inner = built.edges.iloc[[0]].assign(edge_id=90, u=90, v=91, users="C001", name="里弄", length_m=SIDE)
    inner = inner.set_geometry([lane], crs=built.edges.crs)
    with_lane = built.inputs() | {
        "nodes": pd.concat([built.nodes, ends], ignore_index=True),
        "edges": pd.concat([built.edges, inner], ignore_index=True),
    }
    found = units(Town(**with_lane))
    halves = found["atoms"].query("compound_id == 'C001'")
    assert halves["atom_id"].tolist() == ["C001-1", "C001-2"]
    assert halves["residents"].tolist() == [6500, 6500]
    assert found["leftovers"].empty
    assert found["units"].query("kind == 'proposed'")["residents"].tolist() == [9500, 9500]


def test_nobody_is_lost(built: Town, tables: Tables) -> None:
    everyone = built.residents["residents"].sum()
    kind = tables["unit_members"]["unit_id"].map(tables["units"].set_index("unit_id")["kind"])
    people = tables["unit_members"]["residents"].groupby(kind).sum()
    assert people["proposed"] + tables["leftovers"]["residents"].sum() == pytest.approx(everyone)
    assert people["committee"] == pytest.approx(everyone)
    assert tables["atoms"]["residents"].sum() == pytest.approx(everyone)
    assert tables["units"].groupby("kind")["residents"].sum().to_dict() == pytest.approx(people.to_dict())


def test_proposed_units_fit_and_hang_together(tables: Tables) -> None:
    proposed = tables["units"].query("kind == 'proposed'")
    assert len(proposed) > 0
    assert (proposed["size_result"] == "fits").all()
    assert proposed["connected"].all()
    assert proposed.geometry.is_valid.all()
    assert proposed["name"].is_unique


def test_outlines_hold_their_own_atoms_and_no_others(tables: Tables) -> None:
    atoms, areas = tables["atoms"], tables["address_areas"].drop_duplicates("atom_id").set_index("atom_id")
    grounds = gpd.GeoSeries(tables["units"].set_index("unit_id").geometry)
    for unit_id, ground in grounds.loc[areas["unit_id"].dropna().unique()].items():
        mine = atoms["atom_id"].map(areas["unit_id"]) == unit_id
        shares = atoms.geometry.intersection(ground).area / atoms.geometry.area
        assert (shares[mine] > 0.99).all()
        assert (shares[~mine] < 0.01).all()


def test_the_order_of_rows_changes_nothing(built: Town, tables: Tables) -> None:
    mixed = Town(
        **{
            name: frame.sample(frac=1, random_state=3).reset_index(drop=True)
            for name, frame in built.inputs().items()
        }
    )
    for name, frame in units(mixed).items():
        pd.testing.assert_frame_equal(
            pd.DataFrame(frame), pd.DataFrame(tables[name]), check_exact=False, rtol=1e-12
        )


def test_an_address_without_a_way_is_named_as_such(built: Town) -> None:
    lonely = town([[3000.0, 3000.0]])
    residents = lonely.residents.copy()
    cut_off = residents["compound_id"] == "C001"
    residents.loc[cut_off, "linked"] = False
    residents.loc[cut_off, "edge_id"] = pd.NA
    residents.loc[cut_off, "offset_m"] = np.nan
    left = units(Town(**lonely.inputs() | {"residents": residents}))["leftovers"].set_index("atom_id")
    assert "未接入" in left.loc["C001", "reason"]
    assert "孤立组团" in left.loc["C000", "reason"]


@pytest.mark.parametrize("sets_max", [0, 20_000])
def test_the_report_states_price_bound_and_gap(sets_max: int) -> None:
    """Four blocks of 2,600 in a square: two pairs; proven where all sets are listed, bounded where not."""
    square = town([[2600.0, 2600.0], [2600.0, 2600.0]])
    report = outputs(square, exact_sets_max=sets_max)["units_report.json"]
    assert (report["atoms"], report["units"], report["residents_placed"]) == (4, 2, 10_400)
    assert 0 < report["bound_person_minutes"] <= report["cost_person_minutes"]
    assert report["gap_share"] == pytest.approx(
        1 - report["bound_person_minutes"] / report["cost_person_minutes"], abs=1e-6
    )
    assert report["exact_atoms"] == (4 if sets_max else 0)
    assert sets_max == 0 or report["gap_share"] == 0
