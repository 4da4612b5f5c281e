"""Areas checked side by side on a town of six blocks, and who would move: everything countable by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from pipeline.settings import Settings, load_params
from pipeline.stages import unit_checks
from pipeline.tables import check
from tests.conftest import ROOT
from tests.units.test_stage import outputs
from tests.units.town import CRS, SIDE, town


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Six blocks of 2,600 in a row, committees of two, an arterial between the third and the fourth block.

    One kindergarten in the first block, three minutes from the people of the first and eight from the second's; nobody
    else reaches it within 30. The list of elderly stations is empty and not complete.
    """
    built = town([[2600.0] * 6], arterial_column=3, committee_columns=2)
    made = outputs(built, cost_per_committee_cut_person_minutes=0.0)
    points = built.residents["point_id"]
    minutes = [3.0, 3.0, 8.0, 8.0] + [np.nan] * 8
    walks = pd.DataFrame(
        {"point_id": points, "class": "kindergarten", "walker": "child", "minutes": minutes,
         "facility_id": ["K1"] * 4 + [None] * 8, "unlinked_minutes": np.nan, "minutes_if_closed": minutes}
    )  # fmt: skip
    ids = built.compounds["compound_id"]
    register = pd.DataFrame(
        {
            "compound_id": ids,
            "property_company": ["甲", "甲", "甲", None, "none", "乙"],
            "proposed_unit": ["东片", "东片", None, None, None, None],
        }
    )
    inputs = built.inputs() | made | {
        "residents": built.residents.assign(child_3_6=100.0, child_0_3=0.0, elderly=400.0),
        "register": register,
        "class_status": pd.DataFrame(
            {"class": ["kindergarten", "elderly_station"], "completeness": ["complete", "partial"]}
        ),
        "walk_times": walks,
        "edge_times": pd.DataFrame({"point_id": points, "walker": "child", "edge_of_data_minutes": np.nan}),
        "facilities": gpd.GeoDataFrame(
            {"class": ["kindergarten"], "facility_id": ["K1"]}, geometry=[Point(SIDE / 2, -SIDE / 2)], crs=CRS
        ),
        "openings": pd.DataFrame(
            {"opening_id": ["g1", "g2", "g3"], "status": ["gate", "blocked", "gate"], "compound_id": ["C000", "C000", "C001"]}
        ),
        "edges": built.edges.assign(slope_max=0.0),
        "ways": built.ways.assign(name="大街"),
        "land": built.land.assign(name=pd.Series([], dtype="str")),
    }  # fmt: skip
    params = load_params(ROOT / "params.yaml")
    settings = cast(Settings, SimpleNamespace(params=params))
    return {name: check(name, cast(pd.DataFrame, t)) for name, t in unit_checks.run(settings, inputs).items()}


def test_every_area_is_checked(found: dict[str, Any]) -> None:
    table = found["unit_checks"].set_index(["area_kind", "area_id"])
    kinds = table.index.get_level_values(0).value_counts().to_dict()
    assert kinds["committee"] == 3
    assert kinds["subdistrict"] == 1
    assert kinds["register"] == 1
    assert kinds["proposed"] >= 1
    whole = table.loc[("subdistrict", "东街道")]
    assert (whole["residents"], whole["size_result"], whole["margin_residents"]) == (
        15_600,
        "too_large",
        -3600,
    )
    assert whole["barriers_en"] == "arterial 大街"
    assert "干路 大街穿过" in whole["sentence"]
    east = table.loc[("register", "东片")]
    assert (east["residents"], east["residents_low"], east["size_result"]) == (5200, 5200 * 0.95, "fits")
    assert east["connected"]
    assert (east["gates"], east["gate_ids"]) == (2, "g1;g3")
    assert east["property_areas_cut"] == 1, "the company also serves the third block, next door"
    assert whole["property_areas_cut"] == 0
    assert table.loc[("committee", "J1"), "property_areas_cut"] == 1


def test_walks_are_shares_with_what_is_unknown(found: dict[str, Any]) -> None:
    table = found["unit_checks"].set_index(["area_kind", "area_id"])
    east = table.loc[("register", "东片")]
    assert (east["kindergarten_share_5"], east["kindergarten_share_10"]) == (0.5, 1.0)
    assert (east["elderly_station_share_10"], east["elderly_station_unknown_10"]) == (0.0, 1.0)
    assert "步行到幼儿园 5 分钟内 50%、10 分钟内 100%" in east["sentence"]
    assert "0% within 10 minutes of an elderly station (100% more unknown)" in east["sentence_en"]


def test_who_would_move_is_said_and_nobody_moves_twice(found: dict[str, Any]) -> None:
    moves, checks = found["border_changes"], found["unit_checks"]
    assert len(moves) > 0, "committees of two blocks, units of two to four"
    assert (moves["committee_id"] != moves["lead_committee_id"]).all()
    assert not moves.duplicated(["unit_id", "committee_id"]).any()
    assert moves["residents"].sum() <= checks.query("area_kind == 'subdistrict'")["residents"].sum() / 2
    for row in moves.itertuples():
        assert row.unit_id in row.sentence
        assert f"{row.residents:,.0f} residents" in row.sentence_en
