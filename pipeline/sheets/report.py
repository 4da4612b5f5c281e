"""Gather what the report says beside the candidates' sheets: summary, method, table, data quality, agreement, sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.eligibility.rules import rule_catalogue
from pipeline.maps.answer import answer
from pipeline.maps.cards import unit_table
from pipeline.maps.text import STRONG, STRONG_END, Both, halves, layer_label, percent, say, whole, words
from pipeline.maps.themes import colours
from pipeline.maps.walking import walks
from pipeline.report.plain_text import plain
from pipeline.settings import Settings
from pipeline.sheets.drawing import overview
from pipeline.sheets.gather import Sheet, clean
from pipeline.sheets.page import edition


def report_content(
    settings: Settings, tables: Mapping[str, Any], sheets: Sequence[Sheet], shown: int, font: str
) -> dict[str, Any]:
    """Return what `assets/report.typ` reads, pairs of texts for both languages.

    Parameters
    ----------
    sheets
        Of all candidates, best first; the first `shown` have a page.
    font
        Name of a font with Chinese characters.
    """
    district, params = settings.district, settings.params
    name = clean((district.name.zh, district.name.en))
    date = district.date
    dated = f"{date.isoformat()} · {district.crs}"
    public = edition(settings)
    return {
        "title": say("report_title", name=name),
        "mark": district.mark,
        "language": ("zh", "en"),
        "date": [date.year, date.month, date.day],
        "dated": dated if public is None else (f"{dated} · {public[0]}", f"{dated} · {public[1]}"),
        "note": f"{date.isoformat()}" if public is None else public,
        "fonts": [font],
        "colours": colours(),
        "words": words(),
        "answer": _answer(settings, tables),
        "overview": _overview(settings, tables),
        "notes": _notes(settings),
        "best": [
            _row(s) | {"rank": s.rank, "total": asdict(s.total)}
            for s in sheets[: params.siting.top_k]
            if s.rank
        ],
        "method": _method(settings),
        **_parameters(settings),
        "candidates": [_row(sheet) for sheet in sheets],
        "left": _left(len(sheets), shown),
        "quality": _quality(tables["metrics.json"]),
        "layers": _layers(tables["intake_report.json"]),
        "lists": _lists(tables["class_status"]),
        **_agreement(tables["metrics.json"]),
        "sources": _sources(settings),
    }


def _answer(settings: Settings, tables: Mapping[str, Any]) -> list[Both]:
    params = settings.params
    units = unit_table(tables, list(scenarios()))
    walked = walks({name: tables[name] for name in ("residents", "walk_times", "edge_times", "class_status")})
    said = answer(units, tables["reach"], walked, params.siting.top_k, params.score.coverage_floor)
    bare = str.maketrans("", "", STRONG + STRONG_END)
    return [clean((zh.translate(bare), en.translate(bare))) for zh, en in said]


def _overview(settings: Settings, tables: Mapping[str, Any]) -> str:
    """The district's map as SVG text; empty where no unit is proposed."""
    units, candidates = tables["units"], tables["candidates"]
    proposed = units[units["kind"] == "proposed"]
    best = candidates[candidates["rank"] <= settings.params.siting.top_k].set_index("unit_id")["rank"]
    return "" if proposed.empty else overview(proposed, best.to_dict(), tables)


def _notes(settings: Settings) -> list[Both]:
    notes = [words()["fictional_note"]] if settings.district.fictional else []
    if settings.district.ages_estimated:
        notes.append(clean(say("ages_estimated", how=halves(settings.district.ages_estimated))))
    return notes


def _row(sheet: Sheet) -> dict[str, Any]:
    standing = [value for _, value in sheet.standing]
    return {
        "rank": "–" if sheet.rank is None else str(sheet.rank),
        "unit_id": sheet.unit_id,
        "name": sheet.name,
        "score": sheet.total.text,
        "coverage": sheet.total.coverage,
        "need": standing[0],
        "readiness": standing[1],
        "verdict": sheet.verdict,
        "kind": sheet.pilot[0][1],
    }


def _method(settings: Settings) -> list[list[Both]]:
    params = settings.params
    speeds = {f"{name}": walker.speed_m_per_s for name, walker in params.network.walkers.items()}
    values = {
        "residents_min": whole(params.units.residents_min),
        "residents_max": whole(params.units.residents_max),
        "default_floors": f"{params.population.default_floors:g}",
        "floor": percent(params.score.coverage_floor),
        "need_weight": percent(params.siting.need_weight),
        "samples": whole(params.siting.samples),
        "top_k": params.siting.top_k,
        **speeds,
    }
    parts = yaml.safe_load(files("pipeline.sheets").joinpath("method.yaml").read_text(encoding="utf-8"))
    return [
        [(part["zh"][i].format(**values), part["en"][i].format(**values)) for i in (0, 1)] for part in parts
    ]


