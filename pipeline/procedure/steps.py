"""Define the form of `procedure.yaml` and read it: the steps in their order, and what is said of refused rows."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import Field, model_validator

from pipeline.catalogue.load import checked
from pipeline.catalogue.mend import EntryError
from pipeline.settings import Label, Strict

PROCEDURE_FILE = Path(str(files("pipeline.catalogue").joinpath("procedure.yaml")))


class After(Strict):
    """The shortest time since an earlier step."""

    step: str
    months: int = Field(gt=0)


class Step(Label):
    """A step of the procedure, and what its date stands for."""

    id: str = Field(pattern=r"^[a-z_]+$")
    clause: str = Field(min_length=1)
    date: Label
    after: After | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The ways in which the progress file may write the step."""
        return self.id, self.zh, self.en


class Refusals(Strict):
    """What is said of a row that is not accepted."""

    incomplete: Label
    unknown_subject: Label
    ambiguous_subject: Label
    unknown_step: Label
    future: Label
    twice: Label
    skipped: Label
    backward: Label
    too_early: Label


class Procedure(Strict):
    """`procedure.yaml`: the steps, first to last, and the sentences."""

    steps: tuple[Step, ...] = Field(min_length=1)
    refusals: Refusals
    earliest: Label

    @property
    def trial_months(self) -> int:
        """Months of trial operation before evaluation may be applied for (B16); 0 where no step waits."""
        return max((step.after.months for step in self.steps if step.after is not None), default=0)

    @model_validator(mode="after")
    def _ordered(self) -> Procedure:
        earlier: set[str] = set()
        written: set[str] = set()
        for step in self.steps:
            again = written & set(step.names)
            if again:
                raise EntryError(f"two steps are called {min(again)}", f"give {step.id} another name")
            if step.after is not None and step.after.step not in earlier:
                raise EntryError(
                    f"{step.id} waits for {step.after.step}, which is no step before it",
                    f"write one of {', '.join(sorted(earlier)) or 'no step'} for `step:`, or move {step.id} behind it",
                )
            earlier.add(step.id)
            written |= set(step.names)
        return self


def read_procedure(path: Path = PROCEDURE_FILE) -> Procedure:
    """Read and check a file of steps.

    Raises
    ------
    SettingsError
        An entry is wrong; the message names file, line and step.
    """
    procedure: Procedure = checked(Procedure, path)
    return procedure


@cache
def procedure() -> Procedure:
    """Return the project's own procedure."""
    return read_procedure()
