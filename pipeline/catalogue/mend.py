"""Say how to mend a wrong entry of a catalogue: what to write there, by the kind of fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

_WRITTEN = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text in quotation marks",
    "tuple": "a list in [ ]",
    "model": "`key: value` pairs",
    "dict": "`key: value` pairs",
}


class EntryError(ValueError):
    """What is wrong with an entry beyond the types of its keys, and how to mend it."""

    def __init__(self, found: str, todo: str) -> None:
        super().__init__(found)
        self.todo = todo


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that a mistyped one was probably meant to be, or nothing."""
    return next(iter(get_close_matches(word, list(known), 1, 0.6)), "")


def mend(faults: list[Any], content: Any) -> str:
    """Return what to do about the first of pydantic's faults in the content of a file."""
    first = faults[0]
    key, context = str(first["loc"][-1]) if first["loc"] else "", first.get("ctx", {})
    match first["type"]:
        case "missing":
            meant = nearest(key, _keys_of(faults, "extra_forbidden", first["loc"]))
            return f"write `{key}:` for `{meant}:`" if meant else f"add `{key}:`"
        case "extra_forbidden":
            lacking = _keys_of(faults, "missing", first["loc"])
            meant = nearest(key, [*lacking, *_keys_beside(content, first["loc"])])
            return f"write `{meant}:` for `{key}:`" if meant else f"take `{key}:` out, or mend its name"
        case "union_tag_invalid":
            discriminator, tags = _quoted(context["discriminator"])[0], _quoted(context["expected_tags"])
            return _one_of(discriminator, tags, context["tag"])
        case "union_tag_not_found":
            return f"add `{_quoted(context['discriminator'])[0]}:`"
        case "literal_error":
            return _one_of(key, _quoted(context["expected"]), str(first["input"]))
        case "greater_than" | "greater_than_equal" | "less_than_equal":
            signs = {"gt": "more than", "ge": "no less than", "le": "no more than"}
            return f"write {', '.join(f'{signs[k]} {v:g}' for k, v in context.items())} for `{key}:`"
        case "string_too_short":
            return f"fill in `{key}:`"
        case "string_pattern_mismatch":
            return f"write `{key}:` as {context['pattern']} has it"
        case "too_short":
            return f"give `{key}:` at least {context['min_length']}"
        case "value_error" if isinstance(context["error"], EntryError):
            return context["error"].todo
    kind = str(first["type"]).partition("_")[0]
    return f"write {_WRITTEN.get(kind, f'a {kind}')} for `{key}:`"


def _quoted(text: str) -> list[str]:
    return re.findall("'([^']*)'", text)


def _one_of(key: str, choices: list[str], found: str) -> str:
    meant = nearest(found, choices)
    return f"write `{key}: {meant}`" if meant else f"write one of {', '.join(choices)} for `{key}:`"


def _keys_of(faults: list[Any], kind: str, loc: tuple[Any, ...]) -> list[str]:
    """Return the keys of an entry that have a fault of a kind."""
    return [str(f["loc"][-1]) for f in faults if f["type"] == kind and f["loc"][:-1] == loc[:-1]]


def _keys_beside(content: Any, loc: tuple[Any, ...]) -> list[str]:
    """Return the keys that the other entries of the same list or mapping have."""
    path = []
    for step in loc[:-1]:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            continue  # the name of a family, which stands in no file
        path.append(content)
    beside = path[-2] if len(path) > 1 else []
    entries = beside.values() if isinstance(beside, dict) else beside
    return sorted(
        {str(key) for entry in entries if isinstance(entry, dict) for key in entry} - {str(loc[-1])}
    )
