from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString

from pipeline.demo import terrain
from pipeline.demo.compounds import choose_mouths, connect
from pipeline.demo.layout import FABRICS, Surroundings, lay_out

# A parcel of 120 × 90 m with a street 15 m north of it and another 15 m south.
PARCEL = shapely.box(0, 0, 120, 90)
STREETS = [LineString([(-50, 105), (170, 105)]), LineString([(-50, -15), (170, -15)])]


def plan_of_parcel():
    around = Surroundings(STREETS, [True, True], [PARCEL])
    return lay_out(PARCEL, "slab", around, np.random.default_rng(1))


def test_a_parcel_between_two_streets_has_a_spine_with_a_mouth_on_each():
    plan = plan_of_parcel()
    assert len(plan.spines) == 1
    assert {mouth.piece for mouth in plan.mouths} == {0, 1}
    north = next(mouth for mouth in plan.mouths if mouth.piece == 0)
    assert north.gate[1] == pytest.approx(90)
    assert north.street[1] == pytest.approx(105)


def test_lanes_share_their_node_with_the_spine_and_houses_keep_off_the_ways():
    plan = plan_of_parcel()
    spine = set(plan.spines[0])
    assert all(spine & set(lane) for lane in plan.lanes)
    ways = shapely.union_all([LineString(coords) for coords in plan.lanes])
    assert len(plan.houses) >= 3
    assert all(PARCEL.covers(house.outline) for house in plan.houses)
    assert all(house.outline.distance(ways) > 2 for house in plan.houses)


def test_ways_run_through_the_gate_to_the_street():
    plan = plan_of_parcel()
    mouths = choose_mouths(plan, True, ["residential", "residential"], np.random.default_rng(3))
    ends = {way.coords[0] for way in connect(plan, mouths, ({"highway": "service"}, {"highway": "footway"}))}
    ends |= {
        way.coords[-1] for way in connect(plan, mouths, ({"highway": "service"}, {"highway": "footway"}))
    }
    assert {mouth.street for mouth in mouths} <= ends


def test_a_street_that_may_not_be_joined_gives_no_mouth():
    around = Surroundings(STREETS, [False, True], [PARCEL])
    plan = lay_out(PARCEL, "slab", around, np.random.default_rng(1))
    assert {mouth.piece for mouth in plan.mouths} == {1}


def test_no_mouth_through_the_neighbour():
    neighbour = shapely.box(0, 95, 120, 100)
    around = Surroundings(STREETS, [True, True], [PARCEL, neighbour])
    plan = lay_out(PARCEL, "slab", around, np.random.default_rng(1))
    assert {mouth.piece for mouth in plan.mouths} == {1}


@pytest.mark.parametrize("kind", sorted(FABRICS))
def test_every_kind_of_parcel_can_be_built(kind: str):
    parcel = shapely.affinity.rotate(shapely.box(0, 0, 210, 170), 11)
    plan = lay_out(parcel, kind, Surroundings(STREETS, [True, True], [parcel]), np.random.default_rng(5))
    assert len(plan.houses) >= 3
    outlines = [house.outline for house in plan.houses]
    overlap = sum(o.area for o in outlines) - shapely.union_all(outlines).area
    assert overlap < 1.0


def test_the_sheet_can_be_bent_and_unbent():
    spots = np.random.default_rng(0).uniform([-300, -300], [5100, 4000], (2000, 2))
    assert np.abs(terrain.unwarp(terrain.warp(spots)) - spots).max() < 0.01


def test_hills_are_higher_than_the_harbour():
    heights = terrain.elevation(np.array([[620.0, 330.0], [2500.0, 3450.0]]))
    assert heights[0] > 100
    assert heights[1] < 6
