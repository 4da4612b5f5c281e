"""Say where people are counted: compounds, areas, grid cells, points, or one total, each person once."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from pipeline.errors import SettingsError, ValueRowError
from pipeline.intake import raster
from pipeline.intake.areas import clip, note_overlaps, polygons_of, share_inside, table
from pipeline.intake.columns import AGES
from pipeline.intake.layers import Opener
from pipeline.intake.log import LayerLog
from pipeline.intake.place import Around
from pipeline.intake.shapes import Kind
from pipeline.settings import Params, Population

COMPOUND_UNCERTAINTY: float = Population.model_fields["uncertainty_share"].default
ROUNDING_PERSONS = 0.5
_KINDS = {"areas": "area", "raster": "cell", "points": "point", "total": "total"}


def population_zones(
    opener: Opener,
    params: Params,
    crs: CRS,
    around: Around,
    committees: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return table `population_zones` in the district's CRS.

    Compounds come first (their residents, else households × the household size of `params.yaml` where no other layer
    counts their people); then each population layer. Ages that a source lacks are its residents times the stated shares.

    Raises
    ------
    SettingsError
        People would be counted twice, or nothing says where people live.
    ValueRowError
        More people in the age groups than residents.
    """
    layers = opener.district.layers.population
    overall = [layer for layer in layers if not layer.outside_compounds]
    if len(overall) > 1:
        raise SettingsError(
            "district.yaml, population", f"{len(overall)} layers count everybody",
            "one of them, or layers with `outside_compounds: true`",
        )  # fmt: skip
    shares = params.population.age_shares | opener.district.age_shares
    parts = []
    housed = _compound_zones(compounds, None if overall else params.population.household_size)
    if len(housed):
        if overall:
            raise SettingsError(
                "district.yaml, population",
                "compounds carry residents, and a layer counts everybody: each would be counted twice",
                "`outside_compounds: true` where the layer leaves the compounds out",
                "otherwise take `residents` out of the compounds' columns",
            )  # fmt: skip
        log = opener.logs["compounds"]
        parts.append(_with_ages(housed[housed["residents"] > 0], shares, log))
        log.people = {"residents": float(housed["residents"].sum())}
        unknown = len(compounds) - len(housed)
        if unknown:
            log.warn("residents_unknown", f"{unknown}")
        if housed["from_households"].any():
            log.warn(
                "estimated",
                f"households × {params.population.household_size}: {int(housed['from_households'].sum())}",
            )
    region = shapely.union_all(committees.geometry.to_numpy())
    for i, layer in enumerate(layers):
        parts.append(_layer_zones(opener, f"population[{i}]", layer, crs, around, region, housed, shares))
    if not parts:
        raise SettingsError(
            "district.yaml, population", "nothing says where people live", "a population layer, or compounds with residents"
        )  # fmt: skip
    zones = gpd.GeoDataFrame(pd.concat(parts), geometry="geometry", crs=crs)
    zones["residents_low"] = zones["residents"] * (1 - zones["uncertainty"])
    zones["residents_high"] = zones["residents"] * (1 + zones["uncertainty"])
    return table("population_zones", zones)


def _compound_zones(compounds: gpd.GeoDataFrame, household_size: float | None) -> gpd.GeoDataFrame:
    """Return the compounds whose people are known, or can be estimated from households."""
    zones = compounds[["compound_id", "residents", *AGES, "geometry"]].copy()
    zones["from_households"] = zones["residents"].isna() & compounds["households"].notna()
    if household_size is not None:
        by_households = compounds["households"].astype("float64") * household_size
        zones["residents"] = zones["residents"].fillna(by_households)
    zones["zone_id"] = ("compound-" + zones["compound_id"]).astype("str")
    zones["kind"] = "compound"
    zones["uncertainty"] = COMPOUND_UNCERTAINTY
    return zones[zones["residents"].notna()]


def _layer_zones(
    opener: Opener,
    label: str,
    layer: Population,
    crs: CRS,
    around: Around,
    region: shapely.Geometry,
    housed: gpd.GeoDataFrame,
    shares: Mapping[str, float],
) -> gpd.GeoDataFrame:
    """Return one population layer's zones inside the committees, their ages filled."""
    zones = _read(opener, label, layer, crs, around, region)
    log = opener.logs[label]
    if layer.kind == "areas":
        note_overlaps(zones, log)
    if layer.outside_compounds:
        zones = _without(_touching(zones, region, log), housed, log)
        log.warn("outside_compound")
    elif layer.kind != "total":
        zones = _inside(zones, region, log)
    unknown = zones["residents"].isna()
    if unknown.any():
        log.refuse("residents_unknown", zones.index[unknown])
        log.warn("residents_unknown", f"{int(unknown.sum())}")
    log.refuse("nobody", zones.index[zones["residents"] == 0])
    zones = _with_ages(zones[zones["residents"] > 0], shares, log)
    zones["uncertainty"] = layer.uncertainty_share
    log.kept = len(zones)
    log.people = {"residents": float(zones["residents"].sum())} | log.people
    zones["zone_id"] = (f"{label.replace('[', '-').replace(']', '')}-" + zones.index.astype("str")).astype(
        "str"
    )
    zones["kind"] = _KINDS[layer.kind]
    zones["compound_id"] = pd.Series(None, index=zones.index, dtype="str")
    return zones


