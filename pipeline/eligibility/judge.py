"""Apply every rule to every subject and say why, in Chinese and English, with the values used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.catalogue.load import line_of
from pipeline.catalogue.mend import nearest
from pipeline.eligibility import kleene
from pipeline.eligibility.expression import decide, evaluate, parse
from pipeline.eligibility.kleene import Column
from pipeline.eligibility.rules import Check, Rule, RuleCatalogue
from pipeline.eligibility.shares import resident_shares
from pipeline.eligibility.texts import Both, Words, fill, listing, places, sentences
from pipeline.errors import SettingsError
from pipeline.tables import FIELDS


@dataclass(frozen=True)
class Subjects:
    """Subjects of one kind, their named fields, and the thresholds that rules compare with.

    Attributes
    ----------
    fields
        One row a subject, by its id; `name` and `name_en` where it has compounds' names to tell.
    pairs
        For units: unit_id, compound_id, residents.
    compounds
        For units: the compounds as subjects.
    """

    kind: str
    fields: pd.DataFrame
    thresholds: Mapping[str, float]
    pairs: pd.DataFrame | None = None
    compounds: Subjects | None = None
    columns: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        clash = sorted(set(self.fields.columns) & set(self.thresholds))
        if clash:
            raise SettingsError(
                f"params.yaml, {clash[0]}",
                f"is the name of a field of a {self.kind} as well",
                todo="rename it",
            )
        whole = {k: int(v) if float(v).is_integer() else float(v) for k, v in self.thresholds.items()}
        columns = {str(name): kleene.from_series(values) for name, values in self.fields.items()}
        columns |= {name: kleene.constant(value, len(self.fields)) for name, value in whole.items()}
        object.__setattr__(self, "thresholds", whole)
        object.__setattr__(self, "columns", columns)

    def evaluate(self, text: str, more: Mapping[str, Column] | None = None) -> Column:
        """Evaluate an expression over the fields, the thresholds and `more`."""
        return evaluate(text, {**self.columns, **(more or {})}, len(self.fields))

    def decide(self, text: str, more: Mapping[str, Column] | None = None) -> Column:
        """Evaluate an expression that has to be true or false."""
        return decide(text, {**self.columns, **(more or {})}, len(self.fields))


@dataclass(frozen=True)
class _Outcome:
    """How a check came out, by subject.

    Its truth, figures for its sentence, what is missing where it is unknown, and the share of residents for whom it holds
    where it was made compound by compound.
    """

    check: Check
    truth: Column
    figures: Mapping[str, list[Any]]
    missing_fields: list[list[Both]]
    open: list[Both | None]
    held: NDArray[np.float64] | None = None

    def said(self, i: int, values: Mapping[str, Any], words: Words) -> Both:
        """Fill the check's sentence for a subject."""
        return fill(self.check, {**values, **{name: of[i] for name, of in self.figures.items()}}, words)


def judge(catalogue: RuleCatalogue, subjects: Subjects) -> pd.DataFrame:
    """Apply the rules of the subjects' level.

    Returns
    -------
    DataFrame
        The columns of table `eligibility`, one row a subject and rule, sorted by its key.

    Raises
    ------
    SettingsError
        A rule names no field or threshold, or compares what is not alike.
    """
    frames = [_apply(rule, catalogue, subjects) for rule in catalogue.rules if rule.level == subjects.kind]
    return pd.concat(frames).sort_values(["subject_kind", "subject_id", "rule_id"]).reset_index(drop=True)


