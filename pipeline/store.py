"""Read and write what passes between stages: checked, and all or nothing.

A name without suffix is a table (`edges` is `edges.parquet`); other names are files. A file appears under its name
only when it is complete: it is written beside its place and renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd
import pyarrow

from pipeline.errors import MissingInputError
from pipeline.tables import TABLES, check

Content: TypeAlias = pd.DataFrame | Mapping[str, Any] | str | bytes | Callable[[Path], None]


def file_name(name: str) -> str:
    """Return the file of a table or file name."""
    return name if "." in name else f"{name}.parquet"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; rename it to `path` on success, remove it on failure.

    A folder is written the same way; it takes the place of an older one, of which nothing is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield draft
        if draft.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        draft.replace(path)
    finally:
        if draft.is_dir():
            shutil.rmtree(draft)
        draft.unlink(missing_ok=True)


def read(path: Path) -> Any:
    """Read a table (checked against its schema) or JSON; for any other file return its path.

    Raises
    ------
    MissingInputError
        The file is not there or is not what its name says.
    TableError
        A table breaks its schema.
    """
    if not path.exists():
        raise MissingInputError(str(path), "is not there", todo="run the stage that writes it")
    try:
        if path.suffix == ".parquet":
            name = path.stem
            frame = gpd.read_parquet(path) if TABLES[name].spatial else pd.read_parquet(path)
            return check(name, frame)
        if path.suffix == ".json":
            return json.loads(path.read_text(encoding="utf-8"))
    except (pyarrow.ArrowInvalid, json.JSONDecodeError, OSError) as error:
        raise MissingInputError(
            str(path), f"cannot be read: {error}", todo="delete it and run again"
        ) from None
    return path


def write(contents: Mapping[Path, Content]) -> None:
    """Write files together: all are made and checked before the first takes its place, or none does.

    A content is a table (checked against the schema of the file's name), a mapping (JSON), text, bytes, or a function
    that writes to a path, a file or a folder.
    """
    with ExitStack() as drafts:
        for path, content in contents.items():
            draft = drafts.enter_context(replacing(path))
            if isinstance(content, pd.DataFrame):
                check(path.stem, content).to_parquet(draft, index=False, compression="zstd")
            elif isinstance(content, Mapping):
                text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=False, allow_nan=False)
                draft.write_text(text + "\n", encoding="utf-8", newline="\n")
            elif isinstance(content, str):
                draft.write_text(content, encoding="utf-8", newline="\n")
            elif isinstance(content, bytes):
                draft.write_bytes(content)
            else:
                content(draft)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, or of the names and contents of a folder's files."""
    if path.is_dir():
        files = {file.name: hash_file(file) for file in sorted(path.iterdir())}
        return hashlib.sha256(json.dumps(files).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_layer(path: Path) -> dict[str, str]:
    """Return the SHA-256 of a layer's file and of its companions (`.dbf`, `.shx`, `.prj` of a Shapefile …).

    Raises
    ------
    MissingInputError
        The file is not there.
    """
    if not path.is_file():
        raise MissingInputError(
            str(path),
            "is a folder" if path.is_dir() else "is not there",
            "a file",
            "check the path in district.yaml",
        )
    companions = sorted(path.parent.glob(f"{path.stem}.*")) if path.suffix.lower() == ".shp" else [path]
    return {file.name: hash_file(file) for file in companions if file.is_file()}
