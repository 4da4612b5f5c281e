"""Served, not served, cannot know: a street of five addresses worked by hand, then what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reach.shares import MINUTES, doubtful, partitions, shares, status, weighted_quantile
from pipeline.tables import check

NONE = np.nan


def test_truth_table() -> None:
    """Within 10 minutes: 9 minutes is served whatever else; 11 is not served only where all is known."""
    minutes = [9, 9, 9, 11, 11, 11, 11, 11, NONE, NONE]
    linked = [True, True, True, True, True, True, True, True, True, False]
    edge = [NONE, 3, NONE, NONE, 10, 11, NONE, NONE, NONE, NONE]
    unlinked = [NONE, NONE, 2, NONE, NONE, NONE, 10, 10.1, NONE, NONE]
    served, unknown = status(minutes, minutes, doubtful(linked, True, edge, unlinked, 10), 10)
    assert served.tolist() == [True] * 3 + [False] * 7
    assert unknown.tolist() == [False] * 4 + [True, False, True, False, False, True]
    served, unknown = status(minutes, minutes, doubtful(linked, False, edge, unlinked, 10), 10)
    assert served.tolist() == [True] * 3 + [False] * 7
    assert unknown.tolist() == [False] * 3 + [True] * 7


def test_quantiles_by_hand() -> None:
    area = np.zeros(10, int)
    minutes = np.arange(1.0, 11.0)
    assert weighted_quantile(minutes, np.ones(10), area, 1, 0.9) == [9.0]
    assert weighted_quantile(minutes, np.ones(10), area, 1, 0.5) == [5.0]
    minutes[8:] = NONE
    assert np.isnan(weighted_quantile(minutes, np.ones(10), area, 1, 0.9)), "fewer than nine in ten"
    two = weighted_quantile(np.array([4.0, 2.0, 7.0]), np.array([1.0, 3.0, 5.0]), np.array([0, 0, 2]), 3, 0.5)
    np.testing.assert_array_equal(two, [2.0, NONE, 7.0])


RESIDENTS = pd.DataFrame(
    {
        "point_id": ["a", "b", "c", "d", "e"],
        "committee_id": pd.Series(["k1", "k1", "k1", "k2", "k2"], dtype="str"),
        "compound_id": pd.Series(["c1", "c1", None, None, None], dtype="str"),
        "residents": [100.0, 50.0, 30.0, 20.0, 0.0],
        "child_3_6": [4.0, 3.0, 2.0, 1.0, 0.0],
        "linked": [True, True, True, False, True],
    }
)
AREAS = pd.DataFrame(
    {"point_id": ["a", "b", "c", "d", "e"], "unit_id": pd.Series(["u1", None, "u1", "u1", "u2"], dtype="str")}
)
UNITS = pd.DataFrame({"unit_id": ["k1", "k2", "u1", "u2"], "kind": ["committee"] * 2 + ["proposed"] * 2})
TIMES = pd.DataFrame(
    {
        "point_id": list("abcde"),
        "class": "kindergarten",
        "walker": "child",
        "minutes": [4.0, 8.0, 12.0, NONE, 1.0],
        "minutes_if_closed": [4.0, 8.0, 12.0, NONE, 1.0],
        "unlinked_minutes": [3.0, 6.0, NONE, NONE, NONE],
    }
)
EDGES = pd.DataFrame(
    {"point_id": list("abcde"), "walker": "child", "edge_of_data_minutes": [NONE, NONE, 9.0, NONE, NONE]}
)


def district(
    complete: bool = True, times: pd.DataFrame = TIMES, unsure: frozenset[str] = frozenset()
) -> pd.DataFrame:
    table = shares(
        RESIDENTS,
        partitions(RESIDENTS, AREAS, UNITS),
        times,
        EDGES,
        [("kindergarten", "child"), ("pharmacy", "child")],
        {"kindergarten": "child_3_6", "pharmacy": "residents"},
        {"kindergarten": complete, "pharmacy": True},
        unsure,
        MINUTES,
    )
    return check("reach", table).set_index(["area_kind", "area_id", "class"])


def test_five_addresses_by_hand() -> None:
    """Committee k1: of 9 children 4 are within 5 minutes, 7 within 10, all within 15; 2 live near the data's edge."""
    row = district().loc[("committee", "k1", "kindergarten")]
    assert (row["people"], row["linked_people"]) == (9, 9)
    assert [row["share_5"], row["share_10"], row["share_15"]] == pytest.approx([4 / 9, 7 / 9, 1])
    assert [row["unknown_5"], row["unknown_10"], row["unknown_15"]] == pytest.approx([0, 2 / 9, 0])
    assert (row["median_minutes"], row["p90_minutes"]) == (8, 12)


def test_whom_a_walker_of_unknown_ways_does_not_reach_cannot_be_known() -> None:
    """Ways of unknown slope are barred to who avoids steep ones: what is found is sure, the rest is not."""
    sure, unsure = district().query("people > 0"), district(unsure=frozenset({"child"})).query("people > 0")
    assert (unsure["share_10"] == sure["share_10"]).all()
    assert (unsure["share_10"] + unsure["unknown_10"]).to_numpy() == pytest.approx(1)
    assert (sure["share_10"] + sure["unknown_10"]).min() < 1


