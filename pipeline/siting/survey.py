"""List the facts that are most worth finding out before candidates are chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.catalogue.facilities import FacilityClass
from pipeline.catalogue.indicators import CatchmentSupply, Indicator, RegisterShare
from pipeline.eligibility.rules import RuleCatalogue
from pipeline.eligibility.texts import Both, fill
from pipeline.report.plain_text import as_csv_cell
from pipeline.scoring.points import Points, points_of
from pipeline.scoring.weights import Floats, Weights
from pipeline.settings import Label, SitingParams
from pipeline.siting.answers import answered, open_rules
from pipeline.siting.chance import Doubt, draws, tiers
from pipeline.siting.errors import shifts_of
from pipeline.siting.knowing import OUT, Answered, effect_of_answers, effect_of_indicators
from pipeline.siting.open_cells import how_to_answer, open_cells
from pipeline.siting.rank_pairs import ranked_in_id_order
from pipeline.siting.uncertain_gates import WALLED, GatesOnTheWay
from pipeline.tables import FIELDS

_CELL = Label(zh="{subject}：{fact}？", en="{subject}: {fact}?")
_LIST = Label(
    zh="本区{subject}清单是否完整？请补全。", en="Is the list complete of: {subject}? Please complete it."
)
_AMOUNT = Label(zh="{subject}：{fact}是多少？", en="{subject}: {fact}?")
_MEASURE = Label(zh="{subject}：{fact}情况如何？（{note}）", en="{subject}: {fact}? ({note})")
_GATE = {
    "gate_users": Label(
        zh="{subject}：谁可以通过，所有人、仅业主、凭证登记，还是常闭？",
        en="{subject}: who may pass: everyone, residents, on a permit, nobody?",
    ),
    "open_hours": Label(
        zh="{subject}：每天几点至几点开放？", en="{subject}: from when to when is it open every day?"
    ),
}
_WALL = Label(zh="{subject}：是否有围墙、封闭管理？", en="{subject}: is there a wall round it, with gates?")
_RULE = Label(zh="{subject}：是否满足“{fact}”？{note}", en="{subject}: does it meet “{fact}”? {note}")
_BRING = "不在此表回答，请补充图层或登记 not answered here: bring the layer or register it"
_ANSWERS = ("答案 answer", "填写人 author", "日期 date")
_SEEN = 1e-9  # a smaller share is what rounding leaves
Key = tuple[str, str, str]


@dataclass
class _Found:
    question: Both
    effect: float = 0.0
    changes_verdict: bool = False
    open_points: float = 0.0
    how: str = _BRING


@dataclass(frozen=True)
class Evidence:
    """Tables of the district that say what is known, as the stages before left them.

    `gates` has those that the district's layer lists; `pairs` are from `unit_compounds`.
    """

    indicators: pd.DataFrame
    errors: pd.DataFrame
    eligibility: pd.DataFrame
    class_status: pd.DataFrame
    places: pd.DataFrame
    compounds: pd.DataFrame
    register: pd.DataFrame
    pairs: pd.DataFrame
    gates: pd.DataFrame
    on_the_way: GatesOnTheWay


def survey(
    candidates: pd.DataFrame,
    evidence: Evidence,
    rules: RuleCatalogue,
    catalogue: Mapping[str, Indicator],
    classes: Mapping[str, FacilityClass],
    weights: Weights,
    params: SitingParams,
) -> pd.DataFrame:
    """Return table `survey`, best first, `params.survey_facts` rows at most.

    First by the effect on who is among the first k, then by the points of total score that hang on it, then by whether an
    answer changes a verdict. An unknown indicator is booked to what would settle it: an incomplete facility list
    (evenly where several are), facilities that do not state their places (evenly), the empty cells of the register (by
    the square of the residents, as their shares of the variance), walls and gates of which too little is known, otherwise
    the unit itself. Where a walk hangs on a gate, the gate has the part of what is open that people have whose walk
    does. An open rule is booked to the empty cells of the register that keep it open, likewise.
    """
    table = candidates.sort_values("unit_id").reset_index(drop=True)
    ranked = ranked_in_id_order(candidates)
    pairs = evidence.pairs[evidence.pairs["unit_id"].isin(set(table["unit_id"]))]
    names = _names(table, evidence)
    points = points_of(evidence.indicators, weights.indicators, table["unit_id"])
    found: dict[Key, _Found] = {}
    effect = np.zeros(points.low.shape)
    among = table["rank"].notna().to_numpy()
    theirs, tier = points.rows(among), ranked["tier"].to_numpy()
    shifts = shifts_of(evidence.errors, theirs, weights.indicators)
    doubt = Doubt(theirs, shifts, ranked["readiness"].to_numpy(float), tier)
    draw = (weights, params.need_weight, params.top_k, params.samples, params.concentration, params.seed)
    if among.any():
        effect[among] = effect_of_indicators(draws(doubt, *draw), theirs.low < theirs.high)
    for key, question, row, column, share in _causes(
        points, evidence, pairs, catalogue, classes, rules, names
    ):
        entry = found.setdefault(key, _Found(question, how=_how(key, evidence)))
        entry.effect += share * effect[row, column]
        entry.open_points += share * _width(points, weights, row, column) / len(table)
    _add_rules(found, table, doubt, ranked, evidence, pairs, rules, draw, names)
    return _best_first(found, params.survey_facts)


def survey_csv(table: pd.DataFrame, mark: str) -> str:
    """Return the list as a sheet to print and fill in: no answers yet; text that looks like a formula is quoted.

    The mark of a fictional district stands in the last heading.
    """
    columns = ["rank", "subject_kind", "subject_id", "fact", "question", "question_en", "how_to_answer"]
    out = io.StringIO()
    out.write("\ufeff")  # spreadsheets tell UTF-8 by it
    write = csv.writer(out, lineterminator="\n")
    write.writerow([*(f"{FIELDS[c].zh} {c}" for c in columns), *_ANSWERS, *([mark] if mark else [])])
    for row in table[columns].itertuples(index=False):
        cells = [str(value) for value in row]
        write.writerow([*map(as_csv_cell, cells), *[""] * len(_ANSWERS)])
    return out.getvalue()


def _how(key: Key, evidence: Evidence) -> str:
    kind, subject, fact = key
    unlisted = kind == "gate" and subject not in set(evidence.gates["gate_id"])  # mapped with the streets
    return how_to_answer(fact) if kind != "unit" and not unlisted and fact in FIELDS else _BRING


def _names(table: pd.DataFrame, evidence: Evidence) -> dict[tuple[str, str], Both]:
    places, compounds = evidence.places, evidence.compounds
    of = compounds.set_index("compound_id")[["name", "name_en"]]
    gates = evidence.on_the_way.gates[["compound_id"]].reset_index().join(of, on="compound_id")
    frames = (
        ("unit", table, "unit_id"),
        ("compound", compounds, "compound_id"),
        ("facility", places.assign(name=places["name"].fillna("")), "facility_id"),
        ("gate", gates.assign(name=gates["name"].fillna("")), "gate_id"),
    )
    return {
        (kind, row[key]): (
            f"{row[key]} {row['name']}".rstrip(),
            f"{row[key]} {row['name_en'] if pd.notna(row['name_en']) else row['name']}".rstrip(),
        )
        for kind, frame, key in frames
        for row in frame[[key, "name", "name_en"]].to_dict("records")
    }


def _width(points: Points, weights: Weights, row: int, column: int) -> float:
    """Return by how many points the total can move with an indicator."""
    scenario = weights.scenario_of[column]
    of_scenario = weights.of_indicators[scenario]
    share = (
        of_scenario[column] / of_scenario.sum() * weights.of_scenarios[scenario] / weights.of_scenarios.sum()
    )
    return float(share * (points.high[row, column] - points.low[row, column]))


def _causes(
    points: Points,
    evidence: Evidence,
    pairs: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    classes: Mapping[str, FacilityClass],
    rules: RuleCatalogue,
    names: Mapping[tuple[str, str], Both],
) -> Iterator[tuple[Key, Both, int, int, float]]:
    """Yield what would settle each open indicator of each unit: key, question, row, column, share."""
    complete = set(evidence.class_status.loc[evidence.class_status["completeness"] == "complete", "class"])
    register = evidence.register.set_index("compound_id")
    members = {str(unit): rows for unit, rows in pairs.groupby("unit_id")}
    notes = evidence.indicators.set_index(["unit_id", "indicator_id"])["note"].to_dict()
    ids = list(catalogue)
    for row, column in np.argwhere(points.low < points.high):
        unit, entry = points.units[row], catalogue[ids[column]]
        lists = [name for name in entry.facility_classes if name not in complete]
        cells: Mapping[str, float] = {}
        if isinstance(entry, RegisterShare) and unit in members:
            cells = _empty_cells(register, members[unit], entry)
        amounts = (
            _not_stated(evidence.places, entry) if isinstance(entry, CatchmentSupply) and not lists else []
        )
        for name in lists:
            told = {"subject": (classes[name].zh, classes[name].en)}
            yield ("class", name, "completeness"), fill(_LIST, told, {}), row, column, 1 / len(lists)
        for facility in amounts:
            assert isinstance(entry, CatchmentSupply)
            label = FIELDS[entry.amount]
            told = {"subject": names["facility", facility], "fact": (label.zh, label.en)}
            key: Key = ("facility", facility, entry.amount)
            yield key, fill(_AMOUNT, told, {}), row, column, 1 / len(amounts)
        for compound, share in cells.items():
            assert isinstance(entry, RegisterShare)
            key = ("compound", compound, entry.column)
            yield key, _cell_question(key, names, rules), row, column, share
        if lists or cells or amounts:
            continue
        ways_in: Mapping[Key, float] = {}
        if isinstance(entry, WALLED) and unit in members:
            ways_in = evidence.on_the_way.of_compounds(members[unit], register)
        elif entry.facility_classes:
            hang = evidence.on_the_way.shares(entry, unit)
            open_ = max(1.0 - points.evidence[row, column], sum(hang.values()))
            ways_in = {fact: share / open_ for fact, share in hang.items()}
        for key, share in ways_in.items():
            yield key, _way_in_question(key, names), row, column, share
        rest = 1.0 - sum(ways_in.values())
        if rest > _SEEN:
            told = {"subject": names["unit", unit], "fact": (entry.zh, entry.en)}
            told["note"] = (notes.get((unit, entry.id), ""),) * 2
            yield ("unit", unit, entry.id), fill(_MEASURE, told, {}), row, column, rest


def _way_in_question(key: Key, names: Mapping[tuple[str, str], Both]) -> Both:
    kind, subject, fact = key
    label = _GATE[fact] if kind == "gate" else _WALL
    return fill(label, {"subject": names.get((kind, subject), (subject, subject))}, {})


def _cell_question(key: Key, names: Mapping[tuple[str, str], Both], rules: RuleCatalogue) -> Both:
    _, compound, column = key
    if column == "gated":
        return _way_in_question(key, names)
    label = rules.fields.get(column) or FIELDS[column]
    subject = names.get(("compound", compound), (compound, compound))
    return fill(_CELL, {"subject": subject, "fact": (label.zh, label.en)}, {})


def _not_stated(places: pd.DataFrame, entry: CatchmentSupply) -> list[str]:
    """Return the facilities of an entry's class that do not state their amount; an outline's area is never asked for."""
    if entry.amount == "area_m2":
        return []
    here = places[(places["class"] == entry.class_) & places[entry.amount].isna()]
    return sorted(here["facility_id"])


def _empty_cells(register: pd.DataFrame, members: pd.DataFrame, entry: RegisterShare) -> dict[str, float]:
    """Return the unit's compounds without a value, with their shares of what is open."""
    values = register[entry.column].reindex(members["compound_id"])
    squared = (members["residents"] ** 2).where(values.isna().to_numpy())
    squared = squared[squared > 0]
    return dict(zip(members.loc[squared.index, "compound_id"], squared / squared.sum(), strict=True))