def _apply(rule: Rule, catalogue: RuleCatalogue, subjects: Subjects) -> pd.DataFrame:
    try:
        make = _direct if rule.share_of_residents is None else _by_compounds
        outcomes = [make(check, rule, catalogue, subjects) for check in rule.checks]
        result, near = _result(rule, outcomes, subjects)
        reasons = _reasons(rule, catalogue, subjects, outcomes, result, near)
    except SettingsError as error:
        line = line_of(catalogue.file, ["rules", catalogue.rules.index(rule)])
        raise SettingsError(
            f"{catalogue.file}, line {line}, {rule.id}, {error.where}",
            error.found,
            error.expected,
            error.todo,
        ) from None
    size = len(subjects.fields)
    return pd.DataFrame(
        {
            "subject_kind": pd.Series([subjects.kind] * size, dtype="str"),
            "subject_id": pd.Series(subjects.fields.index.to_numpy(object), dtype="str"),
            "rule_id": pd.Series([rule.id] * size, dtype="str"),
            "effect": pd.Series([rule.effect] * size, dtype="str"),
            "result": pd.Series(result, dtype="str"),
            "near_miss": near,
            "reason": pd.Series([zh for zh, _ in reasons], dtype="str"),
            "reason_en": pd.Series([en for _, en in reasons], dtype="str"),
        }
    )


