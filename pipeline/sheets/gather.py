"""Gather what a candidate's check-up sheet says (B14), each text in Chinese and English, ready to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.catalogue.load import facility_classes, indicators, scenarios, walker
from pipeline.eligibility.rules import rule_catalogue
from pipeline.maps.text import Both, both, percent, say, whole, words
from pipeline.report.plain_text import plain
from pipeline.settings import Settings
from pipeline.sheets.drawing import picture

AGES = ("child_3_6", "elderly")
SUBJECTS_NAMED = 4  # in one line of missing papers


@dataclass(frozen=True)
class Bar:
    """A score with its interval, 0–100, and how it is written; None where it is not known."""

    label: Both
    text: Both
    score: float | None
    low: float
    high: float
    coverage: str


@dataclass(frozen=True)
class Finding:
    """A rule's result on the unit."""

    rule: str
    name: Both
    result: str
    reason: Both
    effect: str


@dataclass(frozen=True)
class Sheet:
    """All that stands on the sheet of a candidate."""

    unit_id: str
    rank: int | None
    name: Both
    verdict: str
    facts: list[tuple[Both, Both]]
    total: Bar
    scenarios: list[Bar]
    standing: list[tuple[Both, Both]]
    pilot: list[tuple[Both, Both]]
    reasons: Both
    order: Both
    reach: list[tuple[Both, Both, Both]]
    findings: list[Finding]
    papers: list[tuple[str, Both, Both]]
    unknown: list[Both]
    picture: str


