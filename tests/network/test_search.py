"""Minutes to the nearest facility: hand-worked streets first, then what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import TableError
from pipeline.network.search import Graph, nearest, to_nodes

SPEED = 1.0  # m/s: 60 m are one minute


def streets(
    *rows: tuple[int, int, float, str], slope: dict[int, tuple[float, float]] | None = None
) -> pd.DataFrame:
    """Edges (u, v, length, users) numbered from 1; `slope` gives edges their minutes there and back."""
    edges = pd.DataFrame(rows, columns=["u", "v", "length_m", "users"])
    edges.insert(0, "edge_id", range(1, len(edges) + 1))
    edges["minutes_adult"] = edges["minutes_adult_back"] = edges["length_m"] / 60
    for edge, (there, back) in (slope or {}).items():
        edges.loc[edges["edge_id"] == edge, ["minutes_adult", "minutes_adult_back"]] = there, back
    return edges


def on(*rows: tuple[int, float, float] | tuple[int, float, float, str]) -> pd.DataFrame:
    """Points (edge, offset, access[, compound])."""
    full = [(*row, None)[:4] for row in rows]
    return pd.DataFrame(full, columns=["edge_id", "offset_m", "access_m", "compound_id"])


def walk(
    edges: pd.DataFrame, facilities: pd.DataFrame, addresses: pd.DataFrame, limit: float = 60.0
) -> tuple[list[float], list[int]]:
    graph = Graph.build(edges, "adult")
    minutes, facility = nearest(graph, graph.points(facilities, SPEED), graph.points(addresses, SPEED), limit)
    return minutes.tolist(), facility.tolist()


#   1 ── 120 m ── 2 ── 60 m ── 3
#                 │            │
#               180 m        60 m       edges: 1 (1–2), 2 (2–3), 3 (2–4), 4 (3–5), 5 (4–5)
#                 │            │
#                 4 ── 60 m ── 5
GRID = streets(
    (1, 2, 120, "public"),
    (2, 3, 60, "public"),
    (2, 4, 180, "public"),
    (3, 5, 60, "public"),
    (4, 5, 60, "public"),
)


def test_five_streets_by_hand() -> None:
    """The facility stands 30 m off edge 5, 20 m from 4; the address 12 m off edge 1, 90 m from 1.

    12 m to the street, 30 m to 2, then 60 + 60 + 40 by 3 and 5 (160 m, beats 180 + 20), 30 m to the door: 232 m.
    """
    assert walk(GRID, on((5, 20, 30)), on((1, 90, 12))) == ([pytest.approx(232 / 60)], [0])


def test_a_facility_on_the_same_street_is_reached_directly() -> None:
    facilities = on((3, 40, 6), (3, 100, 0))
    assert walk(GRID, facilities, on((3, 60, 0), (3, 75, 0), (3, 10, 0))) == (
        [pytest.approx(26 / 60), pytest.approx(25 / 60), pytest.approx(36 / 60)],
        [0, 1, 0],
    )


def test_the_way_round_beats_a_slow_same_edge() -> None:
    """Edge 3 takes an hour; between its ends one walks 180 m by 2, 4 and 5."""
    edges = GRID.assign(
        minutes_adult=GRID["minutes_adult"].where(GRID["edge_id"] != 3, 60.0),
        minutes_adult_back=GRID["minutes_adult_back"].where(GRID["edge_id"] != 3, 60.0),
    )
    minutes, _ = walk(edges, on((3, 180, 0)), on((3, 0, 0)))
    assert minutes == [pytest.approx(3.0)]


def test_up_and_down_differ() -> None:
    """A street of 60 m: 3 minutes up from 1 to 2, 1 minute down."""
    hill = streets((1, 2, 60, "public"), slope={1: (3.0, 1.0)})
    assert walk(hill, on((1, 60, 0)), on((1, 0, 0), (1, 30, 0)))[0] == [
        pytest.approx(3.0),
        pytest.approx(1.5),
    ]
    assert walk(hill, on((1, 0, 0)), on((1, 60, 0), (1, 30, 0)))[0] == [
        pytest.approx(1.0),
        pytest.approx(0.5),
    ]


# A walled square with one gate at 2: its inner way 2–6 belongs to compound c; the street runs round it.
#   1 ── 60 ── 2 (gate) ── 240 ── 3 ── 60 ── 4          c: 2–6, 60 m; 6–3 is a second gate of c only: 60 m
SQUARE = streets(
    (1, 2, 60, "public"), (2, 3, 240, "public"), (3, 4, 60, "public"), (2, 6, 60, "c"), (6, 3, 60, "c")
)


def test_residents_cut_through_their_own_compound_and_strangers_walk_round() -> None:
    school = on((3, 60, 0))
    addresses = on((1, 0, 0), (1, 0, 0, "c"), (4, 30, 0, "c"), (1, 0, 0, "d"))
    assert walk(SQUARE, school, addresses)[0] == pytest.approx([6.0, 4.0, 2.5, 6.0])


def test_a_facility_inside_is_for_residents_only() -> None:
    """One minute for the resident; the stranger has only the school at 4."""
    facilities = on((4, 60, 0), (3, 60, 0))
    minutes, which = walk(SQUARE, facilities, on((1, 60, 0, "c"), (1, 60, 0)))
    assert minutes == pytest.approx([1.0, 5.0])
    assert which == [0, 1]


def test_an_island_is_not_reached_and_the_limit_counts_access_legs() -> None:
    edges = streets((1, 2, 60, "public"), (8, 9, 60, "public"))
    minutes, which = walk(edges, on((1, 0, 30)), on((2, 0, 0), (1, 60, 30), (1, 60, 31)), limit=2.0)
    assert np.isnan(minutes[0]) and np.isnan(minutes[2]) and minutes[1] == 2.0
    assert which == [-1, 0, -1]


def test_who_lives_on_steps_that_a_walker_does_not_take_is_not_reached_but_at_their_foot_is() -> None:
    edges = streets((1, 2, 60, "public"), (2, 3, 60, "public"), slope={2: (np.inf, np.inf)})
    minutes, _ = walk(edges, on((1, 0, 0)), on((2, 0, 0), (2, 30, 0)))
    assert minutes[0] == 1.0 and np.isnan(minutes[1])


def test_equally_near_facilities_the_first_is_named() -> None:
    assert walk(GRID, on((1, 100, 0), (1, 20, 0)), on((1, 60, 0)))[1] == [0]
    assert walk(GRID, on((1, 20, 0), (1, 100, 0)), on((1, 60, 0)))[1] == [0]


def test_edges_of_no_length_and_of_a_hand() -> None:
    edges = streets((1, 2, 0.3, "public"), (2, 3, 0.0, "public"), (3, 4, 60, "public"))
    assert walk(edges, on((3, 60, 0)), on((1, 0.1, 0), (2, 0, 0)))[0] == pytest.approx([60.2 / 60, 1.0])


def test_no_facility_no_address_no_street() -> None:
    assert walk(GRID, on(), on((1, 0, 0)))[1] == [-1]
    assert walk(GRID, on((1, 0, 0)), on()) == ([], [])
    assert walk(streets(), on(), on()) == ([], [])


def test_a_point_on_no_edge_is_refused() -> None:
    with pytest.raises(TableError, match="edge_id 9"):
        walk(GRID, on((9, 0, 0)), on())


def test_junction_labels_by_hand() -> None:
    graph = Graph.build(GRID, "adult")
    row = {node: i for i, node in enumerate(graph.node_ids.tolist())}
    (minutes,) = to_nodes(graph, [(np.array([row[1], row[5]]), np.array([0.0, 0.5]))], 2.0)
    assert dict(zip(graph.node_ids.tolist(), minutes, strict=True)) == {
        1: 0.0,
        2: 2.0,
        3: 1.5,
        4: 1.5,
        5: 0.5,
    }


# ------------------------------------------------------------------------------------------- what must always hold


@st.composite
def districts(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Random streets with two groups, facilities and addresses."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    junctions, count = int(rng.integers(2, 30)), int(rng.integers(1, 60))
    edges = pd.DataFrame(
        {
            "edge_id": np.arange(count) * 3 + 1,
            "u": rng.integers(0, junctions, count),
            "v": rng.integers(0, junctions, count),
            "length_m": rng.uniform(0.3, 300, count),
            "users": rng.choice(["public", "public", "public", "c1", "c2"], count),
        }
    )
    for column in ("minutes_adult", "minutes_adult_back"):
        edges[column] = edges["length_m"] / 60 * rng.uniform(1, 3, count)
        edges.loc[rng.random(count) < 0.05, column] = np.inf

    def points(number: int) -> pd.DataFrame:
        row = rng.integers(0, count, number)
        return pd.DataFrame(
            {
                "edge_id": edges["edge_id"].to_numpy()[row],
                "offset_m": edges["length_m"].to_numpy()[row] * rng.choice([0, 1, rng.random()], number),
                "access_m": rng.uniform(0, 60, number),
                "compound_id": rng.choice(np.array(["c1", "c2", None], object), number),
            }
        )

    return edges, points(int(rng.integers(1, 8))), points(int(rng.integers(1, 20)))


def filled(minutes: list[float]) -> np.ndarray:
    return np.nan_to_num(np.array(minutes), nan=np.inf)


@settings(max_examples=60)
@given(districts())
def test_another_facility_never_lengthens_a_walk(case: tuple[pd.DataFrame, ...]) -> None:
    edges, facilities, addresses = case
    fewer, _ = walk(edges, facilities.iloc[:-1], addresses, np.inf)
    more, _ = walk(edges, facilities, addresses, np.inf)
    assert (filled(more) <= filled(fewer)).all()


@settings(max_examples=60)
@given(districts(), st.integers(0, 59))
def test_opening_a_way_to_everyone_never_lengthens_a_walk(case: tuple[pd.DataFrame, ...], which: int) -> None:
    """The edge becomes public; residents keep their group by their compound."""
    edges, facilities, addresses = case
    users = edges.set_index("edge_id")["users"]
    lives = addresses["edge_id"].map(users)
    addresses = addresses.assign(compound_id=lives.where(lives != "public", addresses["compound_id"]))
    opened = edges.assign(users=edges["users"].where(edges.index != which % len(edges), "public"))
    before, _ = walk(edges, facilities, addresses, np.inf)
    after, _ = walk(opened, facilities, addresses, np.inf)
    # chains are added up in another order
    assert (filled(after) <= filled(before) * (1 + 1e-12)).all()


@settings(max_examples=60)
@given(districts(), st.floats(0.1, 10))
def test_scaling_speed_and_lengths_together_changes_nothing(
    case: tuple[pd.DataFrame, ...], factor: float
) -> None:
    edges, facilities, addresses = case
    plain, _ = walk(edges, facilities, addresses, np.inf)
    grown = [
        frame.assign(**{c: frame[c] * factor for c in ("length_m", "offset_m", "access_m") if c in frame})
        for frame in case
    ]
    graph = Graph.build(grown[0], "adult")
    minutes, _ = nearest(
        graph, graph.points(grown[1], SPEED * factor), graph.points(grown[2], SPEED * factor), np.inf
    )
    np.testing.assert_allclose(minutes, plain, rtol=1e-12)


@settings(max_examples=60)
@given(districts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case: tuple[pd.DataFrame, ...], random: object) -> None:
    edges, facilities, addresses = case
    rng = np.random.default_rng(random.randrange(2**32))  # type: ignore[attr-defined]
    order = rng.permutation(len(addresses))
    plain, _ = walk(edges, facilities, addresses, np.inf)
    mixed, _ = walk(
        edges.iloc[rng.permutation(len(edges))],
        facilities.iloc[rng.permutation(len(facilities))],
        addresses.iloc[order],
        np.inf,
    )
    np.testing.assert_array_equal(np.array(mixed), np.array(plain)[order])


@settings(max_examples=60)
@given(districts(), st.floats(0, 20))
def test_the_limit_only_hides_what_is_beyond_it(case: tuple[pd.DataFrame, ...], limit: float) -> None:
    edges, facilities, addresses = case
    free, _ = walk(edges, facilities, addresses, np.inf)
    cut, _ = walk(edges, facilities, addresses, limit)
    np.testing.assert_array_equal(filled(cut), np.where(filled(free) <= limit, filled(free), np.inf))


@settings(max_examples=60)
@given(districts())
def test_a_subset_of_addresses_gets_the_same_minutes(case: tuple[pd.DataFrame, ...]) -> None:
    """A group leaves no trace: leaving out addresses (and with them whole groups) changes nobody's walk."""
    edges, facilities, addresses = case
    together, _ = walk(edges, facilities, addresses, np.inf)
    alone = [walk(edges, facilities, addresses.iloc[[i]], np.inf)[0][0] for i in range(len(addresses))]
    np.testing.assert_array_equal(alone, together)
