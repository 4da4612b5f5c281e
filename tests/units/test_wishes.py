"""Wishes: units that stand as they are, atoms that belong together or apart; kept by every plan, refused where they cannot be."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from pipeline.errors import ValueRowError
from pipeline.units.bound import lower_bound
from pipeline.units.delineate import components, delineate
from pipeline.units.exact import solve_exactly
from pipeline.units.programme import Programme, total_cost
from pipeline.units.wishes import Wishes, read_wishes
from tests.units.cases import path, programme
from tests.units.test_stage import units
from tests.units.town import PARAMS, Town, town


def _row_of(people: list[float]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Atoms A, B, C … side by side; a name of their own each, but for the last two."""
    ids = [chr(65 + k) for k in range(len(people))]
    names = [f"{i}里" for i in ids[:-2]] + ["双名里", "双名里"]
    spots = gpd.GeoSeries([Point(k, 0) for k in range(len(ids))], crs="EPSG:32651")
    atoms = gpd.GeoDataFrame({"atom_id": ids, "name": names, "residents": people}, geometry=spots)
    pairs = pd.DataFrame({"a": range(len(ids) - 1), "b": range(1, len(ids))})
    return atoms, pairs


def _read(rows: list[tuple[str, str, str]], people: list[float] | None = None) -> Wishes:
    atoms, pairs = _row_of(people or [2500.0, 2500.0, 2500.0, 2500.0, 2500.0])
    table = pd.DataFrame(rows, columns=["kind", "a", "b"]).assign(row=range(2, len(rows) + 2))
    return read_wishes(table, atoms, pairs, PARAMS)


def test_wishes_name_atoms_by_id_or_by_name() -> None:
    found = _read(
        [("together", "A", "B里"), ("apart", "B", "C"), ("locked", "D", "东片"), ("locked", "E", "东片")]
    )
    assert {name: atoms.tolist() for name, atoms in found.locked.items()} == {"东片": [3, 4]}
    assert found.ties.to_numpy().tolist() == [[0, 1, False], [1, 2, True]]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([("together", "A", "Z")], "row 2: Z is no atom"),
        ([("apart", "A", "双名里")], "name of 2 atoms: D, E"),
        ([("apart", "A", None)], "a or b is empty"),
        ([("apart", "A", "A里")], "A stands on both sides"),
        ([("together", "A", "B"), ("together", "B", "C"), ("apart", "A", "C")], "row 4: A and C belong apart, and are together"),
        ([("locked", "A", "甲"), ("locked", "B", "甲"), ("apart", "A", "B")], "locked in one unit"),
        ([("locked", "A", "甲"), ("locked", "B", "甲"), ("together", "B", "C")], "one of them is locked without the other"),
        ([("locked", "A", "甲"), ("locked", "A", "乙")], "A is locked in 甲 and in 乙"),
        ([("locked", "A", "甲")], "locked unit 甲: has 2,500 residents"),
        ([("locked", "A", "甲"), ("locked", "C", "甲")], "C lie apart"),
        ([("together", a, b) for a, b in ("AB", "BC", "CD", "DE")], "have 12,500 residents"),
        ([("locked", "B", "甲"), ("locked", "C", "甲"), ("together", "A", "D")], "no walk joins A and D"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(rows: list[Any], complaint: str) -> None:
    with pytest.raises(ValueRowError, match="unit_wishes") as error:
        _read(rows)
    assert complaint in str(error.value)


def test_wishes_change_the_answer_worked_by_hand() -> None:
    """A path of four: two pairs of 10,000 resident-minutes; with the middle two together, all four in one."""
    free = path([2500] * 4, [2, 1, 2])
    assert solve_exactly(free, 100).tolist() == [0, 0, 1, 1]  # type: ignore[union-attr]
    minutes = {(0, 1): 2.0, (1, 2): 1.0, (2, 3): 2.0}
    joined = programme([2500] * 4, minutes, ties=((1, 2, False),))
    assert solve_exactly(joined, 100).tolist() == [0, 0, 0, 0]  # type: ignore[union-attr]
    parted = programme([2500] * 4, minutes, ties=((0, 1, True),))
    assert solve_exactly(parted, 100).tolist() == [-1, 0, 0, 0]  # type: ignore[union-attr]


@st.composite
def _instances(draw: st.DrawFn) -> Programme:
    """A random graph of up to 12 atoms with a few wishes, perhaps ones that no unit can keep."""
    n = draw(st.integers(3, 12))
    residents = draw(st.lists(st.integers(500, 7000), min_size=n, max_size=n))
    atom = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(atom, atom), min_size=n, max_size=2 * n))
    minutes = {(i, j): float(1 + (3 * i + 5 * j) % 7) for i, j in pairs if i < j}
    tied = draw(st.lists(st.tuples(atom, atom, st.booleans()), max_size=4))
    ties = {(min(a, b), max(a, b)): apart for a, b, apart in tied if a != b}
    made = tuple((a, b, apart) for (a, b), apart in ties.items())
    return programme([float(p) for p in residents], minutes, unit_cost=2000.0, ties=made)


