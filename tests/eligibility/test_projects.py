"""Joint projects: which neighbouring compounds are proposed as one, by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from pipeline.eligibility.projects import joint_projects, neighbouring_compounds
from pipeline.tables import check, empty
from tests.eligibility.cases import PARAMS

CRS = "EPSG:32651"


def _compounds(**of: tuple[float, str | None, str | None]) -> gpd.GeoDataFrame:
    """Each 100 m square stands at x, in a committee and a sub-district, with 500 residents."""
    frame = empty("compounds", CRS)
    rows = pd.DataFrame(
        {
            "compound_id": list(of),
            "name": [f"{key}里" for key in of],
            "committee_id": [committee for _, committee, _ in of.values()],
            "subdistrict": [subdistrict for _, _, subdistrict in of.values()],
            "residents": 500.0,
        }
    ).reindex(columns=frame.columns)
    types = {column: frame[column].dtype for column in frame.columns if column != "geometry"}
    shapes = [box(x, 0, x + 100, 100) for x, _, _ in of.values()]
    return check("compounds", gpd.GeoDataFrame(rows.astype(types), geometry=shapes, crs=CRS))


def _members(table: gpd.GeoDataFrame) -> list[str]:
    return check("projects", table)["members"].tolist()


def _pairs(*pairs: str) -> pd.DataFrame:
    """ "AB" are neighbours."""
    return pd.DataFrame({"a": [pair[0] for pair in pairs], "b": [pair[1] for pair in pairs]}, dtype="str")


ROW = _pairs("AB", "BC", "CD", "DE")


def _neighbours(
    *streets: tuple[list[tuple[float, float]], str],
    doors: dict[str, int],
    river: list[tuple[float, float]] | None = None,
    b_at: float = 130,
    gap_m: float = 40,
) -> list[tuple[str, str]]:
    """Neighbours among A (x from 0 to 100 m) and B (100 m wide, from `b_at`).

    `streets`: line and who may walk it; `doors`: the street, by number, on whose middle the people of a compound live.
    """
    ends = sorted({point for line, _ in streets for point in (line[0], line[-1])})
    shapes = [LineString(line) for line, _ in streets]
    edges = gpd.GeoDataFrame(
        {
            "edge_id": range(len(streets)),
            "u": [ends.index(line[0]) for line, _ in streets],
            "v": [ends.index(line[-1]) for line, _ in streets],
            "length_m": [shape.length for shape in shapes],
            "users": [users for _, users in streets],
        },
        geometry=shapes,
        crs=CRS,
    )
    nodes = gpd.GeoDataFrame({"node_id": range(len(ends))}, geometry=[Point(p) for p in ends], crs=CRS)
    homes: dict[str, Any] = {
        "compound_id": list(doors),
        "edge_id": list(doors.values()),
        "offset_m": [shapes[street].length / 2 for street in doors.values()],
        "linked": True,
    }
    town = _compounds(A=(0, "K1", "一街"), B=(b_at, "K1", "一街"))
    barriers = np.array([] if river is None else [LineString(river)], dtype=object)
    found = neighbouring_compounds(town, gpd.GeoDataFrame(homes), nodes, edges, barriers, PARAMS.units, gap_m)
    return list(found.itertuples(index=False, name=None))


BETWEEN, EAST = [(115.0, 0.0), (115.0, 100.0)], [(235.0, 0.0), (235.0, 100.0)]
ROUND = [(115.0, 0.0), (115.0, -300.0), (235.0, -300.0), (235.0, 0.0)]


def test_two_compounds_on_one_street_are_neighbours() -> None:
    assert _neighbours((BETWEEN, "public"), doors={"A": 0, "B": 0}) == [("A", "B")]


def test_a_wall_parts_compounds_that_stand_side_by_side() -> None:
    """B's people live on a lane of their own, which meets the street in the east alone: the street between is not theirs."""
    lane = [(180.0, 50.0), (235.0, 100.0)]
    town = ((BETWEEN, "public"), (EAST, "public"), (ROUND, "public"), (lane, "B"))
    assert _neighbours(*town, doors={"A": 0, "B": 3}) == []
    gate = ([(115.0, 100.0), (180.0, 50.0)], "B")  # an opening to the street between
    assert _neighbours(*town, gate, doors={"A": 0, "B": 3}) == [("A", "B")]


