"""A town that fits on a page: one street 1 km long, walked at 100 m a minute, with two units on it.

    x = 0   100   200 … 500 … 1000
        |— west committee —|— east committee —|

Every address stands at the street itself; tests add and change what they are about.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from pipeline.catalogue.indicators import IndicatorCatalogue
from pipeline.catalogue.load import indicators
from pipeline.indicators.facts import Facts
from pipeline.network.search import Graph, nearest
from pipeline.settings import Walker
from pipeline.tables import FIELDS, TABLES, check, empty

CRS = "EPSG:32651"
WALKERS = ("adult", "child", "elderly", "elderly_step_free", "child_no_arterial_crossing")
SPEED = 100 / 60  # 100 m a minute


def table(name: str, rows: list[dict[str, Any]]) -> Any:
    """Make a checked table of rows; columns not given are missing."""
    if not rows:
        return empty(name, CRS)
    frame = pd.DataFrame(rows).reindex(columns=list(TABLES[name].nullable)).astype(_kinds(name))
    if "geometry" in frame:
        frame = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    return check(name, frame)


@cache
def _kinds(name: str) -> dict[str, Any]:
    return {
        str(column): kind
        for column, kind in empty(name, CRS).dtypes.items()
        if column in FIELDS and FIELDS[column].type not in ("object", "geometry")
    }


def edge_rows(
    ends: list[tuple[int, int]], at: dict[int, tuple[float, float]], **more: Any
) -> list[dict[str, Any]]:
    """Rows of `edges` for straight pieces between numbered places, walked at 100 m a minute."""
    rows = []
    for u, v in ends:
        line = LineString([at[u], at[v]])
        row = {
            "u": u, "v": v, "way_id": 1, "highway": "residential", "length_m": line.length, "steps": False,
            "bridge": False, "tunnel": False, "component": 0, "geometry": line,
        }  # fmt: skip
        row |= dict.fromkeys(["users", "users_in_hours", "users_if_closed"], "public")
        row |= {f"minutes_{w}{back}": line.length / 100 for w in WALKERS for back in ("", "_back")}
        rows.append(row | more)
    return rows


def with_edges(facts: Facts, rows: list[dict[str, Any]], at: dict[int, tuple[float, float]]) -> Facts:
    """Return the facts with other streets."""
    edges = table("edges", [row | {"edge_id": i} for i, row in enumerate(rows)])
    nodes = table(
        "nodes", [{"node_id": i, "component": 0, "geometry": Point(p)} for i, p in sorted(at.items())]
    )
    return replace(facts, edges=edges, nodes=nodes)


def with_people(facts: Facts, people: list[dict[str, Any]]) -> Facts:
    """Return the facts with people at addresses: x (on the street) and any columns of `residents`."""
    rows = []
    for i, person in enumerate(people):
        row = dict(person)
        x, y = row.pop("x", 50.0), row.pop("y", 0.0)
        linked = row.setdefault("linked", True)
        edge = min(int(x // 100), 9)
        tie = {"edge_id": edge, "offset_m": x - 100 * edge, "access_m": 0.0} if linked else {}
        base = {
            "point_id": f"p{i:02d}", "committee_id": "west" if x < 500 else "east", "residents": 1.0, "child_0_3": 0.0,
            "child_3_6": 0.0, "elderly": 0.0, "ages_estimated": False, "geometry": Point(x, y),
        }  # fmt: skip
        rows.append({**base, **tie, **row})
    for row in rows:
        row.setdefault("residents_low", row["residents"])
        row.setdefault("residents_high", row["residents"])
    areas = [
        {"point_id": row["point_id"], "atom_id": "a", "unit_id": row.pop("unit_id", None)} for row in rows
    ]
    return replace(facts, residents=table("residents", rows), address_areas=table("address_areas", areas))


def with_facilities(facts: Facts, doors: list[dict[str, Any]], **completeness: str) -> Facts:
    """Return the facts with facilities at x on the street, and the walking times to them."""
    rows = []
    for i, door in enumerate(doors):
        row = dict(door)
        x = row.pop("x")
        edge = min(int(x // 100), 9)
        base = {
            "entrance_id": f"e{i:02d}", "facility_id": f"f{i:02d}", "edge_id": edge, "offset_m": x - 100 * edge,
            "access_m": 0.0, "linked": True, "geometry": Point(x, 0),
        }  # fmt: skip
        rows.append({**base, **row})
    facilities = table("facilities", rows)
    counts = facilities["class"].value_counts()
    status = [
        {"class": name, "completeness": how, "count": int(counts.get(name, 0)), "source": "test"}
        for name, how in completeness.items()
    ]
    facts = replace(facts, facilities=facilities, class_status=table("class_status", status))
    return with_walks(facts)


def with_walks(facts: Facts, edge_of_data: dict[str, float] | None = None) -> Facts:
    """Return the facts with walking times of every walker to every class, by the pipeline's own search."""
    linked = np.flatnonzero(facts.residents["linked"])
    times = []
    for walker in WALKERS:
        graph = Graph.build(facts.edges, walker)
        addresses = graph.points(facts.residents.iloc[linked], SPEED)
        for name, doors in facts.facilities.groupby("class"):
            minutes, which = nearest(graph, graph.points(doors, SPEED), addresses, facts.limit_minutes)
            for row, minute, facility in zip(linked, minutes, which, strict=True):
                times.append({
                    "point_id": facts.residents["point_id"][row], "class": name, "walker": walker, "minutes": minute,
                    "minutes_if_closed": minute,
                    "facility_id": doors["facility_id"].iloc[facility] if facility >= 0 else None,
                })  # fmt: skip
    border = [
        {"point_id": p, "walker": w, "edge_of_data_minutes": m}
        for p, m in (edge_of_data or {}).items()
        for w in WALKERS
    ]
    return replace(facts, walk_times=table("walk_times", times), edge_times=table("edge_times", border))