def _add_rules(
    found: dict[Key, _Found],
    table: pd.DataFrame,
    doubt: Doubt,
    ranked: pd.DataFrame,
    evidence: Evidence,
    pairs: pd.DataFrame,
    rules: RuleCatalogue,
    draw: tuple[Weights, float, int, int, float, int],
    names: Mapping[tuple[str, str], Both],
) -> None:
    facts = open_rules(evidence.eligibility, pairs, rules.rules)
    outcomes = answered(facts, evidence.eligibility, pairs, rules.rules)
    eligible = table.set_index("unit_id")["eligible"]
    place = {unit: i for i, unit in enumerate(ranked["unit_id"])}
    said = evidence.eligibility.set_index(["subject_kind", "subject_id", "rule_id"])[["reason", "reason_en"]]
    by_id = {rule.id: rule for rule in rules.rules}
    register = evidence.register.set_index("compound_id")
    priorities, need_weight = np.zeros((0, len(ranked))), np.zeros(0)
    if place:
        samples = [(some.priority, some.need_weight) for some in draws(doubt, *draw)]
        priorities = np.concatenate([priority for priority, _ in samples])
        need_weight = np.concatenate([weight for _, weight in samples])
    for number, rows in outcomes.groupby("fact"):
        fact = facts[int(number)]
        rule, reason = by_id[fact.rule_id], said.loc[tuple(fact)]
        told = {"subject": names.get(fact[:2], (fact.subject_id,) * 2), "fact": (rule.zh, rule.en)}
        told["note"] = (reason["reason"], reason["reason_en"])
        changes = bool((rows["verdict"].to_numpy() != eligible.reindex(rows["unit_id"])).any())
        effect = 0.0
        here = rows[rows["unit_id"].isin(place)]
        if len(here):
            answers = (_answer(doubt, here[here["met"]], place), _answer(doubt, here[~here["met"]], place))
            effect = effect_of_answers(priorities, need_weight, doubt.readiness, answers, draw[2])
        theirs = pairs[pairs["unit_id"] == fact.subject_id]
        cells = open_cells(fact, rules.rules, evidence.eligibility, register, theirs)
        booked: dict[Key, float] = {("compound", *cell): share for cell, share in cells.items()}
        for key, share in booked.items() if booked else [((*fact[:2], fact.rule_id), 1.0)]:
            question = _cell_question(key, names, rules) if booked else fill(_RULE, told, {})
            entry = found.setdefault(key, _Found(question, how=_how(key, evidence)))
            entry.effect += share * effect
            entry.changes_verdict |= changes


