"""Fill the sentences of the rules with the values that they were decided on, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.errors import SettingsError
from pipeline.settings import Label

Both = tuple[str, str]
Words = Mapping[str, Mapping[str, Label]]
_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}(%?)")
_NOT_KNOWN: Both = ("未知", "unknown")
ZH, EN = 0, 1


def places(label: Label) -> frozenset[str]:
    """Return the names that stand in braces in a sentence."""
    return frozenset(match[1] for text in (label.zh, label.en) for match in _PLACE.finditer(text))


def fill(label: Label, values: Mapping[str, Any], words: Words) -> Both:
    """Fill `{name}` and `{name:format}` in a sentence.

    Parameters
    ----------
    values
        Name to value; None is written as unknown, a pair as its Chinese and English half.
    words
        Name of a column to the words for its codes.
    """

    def one(match: re.Match[str], language: int) -> str:
        name, form, percent = match[1], match[2] or "", match[3]
        value = values[name]
        if value is None:
            return _NOT_KNOWN[language]
        if isinstance(value, tuple):
            return str(value[language]) + percent
        word = words.get(name, {}).get(str(value))
        if word is not None:
            return (word.zh, word.en)[language] + percent
        try:
            return format(value, form) + percent
        except ValueError:
            raise SettingsError(
                f"sentence {match.string!r}",
                f"{match[0]} cannot write {value!r}",
                "a Python format that fits",
                f"write {{{name}}}, without a format",
            ) from None

    return (
        _PLACE.sub(lambda match: one(match, ZH), label.zh),
        _PLACE.sub(lambda match: one(match, EN), label.en),
    )


def sentences(parts: list[Both]) -> Both:
    """Join part sentences into one text each in Chinese and English."""
    return "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)


def listing(names: list[Both], most: int = 3) -> Both:
    """List names, the first `most` of them and how many more."""
    zh = "、".join(name[ZH] for name in names[:most]) + (f" 等{len(names)}个" if len(names) > most else "")
    en = ", ".join(name[EN] for name in names[:most]) + (
        f" … ({len(names)} in all)" if len(names) > most else ""
    )
    return zh, en