def test_a_river_parts_compounds_and_a_bridge_joins_them() -> None:
    """One street on either bank, 30 m from the other; the river runs between them."""
    banks = ([(110.0, 0.0), (110.0, 100.0)], "public"), ([(140.0, 0.0), (140.0, 100.0)], "public")
    river, bridge = [(125.0, -50.0), (125.0, 150.0)], ([(110.0, 0.0), (140.0, 0.0)], "public")
    doors = {"A": 0, "B": 1}
    assert _neighbours(*banks, doors=doors, river=river, b_at=150) == []
    assert _neighbours(*banks, bridge, doors=doors, river=river, b_at=150) == [("A", "B")]


@pytest.mark.parametrize(("gap_m", "found"), [(59, []), (60, [("A", "B")])])
def test_the_way_between_is_short(gap_m: float, found: list[tuple[str, str]]) -> None:
    """A street of 110 m leads from A to B: the 25 m at either end are theirs, the 60 m between are nobody's."""
    stretches = [
        ([(x, 50.0), (x + w, 50.0)], "public") for x, w in ((100.0, 25.0), (125.0, 60.0), (185.0, 25.0))
    ]
    assert _neighbours(*stretches, doors={"A": 0, "B": 2}, b_at=210, gap_m=gap_m) == found


def test_whether_a_compound_without_a_way_has_neighbours_is_not_known() -> None:
    assert _neighbours((BETWEEN, "public"), doors={"A": 0}) == []
    assert _neighbours((BETWEEN, "public"), doors={}) == []


def test_a_chain_of_neighbours_is_one_project() -> None:
    """A, B and C pass and are neighbours; E is D's neighbour but does not pass; D, a neighbour of C, is barred."""
    town = _compounds(
        A=(0, "K1", "一街"),
        B=(130, "K1", "一街"),
        C=(270, "K2", "一街"),
        D=(411, "K2", "一街"),
        E=(511, "K2", "一街"),
    )
    verdicts = pd.Series({"A": "pass", "B": "pass", "C": "pass", "D": "fail", "E": "unknown"})
    table = joint_projects(town, verdicts, ROW)
    assert _members(table) == ["A B C"]
    assert table.loc[0, ["project_id", "count", "residents", "name"]].tolist() == [
        "J-A",
        3,
        1500,
        "A里、B里、C里",
    ]
    assert table.geometry[0].area == 30000


def test_a_project_stays_within_a_committee_or_a_sub_district() -> None:
    town = _compounds(
        A=(0, "K1", "一街"),
        B=(100, "K2", "二街"),
        C=(200, "K2", None),
        D=(300, None, None),
        E=(400, None, None),
    )
    assert _members(joint_projects(town, pd.Series(dict.fromkeys("ABCDE", "pass")), ROW)) == ["B C"]


def test_residents_are_unknown_where_one_part_is() -> None:
    town = _compounds(A=(0, "K1", "一街"), B=(100, "K1", "一街"))
    town.loc[1, "residents"] = float("nan")
    table = joint_projects(town, pd.Series({"A": "pass", "B": "pass"}), ROW)
    assert table["residents"].isna().all()


def test_without_any_that_pass_there_is_no_project() -> None:
    town = _compounds(A=(0, "K1", "一街"), B=(100, "K1", "一街"))
    assert _members(joint_projects(town, pd.Series({"A": "pass", "B": "defer"}), ROW)) == []
    assert _members(joint_projects(town, pd.Series(dtype="str"), ROW)) == []
