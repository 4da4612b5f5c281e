"""A town of square blocks, each a compound, with streets all round; a river, a railway and an arterial on request."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, box

from pipeline.settings import UnitsParams, load_params
from pipeline.tables import empty
from tests.conftest import ROOT

CRS = "EPSG:32651"
SIDE = 200.0  # block and street spacing in metres; 12 m of it is street
PARAMS: UnitsParams = load_params(ROOT / "params.yaml").units


@dataclass(frozen=True)
class Town:
    """The tables that stage units reads."""

    residents: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    committees: gpd.GeoDataFrame
    ways: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    unit_wishes: pd.DataFrame

    def inputs(self) -> dict[str, pd.DataFrame]:
        return dict(vars(self))


def town(
    people: list[list[float]],
    *,
    river_below_row: int | None = None,
    bridges: tuple[int, ...] = (),
    arterial_column: int | None = None,
    compounds: bool = True,
    committee_columns: int = 100,
) -> Town:
    """Build a town from the residents of each block, rows from north to south.

    A river runs along the street below a row (there is no street there, but one on either bank, 60 m apart); it is crossed
    on the streets left of the columns in `bridges`. A column's left street may be an arterial.
    """
    rows, columns = len(people), len(people[0])
    gap = 60.0

    def y_of(line: int, bank: int = 0) -> float:
        shift = gap if river_below_row is not None and (line > river_below_row + 1 or bank) else 0.0
        return -line * SIDE - shift

    lines = [(line, 0) for line in range(rows + 1)]
    if river_below_row is not None:
        lines.insert(river_below_row + 2, (river_below_row + 1, 1))
    node_of = {(k, c): k * (columns + 1) + c for k in range(len(lines)) for c in range(columns + 1)}
    spots = {node_of[k, c]: (c * SIDE, y_of(*lines[k])) for k, c in node_of}
    pieces: list[tuple[int, int, str, str, bool]] = []
    for k, (line, bank) in enumerate(lines):
        for c in range(columns + 1):
            if c < columns:
                pieces.append(
                    (node_of[k, c], node_of[k, c + 1], "residential", f"{line}{'南北'[1 - bank]}街", False)
                )
            if k + 1 < len(lines):
                over = bank == 0 and lines[k + 1] == (line, 1)
                if over and c not in bridges:
                    continue
                grade = "primary" if c == arterial_column else "residential"
                pieces.append((node_of[k, c], node_of[k + 1, c], grade, f"{c}号路", over))
    shapes = [LineString([spots[u], spots[v]]) for u, v, *_ in pieces]
    length = shapely.length(np.array(shapes))
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(pieces)),
            "u": [p[0] for p in pieces],
            "v": [p[1] for p in pieces],
            "highway": [p[2] for p in pieces],
            "name": [p[3] for p in pieces],
            "bridge": [p[4] for p in pieces],
            "tunnel": False,
            "length_m": length,
            "users": "public",
            "minutes_adult": length / 72.0,
            "minutes_adult_back": length / 72.0,
        },
        geometry=shapes,
        crs=CRS,
    )
    nodes = gpd.GeoDataFrame({"node_id": list(spots)}, geometry=[Point(xy) for xy in spots.values()], crs=CRS)
    homes, addresses = [], []
    for r in range(rows):
        top = -r * SIDE - (gap if river_below_row is not None and r > river_below_row else 0.0)
        for c in range(columns):
            homes.append(box(c * SIDE + 6, top - SIDE + 6, (c + 1) * SIDE - 6, top - 6))
            addresses.append((r * columns + c, people[r][c] / 2, c * SIDE + 60, top - 30))
            addresses.append((r * columns + c, people[r][c] / 2, c * SIDE + 140, top - SIDE + 30))
    ids = pd.Series([f"C{k:03d}" for k in range(rows * columns)], dtype="str")
    block = np.array([a[0] for a in addresses])
    points = np.array([Point(a[2], a[3]) for a in addresses])
    edge = shapely.STRtree(edges.geometry.to_numpy()).nearest(points)
    residents = np.array([float(a[1]) for a in addresses])
    committee = (block % columns) // committee_columns
    table = gpd.GeoDataFrame(
        {
            "point_id": [f"a{k:04d}" for k in range(len(addresses))],
            "compound_id": ids.to_numpy()[block]
            if compounds
            else pd.Series([None] * len(block), dtype="str"),
            "committee_id": pd.Series([f"J{k}" for k in committee], dtype="str"),
            "residents": residents,
            "residents_low": residents * 0.95,
            "residents_high": residents * 1.05,
            "edge_id": pd.array(edge, dtype="Int64"),
            "offset_m": shapely.line_locate_point(edges.geometry.to_numpy()[edge], points),
            "linked": True,
        },
        geometry=points,
        crs=CRS,
    )
    table["compound_id"] = table["compound_id"].astype("str")
    bottom = min(y for _, y in spots.values())
    areas = [
        box(
            first * SIDE - 20,
            bottom - 20,
            min(first + committee_columns, columns) * SIDE
            + (20 if first + committee_columns >= columns else -20),
            20,
        )
        for first in range(0, columns, committee_columns)
    ]
    committees = gpd.GeoDataFrame(
        {
            "committee_id": pd.Series([f"J{k}" for k in range(len(areas))], dtype="str"),
            "name": pd.Series([f"第{k}居委会" for k in range(len(areas))], dtype="str"),
            "name_en": pd.Series([None] * len(areas), dtype="str"),
            "subdistrict": pd.Series(["东街道"] * len(areas), dtype="str"),
        },
        geometry=areas,
        crs=CRS,
    )
    estate = gpd.GeoDataFrame(
        {"compound_id": ids, "name": pd.Series([f"{k}里" for k in ids], dtype="str"), "name_en": ids + " Li"},
        geometry=homes,
        crs=CRS,
    )
    ways = edges[["highway", "tunnel", "geometry"]].assign(way_id=edges["edge_id"])
    water = []
    if river_below_row is not None:
        middle = -(river_below_row + 1) * SIDE - gap / 2
        water = [LineString([(-100, middle), (columns * SIDE + 100, middle)])]
    land = gpd.GeoDataFrame(
        {
            "land_id": pd.Series([f"L{k}" for k in range(len(water))], dtype="str"),
            "kind": ["river"] * len(water),
        },
        geometry=water,
        crs=CRS,
    )
    return Town(
        table,
        estate if compounds else estate.iloc[:0],
        committees,
        ways,
        nodes,
        edges,
        land,
        empty("unit_wishes"),
    )
