"""Declare the file that a member of the committee sends back; `docs/committee-file.md` explains it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

import geopandas as gpd
from pydantic import BeforeValidator, Field, model_validator

from pipeline.settings import Strict

FORMAT = "meihao-review/1"
Vote = Literal["yes", "no", "abstain"]
Comment = Annotated[str, BeforeValidator(lambda text: "" if text is None else text), Field(max_length=4000)]
Id = Annotated[str, Field(min_length=1, max_length=80)]


class Score(Strict):
    """What a member gives a candidate in a scenario; null points: no judgement."""

    unit_id: Id
    scenario_id: Id
    points: float | None = Field(ge=0, le=100, strict=True)
    comment: Comment = ""


class UnitVote(Strict):
    """Whether a member would have a candidate as a pilot."""

    unit_id: Id
    vote: Vote
    comment: Comment = ""


class Review(Strict):
    """One member's file of one round."""

    format: Literal["meihao-review/1"]
    district: str = Field(description="district_id of the district.yaml")
    run: str | None = Field(description="`run_of` the candidates that the member saw; null: not known")
    member: str = Field(
        min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$", description="a label (委员 1), not a name"
    )
    round: Literal[1, 2] = Field(description="1: blind, before the members saw each other's; 2: after")
    date: date
    scores: tuple[Score, ...] = ()
    votes: tuple[UnitVote, ...] = ()
    weights: dict[str, Annotated[float, Field(ge=0, strict=True)]] | None = Field(
        None, description="scenario_id to weight, as the member would set it"
    )

    @model_validator(mode="after")
    def _each_once(self) -> Review:
        _once("scores", ((score.unit_id, score.scenario_id) for score in self.scores))
        _once("votes", ((vote.unit_id,) for vote in self.votes))
        if self.weights is not None and not sum(self.weights.values()) > 0:
            raise ValueError("weights: none is over zero")
        return self


def _once(what: str, keys: Iterable[tuple[str, ...]]) -> None:
    twice = [" ".join(key) for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise ValueError(f"{what}: {twice[0]} stands there more than once")


def run_of(candidates: gpd.GeoDataFrame) -> str:
    """Return the SHA-256 that names what a member saw: every column and outline of table `candidates`."""
    table = candidates.sort_values("unit_id")
    text = table.drop(columns="geometry").to_csv(index=False, lineterminator="\n")
    digest = hashlib.sha256(text.encode())
    for outline in table.geometry.to_wkb():
        digest.update(outline)
    return digest.hexdigest()