def test_the_unlinked_cannot_be_known_and_count() -> None:
    row = district().loc[("unit", "u1", "kindergarten")]
    assert (row["people"], row["linked_people"]) == (7, 6)
    assert row["share_10"] == pytest.approx(4 / 7)
    assert row["unknown_10"] == pytest.approx(3 / 7)
    assert np.isnan(row["p90_minutes"]) and row["median_minutes"] == 4


def test_neighbours_of_a_facility_without_a_known_way_cannot_be_known() -> None:
    """At b the nearest kindergarten is 8 minutes away; another, tied to no street, is 4.5 off."""
    times = TIMES.assign(unlinked_minutes=[3.0, 4.5, NONE, NONE, NONE])
    row = district(times=times).loc[("committee", "k1", "kindergarten")]
    assert row["share_5"] == pytest.approx(4 / 9)
    assert [row["unknown_5"], row["unknown_10"]] == pytest.approx([3 / 9, 2 / 9]), "who is served is served"


def test_whom_a_gate_of_unknown_users_decides_cannot_be_known() -> None:
    """At a 4 minutes if the gate is open and 9 if it is closed; at b 8 and 12; at c it makes no difference."""
    times = TIMES.assign(minutes_if_closed=[9.0, 12.0, 12.0, NONE, 1.0], unlinked_minutes=NONE)
    row = district(times=times).loc[("committee", "k1", "kindergarten")]
    assert [row["share_5"], row["share_10"], row["share_15"]] == pytest.approx([0, 4 / 9, 1])
    assert [row["unknown_gate_5"], row["unknown_gate_10"]] == pytest.approx([4 / 9, 3 / 9])
    assert [row["unknown_5"], row["unknown_10"]] == pytest.approx([4 / 9, 5 / 9]), (
        "c lives near the edge of the data"
    )
    assert row["unknown_gate_15"] == 0


def test_nobody_means_no_share() -> None:
    row = district().loc[("unit", "u2", "kindergarten")]
    assert row["people"] == 0 and row.drop(["people", "linked_people", "walker"]).isna().all()


def test_a_list_that_is_not_complete_proves_no_lack() -> None:
    row = district(complete=False).loc[("committee", "k1", "kindergarten")]
    assert [row["share_10"], row["unknown_10"]] == pytest.approx([7 / 9, 2 / 9])
    assert [row["share_5"], row["unknown_5"]] == pytest.approx([4 / 9, 5 / 9])


def test_a_complete_list_of_nothing_serves_nobody() -> None:
    row = district().loc[("compound", "c1", "pharmacy")]
    assert (row["people"], row["share_15"], row["unknown_15"]) == (150, 0, 0)
    assert np.isnan(row["median_minutes"])


def test_committees_are_units_too() -> None:
    table = district()
    for committee in ("k1", "k2"):
        for name in ("kindergarten", "pharmacy"):
            pd.testing.assert_series_equal(
                table.loc[("unit", committee, name)],
                table.loc[("committee", committee, name)],
                check_names=False,
            )


@given(st.integers(0, 2**32 - 1))
def test_parts_sum_to_the_whole(seed: int) -> None:
    """Splitting an area in two: the people of each result add up; shares stay within 0–1 and grow with minutes."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    points = [f"{i:03}" for i in range(n)]
    residents = pd.DataFrame(
        {
            "point_id": points,
            "committee_id": pd.Series(rng.choice(["k1", "k2"], n), dtype="str"),
            "compound_id": pd.Series(["all"] * n, dtype="str"),
            "residents": rng.uniform(0, 90, n),
            "linked": rng.random(n) < 0.9,
        }
    )
    near = np.where(rng.random(n) < 0.8, rng.uniform(0, 20, n), NONE)
    times = pd.DataFrame(
        {
            "point_id": points,
            "class": "park",
            "walker": "adult",
            "minutes": np.where(residents["linked"], near, NONE),
            "minutes_if_closed": np.where(
                residents["linked"], near + rng.choice([0, 0, 3, 9, NONE], n), NONE
            ),
            "unlinked_minutes": np.where(rng.random(n) < 0.3, rng.uniform(0, 20, n), NONE),
        }
    )
    ends = pd.DataFrame(
        {"point_id": points, "walker": "adult", "edge_of_data_minutes": rng.uniform(0, 40, n)}
    )
    none = pd.DataFrame({"point_id": points, "unit_id": pd.Series([None] * n, dtype="str")})
    divisions = partitions(residents, none, UNITS.iloc[:0])
    complete = {"park": bool(rng.random() < 0.7)}
    table = shares(
        residents,
        divisions,
        times,
        ends,
        [("park", "adult")],
        {"park": "residents"},
        complete,
        set(),
        MINUTES,
    )
    whole = table[table["area_kind"] == "compound"].iloc[0]
    parts = table[table["area_kind"] == "committee"]
    for column in [f"{kind}_{k}" for kind in ("share", "unknown", "unknown_gate") for k in (5, 10, 15)]:
        assert (parts[column] * parts["people"]).sum() == pytest.approx(whole[column] * whole["people"])
    assert parts["people"].sum() == pytest.approx(whole["people"])
    assert whole["share_5"] <= whole["share_10"] <= whole["share_15"] <= 1 + 1e-9
    assert 0 <= whole["share_10"] + whole["unknown_10"] <= 1 + 1e-9