def _parameters(settings: Settings) -> dict[str, Any]:
    """The numbers that the run rests on: walkers, scenarios, thresholds of the rules that use them."""
    params = settings.params
    count_of = Counter(entry.scenario for entry in indicators().values())
    return {
        "walkers": [
            [
                words().get(f"walker_{name}", (name, name)), f"{walker.speed_m_per_s:g}", f"× {walker.stairs_factor:g}",
                f"{walker.crossing_wait_s:g} / {walker.unsignalised_wait_s:g}", walker.source,
            ]
            for name, walker in params.network.walkers.items()
        ],
        "scenarios": [
            [
                (f"{key} {s.zh}", f"{key} {s.en}"), s.clause, f"{params.score.scenario_weights[key]:g}", str(count_of[key]),
            ]
            for key, s in scenarios().items()
        ],
        "thresholds": [
            [_clauses(name), name, f"{value:,.0f}" if value >= 10_000 else f"{value:g}"]
            for name, value in params.eligibility.thresholds.items()
        ],
    }  # fmt: skip


def _clauses(threshold: str) -> Both:
    """Rules and types of pilot whose expressions name a threshold."""
    catalogue = rule_catalogue()
    named = [(rule.id, rule) for rule in catalogue.rules] + [
        (kind.clause, kind) for kind in catalogue.pilot_types
    ]
    found = [(clause, e) for clause, e in named if re.search(rf"\b{threshold}\b", e.model_dump_json())]
    zh = "、".join(f"{clause} {entry.zh}" for clause, entry in found)
    en = ", ".join(f"{clause} {entry.en}" for clause, entry in found)
    return zh or "–", en or "–"


def _sources(settings: Settings) -> list[list[Any]]:
    """Layers of one source, date and licence in one row."""
    named: dict[tuple[str, str, str], list[Both]] = {}
    for key, layer in settings.district.layers.all():
        row = (plain(layer.source), layer.date.isoformat(), plain(layer.licence))
        if layer_label(key) not in named.setdefault(row, []):
            named[row].append(layer_label(key))
    return [
        [("、".join(zh for zh, _ in names), ", ".join(en for _, en in names)), *row]
        for row, names in named.items()
    ]


def _left(candidates: int, shown: int) -> Both:
    if shown == candidates:
        return say("report_all", n=candidates)
    return say("report_left", n=shown, left=candidates - shown)


def _quality(metrics: Mapping[str, Any]) -> list[Both]:
    people, known, search = metrics["people"], metrics["indicators"], metrics["units_search"]
    share = people["linked_share"]
    lines = [
        say(
            "report_linked",
            addresses=whole(people["addresses"]),
            share="–" if share is None else percent(share),
        ),
        say("report_known", **{key: known[key] for key in ("listed", "known")}),
    ]
    if search.get("gap_share") is not None:
        lines.append(say("report_gap", gap=f"{search['gap_share']:.1%}"))
    return lines


def _layers(report: Mapping[str, Any]) -> list[list[Any]]:
    """Layer, rows read and kept, and the reasons why rows were refused, with their numbers."""
    rows = []
    for key, layer in report["layers"].items():
        why = [(f["zh"], f["en"], whole(f["count"])) for f in layer["refused"].values()]
        refused = (
            "；".join(f"{zh} {n}" for zh, _, n in why) or "–",
            "; ".join(f"{en}: {n}" for _, en, n in why) or "–",
        )
        rows.append([layer_label(key), whole(layer["read"]), whole(layer["kept"]), clean(refused)])
    return rows


def _lists(class_status: pd.DataFrame) -> list[list[Both]]:
    """How complete the lists are: the classes of each kind."""
    labels = {
        "complete": words()["report_complete"],
        "partial": words()["report_partial"],
        "unknown": words()["unknown"],
    }
    lines = []
    for kind, label in labels.items():
        names = [
            facility_classes()[c] for c in class_status.loc[class_status["completeness"] == kind, "class"]
        ]
        if names:
            lines.append([label, ("、".join(n.zh for n in names), ", ".join(n.en for n in names))])
    return lines


def _agreement(metrics: Mapping[str, Any]) -> dict[str, Any]:
    second = metrics["second_engine"]
    compared = []
    for name in metrics["reach"]:
        entry = facility_classes()[name]
        shares = (metrics["reach"], metrics["reach_by_circles"], metrics["reach_by_node_snapping"])
        written = ["–" if s[name]["served_10"] is None else f"{s[name]['served_10']:.1%}" for s in shares]
        compared.append([(entry.zh, entry.en), *written])
    told = {key: second[key] for key in ("pairs", "addresses")}
    return {
        "second": say("report_second", difference=f"{second['largest_difference_minutes']:.1e}", **told),
        "compared": compared,
    }
