"""People onto buildings: a compound worked by hand, then totals, water and order."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from pipeline.network.areas import containing
from pipeline.population.committees import nearest_committee
from pipeline.population.dasymetric import PEOPLE, spread
from pipeline.tables import check, empty

CRS = "EPSG:32651"
DRY = np.array([], object)


def zones(*rows: tuple[str, str, float, object]) -> gpd.GeoDataFrame:
    """(zone_id, kind, residents, geometry); the ages are a tenth of the residents each."""
    frame = pd.DataFrame(rows, columns=["zone_id", "kind", "residents", "geometry"])
    frame["residents"] = frame["residents"].astype(float)
    compound = [z if k == "compound" else None for z, k in zip(frame["zone_id"], frame["kind"], strict=True)]
    frame["compound_id"] = pd.Series(compound, dtype="str")
    frame["residents_low"], frame["residents_high"] = 0.9 * frame["residents"], 1.1 * frame["residents"]
    for age in ("child_0_3", "child_3_6", "elderly"):
        frame[age] = frame["residents"] / 10
    frame["ages_estimated"] = True
    return check("population_zones", gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def buildings(*rows: tuple[str, str, float | None, Polygon]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=["building_id", "use", "floors", "geometry"])
    frame["compound_id"] = pd.Series([None] * len(frame), dtype="str")
    frame["floors"] = frame["floors"].astype(float)
    return check("buildings", gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS))


def people(addresses: gpd.GeoDataFrame) -> dict[str, float]:
    return dict(zip(addresses["point_id"], addresses["residents"].round(9), strict=True))


def test_a_compound_by_hand() -> None:
    """100 m² × 6 floors, 200 m² × 3 unknown floors, 100 m² of unknown use × 3, a school: 4 + 4 + 2 shares of 1,000."""
    compound = zones(("c1", "compound", 1000, box(0, 0, 100, 100)))
    houses = buildings(
        ("1", "residential", 6, box(0, 0, 10, 10)),
        ("2", "residential", None, box(20, 0, 40, 10)),
        ("3", "unknown", 3, box(50, 0, 60, 10)),
        ("4", "other", 3, box(70, 0, 90, 90)),
        ("5", "residential", 9, box(200, 0, 210, 10)),
    )
    addresses = spread(compound, houses, DRY, default_floors=3)
    assert people(addresses) == {"b:1": 400, "b:2": 400, "b:3": 200}
    assert addresses["residents_low"].tolist() == pytest.approx([360, 360, 180])
    assert addresses["elderly"].tolist() == pytest.approx([40, 40, 20])
    assert addresses["compound_id"].tolist() == ["c1"] * 3 and addresses["ages_estimated"].all()
    assert addresses.geometry[0] == Point(5, 5)


def test_the_finest_count_owns_a_building() -> None:
    """The compound's houses are its own; the village's people live in the one house outside it."""
    counted = zones(("v", "area", 30, box(0, 0, 200, 100)), ("c1", "compound", 70, box(0, 0, 100, 100)))
    houses = buildings(("1", "residential", 1, box(0, 0, 10, 10)), ("2", "unknown", 1, box(150, 0, 160, 10)))
    assert people(spread(counted, houses, DRY, 3)) == {"b:1": 70, "b:2": 30}


def test_people_without_a_building_are_put_on_dry_ground_outside_compounds() -> None:
    counted = zones(
        ("cell", "cell", 5, box(0, 0, 100, 100)),
        ("c1", "compound", 70, box(60, 0, 200, 100)),
        ("p", "point", 8, Point(300, 0)),
    )
    sea = np.array([box(-100, 0, 50, 100)])
    addresses = spread(counted, empty("buildings", CRS), sea, 3).set_index("point_id")
    assert addresses["residents"].to_dict() == {"z:c1": 70, "z:cell": 5, "z:p": 8}
    assert addresses["building_id"].isna().all()
    assert box(50, 0, 60, 100).contains(addresses.geometry["z:cell"])
    assert addresses.geometry["z:p"] == Point(300, 0)
    assert addresses["compound_id"].fillna("").to_dict() == {"z:c1": "c1", "z:cell": "", "z:p": ""}


def test_a_count_at_sea_goes_to_the_nearest_home() -> None:
    counted = zones(("cell", "cell", 5, box(0, 0, 100, 100)), ("v", "area", 30, box(200, 0, 900, 100)))
    houses = buildings(
        ("boat", "residential", 1, box(10, 10, 20, 20)),
        ("near", "residential", 1, box(210, 0, 220, 10)),
        ("far", "residential", 1, box(800, 0, 810, 10)),
    )
    sea = np.array([box(-100, -100, 150, 200)])
    assert people(spread(counted, houses, sea, 3)) == {"b:far": 15, "b:near": 20}


def _random_district(seed: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 900, (12, 2))
    counted = zones(
        ("all", "total", 1234.5, box(-10, -10, 1010, 1010)),
        *(
            (f"c{i}", "compound", rng.uniform(0, 3000), box(x, y, x + 60, y + 60))
            for i, (x, y) in enumerate(corner[:6])
        ),
        *(
            (f"r{i}", "cell", rng.uniform(0, 50), box(x, y, x + 80, y + 80))
            for i, (x, y) in enumerate(corner[6:])
        ),
    )
    places = rng.uniform(0, 990, (150, 2))
    houses = buildings(
        *(
            (
                f"{i}",
                rng.choice(["residential", "unknown", "other"]),
                rng.choice([None, 1, 6]),
                box(x, y, x + 9, y + 12),
            )
            for i, (x, y) in enumerate(places)
        )
    )
    return counted, houses, np.array([box(300, 0, 400, 1000)])


@pytest.mark.parametrize("seed", range(5))
def test_totals_are_kept_and_nobody_is_on_water(seed: int) -> None:
    counted, houses, sea = _random_district(seed)
    addresses = spread(counted, houses, sea, 3)
    np.testing.assert_allclose(addresses[PEOPLE].sum(), counted[PEOPLE].sum(), rtol=1e-9)
    assert not addresses.intersects(sea[0]).any()
    assert addresses["point_id"].is_unique
    by_compound = addresses[addresses["compound_id"].notna()].groupby("compound_id")["residents"].sum()
    expected = counted[counted["kind"] == "compound"].set_index("zone_id")["residents"]
    assert (by_compound.reindex(expected.index) >= expected * (1 - 1e-9)).all()


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_changes_nothing(seed: int) -> None:
    counted, houses, sea = _random_district(seed)
    plain = spread(counted, houses, sea, 3)
    mixed = spread(
        counted.sample(frac=1, random_state=seed), houses.sample(frac=1, random_state=seed), sea, 3
    )
    pd.testing.assert_frame_equal(pd.DataFrame(plain), pd.DataFrame(mixed), check_exact=True)


def test_no_zones_no_addresses() -> None:
    assert (
        len(
            spread(
                empty("population_zones", CRS), buildings(("1", "residential", 1, box(0, 0, 9, 9))), DRY, 3
            )
        )
        == 0
    )


def test_committee_of_a_point_is_the_one_it_is_in_else_the_nearest() -> None:
    committees = gpd.GeoDataFrame(
        {"committee_id": ["b", "a"]}, geometry=[box(10, 0, 20, 10), box(0, 0, 10, 10)], crs=CRS
    )
    points = gpd.GeoSeries([Point(5, 5), Point(15, 5), Point(10, 5), Point(40, 5)], crs=CRS)
    assert containing(points, committees, "committee_id").fillna("-").tolist() == ["a", "b", "a", "-"]
    assert nearest_committee(points, committees).tolist() == ["a", "b", "a", "b"]