def _result(
    rule: Rule, outcomes: list[_Outcome], subjects: Subjects
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    truth = reduce(kleene.both, (outcome.truth for outcome in outcomes))
    result = np.full(len(truth.known), "unknown", dtype=object)
    result[truth.true] = "pass"
    result[truth.false] = "defer" if rule.effect == "defer" else "fail"
    if rule.defer_when is not None:
        result[subjects.decide(rule.defer_when).true] = "defer"
    if rule.consistent is not None:
        result[subjects.decide(rule.consistent.holds).false] = "unknown"
    near = np.zeros(len(result), bool)
    if rule.near is not None:
        held = [outcome.held for outcome in outcomes if outcome.held is not None]
        least = np.min(held, axis=0) if held else None
        share = {} if least is None else {"share": Column(np.nan_to_num(least), ~np.isnan(least))}
        missed = np.isin(result.astype(str), ["fail", "defer"])
        near = subjects.decide(rule.near.when, share).true & missed
    return result, near


def _direct(check: Check, rule: Rule, catalogue: RuleCatalogue, subjects: Subjects) -> _Outcome:
    """Make a check on the subject's own fields."""
    truth = subjects.decide(check.holds)
    used = [name for name in sorted(parse(check.holds).names) if name not in subjects.thresholds]
    labels = [_label(name, catalogue) for name in used]
    gaps = [[not known for known in subjects.columns[name].known] for name in used]
    missing = [list(compress(labels, row)) for row in zip(*gaps, strict=True)]
    return _Outcome(check, truth, {}, missing, [None] * len(missing))


def _by_compounds(check: Check, rule: Rule, catalogue: RuleCatalogue, subjects: Subjects) -> _Outcome:
    """Make a check on a unit's compounds; it holds where they hold for enough of their residents."""
    compounds, pairs = subjects.compounds, subjects.pairs
    assert compounds is not None and pairs is not None and rule.share_of_residents is not None
    asked = float(subjects.thresholds[rule.share_of_residents])
    of_compounds = compounds.decide(check.holds)
    shares = resident_shares(of_compounds, compounds.fields.index, pairs, subjects.fields.index)
    truth, size = shares.at_least(asked), len(subjects.fields)
    figures: dict[str, list[Any]] = {
        "share": (100 * shares.held).tolist(),
        "open": (100 * shares.open).tolist(),
        "target": [100 * asked] * size,
        "where": _names(subjects, of_compounds.false),
    }
    open_names = _names(subjects, ~of_compounds.known)
    fields = listing([_label(name, catalogue) for name in sorted(parse(check.holds).names)], most=9)
    said: list[Both | None] = [None] * size
    peopled = ~np.isnan(shares.held)
    for i in np.flatnonzero(peopled & ~truth.known):
        here = {name: of[i] for name, of in figures.items()} | {"fields": fields, "where": open_names[i]}
        said[i] = fill(catalogue.sentences.open_compounds, here, {})
    no_compounds = [_label("compounds", catalogue)]
    return _Outcome(
        check, truth, figures, [[] if has else no_compounds for has in peopled], said, shares.held
    )


def _names(units: Subjects, which: NDArray[np.bool_]) -> list[Both]:
    """List, for each unit, those of its compounds that are marked, most people first."""
    assert units.compounds is not None and units.pairs is not None
    names = units.compounds.fields.loc[which, ["name", "name_en"]]
    rows = units.pairs[units.pairs["compound_id"].isin(names.index)]
    rows = rows.sort_values(["residents", "compound_id"], ascending=[False, True])
    found: dict[str, list[Both]] = {str(unit): [] for unit in units.fields.index}
    for unit, compound in zip(rows["unit_id"], rows["compound_id"], strict=True):
        found[unit].append((names.at[compound, "name"], names.at[compound, "name_en"]))
    return [listing(names) for names in found.values()]


def _label(name: str, catalogue: RuleCatalogue) -> Both:
    label = catalogue.fields.get(name) or FIELDS.get(name)
    if label is None:
        raise SettingsError(f"field {name}", "has no label", todo="give it one under `fields` of rules.yaml")
    return label.zh, label.en


def _reasons(
    rule: Rule,
    catalogue: RuleCatalogue,
    subjects: Subjects,
    outcomes: list[_Outcome],
    result: NDArray[Any],
    near: NDArray[np.bool_],
) -> list[Both]:
    """Say for every subject what decided: what is met, or each thing that is not, or what is missing."""
    values = _values(rule, subjects, set().union(*(outcome.figures for outcome in outcomes)))
    remarks = [(remark, subjects.decide(remark.when).true) for remark in rule.remarks]
    faulty = subjects.decide(rule.consistent.holds).false if rule.consistent else np.zeros(len(result), bool)
    reasons = []
    for i, found in enumerate(result):
        here = {name: of[i] for name, of in values.items()}
        parts: list[Both]
        if faulty[i] and rule.consistent is not None:
            parts = [fill(rule.consistent, here, catalogue.words)]
        elif found == "pass":
            shared = {name: of[i] for name, of in outcomes[0].figures.items()}
            parts = [fill(rule.met, {**here, **shared}, catalogue.words)]
        else:
            parts = [o.said(i, here, catalogue.words) for o in outcomes if o.truth.false[i]]
            if found == "unknown" or not parts:
                parts = _unknown(rule, catalogue, outcomes, i, here)
            elif rule.near is not None and near[i]:
                parts.append(fill(rule.near, here, catalogue.words))
            if found != "unknown" and rule.todo is not None:
                parts.append(fill(rule.todo, here, catalogue.words))
        parts += [fill(remark, here, catalogue.words) for remark, holds in remarks if holds[i]]
        reasons.append(sentences(parts))
    return reasons


def _unknown(
    rule: Rule, catalogue: RuleCatalogue, outcomes: list[_Outcome], i: int, values: Mapping[str, Any]
) -> list[Both]:
    """Say what is missing for the checks of a subject that are unknown."""
    open_ = [outcome for outcome in outcomes if not outcome.truth.known[i]]
    fields = list(dict.fromkeys(label for outcome in open_ for label in outcome.missing_fields[i]))
    parts = [said for outcome in open_ if (said := outcome.open[i]) is not None]
    if fields:
        listed = {"fields": listing(fields, most=len(fields))}
        parts.insert(0, fill(catalogue.sentences.missing, listed, {}))
    return parts or [fill(rule.undecided or catalogue.sentences.undecided, values, catalogue.words)]


def _values(rule: Rule, subjects: Subjects, figures: set[str]) -> dict[str, list[Any]]:
    """Return the values that the rule's sentences name, by name, one a subject."""
    values = {}
    for name in sorted(frozenset().union(*(places(label) for label in rule.labels)) - figures):
        if name in rule.values:
            values[name] = subjects.evaluate(rule.values[name]).items()
        elif name in subjects.columns:
            values[name] = subjects.columns[name].items()
        else:
            meant = nearest(name, [*rule.values, *subjects.columns])
            raise SettingsError(
                f"sentence with {{{name}}}",
                "names no field, threshold or value",
                todo=f"write {{{meant}}}" if meant else f"add {name} to the rule's `values:`",
            )
    return values
