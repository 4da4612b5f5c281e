"""Joint projects: which neighbouring compounds are proposed as one, by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import box

from pipeline.eligibility.projects import joint_projects
from pipeline.tables import check, empty

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


def test_a_chain_of_neighbours_across_streets_is_one_project() -> None:
    """Streets of 30 and 40 m part A, B and C; 41 m lie between C and D; E touches D but does not pass."""
    town = _compounds(
        A=(0, "K1", "一街"),
        B=(130, "K1", "一街"),
        C=(270, "K2", "一街"),
        D=(411, "K2", "一街"),
        E=(511, "K2", "一街"),
    )
    verdicts = pd.Series({"A": "pass", "B": "pass", "C": "pass", "D": "pass", "E": "unknown"})
    table = joint_projects(town, verdicts, 40)
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
    assert _members(joint_projects(town, pd.Series(dict.fromkeys("ABCDE", "pass")), 40)) == ["B C"]


def test_residents_are_unknown_where_one_part_is() -> None:
    town = _compounds(A=(0, "K1", "一街"), B=(100, "K1", "一街"))
    town.loc[1, "residents"] = float("nan")
    table = joint_projects(town, pd.Series({"A": "pass", "B": "pass"}), 40)
    assert table["residents"].isna().all()


def test_without_any_that_pass_there_is_no_project() -> None:
    town = _compounds(A=(0, "K1", "一街"), B=(100, "K1", "一街"))
    assert _members(joint_projects(town, pd.Series({"A": "pass", "B": "defer"}), 40)) == []
    assert _members(joint_projects(town, pd.Series(dtype="str"), 40)) == []
