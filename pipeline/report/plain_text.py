"""Show the text of the data as what it is: without characters that cannot be shown or that act on their neighbours."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    """Return the text with control characters, those that turn the writing direction, and lone surrogates as \ufffd."""
    return _ACTING.sub(REPLACEMENT, text)


def as_csv_cell(text: str) -> str:
    """Return the text with a quote before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) else text
