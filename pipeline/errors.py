"""Tell a user what is wrong, where, and what to do.

Every fault that the data or the settings can cause is a `PipelineError`. The command line prints it
and exits with status 1; nobody sees a traceback for bad data.
"""

from __future__ import annotations


class PipelineError(Exception):
    """A fault in data or settings.

    Parameters
    ----------
    where
        File, layer, row, column: as much as is known, outermost first, e.g. `"register.xlsx, sheet 登记, row 7"`.
    found
        What stands there.
    expected
        What should stand there.
    todo
        What the user can do about it.
    """

    slug = "pipeline"

    def __init__(self, where: str, found: str, expected: str = "", todo: str = "") -> None:
        self.where, self.found, self.expected, self.todo = where, found, expected, todo
        lines = [f"[{self.slug}] {where}: {found}"]
        if expected:
            lines.append(f"  expected: {expected}")
        if todo:
            lines.append(f"  to do: {todo}")
        super().__init__("\n".join(lines))


class SettingsError(PipelineError):
    """`params.yaml`, `district.yaml` or a catalogue file is wrong."""

    slug = "settings"


class MissingInputError(PipelineError):
    """A declared file, layer or sheet is not there or cannot be opened."""

    slug = "missing-input"


class ColumnError(PipelineError):
    """A column that is needed is missing or cannot be read as its type."""

    slug = "column"


class ValueRowError(PipelineError):
    """A row holds a value that cannot be true (negative residents, duplicate id, unknown code)."""

    slug = "value"


class CrsError(PipelineError):
    """A coordinate reference system is missing, geographic where metres are needed, or not plausible."""

    slug = "crs"


class GeometryError(PipelineError):
    """A geometry is broken beyond repair, of the wrong type, or in the wrong place."""

    slug = "geometry"


class EncodingError(PipelineError):
    """Text is not in the declared encoding."""

    slug = "encoding"


class TableError(PipelineError):
    """A table between stages breaks its schema."""

    slug = "table"


class PersonalDataError(PipelineError):
    """A column seems to hold names, phones or identity numbers of persons."""

    slug = "personal-data"


class CommitteeFileError(PipelineError):
    """A file that a member of the committee sent is not what it should be."""

    slug = "committee"


class DisagreementError(PipelineError):
    """A second, independent computation does not give the same figure."""

    slug = "disagreement"
