"""Gather the district's page: frames in, one HTML text out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.eligibility.rules import rule_catalogue
from pipeline.maps.answer import answer
from pipeline.maps.base import MARGIN_M, base_map, sheet, street_names, to_edge
from pipeline.maps.cards import Compound, Unit, compound_cards, people, unit_cards, unit_table
from pipeline.maps.geometry import Grid, at_rows
from pipeline.maps.next_steps import Next, next_steps
from pipeline.maps.opening_gains import Gain, best_opening, gain_themes, gains_by_subject, gains_by_unit
from pipeline.maps.pinyin import spelled
from pipeline.maps.place_themes import (
    border_theme,
    catchment_themes,
    class_label,
    facility_themes,
    link_theme,
    rule_themes,
    walk_themes,
    walls_theme,
)
from pipeline.maps.progress_themes import progress_themes
from pipeline.maps.render import render
from pipeline.maps.text import Both, both, halves, layer_label, percent, say, words
from pipeline.maps.themes import Theme, colours
from pipeline.maps.unit_themes import unit_themes, with_checks
from pipeline.maps.walk_network import walk_network
from pipeline.maps.walking import Walk, walks
from pipeline.procedure.steps import procedure
from pipeline.settings import District, Settings

NO_MINUTES = -1


@dataclass(frozen=True)
class Page:
    """All that the page's script reads, as one JSON text (`assets/page.js` tells what it does with it).

    Shapes are encoded by `geometry.Grid`; lists under `shapes` keep the order of the records they belong to.
    """

    title: Both
    fictional: bool
    date: str
    notes: list[Both]
    answer: list[Both]
    sources: list[list[Any]]
    top_k: int
    suppress_below: int
    walk_limit: float
    grid: dict[str, float]
    words: dict[str, Both]
    colours: dict[str, Any]
    scenarios: list[tuple[str, Both]]
    classes: dict[str, Both]
    indicators: dict[str, list[Any]]
    rules: dict[str, dict[str, Any]]
    themes: list[Theme]
    units: list[Unit]
    compounds: list[Compound]
    addresses: dict[str, list[Any]]
    facilities: list[list[Any]]
    gates: list[list[Any]]
    gains: dict[str, list[Gain]]
    next: list[Next]
    steps: list[tuple[str, Both]]
    pinyin: dict[str, list[str]]
    walks: dict[str, Any]
    names: list[list[Any]]
    shapes: dict[str, Any]


def write(settings: Settings, tables: Mapping[str, Any]) -> str:
    """Return `index.html` of a district.

    Parameters
    ----------
    settings
        Names, date and layers of the district; `params.maps`, `params.siting.top_k` and the coverage floor.
    tables
        The checked tables that stage `maps` declares in `dvc.yaml`, by name.
    """
    page = gather(settings, tables)
    return render(vars(page), page.title[0], page.words)


def gather(settings: Settings, tables: Mapping[str, Any]) -> Page:
    """Return the content of the page."""
    district, params = settings.district, settings.params
    hide, floor, top_k = params.maps.suppress_below, params.score.coverage_floor, params.siting.top_k
    labels = {key: (entry.zh, entry.en) for key, entry in scenarios().items()}
    residents, compounds = tables["residents"], tables["compounds"]
    inside = compounds.assign(
        people=compounds["compound_id"].map(residents.groupby("compound_id")["residents"].sum()).fillna(0.0)
    )
    units = with_checks(unit_table(tables, list(labels)), tables["unit_checks"])
    grid = Grid.over(units.geometry)
    window = shapely.box(*units.total_bounds).buffer(MARGIN_M, join_style="mitre")
    frame = window.intersection(sheet(tables["extent"], tables["land"]))
    walked = walks(tables)
    inner = members(units, compounds, tables)
    openings, gains = tables["openings"], tables["gates_to_open"]
    best = units.loc[units["rank"] <= top_k, "unit_id"].tolist() or units["unit_id"].tolist()
    gate = best_opening(gains, openings, compounds, best)
    committees = tables["units"][tables["units"]["kind"] == "committee"]
    catchments = tables["catchments"].sort_values("minutes", ascending=False, kind="stable")
    listed = _listed(window, tables["facilities"])
    unit_of = residents["point_id"].map(tables["address_areas"].set_index("point_id")["unit_id"])
    themes = [
        *unit_themes(units, labels, (params.units.residents_min, params.units.residents_max), top_k, hide),
        border_theme(residents, unit_of, dict.fromkeys(committees["unit_id"], ("", "")), hide),
        *walk_themes(walked, hide),
        *catchment_themes(catchments),
        *rule_themes(tables["eligibility"], inside, hide),
        *gain_themes(gains, openings),
        walls_theme(openings, tables["walls"]),
        *facility_themes(tables["class_status"]),
        link_theme(residents, hide),
        *progress_themes(tables["procedure"], compounds, units),
    ]
    shown, at_building = _address_shapes(residents, tables["buildings"])
    return Page(
        title=say("title", name=(district.name.zh, district.name.en)),
        fictional=district.fictional,
        date=district.date.isoformat(),
        notes=notes(settings),
        answer=[*answer(units, tables["reach"], walked, top_k, floor), *([gate] if gate else [])],
        sources=layer_sources(district),
        top_k=top_k,
        suppress_below=hide,
        walk_limit=params.walk_times.limit_minutes,
        grid={side: getattr(grid, side) for side in ("west", "south", "east", "north")},
        words=words(),
        colours=colours(),
        scenarios=list(labels.items()),
        classes={name: class_label(name) for name in facility_classes()},
        indicators={
            key: [(i.zh, i.en), i.unit, i.target, i.clause, i.source] for key, i in indicators().items()
        },
        rules=rule_texts(),
        themes=themes,
        units=unit_cards(units, tables, list(labels), inner, floor, hide),
        compounds=compound_cards(inside, tables, hide),
        addresses=_addresses(residents, unit_of, units, compounds, walked, hide),
        facilities=_facilities(grid, listed),
        gates=_gates(grid, openings, compounds),
        gains=gains_by_subject(gains, hide),
        next=next_steps(
            units,
            {unit: compounds["compound_id"].iloc[rows].tolist() for unit, rows in inner.items()},
            tables,
            gains_by_unit(gains, hide),
        ),
        steps=[(step.id, (step.zh, step.en)) for step in procedure().steps],
        pinyin={
            "units": [spelled(name) for name in units["name"]],
            "compounds": [spelled(name) for name in compounds["name"]],
            "facilities": [spelled(name) if isinstance(name, str) else "" for name in listed["name"]],
        },
        walks=walk_network(
            grid,
            tables["edges"],
            openings,
            residents,
            tables["facilities"],
            pd.Index(listed["facility_id"]),
            params.network.walkers,
        ),
        names=street_names(grid, window, tables["ways"]),
        shapes={
            "units": grid.lines(units.geometry, 1),
            "unit_labels": grid.points(units.geometry),
            "compounds": grid.lines(compounds.geometry, 1),
            "compound_labels": grid.points(compounds.geometry),
            "addresses": grid.lines(shown, 0.5),
            "address_points": grid.points(residents.geometry),
            "walls": grid.lines(tables["walls"].geometry, 0.5),
            "catchments": grid.lines(catchments.geometry, 3),
            "sheet": grid.lines(gpd.GeoSeries([frame], crs=units.crs), 1),
            **base_map(
                grid,
                window,
                to_edge(tables["land"], frame),
                tables["ways"],
                tables["buildings"][~at_building],
            ),
        },
    )


def rule_texts() -> dict[str, dict[str, Any]]:
    """Return what pages show of each eligibility rule."""
    return {
        rule.id: {
            "name": (rule.zh, rule.en),
            "clause": rule.clause,
            "quote": rule.quote,
            "effect": rule.effect,
            "decides": rule.in_verdict,
        }
        for rule in rule_catalogue().rules
    }


def notes(settings: Settings) -> list[Both]:
    """Return what a reader of any page has to know: what is made up, what is estimated, what scores can't tell."""
    said = [say("fictional_note")] if settings.district.fictional else []
    if settings.district.ages_estimated:
        said.append(say("ages_estimated", how=halves(settings.district.ages_estimated)))
    formula = say("formula_text", floor=percent(settings.params.score.coverage_floor))
    return [*said, formula, *(say(f"limit_{i}") for i in range(1, 7))]