def gather(settings: Settings, tables: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of all candidates, best first.

    Parameters
    ----------
    tables
        The tables that stage `sheets` declares in `dvc.yaml`, by name, as readers may have them.
    """
    units = tables["units"].set_index("unit_id")
    pilots = tables["pilots"].set_index("unit_id")
    members = _members(tables)
    ages = _ages(tables)
    names = _names(tables)
    order = tables["rank_pairs"].set_index("unit_id")
    bars = _bars(tables["scores"])
    by_unit = {
        name: dict(iter(tables[name].groupby(column)))
        for name, column in (("papers", "unit_id"), ("indicators", "unit_id"))
    }
    reach = tables["reach"]
    reach = dict(iter(reach[reach["area_kind"] == "unit"].groupby("area_id")))
    rules = tables["eligibility"]
    rules = dict(iter(rules[rules["subject_kind"] == "unit"].groupby("subject_id")))
    ground = {
        n: tables[n] for n in ("land", "ways", "buildings", "compounds", "walls", "openings", "facilities")
    }
    hide = settings.params.maps.suppress_below
    sheets = []
    for candidate in tables["candidates"].drop(columns="geometry").to_dict("records"):
        unit_id = candidate["unit_id"]
        unit = units.loc[unit_id]
        own = members.get(unit_id, set())
        sheets.append(
            Sheet(
                unit_id=unit_id,
                rank=None if pd.isna(candidate["rank"]) else int(candidate["rank"]),
                name=clean(both(candidate["name"], candidate["name_en"])),
                verdict=candidate["eligible"],
                facts=_facts(unit, ages.loc[unit_id] if unit_id in ages.index else None, len(own), hide),
                total=bars[unit_id, "total"],
                scenarios=[bars[unit_id, key] for key in scenarios()],
                standing=_standing(candidate, settings.params.siting.top_k),
                pilot=_pilot(pilots.loc[unit_id]),
                reasons=clean(both(candidate["reasons"], candidate["reasons_en"])),
                order=clean(both(order.at[unit_id, "sentence"], order.at[unit_id, "sentence_en"]))
                if unit_id in order.index
                else ("", ""),
                reach=_reach(reach.get(unit_id, tables["reach"].iloc[:0])),
                findings=_findings(rules.get(unit_id, tables["eligibility"].iloc[:0])),
                papers=_papers(by_unit["papers"].get(unit_id, tables["papers"].iloc[:0]), names),
                unknown=_unknown(by_unit["indicators"].get(unit_id, tables["indicators"].iloc[:0])),
                picture=picture(unit["geometry"], own, ground),
            )
        )
    return sheets


def clean(text: Both) -> Both:
    """Return a text of the data without characters that act on others."""
    return plain(text[0]), plain(text[1])


def count(number: Any, hide: int) -> Both:
    """Write a count of people: unknown where missing, `<10` where it must not be shown."""
    if pd.isna(number):
        return words()["unknown"]
    return (f"<{hide}",) * 2 if 0 < round(number) < hide else (whole(number),) * 2


def _members(tables: Mapping[str, Any]) -> dict[str, set[str]]:
    atoms = tables["unit_members"][["unit_id", "atom_id"]].merge(
        tables["atoms"][["atom_id", "compound_id"]], on="atom_id"
    )
    atoms = atoms[atoms["compound_id"].notna()]
    return {str(unit): set(rows) for unit, rows in atoms.groupby("unit_id")["compound_id"]}


def _ages(tables: Mapping[str, Any]) -> pd.DataFrame:
    people = tables["residents"].merge(tables["address_areas"], on="point_id")
    return people.groupby("unit_id")[[*AGES]].sum()


def _names(tables: Mapping[str, Any]) -> dict[str, str]:
    return {
        row.compound_id: plain(row.name)
        for row in tables["compounds"][["compound_id", "name"]].itertuples(index=False)
    }


def _facts(unit: Any, ages: Any, compounds: int, hide: int) -> list[tuple[Both, Both]]:
    people, low, high = (count(unit[c], hide) for c in ("residents", "residents_low", "residents_high"))
    near = "near_miss" if unit["near_miss"] else unit["size_result"]
    facts = [
        (words()["residents"], (f"{people[0]} ({low[0]}–{high[0]})", f"{people[1]} ({low[1]}–{high[1]})")),
        *(
            (words()[f"who_{age}"], words()["unknown"] if ages is None else count(ages[age], hide))
            for age in AGES
        ),
        (words()["sheet_size"], words()[f"size_{near}"]),
        (words()["sheet_compounds"], (str(compounds),) * 2),
        (words()["sheet_committees"], (str(unit["committees_cut"]),) * 2),
    ]
    if pd.notna(unit["subdistrict"]):
        facts.insert(0, (words()["sheet_subdistrict"], clean(both(unit["subdistrict"]))))
    return facts


def _bars(scores: pd.DataFrame) -> dict[tuple[str, str], Bar]:
    labels = {key: (f"{key} {s.zh}", f"{key} {s.en}") for key, s in scenarios().items()}
    labels["total"] = words()["total"]
    return {
        (row.unit_id, row.scenario): Bar(
            label=labels[row.scenario],
            text=_interval(row.score, row.low, row.high),
            score=None if pd.isna(row.score) else round(row.score, 2),
            low=round(row.low, 2),
            high=round(row.high, 2),
            coverage=percent(row.coverage),
        )
        for row in scores.itertuples()
    }


def _interval(score: float, low: float, high: float) -> Both:
    if pd.isna(score):
        return words()["unknown"]
    ends = (whole(low), whole(high))
    text = whole(score) if ends == (whole(score),) * 2 else f"{whole(score)} ({ends[0]}–{ends[1]})"
    return text, text


def _standing(candidate: Mapping[str, Any], top_k: int) -> list[tuple[Both, Both]]:
    def points(value: float) -> Both:
        return words()["unknown"] if pd.isna(value) else (whole(value),) * 2

    chance = percent(candidate["chance_top_k"])
    papers = candidate["papers_missing"]
    return [
        (words()["need"], points(candidate["need"])),
        (words()["readiness"], points(candidate["readiness"])),
        (say("chance", k=top_k), (chance, chance)),
        (words()["coverage"], (percent(candidate["coverage"]),) * 2),
        (words()["papers"], words()["unknown"] if pd.isna(papers) else say("papers_count", n=papers)),
    ]


def _pilot(pilot: Any) -> list[tuple[Both, Both]]:
    lines = [
        (words()["sheet_kind"], words()[f"type_{pilot['pilot_type']}"]),
        (words()["sheet_because"], clean(both(pilot["type_reason"], pilot["type_reason_en"]))),
    ]
    if pd.notna(pilot["runner_up"]):
        name, why = (
            words()[f"type_{pilot['runner_up']}"],
            clean(both(pilot["runner_up_reason"], pilot["runner_up_reason_en"])),
        )
        lines.append((words()["sheet_runner_up"], (f"{name[0]}：{why[0]}", f"{name[1]}: {why[1]}")))
    years = pilot["deadline_years"]
    lines.append(
        (words()["sheet_deadline"], words()["unknown"] if pd.isna(years) else say("sheet_years", n=years))
    )
    if pd.notna(pilot["award_cap_cny"]):
        lines.append((words()["sheet_award"], say("sheet_cny", n=f"{pilot['award_cap_cny']:,}")))
    return lines


def _reach(rows: pd.DataFrame) -> list[tuple[Both, Both, Both]]:
    """Class, share within 10 minutes, share that cannot be known, by the walker whose legs count."""
    found = {(row["class"], row["walker"]): row for row in rows.to_dict("records")}
    lines = []
    for name, entry in facility_classes().items():
        row = found.get((name, walker(name)))
        if row is not None:
            lines.append(((entry.zh, entry.en), _share(row["share_10"]), _share(row["unknown_10"])))
    return lines


def _share(share: float) -> Both:
    return words()["unknown"] if pd.isna(share) else (percent(share),) * 2


def _findings(rows: pd.DataFrame) -> list[Finding]:
    found = {row.rule_id: row for row in rows.itertuples()}
    return [
        Finding(
            rule=rule.id,
            name=(rule.zh, rule.en),
            result=found[rule.id].result,
            reason=clean((found[rule.id].reason, found[rule.id].reason_en)),
            effect=rule.effect,
        )
        for rule in rule_catalogue().rules
        if rule.id in found
    ]


def _papers(rows: pd.DataFrame, names: Mapping[str, str]) -> list[tuple[str, Both, Both]]:
    """Rule, its name, and whose papers are missing: compounds by name, the unit by what is missing."""
    lines = []
    rules = {rule.id: rule for rule in rule_catalogue().rules}
    for rule_id, group in rows.groupby("rule_id"):
        rule = rules[str(rule_id)]
        of_unit = group[group["subject_kind"] == "unit"]
        ids = group.loc[group["subject_kind"] == "compound", "subject_id"].tolist()
        named = [f"{i} {names.get(i, '')}".strip() for i in ids[:SUBJECTS_NAMED]]
        rest = len(ids) - len(named)
        more = say("sheet_and_more", n=rest) if rest else ("", "")
        zh = [*of_unit["reason"], *(["、".join(named) + more[0]] if named else [])]
        en = [*of_unit["reason_en"], *([", ".join(named) + more[1]] if named else [])]
        lines.append((str(rule_id), (rule.zh, rule.en), clean(("；".join(zh), "; ".join(en)))))
    return lines


def _unknown(rows: pd.DataFrame) -> list[Both]:
    """Indicators of the unit that no evidence tells, in the catalogue's order."""
    missing = set(rows.loc[~rows["known"], "indicator_id"])
    return [(f"{i} {entry.zh}", f"{i} {entry.en}") for i, entry in indicators().items() if i in missing]
