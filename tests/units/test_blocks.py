"""Blocks and atoms: faces of the streets without the compounds; small ones join a neighbour, never across a seam."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, box

from pipeline.units.atoms import make_atoms
from pipeline.units.blocks import merge_small, shared_borders, without
from pipeline.units.seams import arterials_between, barrier_lines, faces, nearest_face
from tests.units.town import PARAMS, Town, town

SQUARE = box(0, 0, 200, 100)
MIDDLE = LineString([(100, -5), (100, 105)])


def atoms_of(built: Town) -> tuple[pd.DataFrame, pd.Series]:
    barriers = barrier_lines(built.ways, built.land)
    return make_atoms(
        built.residents, built.compounds, built.committees, built.edges, built.ways, barriers, PARAMS
    )


def test_a_street_cuts_the_ground_in_two_and_a_compound_leaves_the_rest() -> None:
    cut = faces(np.array([MIDDLE]), SQUARE)
    assert shapely.area(cut).tolist() == [10_000, 10_000]
    rest = without(cut, np.array([box(10, 10, 60, 60)]))
    assert shapely.area(rest).tolist() == [7_500, 10_000]
    places = shapely.points([[150, 50], [90, 90], [300, 50]])
    assert nearest_face(places, cut).tolist() == [1, 0, 1]


def test_the_shared_street_counts_unless_it_is_a_seam() -> None:
    cut = faces(np.array([MIDDLE]), SQUARE)
    none = np.array([], dtype=object)
    assert shared_borders(cut, none)["length_m"].tolist() == pytest.approx([100])
    assert shared_borders(cut, np.array([MIDDLE])).empty


@pytest.mark.parametrize(
    ("residents", "committee", "lengths", "group"),
    [
        ([100, 500, 500], [0, 0, 0], [50, 80], [0, 1, 0]),  # the longest street
        ([100, 500, 500], [0, 0, 1], [50, 80], [0, 0, 2]),  # its own committee first
        ([100, 100, 500], [0, 0, 0], [50, 0], [0, 0, 2]),  # two small ones make one that is large enough
        ([100, 11_950, 11_950], [0, 0, 0], [50, 80], [0, 1, 2]),  # none may grow beyond the ceiling
        ([200, 500, 500], [0, 0, 0], [50, 80], [0, 1, 2]),  # large enough
    ],
)
def test_a_small_block_joins_one_neighbour(
    residents: list[float], committee: list[int], lengths: list[float], group: list[int]
) -> None:
    borders = pd.DataFrame({"a": [0, 0], "b": [1, 2], "length_m": lengths}).query("length_m > 0")
    found = merge_small(np.array(residents, dtype=float), np.array(committee), borders, 150.0, 12_000.0)
    assert found.tolist() == group


def test_every_address_has_an_atom_and_atoms_hold_all_people() -> None:
    built = town([[500.0, 0.0, 40.0], [900.0, 30.0, 60.0]], compounds=False)
    atoms, atom_of = atoms_of(built)
    assert set(atom_of) == set(atoms["atom_id"])
    assert atoms["residents"].sum() == pytest.approx(1530)
    assert (atoms["residents"] >= PARAMS.block_residents_min).all()
    assert atoms.geometry.is_valid.all()


def test_small_blocks_do_not_join_across_an_arterial() -> None:
    people = [[500.0, 40.0, 500.0]]
    joined, _ = atoms_of(town(people, compounds=False))
    assert len(joined) == 2
    seam_right_of_it, atom_of = atoms_of(town(people, compounds=False, arterial_column=1))
    assert atom_of.iloc[2] == atom_of.iloc[4] != atom_of.iloc[0]
    assert len(seam_right_of_it) == 2


def test_compounds_are_atoms_and_empty_ones_are_not() -> None:
    built = town([[500.0, 0.0], [700.0, 800.0]])
    atoms, atom_of = atoms_of(built)
    assert atoms["atom_id"].tolist() == ["C000", "C002", "C003"]
    assert (atoms["kind"] == "compound").all()
    assert set(atom_of.iloc[2:4]) <= {"C000", "C002", "C003"}, (
        "an address without people there goes to the nearest atom"
    )


def test_arterials_are_counted_between_the_quarters_they_part() -> None:
    shapes = np.array([box(x, 10, x + 20, 20) for x in (10, 60, 110, 160)])
    lines = np.array([LineString([(x, -5), (x, 105)]) for x in (40, 90)])
    chain = np.array([[0, 1], [1, 2], [2, 3]])
    assert arterials_between(shapes, chain, lines, SQUARE)[0].tolist() == [0, 1, 2, 2]
