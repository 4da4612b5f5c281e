"""Resident-weighted means of what compounds state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.indicators.facts import Facts
from pipeline.indicators.register import register_share
from tests.indicators.street import entry, street, table, with_people

WEST = 1


def stating(town: Facts, rows: dict[str, dict[str, Any]]) -> Facts:
    """Return the town with a register: compound → columns."""
    return replace(town, register=table("register", [{"compound_id": c} | row for c, row in rows.items()]))


def three_compounds(town: Facts) -> Facts:
    """20 people in A, 30 in B, 40 in C, 10 outside compounds."""
    homes = [("A", 20.0), ("B", 30.0), ("C", 40.0), (None, 10.0)]
    return with_people(town, [{"x": 100, "compound_id": c, "residents": n} for c, n in homes])


def test_a_share_is_weighted_by_residents_and_unknown_cells_widen_it(town: Facts) -> None:
    town = stating(three_compounds(town), {"A": {"satisfaction": 90.0}, "B": {"satisfaction": 60.0}, "C": {}})
    found = register_share(entry("C01"), town)
    assert found.value[WEST] == pytest.approx((20 * 90 + 30 * 60) / 50)
    assert found.evidence_share[WEST] == pytest.approx(0.5)
    assert found.low[WEST] == pytest.approx((20 * 90 + 30 * 60) / 100)
    assert found.high[WEST] == pytest.approx((20 * 90 + 30 * 60 + 50 * 100) / 100)
    assert found.evidence[WEST] == "register.satisfaction; 50 居民 residents"


def test_yes_no_text_ratio_and_per_head(town: Facts) -> None:
    rows: dict[str, dict[str, Any]] = {
        "A": {"owners_committee": True, "property_company": "none", "agreed": 30, "consulted": 40, "shared_space_m2": 10.0},
        "B": {"owners_committee": False, "property_company": "海湾物业", "agreed": 0, "consulted": 0, "shared_space_m2": 0.0},
        "C": {"owners_committee": True},
    }  # fmt: skip
    town = stating(three_compounds(town), rows)
    assert register_share(entry("W01"), town).value[WEST] == pytest.approx(100 * 60 / 90)
    assert register_share(entry("W02"), town).value[WEST] == pytest.approx(100 * 30 / 50)
    consent = register_share(entry("W05"), town)
    assert consent.value[WEST] == pytest.approx(75), "nobody consulted in B: unknown, not zero"
    assert consent.evidence_share[WEST] == pytest.approx(0.2)
    assert register_share(entry("O05"), town).value[WEST] == pytest.approx(10 / 50 * 1000)


def test_a_column_that_nobody_fills_is_unknown(town: Facts) -> None:
    found = register_share(entry("C01"), stating(three_compounds(town), {"A": {}, "B": {}}))
    assert np.isnan(found.value).all() and (found.evidence_share == 0).all()
    assert "satisfaction" in found.note[0]


CELL = st.one_of(st.none(), st.floats(0, 100))


@given(st.lists(st.tuples(CELL, st.floats(1, 500)), min_size=1, max_size=6), st.data())
@settings(max_examples=40)
def test_filling_a_cell_only_narrows_and_the_mean_lies_among_its_parts(compounds, data) -> None:  # type: ignore[no-untyped-def]
    people = [{"x": 100, "compound_id": f"C{i}", "residents": n} for i, (_, n) in enumerate(compounds)]
    town = with_people(street(), people)
    cells = [cell for cell, _ in compounds]
    filled = [cell if cell is not None else data.draw(CELL) for cell in cells]
    less, more = (
        register_share(
            entry("C01"), stating(town, {f"C{i}": {"satisfaction": c} for i, c in enumerate(column)})
        )
        for column in (cells, filled)
    )
    for found, column in ((less, cells), (more, filled)):
        known = [c for c in column if c is not None]
        if known:
            assert min(known) - 1e-9 <= found.value[WEST] <= max(known) + 1e-9
            assert found.low[WEST] - 1e-9 <= found.value[WEST] <= found.high[WEST] + 1e-9
    if any(c is not None for c in cells):
        assert less.low[WEST] <= more.low[WEST] + 1e-9 and more.high[WEST] <= less.high[WEST] + 1e-9