def layer_sources(district: District) -> list[list[Any]]:
    """Return [label, source, date, licence] of each of the district's layers."""
    return [
        [layer_label(name), layer.source, layer.date.isoformat(), layer.licence]
        for name, layer in district.layers.all()
    ]


def _listed(window: Any, facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The facilities in sight, each at its first entrance."""
    return facilities[facilities.within(window)].drop_duplicates("facility_id")


def members(
    units: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, tables: Mapping[str, Any]
) -> dict[str, list[int]]:
    """Rows of the compounds of each unit: by its atoms for proposed units, by committee_id for committees."""
    row = pd.Series(np.arange(len(compounds)), index=compounds["compound_id"])
    atoms = tables["unit_members"].merge(tables["atoms"][["atom_id", "compound_id"]], on="atom_id")
    pairs = pd.concat(
        [
            atoms[["unit_id", "compound_id"]],
            compounds[["committee_id", "compound_id"]].rename(columns={"committee_id": "unit_id"}),
        ]
    )
    pairs = pairs[pairs["compound_id"].isin(row.index) & pairs["unit_id"].isin(units["unit_id"])]
    pairs = pairs.drop_duplicates()
    return {str(unit): sorted(row[part].tolist()) for unit, part in pairs.groupby("unit_id")["compound_id"]}


def _address_shapes(
    residents: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> tuple[gpd.GeoSeries, pd.Series]:
    """Shape of each address (its building; an empty shape without one), and which buildings those are."""
    by_id = buildings.set_index("building_id").geometry
    found = by_id.reindex(residents["building_id"])
    empty = shapely.Polygon()
    shapes = gpd.GeoSeries(
        [empty if shape is None else shape for shape in found.to_numpy()], crs=residents.crs
    )
    return shapes, buildings["building_id"].isin(residents["building_id"])


def _addresses(
    residents: gpd.GeoDataFrame,
    unit_of: pd.Series,
    units: pd.DataFrame,
    compounds: pd.DataFrame,
    walked: Mapping[str, Walk],
    hide: int,
) -> dict[str, list[Any]]:
    """Columns of the addresses: id, row of unit, committee and compound (−1 none), people, tenths of minutes by class."""
    unit_index = pd.Index(units["unit_id"])
    columns: dict[str, list[Any]] = {
        "id": residents["point_id"].tolist(),
        "unit": at_rows(unit_index, unit_of),
        "committee": at_rows(unit_index, residents["committee_id"]),
        "compound": at_rows(pd.Index(compounds["compound_id"]), residents["compound_id"]),
        "people": [people(n, hide) for n in residents["residents"]],
    }
    for name, walk in walked.items():
        minutes = walk.minutes_if_closed
        tenths = np.where(np.isnan(minutes), NO_MINUTES, np.rint(10 * np.nan_to_num(minutes)))
        columns[f"walk_{name}"] = tenths.astype(int).tolist()
    return columns


def _facilities(grid: Grid, listed: gpd.GeoDataFrame) -> list[list[Any]]:
    """[class, name, x, y, places, id] of each facility."""
    return [
        [
            row["class"],
            both(row["name"], row["name_en"]),
            *spot,
            None if pd.isna(row["capacity"]) else round(row["capacity"]),
            row["facility_id"],
        ]
        for row, spot in zip(
            listed.drop(columns="geometry").to_dict("records"), grid.points(listed.geometry), strict=True
        )
    ]


def _gates(grid: Grid, openings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> list[list[Any]]:
    """[sign, inferred, hours, x, y, id, gate's number, row of the compound] of each gate, and of each way stopped."""
    sign = openings["gate_users"].where(openings["status"] == "gate", "blocked")
    columns = [openings[name].astype("str").fillna("") for name in ("open_hours", "opening_id", "gate_id")]
    inside = at_rows(pd.Index(compounds["compound_id"]), openings["compound_id"])
    spots = grid.points(openings.geometry)
    return [
        [f"gate_{s}", bool(i), hours, *spot, key, number, row]
        for s, i, hours, key, number, spot, row in zip(
            sign, openings["inferred"], *columns, spots, inside, strict=True
        )
    ]
