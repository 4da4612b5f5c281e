"""Read text: CSV tables, and the encoding of any text file."""

from __future__ import annotations

import codecs
import csv
from io import StringIO
from pathlib import Path

import pandas as pd

from pipeline.errors import ColumnError, EncodingError
from pipeline.intake.words import ENCODINGS, heading
from pipeline.settings import Layer


def decode(path: Path, layer: Layer, where: str) -> str:
    """Return a file's text in the declared encoding (default UTF-8, with or without a byte-order mark).

    Raises
    ------
    EncodingError
        The file is not in that encoding; the message names the likely one.
    """
    content = path.read_bytes()
    encoding = layer.encoding or "utf-8"
    try:
        name = codecs.lookup(encoding).name
        return content.decode("utf-8-sig" if name == "utf-8" else name)
    except LookupError:
        found, row = f"`encoding: {encoding}` is not known", ""
    except UnicodeDecodeError as error:
        found = f"its text is not {encoding}"
        line = content[: error.start].count(b"\n") + 1
        row = f", row {line}"
    raise EncodingError(
        f"{where}{row}", found, todo=f"set `encoding: {likely_encoding(path)}` for this layer"
    )


def likely_encoding(path: Path) -> str:
    """Name the encoding that a file's bytes fit: the first that decodes it with the fewest rare characters."""
    content = path.read_bytes()
    if path.suffix.lower() == ".dbf":
        content = content[32:].replace(b"\0", b" ")
    best, rarest = "gb18030", 1.0
    for encoding in ENCODINGS:
        text = content.decode(encoding, errors="replace")
        foreign = [char for char in text if ord(char) > 127]
        # characters beyond the standard's first level, and failures, betray the wrong table
        rare = sum(not _common(char) for char in foreign) / max(len(foreign), 1)
        if rare < rarest:
            best, rarest = encoding, rare
    return best


def _common(char: str) -> bool:
    """Whether both national standards place the character among the frequent ones."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7 or char in "，。、（）：；“”《》—"
    except UnicodeEncodeError:
        pass
    try:
        return 0xA4 <= char.encode("big5")[0] <= 0xC6
    except UnicodeEncodeError:
        return False


def read_text_table(path: Path, layer: Layer, where: str) -> pd.DataFrame:
    """Return a CSV's rows with its headings, all cells as text; the index is the line in the file.

    Raises
    ------
    EncodingError, ColumnError
        It is not in the declared encoding; it has no headings, or a row has more cells than headings.
    """
    text = decode(path, layer, where)
    first = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    headings: list[str] = []
    rows: dict[int, list[str | None]] = {}
    for cells in reader:
        if reader.line_num < layer.header_row or not any(cell.strip() for cell in cells):
            continue
        if not headings:
            headings = [heading(cell) for cell in cells]
            continue
        if len(cells) > len(headings):
            raise ColumnError(
                f"{where}, row {reader.line_num}",
                f"{len(cells)} cells",
                f"{len(headings)}, as many as headings",
            )
        rows[reader.line_num] = [*cells, *[None] * (len(headings) - len(cells))]
    if not headings:
        raise ColumnError(where, "the file is empty", "a row of headings")
    return pd.DataFrame.from_dict(rows, orient="index", columns=headings, dtype="object")
