"""Recompute indicators of the demo district by another path: plain geopandas, networkx, loops over people."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from pipeline.catalogue.load import PEOPLE_OF_WHO, indicators, walker
from pipeline.network.search import Graph
from pipeline.reach.catchment import pairs
from pipeline.settings import load_params
from tests.indicators.again import compare, stated
from tests.runs import ROOT, Chain

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


@pytest.mark.parametrize("indicator", ["F01", "F03", "F06", "T09"])
def test_shares_within_minutes_person_by_person(
    demo: Chain, homes: dict[str, pd.DataFrame], indicator: str
) -> None:
    one = indicators()[indicator]
    legs = walker(one.class_, one.constraint)
    walks, borders = demo["walk_times"], demo["edge_times"]
    walks = walks[(walks["class"] == one.class_) & (walks["walker"] == legs)].set_index("point_id")
    time, unlinked = walks["minutes_if_closed"].to_dict(), walks["unlinked_minutes"].to_dict()
    opened = walks["minutes"].to_dict()
    border = borders[borders["walker"] == legs].set_index("point_id")["edge_of_data_minutes"].to_dict()
    people = PEOPLE_OF_WHO[one.who]

    def again(unit: str) -> float:
        near = total = served = maybe = everybody = 0.0
        for row in homes[unit].to_dict("records"):
            everybody += row[people]
            in_time = time[row["point_id"]] <= one.minutes
            hidden = min(
                border[row["point_id"]], unlinked[row["point_id"]], key=lambda m: 99 if m != m else m
            )
            by_gate = opened[row["point_id"]] <= one.minutes and not in_time
            clear = row["linked"] and not hidden <= one.minutes and not by_gate
            served += row[people] * in_time
            maybe += row[people] * (not in_time and not clear)
            if clear:
                total += row[people]
                near += row[people] * in_time
        return min(max(100 * near / total, 100 * served / everybody), 100 * (served + maybe) / everybody)

    compare(demo, indicator, again)


def test_the_gap_between_people_by_a_list_of_people(demo: Chain, homes: dict[str, pd.DataFrame]) -> None:
    one, limit = indicators()["C06"], 30.0
    walks = demo["walk_times"]
    time = {
        name: walks[(walks["class"] == name) & (walks["walker"] == walker(name))].set_index("point_id")[
            "minutes"
        ]
        for name in one.classes
    }
    exact = demo["indicators"]
    exact = exact[(exact["indicator_id"] == "C06") & (exact["evidence_share"] > 1 - 1e-9)]
    assert len(exact) >= 5

    for unit, value in exact[["unit_id", "value"]].itertuples(index=False):
        rows = homes[unit]
        mean = sum(times.reindex(rows["point_id"]).fillna(limit).to_numpy() for times in time.values()) / len(
            time
        )
        order = np.argsort(mean)
        heap = np.cumsum(rows["residents"].to_numpy()[order])
        ninth, middle = (mean[order][np.argmax(heap >= q * heap[-1] - 1e-9)] for q in (0.9, 0.5))
        assert value == pytest.approx(ninth - middle, abs=1e-6)


@pytest.mark.parametrize(
    ("indicator", "column"), [("C01", "satisfaction"), ("T08", "lift_share"), ("W02", "property_company")]
)
def test_register_shares_from_the_register_by_merge(
    demo: Chain, homes: dict[str, pd.DataFrame], indicator: str, column: str
) -> None:
    register = demo["register"][["compound_id", column]]

    def again(unit: str) -> float:
        rows = homes[unit][["compound_id", "residents"]].merge(register, on="compound_id").dropna()
        figure = rows[column] if column != "property_company" else 100.0 * (rows[column] != "none")
        return float((rows["residents"] * figure).sum() / rows["residents"].sum())

    compare(demo, indicator, again)


def test_the_green_share_by_geopandas_overlay(demo: Chain) -> None:
    units, land, places = demo["units"], demo["land"], demo["places"]
    wet = land[land["kind"].isin(["sea", "water", "river"]) & land.geom_type.str.endswith("Polygon")]
    ground = units[["unit_id", "geometry"]].overlay(wet[["geometry"]], how="difference").set_index("unit_id")
    green = pd.concat(
        [land.loc[land["kind"] == "green", ["geometry"]], places.loc[places["class"] == "park", ["geometry"]]]
    )
    green = green[green.geom_type.str.endswith("Polygon")].dissolve()
    inside = ground.reset_index().overlay(green, how="intersection").dissolve("unit_id").area
    compare(demo, "E03", lambda unit: 100 * inside.get(unit, 0.0) / ground.area[unit])


def test_street_density_by_clipping(demo: Chain) -> None:
    units, land = demo["units"].set_index("unit_id"), demo["land"]
    wet = land[
        land["kind"].isin(["sea", "water", "river"]) & land.geom_type.str.endswith("Polygon")
    ].union_all()
    public = demo["edges"][demo["edges"]["users"] == "public"]

    def again(unit: str) -> float:
        shape = units.geometry[unit]
        length = sum(public.clip(shape.buffer(d, quad_segs=8)).length.sum() for d in (30, -30)) / 2
        return float(length / 1000 / (shape.difference(wet).area / 1e6))

    few = stated(demo, "T03").iloc[::7]
    for unit, value in few[["unit_id", "value"]].itertuples(index=False):
        assert value == pytest.approx(again(unit), rel=1e-6)


def test_people_near_a_wide_way_by_spatial_join(demo: Chain, homes: dict[str, pd.DataFrame]) -> None:
    one, edges, residents = indicators()["S04"], demo["edges"], demo["residents"]
    known_kind = edges["highway"].isin(one.wide_highways)
    wide = edges[(edges["width_m"] >= 4) | (edges["width_m"].isna() & known_kind)]
    unsure = edges[edges["width_m"].isna() & ~known_kind & ~edges["highway"].isin(one.narrow_highways)]

    def near(ways: gpd.GeoDataFrame) -> set[str]:
        around = gpd.GeoDataFrame(geometry=residents.buffer(50, quad_segs=64), crs=residents.crs)
        hit = around.assign(point_id=residents["point_id"]).sjoin(ways[["geometry"]])
        return set(hit["point_id"])

    sure, perhaps = near(wide), near(unsure)

    def bounds(unit: str) -> tuple[float, float]:
        rows = homes[unit]
        people = rows["residents"].sum()
        low = rows["residents"][rows["point_id"].isin(sure)].sum()
        high = rows["residents"][rows["point_id"].isin(sure | perhaps)].sum()
        return 100 * low / people, 100 * high / people

    # a drawn circle is a hair smaller than the true one
    for unit, low, high in stated(demo, "S04")[["unit_id", "value_low", "value_high"]].itertuples(
        index=False
    ):
        assert (low, high) == pytest.approx(bounds(unit), abs=0.5)


def test_the_fit_with_committees_and_service_areas_by_loops(
    demo: Chain, homes: dict[str, pd.DataFrame]
) -> None:
    """Committee units are whole committees, so that half of their fit is 100 %."""
    residents = demo["residents"]
    whole = residents.groupby("committee_id")["residents"].sum()
    for unit, low, high in stated(demo, "W06")[["unit_id", "value_low", "value_high"]].itertuples(
        index=False
    ):
        rows = homes[unit].dropna(subset="committee_id")
        mine = rows.groupby("committee_id")["residents"].sum()
        fit = sum(n * n / whole[committee] for committee, n in mine.items()) / mine.sum()
        assert low - 1e-6 <= 50 * fit + 50 and high >= 50 * fit - 1e-6
        if unit in set(whole.index):
            assert fit == pytest.approx(1)


def test_all_facilities_in_reach_include_the_nearest(demo: Chain) -> None:
    """The least of an address's minutes to all kindergartens is what the search for the nearest found."""
    params = load_params(ROOT / "params.yaml")
    residents, facilities, walks = demo["residents"], demo["facilities"], demo["walk_times"]
    linked = residents[residents["linked"]].reset_index(drop=True)
    doors = facilities[(facilities["class"] == "kindergarten") & facilities["linked"]]
    graph, speed = Graph.build(demo["edges"], "child"), params.network.walkers["child"].speed_m_per_s
    reach = pairs(graph, graph.points(doors, speed), doors["facility_id"], graph.points(linked, speed), 10.0)
    least = reach.groupby("address")["minutes"].min()
    own = walks[(walks["class"] == "kindergarten") & (walks["walker"] == "child")].set_index("point_id")[
        "minutes"
    ]
    nearest = own.reindex(linked["point_id"]).reset_index(drop=True)
    assert list(least.index) == list(nearest.index[nearest <= 10])
    assert least.to_numpy() == pytest.approx(nearest[nearest <= 10].to_numpy(), abs=1e-9)