def _answer(doubt: Doubt, rows: pd.DataFrame, place: Mapping[str, int]) -> Answered:
    ready: Floats = doubt.readiness.copy()
    tier = doubt.tier.copy()
    at = rows["unit_id"].map(place).to_numpy(int)
    out = rows["verdict"].eq("fail").to_numpy() | rows["readiness"].isna().to_numpy()
    ready[at] = np.where(out, ready[at], rows["readiness"])
    tier[at] = np.where(out, OUT, tiers(rows["verdict"]))
    return Answered(ready, tier)


def _best_first(found: Mapping[Key, _Found], most: int) -> pd.DataFrame:
    def order(item: tuple[Key, _Found]) -> tuple[object, ...]:
        key, entry = item
        return (-round(entry.effect, 9), -round(entry.open_points, 9), not entry.changes_verdict, key)

    chosen = sorted(found.items(), key=order)[:most]
    rows = [
        (i, *key, *entry.question, entry.how, entry.effect, entry.changes_verdict, entry.open_points)
        for i, (key, entry) in enumerate(chosen, start=1)
    ]
    columns = "rank subject_kind subject_id fact question question_en how_to_answer effect_top_k changes_verdict open_points"
    kinds = dict.fromkeys(columns.split(), "str") | {"rank": "Int64", "changes_verdict": "bool"}
    kinds |= dict.fromkeys(("effect_top_k", "open_points"), "float64")
    return pd.DataFrame(rows, columns=columns.split()).astype(kinds)