@given(instance=_instances(), seed=st.integers(0, 99), exact=st.booleans())
@settings(max_examples=80)
def test_every_plan_keeps_the_wishes(instance: Programme, seed: int, exact: bool) -> None:
    """Near-optimal plans too; and the bound, which does not ask for them, stays below the exact answer."""
    few = {"iterations_per_atom": 200, "bound_steps": 15, "bound_connected_steps": 15}
    params = PARAMS.model_copy(update=few | {"seed": seed, "exact_sets_max": 20_000 if exact else 0})
    plan = delineate(instance, params)
    for label in plan.maps:
        assert total_cost(instance, label) <= (1 + params.maps_within_share) * plan.cost_person_minutes + 1e-6
        for u in range(label.max() + 1):
            members = label == u
            assert 5000 <= instance.residents[members].sum() <= 12_000
            assert len(components(instance, members)) == 1
        for i in range(len(label)):
            for k in range(instance.tie_first[i], instance.tie_first[i + 1]):
                same = label[i] >= 0 and label[i] == label[instance.tie[k]]
                assert label[i] < 0 or same != instance.apart[k]
    assert plan.bound_person_minutes <= plan.cost_person_minutes + 1e-6
    best = solve_exactly(instance, 50_000)
    assert best is not None
    assert lower_bound(instance, best, 1.0, params)[0] <= total_cost(instance, best) + 1e-6


def test_a_locked_unit_stands_and_the_table_says_so() -> None:
    """Six blocks in a row of two pairs and a lock across them: the re-run plans round the lock."""
    people = [[2600.0, 2600.0, 2600.0, 2600.0, 2600.0, 2600.0]]
    built = town(people)
    wishes = pd.DataFrame({"row": [2, 3], "kind": "locked", "a": ["C002", "C003"], "b": "中片"})
    wishes = wishes.astype({"kind": "str", "a": "str", "b": "str"})
    found = units(Town(**built.inputs() | {"unit_wishes": wishes}))
    areas = found["address_areas"].drop_duplicates("atom_id").set_index("atom_id")["unit_id"]
    assert areas.groupby(areas).groups.values().__len__() == 3
    assert areas["C002"] == areas["C003"]
    assert areas["C001"] != areas["C002"]
    locked = found["units"].query("locked")
    assert locked["unit_id"].tolist() == [areas["C002"]]
    assert locked["reason"].str.contains("按意愿锁定").all()
    assert locked["reason_en"].str.contains("locked as wished").all()
    again = units(Town(**built.inputs() | {"unit_wishes": wishes}))
    pd.testing.assert_frame_equal(found["unit_members"], again["unit_members"])
    assert np.isfinite(found["unit_members"].query("unit_id.str.startswith('P')")["kept_share"]).all()