def entry(id_: str, **changes: Any) -> Any:
    """Return an entry of the catalogue, with changes."""
    content = indicators()[id_].model_dump(by_alias=True) | changes
    catalogue = {"evidence_min_share": 0.5, "scenarios": {id_[0]: {"zh": "x", "en": "x", "clause": "x"}}}
    return IndicatorCatalogue.model_validate(catalogue | {"indicators": [content]}).indicators[0]


@cache
def street() -> Facts:
    """The street, its two committees, nobody and nothing on it yet."""
    at = {i: (100.0 * i, 0.0) for i in range(11)}
    units = table("units", [
        {
            "unit_id": name, "kind": "committee", "name": name, "residents": 0.0, "residents_low": 0.0, "residents_high": 0.0,
            "size_result": "too_small", "near_miss": False, "margin_residents": 0.0, "connected": True, "atoms": 1,
            "committees_cut": 1, "reason": "", "reason_en": "", "geometry": box(x, -500, x + 500, 500),
        }
        for name, x in (("east", 500), ("west", 0))
    ])  # fmt: skip
    walker = Walker(speed_m_per_s=SPEED, source="test")
    facts = Facts(
        units=units,
        **{
            name: empty(name, CRS)
            for name in (
                "residents", "address_areas", "compounds", "register", "walk_times", "edge_times", "class_status",
                "facilities", "places", "nodes", "edges", "openings", "land", "way_nodes",
            )
        },
        extent=table("extent", [{"area_id": "all", "geometry": box(-5000, -5000, 6000, 5000)}]),
        data_edge=pd.DataFrame({"edge_id": [], "offset_m": [], "access_m": [], "compound_id": []}),
        terrain=None,
        walkers=dict.fromkeys(WALKERS, walker),
        limit_minutes=30.0,
        pace_spread=0.1,
        stated_amounts_spread=0.2,
    )  # fmt: skip
    facts = with_edges(facts, edge_rows([(i, i + 1) for i in range(10)], at), at)
    return with_people(facts, [{"x": 50.0}, {"x": 550.0}])
