"""Areas, widths, terrain and the fit of units, drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine
from shapely.geometry import Point, box

from pipeline.indicators.facts import Facts
from pipeline.indicators.fit import area_fit, fit_with
from pipeline.indicators.land import ground_risk, land_share, near_wide_way, open_space_share
from pipeline.indicators.measure import Membership
from pipeline.indicators.overlay import area_within, length_within
from pipeline.indicators.terrain import Terrain
from tests.indicators.street import entry, table, with_people

EAST, WEST = 0, 1


def listed(town: Facts, completeness: str = "complete") -> Facts:
    """The town with the lists that O03 and E03 rest on."""
    rows = [
        {"class": name, "completeness": completeness, "count": 0, "source": "test"}
        for name in ("activity_ground", "park")
    ]
    return replace(town, class_status=table("class_status", rows))


def green(town: Facts) -> Facts:
    """The west (500 m × 1000 m, a fifth of it sea) with two green pieces of 10,000 m² that overlap by half."""
    pieces = [
        ("green", box(100, 0, 200, 100)),
        ("green", box(150, 0, 250, 100)),
        ("sea", box(0, -500, 500, -300)),
        ("green", box(480, -400, 520, -350)),
    ]
    land = [{"land_id": f"l{i}", "kind": kind, "geometry": shape} for i, (kind, shape) in enumerate(pieces)]
    return replace(town, land=table("land", land))


def test_the_green_share_counts_overlaps_once_and_leaves_the_sea_out(town: Facts) -> None:
    found = land_share(entry("E03"), listed(green(town)))
    assert found.value[WEST] == pytest.approx(100 * 15_000 / 400_000)
    assert found.value[EAST] == pytest.approx(100 * 20 * 50 / 500_000)
    lower = land_share(entry("G03"), green(town))
    assert np.isnan(lower.value[WEST]) and lower.low[WEST] == pytest.approx(3.75) and lower.high[WEST] == 100
    assert np.isnan(land_share(entry("E03"), town).value).all()
    partial = land_share(entry("E03"), listed(green(town), "partial"))
    assert (
        np.isnan(partial.value).all()
        and partial.low[WEST] == pytest.approx(3.75)
        and partial.high[WEST] == 100
    )


def test_open_space_is_what_lies_outside_closed_compounds(town: Facts) -> None:
    """15,000 m² of green: 5,000 in a walled compound, 5,000 in one of which nothing is known."""
    town = green(town)
    at = {"inferred": False, "geometry": Point(100, 50)}
    outlines = [("A", box(100, 0, 150, 200)), ("B", box(200, 0, 300, 200))]
    town = replace(
        town,
        compounds=table("compounds", [{"compound_id": c, "name": c, "geometry": g} for c, g in outlines]),
        register=table("register", [{"compound_id": "A", "gated": True}, {"compound_id": "B"}]),
        openings=table(
            "openings",
            [{"opening_id": "g", "status": "gate", "gate_users": "residents", "compound_id": "A"} | at],
        ),
    )  # fmt: skip
    unlisted = open_space_share(entry("O03"), listed(town, "unknown"))
    assert np.isnan(unlisted.value).all() and not unlisted.evidence_share.any()
    found = open_space_share(entry("O03"), listed(town))
    assert found.value[WEST] == pytest.approx(50)
    assert found.low[WEST] == pytest.approx(100 / 3) and found.high[WEST] == pytest.approx(200 / 3)
    assert found.evidence_share[WEST] == pytest.approx(2 / 3)


def test_people_near_a_wide_way_by_hand(town: Facts) -> None:
    """Way 0 is 5 m wide, way 1 is 3 m, way 2 a path, way 3 not stated: of four people at their middles …"""
    width = [5.0, 3.0, np.nan, np.nan] + [1.0] * 6
    kind = ["residential", "residential", "path", "residential"] + ["residential"] * 6
    town = replace(town, edges=town.edges.assign(width_m=width, highway=kind))
    town = with_people(town, [{"x": x} for x in (50, 180, 250, 350)])
    found = near_wide_way(entry("S04", within_m=20), town)
    assert (found.low[WEST], found.high[WEST]) == (25, 50)
    assert found.value[WEST] == pytest.approx(100 / 3)
    road = replace(town, edges=town.edges.assign(highway="secondary", width_m=np.nan))
    assert near_wide_way(entry("S04"), road).value[WEST] == 100


def test_steep_and_low_ground_by_hand(town: Facts) -> None:
    """A plane that rises 1 m in 2 (26.6°) east of x = 0, flat and 2 m high west of it; nothing known beyond x = 90."""
    east = np.maximum(np.arange(-95.0, 95.0, 10.0) + 0.0, 0.0)
    height = np.repeat((2 + east / 2)[None, :], 20, axis=0)
    height[:, -1] = np.nan
    hill = Terrain(height, Affine(10, 0, -100, 0, -10, 100))
    at, slope = hill.at(np.array([Point(-55, 0), Point(45, 0), Point(500, 0)], dtype=object))
    assert at[0] == 2 and slope[0] == 0 and np.isnan(at[2])
    assert slope[1] == pytest.approx(np.degrees(np.arctan(0.5)))
    people = [{"x": 20, "y": 50}, {"x": 45}, {"x": 85}, {"x": 300}]
    town = replace(with_people(town, people), terrain=hill)
    found = ground_risk(entry("S08"), town)
    assert found.value[WEST] == 100 and found.evidence_share[WEST] == pytest.approx(0.5)
    assert (found.low[WEST], found.high[WEST]) == (50, 100)
    assert np.isnan(ground_risk(entry("S08"), replace(town, terrain=None)).value).all()


def test_the_fit_with_areas_by_hand() -> None:
    """Unit 0 holds all 30 of area a and 10 of the 40 of area b: (30 × 1 + 10 × ¼) / 40."""
    members = Membership(np.array([0, 0, 1]), np.array([0, 1, 2]), 2)
    areas = table("residents", []).assign()["committee_id"].reindex(range(3))
    areas[:] = ["a", "b", "b"]
    found = fit_with(members, np.array([30.0, 10.0, 30.0]), areas)
    assert found == pytest.approx([(30 + 10 / 4) / 40, 3 / 4])


def test_fit_with_committees_and_property_service(town: Facts) -> None:
    """Two neighbours of one company are one service area; the unit holds one of them and nothing else."""
    outlines = [("A", box(0, 0, 100, 100)), ("B", box(120, 0, 220, 100)), ("C", box(900, 0, 990, 90))]
    homes = [("A", 30.0), ("B", 10.0), ("C", 60.0)]
    town = with_people(
        town,
        [{"x": 50, "compound_id": c, "residents": n, "unit_id": "U" if c == "A" else None} for c, n in homes],
    )
    unit = town.units.iloc[[0]].assign(unit_id="U", kind="proposed")
    town = replace(
        town,
        units=unit.reset_index(drop=True),
        compounds=table("compounds", [{"compound_id": c, "name": c, "geometry": g} for c, g in outlines]),
        register=table("register", [{"compound_id": c, "property_company": "海湾物业"} for c, _ in outlines]),
    )
    found = area_fit(entry("W06"), town)
    assert found.value[0] == pytest.approx(50 * (30 / 100 + 30 / 40))
    silent = replace(
        town, register=town.register.assign(property_company=None).astype({"property_company": "str"})
    )
    found = area_fit(entry("W06"), silent)
    assert np.isnan(found.value[0])
    assert (found.low[0], found.high[0]) == (pytest.approx(15), pytest.approx(65))


BOX = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 10), st.integers(1, 10))


@given(st.lists(BOX, min_size=1, max_size=6))
def test_overlay_counts_every_square_metre_once(boxes) -> None:  # type: ignore[no-untyped-def]
    shapes = np.array([box(x, y, x + w, y + h) for x, y, w, h in boxes], dtype=object)
    areas = np.array([box(0, 0, 10, 30), box(10, 0, 30, 30)], dtype=object)
    grid = np.zeros((30, 30), bool)
    for x, y, w, h in boxes:
        grid[x : x + w, y : y + h] = True
    assert area_within(areas, shapes) == pytest.approx([grid[:10].sum(), grid[10:].sum()])


def test_length_within_cuts_at_the_border(town: Facts) -> None:
    assert length_within(
        np.array([box(-10, -10, 250, 10), box(250, -10, 400, 10)], dtype=object),
        town.edges.geometry.to_numpy(),
    ) == pytest.approx([250, 150])
