"""Tell from a way's tags who walks it, and how.

The tables of values are data (`profile.yaml`); this module applies them. One-way rules do not bind walkers and
are not read.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import yaml

from pipeline.settings import Strict


class Highway(Strict):
    """Values of `highway`."""

    walkable: list[str]
    never: list[str]
    steps: list[str]
    arterial: list[str]


class Foot(Strict):
    """Values of `foot`."""

    allowed: list[str]
    forbidden: list[str]
    restricted: list[str]


class Access(Strict):
    """Values of `access`."""

    restricted: list[str]


class Crossing(Strict):
    """What a crossing of an arterial is."""

    signals: list[str]
    signal_nodes: list[str]
    divided_road_m: float


class Walls(Strict):
    """What bars a walker, and what opens it."""

    passable_kinds: list[str]
    gates: list[str]
    gaps: list[str]
    snap_m: float
    same_wall_m: float
    gate_length_m: float


class Profile(Strict):
    """All of `profile.yaml`."""

    highway: Highway
    foot: Foot
    access: Access
    crossing: Crossing
    walls: Walls
    gate_users: dict[str, list[str]]


@cache
def profile() -> Profile:
    """Read `profile.yaml`."""
    text = files("pipeline.network").joinpath("profile.yaml").read_text(encoding="utf-8")
    return Profile.model_validate(yaml.safe_load(text))


def classify(ways: pd.DataFrame, rules: Profile) -> pd.DataFrame:
    """Say of every way whether and by whom it is walked.

    Parameters
    ----------
    ways
        Columns highway, foot, access (foot and access may be missing).
    rules
        The tables of values.

    Returns
    -------
    pandas.DataFrame
        On the index of `ways`: `refused` (why it is not walked; empty where it is), `restricted` (only for those
        whom the place admits), `steps`, `arterial` (bool).
    """
    highway, foot, access = ways["highway"], ways["foot"], ways["access"]
    allowed = foot.isin(rules.foot.allowed)
    refused = np.select(
        [
            highway.isin(rules.highway.never),
            foot.isin(rules.foot.forbidden),
            highway.isin(rules.highway.walkable) | allowed,
        ],
        ["highway=" + highway, "foot=" + foot.fillna(""), ""],
        "highway=" + highway,
    )
    return pd.DataFrame(
        {
            "refused": pd.Series(refused, index=ways.index, dtype="str"),
            "restricted": foot.isin(rules.foot.restricted)
            | (access.isin(rules.access.restricted) & ~allowed),
            "steps": highway.isin(rules.highway.steps),
            "arterial": highway.isin(rules.highway.arterial),
        }
    )


def users_of_access(access: pd.Series, rules: Profile) -> pd.Series:
    """Translate a gate's access tag into `gate_users`; what is not tagged is unknown."""
    table = {value: users for users, values in rules.gate_users.items() for value in values}
    return access.map(table).fillna("unknown").astype("str")
