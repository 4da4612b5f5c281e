"""All indicators at once: points, intervals, and what a unit without data looks like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalogue.load import indicators
from pipeline.indicators.evaluate import indicator_table, points
from pipeline.indicators.facts import Facts
from pipeline.tables import check
from tests.indicators.street import entry, with_facilities, with_people


def test_points_run_straight_between_breakpoints_and_hold_beyond() -> None:
    """F01: 40 % → 0, 70 % → 60, 90 % → 90, 100 % → 100."""
    found = points(entry("F01"), np.array([0, 40, 55, 70, 80, 90, 95, 100, np.nan]))
    assert found == pytest.approx([0, 0, 30, 60, 75, 90, 95, 100, np.nan], nan_ok=True)
    assert points(entry("T02"), np.array([1.0, 1.3, 9.0])) == pytest.approx([100, 90, 0])


@given(st.sampled_from(sorted(indicators())), st.floats(-50, 1000), st.floats(0, 100))
def test_points_are_monotone_for_every_indicator(id_: str, value: float, more: float) -> None:
    one = indicators()[id_]
    less, high = points(one, np.array([value, value + more]))
    rising = one.score[0][1] < one.score[-1][1]
    assert 0 <= less <= 100 and (less <= high if rising else less >= high)


def test_a_town_of_which_little_is_known_has_a_row_for_everything(town: Facts) -> None:
    found = check("indicators", indicator_table(indicators(), town, 0.5))
    assert len(found) == 2 * 66
    lost = found[~found["known"]]
    assert lost["value"].isna().all() and lost["points"].isna().all() and (lost["note"] != "").all()
    surveyed = found[found["indicator_id"].isin(["C01", "W01", "F07"])]
    assert (surveyed["points_low"] == 0).all() and (surveyed["points_high"] == 100).all()
    assert (surveyed["evidence_share"] == 0).all()


def test_a_value_on_thin_evidence_is_not_stated_but_its_interval_is(town: Facts) -> None:
    people = [{"x": 10}] + [{"x": 20, "linked": False}] * 2
    town = with_facilities(with_people(town, people), [{"x": 0, "class": "bus_stop"}], bus_stop="complete")
    one = {"T01": entry("T01")}
    west = indicator_table(one, town, 0.5).iloc[1]
    assert not west["known"] and "50%" in west["note"]
    assert (west["value_low"], west["value_high"]) == (pytest.approx(100 / 3), 100)
    assert indicator_table(one, town, 0.3).iloc[1]["value"] == 100


def test_a_new_indicator_is_computed_from_its_entry_alone(town: Facts) -> None:
    town = with_facilities(town, [{"x": 0, "class": "bank"}], bank="complete")
    new = entry("F06", id="F99", **{"class": "bank"}, minutes=1)
    found = indicator_table({"F99": new}, town, 0.5)
    assert list(found["value"]) == [0, 100] and set(found["indicator_id"]) == {"F99"}


def test_the_points_interval_holds_the_points_where_less_is_better(town: Facts) -> None:
    found = indicator_table(indicators(), town, 0.5)
    known = found[found["known"]]
    assert len(known)
    assert (known["points_low"] <= known["points"]).all() and (known["points"] <= known["points_high"]).all()
