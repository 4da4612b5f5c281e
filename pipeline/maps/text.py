"""Keep every word of the page in Chinese and English, and write numbers the same way everywhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from math import floor
from typing import Any

import pandas as pd
import yaml

Both = tuple[str, str]
"""A text in Chinese and in English."""


@cache
def words() -> dict[str, Both]:
    """Return the catalogue of words (`words.yaml`): key to (Chinese, English)."""
    text = files("pipeline.maps").joinpath("words.yaml").read_text(encoding="utf-8")
    return {key: (zh, en) for key, (zh, en) in yaml.safe_load(text).items()}


def say(key: str, **values: Any) -> Both:
    """Return a phrase of the catalogue with its values filled in; a pair as value gives each language its own."""
    zh, en = words()[key]
    return zh.format(**_language(values, 0)), en.format(**_language(values, 1))


def _language(values: dict[str, Any], i: int) -> dict[str, Any]:
    return {name: value[i] if isinstance(value, tuple) else value for name, value in values.items()}


STRONG, STRONG_END = "\ue000", "\ue001"


def strong(text: str | Both) -> Any:
    """Mark what stands out in a sentence (private-use characters: no text of the data needs escaping)."""
    if isinstance(text, tuple):
        return tuple(map(strong, text))
    return f"{STRONG}{text}{STRONG_END}"


def whole(number: float) -> str:
    """Write a number to a whole, halves up as the page's script does, thousands separated."""
    return f"{floor(number + 0.5):,}"


def hundreds(number: float) -> str:
    """Write a number of people as sentences do: to hundreds, from a thousand on."""
    return f"{round(number, -2):,.0f}" if number >= 1000 else whole(number)


def percent(share: float) -> str:
    """Write a share (0–1) as a whole percent, with one decimal below 1 %."""
    value = 100 * share
    return f"{value:.1f}%" if 0 < value < 0.95 else f"{whole(value)}%"


def halves(text: str) -> Both:
    """Return the halves of a free text that says the same in both languages, with " / " between."""
    zh, slash, en = text.partition(" / ")
    return (zh, en) if slash else (text, text)


def both(zh: Any, en: Any = None) -> Both:
    """Return a name of the data in both languages; where one is missing the other stands in."""
    zh = None if pd.isna(zh) else str(zh)
    en = None if pd.isna(en) else str(en)
    return zh or en or "", en or zh or ""


def layer_label(name: str) -> Both:
    """Return what a layer of the district is called; `name` as `Layers.all` gives it, `facilities[0]`."""
    return words()[f"layer_{name.split('[')[0]}"]