def _read(
    opener: Opener, label: str, layer: Population, crs: CRS, around: Around, region: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Return residents, ages and geometry of a population layer, in the district's CRS."""
    if layer.kind == "raster":
        log = opener.log(label, layer)
        frame = raster.cells(opener.district.file(layer), log, around).to_crs(crs)
        return frame.assign(**dict.fromkeys(AGES, np.nan))
    if layer.kind == "total":
        rows = opener.rows(label, layer, "population")
        total = rows[["residents", *AGES]].sum(min_count=len(rows)).to_frame().T.set_axis(["total"])
        return gpd.GeoDataFrame(total.astype("float64"), geometry=[region], crs=crs)
    kind: Kind = "point" if layer.kind == "points" else "polygon"
    return opener.shapes(label, layer, "population", (kind,), around, strict=True).to_crs(crs)


def _with_ages(zones: gpd.GeoDataFrame, shares: Mapping[str, float], log: LayerLog) -> gpd.GeoDataFrame:
    """Fill missing ages by the stated shares, and mark the rows where that was done."""
    zones = zones.copy()
    most = zones[list(AGES)].sum(axis=1)
    wrong = zones.index[most > zones["residents"] + ROUNDING_PERSONS]
    if len(wrong):
        raise ValueRowError(
            f"{log.where}, row {', '.join(map(str, wrong[:5]))}",
            "more people in the age groups than residents",
            "child_0_3 + child_3_6 + elderly ≤ residents",
        )
    zones["ages_estimated"] = zones[list(AGES)].isna().any(axis=1)
    for age in AGES:
        zones[age] = zones[age].fillna(zones["residents"] * shares[age])
    if zones["ages_estimated"].any():
        log.warn("ages_estimated", f"{int(zones['ages_estimated'].sum())}")
    return zones


def _inside(zones: gpd.GeoDataFrame, region: shapely.Geometry, log: LayerLog) -> gpd.GeoDataFrame:
    """Return what lies in the committees; of a zone that their outer edge cuts, people in proportion to area."""
    shapes = zones.geometry.to_numpy()
    if (shapely.get_dimensions(shapes) == 0).all():
        share = shapely.intersects(region, shapes).astype("float64")
    else:
        share = share_inside(shapes, region)
    cut = (share > 0) & (share < 1)
    log.repair("cut_by_committees", zones.index[cut])
    if cut.any():
        log.warn("estimated", f"{int(cut.sum())}")
    people = ["residents", *AGES]
    before = float(zones["residents"].sum())
    zones = zones.assign(**{name: zones[name] * share for name in people})
    log.refuse("outside_committees", zones.index[share == 0])
    _note_people_outside(log, before - float(zones["residents"].sum()))
    return clip(zones, region, share)


def _touching(zones: gpd.GeoDataFrame, region: shapely.Geometry, log: LayerLog) -> gpd.GeoDataFrame:
    """Return the zones that touch the committees, whole: a layer without the compounds was made for this district."""
    touching = shapely.intersects(region, zones.geometry.to_numpy())
    log.refuse("outside_committees", zones.index[~touching])
    _note_people_outside(log, float(zones["residents"][~touching].sum()))
    return zones[touching]


def _note_people_outside(log: LayerLog, people: float) -> None:
    if people > ROUNDING_PERSONS:
        log.people["outside"] = people
        log.warn("people_outside", f"{people:.0f}")


def _without(zones: gpd.GeoDataFrame, housed: gpd.GeoDataFrame, log: LayerLog) -> gpd.GeoDataFrame:
    """Take the compounds that carry residents out of the zones' ground; a zone of which nothing is left stays whole."""
    if housed.empty:
        return zones
    taken = shapely.union_all(housed.geometry.to_numpy())
    shapely.prepare(taken)
    shapes = zones.geometry.to_numpy()
    touched = shapely.intersects(shapes, taken) & (shapely.get_dimensions(shapes) == 2)
    rest = np.array(
        [polygons_of(shape) for shape in shapely.difference(shapes[touched], taken)], dtype=object
    )
    shapes[touched] = np.where(shapely.is_empty(rest), shapes[touched], rest)
    log.repair("cut_by_compounds", zones.index[touched])
    return zones.set_geometry(gpd.GeoSeries(shapes, index=zones.index, crs=zones.crs))
