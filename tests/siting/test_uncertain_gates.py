"""What hangs on a gate or a wall of which too little is known: by hand, and against the table of reach on the demo."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from pipeline.catalogue.load import indicators
from pipeline.siting.open_cells import how_to_answer
from pipeline.siting.uncertain_gates import GatesOnTheWay, uncertain_gates
from tests.runs import Chain


def _openings() -> gpd.GeoDataFrame:
    """G1 of C, of unknown users; G2 of D, of hours nobody can read; G3 open to all; a wall; a gate without an id."""
    rows = [
        ("G1", "C", "gate", "unknown", True, 0.0),
        ("G2", "D", "gate", "residents", None, 50.0),
        ("G3", "D", "gate", "public", True, 60.0),
        ("G4", "D", "blocked", "closed", True, 70.0),
        (None, "E", "gate", "unknown", True, 80.0),
    ]
    frame = pd.DataFrame(rows, columns=["gate_id", "compound_id", "status", "gate_users", "open_now", "x"])
    frame = frame.astype({"gate_id": "str", "compound_id": "str", "open_now": "boolean"})
    return gpd.GeoDataFrame(frame.drop(columns="x"), geometry=[Point(x, 0) for x in frame["x"]], crs=32651)


def _on_the_way() -> GatesOnTheWay:
    """40 children of C (but near G2), 30 of D, 30 of no compound near G2; the last 30 reach a kindergarten anyway."""
    points = ["a", "b", "c", "d"]
    homes = pd.DataFrame(
        {
            "point_id": points,
            "compound_id": pd.Series(["C", "D", None, "C"], dtype="str"),
            "residents": 400.0, "child_0_3": 0.0, "child_3_6": [40.0, 30, 30, 30], "elderly": 0.0,
        }
    )  # fmt: skip
    residents = gpd.GeoDataFrame(homes, geometry=[Point(x, 1) for x in (45, 55, 48, 0)], crs=32651)
    areas = pd.DataFrame({"point_id": points, "unit_id": "P1"})
    walks = pd.DataFrame(
        {
            "point_id": points, "class": "kindergarten", "walker": "child",
            "minutes": [4.0, 9, 9.5, 4], "minutes_if_closed": [6.0, 12, None, 4],
        }
    )  # fmt: skip
    return GatesOnTheWay.of(_openings(), residents, areas, walks)


def test_a_gate_is_uncertain_where_an_answer_about_it_would_tell_who_may_pass_when() -> None:
    gates = uncertain_gates(_openings())
    assert gates["fact"].to_dict() == {"G1": "gate_users", "G2": "open_hours"}
    assert "permit" in how_to_answer("gate_users") and "06:00-22:00" in how_to_answer("open_hours")


def test_an_indicator_hangs_on_the_gates_of_those_for_whom_they_decide() -> None:
    """Within 10 minutes only b and c depend on a gate, within 5 only a: its own compound's gate, though G2 is nearer."""
    found = _on_the_way()
    assert found.shares(indicators()["F01"], "P1") == {("gate", "G2", "open_hours"): pytest.approx(60 / 130)}
    within_5 = indicators()["F01"].model_copy(update={"minutes": 5.0})
    assert found.shares(within_5, "P1") == {("gate", "G1", "gate_users"): pytest.approx(40 / 130)}
    assert found.shares(indicators()["F03"], "P1") == {}  # no walk to an elderly station hangs on one
    assert found.shares(indicators()["F01"], "P2") == {}


def test_how_compounds_are_entered_hangs_on_walls_and_on_their_gates() -> None:
    register = pd.DataFrame({"gated": pd.array([True, True, None, False], "boolean")}, ["C", "D", "E", "F"])
    members = pd.DataFrame({"compound_id": ["C", "E", "F"], "residents": [100.0, 200, 900]})
    assert _on_the_way().of_compounds(members, register) == {
        ("gate", "G1", "gate_users"): pytest.approx(1 / 5),
        ("compound", "E", "gated"): pytest.approx(4 / 5),
    }
    assert _on_the_way().of_compounds(members.tail(1), register) == {}


def test_in_the_demo_gates_have_the_share_that_reach_calls_unknown_by_a_gate(demo: Chain) -> None:
    found = GatesOnTheWay.of(demo["openings"], demo["residents"], demo["address_areas"], demo["walk_times"])
    reach = demo["reach"].query("area_kind == 'unit' and walker == 'child'").set_index(["class", "area_id"])
    expected = reach.loc["kindergarten", "unknown_gate_10"].dropna()
    shares = {unit: found.shares(indicators()["F01"], str(unit)) for unit in expected.index}
    proposed = [unit for unit in expected.index if unit in set(demo["candidates"]["unit_id"])]
    assert {unit: sum(shares[unit].values()) for unit in proposed} == pytest.approx(
        expected[proposed].to_dict(), abs=1e-9
    )
    assert max(sum(shares[unit].values()) for unit in proposed) > 0
    asked = {gate for unit in proposed for _, gate, _ in shares[unit]}
    assert asked & set(demo["gates"]["gate_id"])  # an answer about these comes back
