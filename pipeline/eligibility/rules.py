"""Define the form of `rules.yaml` and read it: one entry a rule, with its clause, expressions and sentences."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipeline.catalogue.load import checked, each_once
from pipeline.catalogue.mend import EntryError
from pipeline.eligibility.expression import parse
from pipeline.errors import SettingsError
from pipeline.settings import Label, Strict

RULES_FILE = Path(str(files("pipeline.catalogue").joinpath("rules.yaml")))
Result = Literal["pass", "fail", "defer", "unknown"]
Effect = Literal["exclude", "defer", "condition", "priority", "unit", "record"]


def _parses(text: str) -> str:
    try:
        parse(text)
    except SettingsError as error:
        raise EntryError(f"{text!r} {error.found}; expected {error.expected}", error.todo) from None
    return text


Formula = Annotated[str, AfterValidator(_parses)]


class Check(Label):
    """One of the things a rule asks for, and the sentence that is said where it does not hold."""

    holds: Formula


class Remark(Label):
    """A sentence that is added where an expression is true."""

    when: Formula


class Rule(Strict):
    """A rule: it passes where all of its checks hold."""

    id: str = Field(pattern=r"^[AB]\d+(-\d+)?$")
    zh: str = Field(min_length=1, description="short name")
    en: str = Field(min_length=1)
    clause: str = Field(min_length=1, description="clause of plan A or B, as the id says")
    quote: str = Field(min_length=1, description="the notice's own words")
    level: Literal["compound", "unit"]
    effect: Effect
    decides: bool | None = Field(
        None, description="counts in the verdict; default: all effects but priority and record"
    )
    readiness: bool = Field(False, description="a condition of readiness")
    share_of_residents: str | None = Field(
        None,
        description="for a unit: the checks are made for its compounds, and hold where compounds with at least this "
        "share (a threshold) of their residents hold",
    )
    values: dict[str, Formula] = Field(default_factory=dict, description="figures for the sentences")
    consistent: Check | None = Field(None, description="where false, the data contradict themselves: unknown")
    checks: tuple[Check, ...] = Field(min_length=1)
    defer_when: Formula | None = Field(None, description="where true, what does not pass is deferred")
    met: Label = Field(description="said on pass")
    todo: Label | None = Field(None, description="said on fail and defer: what would cure it")
    undecided: Label | None = Field(None, description="said on unknown where no field is missing")
    near: Remark | None = Field(None, description="a near miss, and its margin")
    remarks: tuple[Remark, ...] = ()

    @property
    def in_verdict(self) -> bool:
        """Whether the rule counts in the verdict on its subject."""
        return self.effect not in ("priority", "record") if self.decides is None else self.decides

    @property
    def names(self) -> frozenset[str]:
        """Fields and thresholds that decide the result."""
        also = [self.consistent.holds if self.consistent else None, self.defer_when]
        texts = [*(check.holds for check in self.checks), *(text for text in also if text is not None)]
        return frozenset().union(*(parse(text).names for text in texts))

    @property
    def labels(self) -> list[Label]:
        """All sentences of the rule."""
        optional = (self.consistent, self.todo, self.undecided, self.near)
        return [self.met, *self.checks, *self.remarks, *(label for label in optional if label is not None)]


class PilotType(Strict):
    """A type of pilot, proposed where enough residents live in compounds of a kind; the first that fits is taken."""

    id: str
    clause: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    holds: Formula = Field(description="over fields of compounds")
    share_of_residents: str = Field(description="threshold that the share of residents has to reach")
    because: Label
    deadline_years: int = Field(ge=1, description="from confirmation to acceptance")


class Sentences(Strict):
    """What is said of unknown results where the rule itself says nothing."""

    missing: Label
    open_compounds: Label
    undecided: Label


class RuleCatalogue(Strict):
    """`rules.yaml`: names for fields that no table declares, words for codes, the types of pilot, and the rules."""

    fields: dict[str, Label]
    words: dict[str, dict[str, Label]]
    sentences: Sentences
    pilot_types: tuple[PilotType, ...]
    rules: tuple[Rule, ...]

    file: Path = Field(RULES_FILE, description="where the rules were read, for messages")


def read_rules(path: Path = RULES_FILE) -> RuleCatalogue:
    """Read and check a file of rules.

    Raises
    ------
    SettingsError
        An entry is wrong or holds what is no expression; the message names file, line and rule.
    """
    catalogue: RuleCatalogue = checked(RuleCatalogue, path)
    each_once(path, "rules", [rule.id for rule in catalogue.rules])
    each_once(path, "pilot_types", [kind.id for kind in catalogue.pilot_types])
    return catalogue.model_copy(update={"file": path})


@cache
def rule_catalogue() -> RuleCatalogue:
    """Return the project's own rules."""
    return read_rules()
