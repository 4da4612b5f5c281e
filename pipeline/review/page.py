"""Gather the committee's page: frames in, one HTML text out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pandas as pd

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.committee.file import run_of
from pipeline.maps.cards import Compound, Unit, compound_cards, number, unit_cards, unit_table
from pipeline.maps.geometry import Grid
from pipeline.maps.page import layer_sources, members, notes, rule_texts
from pipeline.maps.place_themes import class_label
from pipeline.maps.render import asset, html_page, joined
from pipeline.maps.text import Both, say, words
from pipeline.maps.themes import colours
from pipeline.review.evidence import Evidence, evidence_of, formulas
from pipeline.review.model import Model, model
from pipeline.scoring.table import TOTAL
from pipeline.scoring.weights import catalogue_weights
from pipeline.settings import Settings

SHARED_SCRIPTS = ("decode.js", "signs.js", "dom.js", "frame.js", "cards.js", "compound_card.js")
SCRIPTS = (
    "arithmetic.js", "ballot.js", "pictures.js", "evidence.js", "scoring.js", "ranking.js", "compare.js", "review.js",
)  # fmt: skip
OUTLINE_TOLERANCE_M = 8
_ASSETS = files("pipeline.review").joinpath("assets")


@dataclass(frozen=True)
class Review:
    """All that the page's script reads, as one JSON text; candidates stand in one order throughout."""

    title: Both
    fictional: bool
    date: str
    district: str
    run: str
    notes: list[Both]
    sources: list[list[Any]]
    top_k: int
    suppress_below: int
    grid: dict[str, float]
    words: dict[str, Both]
    colours: dict[str, Any]
    scenarios: list[tuple[str, Both]]
    classes: dict[str, Both]
    indicators: dict[str, list[Any]]
    rules: dict[str, dict[str, Any]]
    units: list[Unit]
    compounds: list[Compound]
    model: Model
    evidence: list[dict[str, Evidence]]
    pairs: dict[str, Both]
    committee: dict[str, Any]
    outlines: list[Any]


def write(settings: Settings, tables: Mapping[str, Any]) -> str:
    """Return `review.html` of a district.

    Parameters
    ----------
    settings
        Names, date and layers of the district; `params.maps`, `params.score` and `params.siting`.
    tables
        The checked tables that stage `review` declares in `dvc.yaml`, by name.
    """
    page = gather(settings, tables)
    scripts = ["\n".join([joined(SHARED_SCRIPTS), *map(_own, SCRIPTS)])]
    return html_page(
        _own("review.html"),
        vars(page),
        page.title[0],
        page.words,
        scripts,
        [asset("page.css"), _own("review.css")],
    )


def gather(settings: Settings, tables: Mapping[str, Any]) -> Review:
    """Return the content of the page."""
    district, params = settings.district, settings.params
    hide, floor = params.maps.suppress_below, params.score.coverage_floor
    labels = {key: (entry.zh, entry.en) for key, entry in scenarios().items()}
    proposed = tables["units"][tables["units"]["kind"] == "proposed"]
    units = unit_table({**tables, "units": proposed}, list(labels))
    ids = units["unit_id"].tolist()
    inside, parts = _compounds(tables, units)
    evidence = evidence_of(tables["indicators"], hide)
    grid = Grid.over(units.geometry)
    cards = unit_cards(
        units, {**tables, "indicators": tables["indicators"].iloc[:0]}, list(labels), parts, floor, hide
    )
    return Review(
        title=say("review_title", name=(district.name.zh, district.name.en)),
        fictional=district.fictional,
        date=district.date.isoformat(),
        district=district.district_id,
        run=run_of(tables["candidates"]),
        notes=notes(settings),
        sources=layer_sources(district),
        top_k=params.siting.top_k,
        suppress_below=hide,
        grid={side: getattr(grid, side) for side in ("west", "south", "east", "north")},
        words=words(),
        colours=colours(),
        scenarios=list(labels.items()),
        classes={name: class_label(name) for name in facility_classes()},
        indicators={
            key: [(i.zh, i.en), i.unit, i.target, i.clause, i.source, text, i.score, i.proposed]
            for (key, i), text in zip(indicators().items(), formulas().values(), strict=True)
        },
        rules=rule_texts(),
        units=cards,
        compounds=compound_cards(inside, tables, hide),
        model=model(
            ids,
            tables["indicators"],
            tables["candidates"],
            catalogue_weights(scenarios(), indicators(), params.score.scenario_weights),
            params.siting.need_weight,
            params.score.aggregate,
            floor,
        ),
        evidence=[evidence.get(unit, {}) for unit in ids],
        pairs={
            row["unit_id"]: (row["sentence"], row["sentence_en"])
            for row in tables["rank_pairs"].to_dict("records")
        },
        committee=_committee(tables["committee_summary"]),
        outlines=grid.lines(units.geometry, OUTLINE_TOLERANCE_M),
    )


def _committee(summary: pd.DataFrame) -> dict[str, Any]:
    """Return what the members gave in the latest round that came in: the round, points and votes by candidate.

    Points are [judges, median, lowest, highest, disagree] by scenario or total; votes are [yes, no, abstain].
    """
    latest = int(summary["round"].max()) if len(summary) else None
    given: dict[str, dict[str, list[Any]]] = {}
    votes: dict[str, list[int]] = {}
    for row in summary[summary["round"] == latest].to_dict("records"):
        unit, scenario = row["unit_id"], row["scenario_id"]
        if row["judges"]:
            points = [number(row[name]) for name in ("median", "lowest", "highest")]
            given.setdefault(unit, {})[scenario] = [int(row["judges"]), *points, bool(row["disagree"])]
        if scenario == TOTAL:
            votes[unit] = [int(row[f"votes_{vote}"]) for vote in ("yes", "no", "abstain")]
    return {"round": latest, "given": given, "votes": votes}


def _compounds(tables: Mapping[str, Any], units: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """Return the compounds of the candidates with their people, and the rows of these by unit."""
    residents, compounds = tables["residents"], tables["compounds"]
    people = residents.groupby("compound_id")["residents"].sum()
    compounds = compounds.assign(people=compounds["compound_id"].map(people).fillna(0.0))
    of_units = members(units, compounds, tables)
    used = sorted({row for rows in of_units.values() for row in rows})
    place = {row: i for i, row in enumerate(used)}
    return compounds.iloc[used], {unit: [place[row] for row in rows] for unit, rows in of_units.items()}


def _own(name: str) -> str:
    return _ASSETS.joinpath(name).read_text(encoding="utf-8")
