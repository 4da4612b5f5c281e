"""The stairs at home: three buildings worked by hand, then what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reach.stairs import homes, share_on_foot, stairs
from pipeline.settings import Walker
from pipeline.tables import check

NONE = np.nan
SLOW = Walker(speed_m_per_s=1.0, floor_s=30, source="test")  # half a minute a floor
# a: six floors, no lift; b: six floors, nobody knows; c: twelve floors, half of the stairwells; d: unknown floors; e: three
RESIDENTS = pd.DataFrame(
    {
        "point_id": list("abcde"),
        "building_id": pd.Series(["A", "B", "C", "D", "E"], dtype="str"),
        "compound_id": pd.Series(["none", "dim", "half", "none", "half"], dtype="str"),
        "elderly": [60.0, 60.0, 120.0, 10.0, 30.0],
    }
)
BUILDINGS = pd.DataFrame({"building_id": list("ABCDE"), "floors": [6.0, 6.0, 12.0, NONE, 3.0]})
REGISTER = pd.DataFrame({"compound_id": ["none", "dim", "half"], "lift_share": [0.0, NONE, 50.0]})


def _table(minutes: list[float]) -> pd.DataFrame:
    times = pd.DataFrame(
        {
            "point_id": list("abcde"),
            "class": "elderly_station",
            "walker": "elderly",
            "minutes_if_closed": minutes,
        }
    )
    everyone = ("committee", pd.Index(["k"]), np.zeros(5, np.int64))
    people, wanted = {"elderly_station": "elderly"}, [("elderly_station", "elderly")]
    at_home = homes(RESIDENTS, BUILDINGS, REGISTER)
    table = stairs(RESIDENTS, at_home, [everyone], times, wanted, people, {"elderly": SLOW})
    return check("stairs", table).set_index(["area_kind", "area_id"])


def test_who_lives_too_high_by_hand() -> None:
    """9 minutes from the door leave one minute: two flights, so three floors of six are within reach without a lift."""
    table = _table([9.0] * 5)
    a, b, c, d = (table.loc[("address", name)] for name in "abcd")
    assert (a["people_10"], a["people_10_stairs_low"], a["people_10_stairs_high"]) == (60, 30, 30)
    assert (a["lift_gain_low"], a["lift_gain_high"]) == (30, 30)
    assert (b["people_10_stairs_low"], b["people_10_stairs_high"]) == (30, 60), "no lift, or one everywhere"
    assert c["people_10_stairs_low"] == c["people_10_stairs_high"] == pytest.approx(60 + 60 * 3 / 12)
    assert (d["people_10_stairs_low"], d["people_10_stairs_high"]) == (0, 10)
    assert ("address", "e") not in table.index, "from the third floor everyone comes down in time"
    whole = table.loc[("committee", "k")]
    assert whole["people"] == whole["people_10"] == 280
    assert (whole["lift_gain_low"], whole["lift_gain_high"]) == (30 + 0 + 45 + 0, 30 + 30 + 45 + 10)


def test_whom_the_walk_alone_keeps_away_no_lift_helps() -> None:
    table = _table([11.0, NONE, 10.1, 12.0, 30.0])
    assert table.index.tolist() == [("committee", "k")]
    assert not table.drop(columns=["class", "walker", "people"]).to_numpy().any()


def test_at_the_limit_the_ground_floor_is_within_reach() -> None:
    np.testing.assert_array_equal(
        share_on_foot(np.array([10.0, 10.01, 9.5, 0.0]), np.full(4, 6.0), 30, 10), [1 / 6, 0, 2 / 6, 1]
    )


@given(st.integers(0, 720), st.integers(1, 33), st.integers(1, 60), st.integers(1, 3))
def test_floor_by_floor_and_more_floors_or_slower_walkers_never_bring_more_people_near(
    walk_s: int, floors: int, floor_s: int, more: int
) -> None:
    def share(count: int, seconds: int) -> float:
        return float(share_on_foot(np.array([walk_s / 60]), np.array([float(count)]), seconds, 10)[0])

    assert share(floors, floor_s) == np.mean([walk_s + k * floor_s <= 600 for k in range(floors)])
    assert share(floors + more, floor_s) <= share(floors, floor_s)
    assert share(floors, floor_s + more) <= share(floors, floor_s) <= (walk_s <= 600)
