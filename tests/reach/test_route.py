"""A walk piece by piece: a street worked by hand, then the walks of a finished run against its table."""

from __future__ import annotations

import json
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from pipeline.errors import DisagreementError, ValueRowError
from pipeline.network.search import Graph, nearest
from pipeline.reach.direction import comes_to_people, turned
from pipeline.reach.route import Route, route
from pipeline.report.walk import Walk
from pipeline.run import Folders
from pipeline.settings import Walker, load_params
from tests.runs import ROOT, Chain

CRS = "EPSG:32651"
ADULT = Walker(
    speed_m_per_s=1.0, stairs_factor=2.0, crossing_wait_s=30, unsignalised_wait_s=20, source="test"
)
# 1 ── 120 m, half a crossing with signals ── 2 ── 60 m of steps ── 3 ── 90 m uphill, inside c ── 4; a detour 2 ── 5 ── 4
EDGES = gpd.GeoDataFrame(
    {
        "edge_id": [1, 2, 3, 4, 5],
        "u": [1, 3, 3, 2, 5],
        "v": [2, 2, 4, 5, 4],
        "length_m": [120.0, 60.0, 90.0, 300.0, 300.0],
        "users": ["public", "public", "c", "public", "public"],
        "opening_id": pd.Series([None, None, "node-3", None, None], dtype="str"),
        "steps": [False, True, False, False, False],
        "name": pd.Series(["海滨路", None, None, "环路", "环路"], dtype="str"),
        "highway": ["residential", "steps", "service", "residential", "residential"],
        "crossings_signalled": [0.5, 0, 0, 0, 0],
        "crossings_unsignalled": 0.0,
        "minutes_adult": [135 / 60, 2.0, 1.8, 5.0, 5.0],
        "minutes_adult_back": [135 / 60, 2.0, 1.2, 5.0, 5.0],
    },
    geometry=[
        LineString([(0, 0), (120, 0)]),
        LineString([(180, 0), (120, 0)]),
        LineString([(180, 0), (270, 0)]),
        LineString([(120, 0), (120, 300)]),
        LineString([(120, 300), (270, 0)]),
    ],
    crs=CRS,
)
GATES = gpd.GeoDataFrame(
    {
        "opening_id": ["node-3", "node-9"],
        "gate_id": pd.Series(["G1", None], dtype="str"),
        "gate_users": ["residents", "public"],
        "open_hours": pd.Series(["06:00-22:00", None], dtype="str"),
        "node_id": pd.array([3, None], "Int64"),
    },
    geometry=[Point(180, 0), Point(0, 900)],
    crs=CRS,
)


def _home(compound: str | None, offset: float = 60.0) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "edge_id": [1],
            "offset_m": offset,
            "access_m": 12.0,
            "compound_id": pd.Series([compound], dtype="str"),
        },
        geometry=[Point(offset, 12)],
        crs=CRS,
    )


def _doors(*places: tuple[int, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "edge_id": [edge for edge, _ in places],
            "offset_m": [offset for _, offset in places],
            "access_m": 6.0,
            "compound_id": pd.Series([None] * len(places), dtype="str"),
        },
        geometry=[Point(0, -6)] * len(places),
        crs=CRS,
    )


def _walk(home: gpd.GeoDataFrame, doors: gpd.GeoDataFrame) -> Route:
    found = route(Graph.build(EDGES, "adult"), EDGES, GATES, home, doors, "adult", ADULT)
    assert found is not None
    assert sum(piece.seconds for piece in found.pieces) == pytest.approx(60 * found.minutes, abs=1e-9)
    return found


def test_a_resident_walks_through_the_own_gate() -> None:
    """12 s to the street, 60 m and a quarter of a signal, steps at half the pace, the gate, 45 m uphill, 6 s to the door."""
    found = _walk(_home("c"), _doors((3, 45.0)))
    told = [(p.kind, p.name, p.edge_id, p.length_m, round(p.seconds, 9)) for p in found.pieces]
    assert told == [
        ("access", None, None, 12, 12),
        ("street", "海滨路", 1, 60, 67.5),
        ("steps", "steps", 2, 60, 120),
        ("gate", "G1 (residents, 06:00-22:00)", None, 0, 0),
        ("street", "service", 3, 45, 54),
        ("access", None, None, 6, 6),
    ]
    assert [p.wait_seconds for p in found.pieces] == [0, 7.5, 0, 0, 0, 0]
    np.testing.assert_allclose([p.factor for p in found.pieces], [1, 1, 2, 1, 1.2, 1])
    assert found.pieces[2].geometry.coords[:] == [(120, 0), (180, 0)], "the way it is walked"


def test_a_stranger_walks_round_and_not_in() -> None:
    """At the corner of c's way a stranger comes by the ring road; on c's way itself nobody but its residents."""
    told = [p.edge_id for p in _walk(_home(None), _doors((5, 300.0))).pieces]
    assert told == [None, 1, 4, 5, None]
    assert (
        route(Graph.build(EDGES, "adult"), EDGES, GATES, _home(None), _doors((3, 45.0)), "adult", ADULT)
        is None
    )


def test_along_one_street_and_the_nearer_of_two_doors() -> None:
    found = _walk(_home(None), _doors((1, 110.0), (1, 30.0)))
    assert found.entrance == 1
    assert [p.length_m for p in found.pieces] == [12, 30, 6]
    assert found.pieces[1].geometry.coords[:] == [(60, 0), (30, 0)]
    assert [p.length_m for p in _walk(_home(None), _doors((1, 60.0))).pieces] == [12, 6], "just across"


@pytest.mark.parametrize("seed", range(5))
def test_the_search_and_the_route_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for compound in (None, "c"):
        home = _home(compound, float(rng.uniform(0, 120)))
        doors = _doors(*((int(e), float(rng.uniform(0, 60))) for e in rng.integers(1, 6, 3)))
        graph = Graph.build(EDGES, "adult")
        minutes, which = nearest(graph, graph.points(doors, 1.0), graph.points(home, 1.0), np.inf)
        found = route(graph, EDGES, GATES, home, doors, "adult", ADULT)
        assert (found is None) == np.isnan(minutes[0])
        if found:
            assert found.minutes == pytest.approx(minutes[0], abs=1e-9)
            assert found.entrance == which[0]


@pytest.mark.parametrize("name", ["demo", "las_palmas"])
def test_routes_take_the_minutes_of_the_table(name: str, request: pytest.FixtureRequest) -> None:
    chain = request.getfixturevalue(name)
    edges, openings, times = chain["edges"], chain["openings"], chain["walk_times"]
    gates = openings[openings["status"] == "gate"]
    residents = chain["residents"].set_index("point_id", drop=False)
    facilities = chain["facilities"]
    facilities = facilities[facilities["linked"]].reset_index(drop=True)
    walkers = load_params(ROOT / "params.yaml").network.walkers
    rng, kinds = np.random.default_rng(3), set()
    for key in ("child", "elderly"):
        graph, from_there = Graph.build(edges, key), Graph.build(turned(edges), key)
        rows = times[(times["walker"] == key) & times["minutes"].notna()]
        for row in rows.iloc[rng.permutation(len(rows))[:40]].itertuples():
            doors = facilities[facilities["class"] == rows.at[row.Index, "class"]]
            start = residents.loc[[row.point_id]]
            coming = comes_to_people(rows.at[row.Index, "class"])
            streets = (from_there, turned(edges)) if coming else (graph, edges)
            found = route(*streets, gates, start, doors, key, walkers[key])
            assert found is not None
            assert found.minutes == pytest.approx(row.minutes, abs=1e-6)
            assert sum(piece.seconds for piece in found.pieces) / 60 == pytest.approx(row.minutes, abs=1e-6)
            assert doors.iloc[found.entrance]["facility_id"] == row.facility_id
            lines = [p.geometry for p in found.pieces if p.kind in ("street", "steps")]
            jumps = [Point(a.coords[-1]).distance(Point(b.coords[0])) for a, b in pairwise(lines)]
            assert max(jumps, default=0) < 1e-6, "each piece begins where the last one ended"
            assert all(p.factor > 0.8 and p.wait_seconds >= 0 for p in found.pieces)
            kinds |= {p.kind for p in found.pieces}
    assert {"access", "street"} <= kinds
    assert "gate" in kinds or name != "demo"


def _asked(demo: Chain) -> tuple[Folders, str, pd.Series]:
    times = demo["walk_times"]
    rows = times[(times["class"] == "elderly_station") & (times["walker"] == "elderly")]
    row = rows[rows["minutes"] > 8].iloc[0]
    return demo.folders, str(row["point_id"]), row


def test_the_command_tells_the_walk_and_writes_it(demo: Chain) -> None:
    folders, point, row = _asked(demo)
    walk = Walk(folders, point, "elderly_station")
    assert walk.walker == "elderly" and walk.stated == row["minutes"]
    text = walk.text()
    assert row["facility_id"] in text and f"walk_times {row['minutes']:.6f}" in text
    drawn = json.loads(walk.geojson())["features"]
    seconds = sum(feature["properties"]["seconds"] for feature in drawn)
    assert seconds / 60 == pytest.approx(row["minutes"], abs=1e-6)
    home = demo["residents"].set_index("point_id").loc[[point]].to_crs("EPSG:4326").geometry.iloc[0]
    assert drawn[0]["geometry"]["coordinates"][0] == pytest.approx([home.x, home.y], abs=1e-9)
    by_place = Walk(folders, f"{home.x},{home.y}", str(row["facility_id"]), "elderly")
    assert by_place.route.minutes == pytest.approx(row["minutes"], abs=1e-5)
    assert by_place.stated is None


def test_at_night_the_walk_goes_round_the_gate_that_is_shut(demo: Chain) -> None:
    """The first compounds with a gate that is shut in the evening: nobody's walk is shorter then, somebody's is longer."""
    openings, residents = demo["openings"], demo["residents"]
    early = openings[openings["open_hours"].eq("07:00-19:00") & openings["status"].eq("gate")]
    longer = 0
    for compound in sorted(set(early["compound_id"].dropna()))[:4]:
        home = residents.loc[residents["compound_id"].eq(compound) & residents["linked"], "point_id"].iloc[0]
        by_day = Walk(demo.folders, home, "bus_stop")
        try:
            by_night = Walk(demo.folders, home, "bus_stop", at="23:59")
        except ValueRowError as error:  # the only gate
            assert "at 23:59" in str(error)
            longer += 1
            continue
        assert by_night.route.minutes >= by_day.route.minutes - 1e-9
        assert by_night.stated is None, "the table is about another time"
        assert not any("07:00-19:00" in (piece.name or "") for piece in by_night.route.pieces)
        longer += by_night.route.minutes > by_day.route.minutes + 1e-9
    assert longer
    with pytest.raises(ValueRowError, match="--at"):
        Walk(demo.folders, home, "bus_stop", at="25:00")


@pytest.mark.parametrize(
    ("start", "target", "walker", "said"),
    [
        ("nowhere", "park", None, "near it: "),
        ("30.5,120.1", "park", None, "is no longitude|beyond the data"),
        ("1,100", "park", None, "is no longitude and latitude"),
        ("", "kindergarden", None, "near it: kindergarten"),
        ("", "park", "bird", "adult, child, elderly"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is_near(
    demo: Chain, start: str, target: str, walker: str | None, said: str
) -> None:
    folders, point, _ = _asked(demo)
    with pytest.raises(ValueRowError, match=said):
        Walk(folders, start or point, target, walker)


def test_a_table_of_another_run_is_noticed(demo: Chain, tmp_path_factory: pytest.TempPathFactory) -> None:
    folders, point, row = _asked(demo)
    other = tmp_path_factory.mktemp("other")
    for file in folders.processed.iterdir():
        (other / file.name).symlink_to(file)
    times = demo["walk_times"]
    times.loc[row.name, "minutes"] += 0.01
    (other / "walk_times.parquet").unlink()
    times.to_parquet(other / "walk_times.parquet")
    with pytest.raises(DisagreementError, match=point):
        Walk(Folders(other, other), point, "elderly_station")
