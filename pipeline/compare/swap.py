"""Make the runs between two runs: one group of inputs after another is taken from the second.

The tables that stage intake wrote are a run's inputs, and stand in its folder. So a run in between needs none of the
district's own files: it takes each table of intake from one run or the other, and the stages up to the candidates are run
again as far as a change reaches them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile
from typing import Any, Literal, NamedTuple

from pipeline import run as runner
from pipeline import store
from pipeline.errors import MissingInputError, SettingsError
from pipeline.report.provenance import catalogue_hashes
from pipeline.settings import District, Params, Settings, checked

Group = Literal["catalogue", "data", "people", "facilities", "network", "parameters"]
GROUPS: tuple[Group, ...] = ("catalogue", "data", "people", "facilities", "network", "parameters")
# tables of stage intake; those of no other group are data
_TABLES: dict[Group, tuple[str, ...]] = {
    "people": ("population_zones",),
    "facilities": ("places", "class_status"),
    "network": ("ways", "way_nodes", "squares", "walls", "gates", "terrain.tif", "extent"),
}
_PEOPLE_SECTION = "population"  # parameters that intake counts people with: they go with the people
_UP_TO = "candidates"


@dataclass(frozen=True)
class Made:
    """A run: where its tables are, and what it was made from."""

    folder: Path
    parameters: dict[str, Any]
    description: dict[str, Any]
    catalogue: dict[str, str]

    @property
    def folders(self) -> runner.Folders:
        """Where its results are."""
        return runner.Folders(self.folder / "processed", self.folder / "maps")

    def hash(self, name: str) -> str:
        """Return the SHA-256 of one of its tables."""
        return store.hash_file(self.folders.path(name))

    def settings(self) -> Settings:
        """Return the settings that it was made with."""
        where = self.folders.path("provenance.json")
        params = checked(Params, self.parameters | {"district": ""}, where)
        return Settings(
            params=params, district=checked(District, self.description | {"folder": self.folder}, where)
        )


class Step(NamedTuple):
    """The run that came of taking a group over; unchanged groups have the run before."""

    group: Group
    changed: bool
    run: Made


def made(folder: Path) -> Made:
    """Read what a finished run was made from.

    Raises
    ------
    MissingInputError
        There is no finished run, or one of an earlier version that did not record it.
    """
    record = store.read(folder / "processed/provenance.json")
    try:
        return Made(folder, record["parameters"], record["description"], record["catalogue"])
    except KeyError as error:
        raise MissingInputError(
            str(folder), f"its provenance.json does not hold {error}", todo="run it again with this version"
        ) from None


def steps(a: Made, b: Made, scratch: Path) -> Iterator[Step]:
    """Yield the runs from the first to the second, a group at a time, in the order of GROUPS.

    Where a group is the last that differs its run is the second itself, so two runs that differ in one group need no
    run in between.

    Parameters
    ----------
    scratch
        Folder for the runs in between.

    Raises
    ------
    SettingsError
        A run in between is needed, but the second run was made with another catalogue than the present one.
    """
    differ = [group for group in GROUPS if _differs(a, b, group)]
    if len(differ) > 1 and b.catalogue != catalogue_hashes():
        raise SettingsError(
            str(b.folder), "was made with another catalogue than the present one", todo="run it again, then compare"
        )  # fmt: skip
    here = a
    for group in GROUPS:
        if group in differ:
            target = b if group == differ[-1] else _taken_over(here, b, group, scratch / group)
            yield Step(group, True, target)
            here = target
        else:
            yield Step(group, False, here)


def _of_intake(group: Group) -> tuple[str, ...]:
    if group == "data":
        named = {name for names in _TABLES.values() for name in names} | {"intake_report.json"}
        return tuple(name for name in runner.stages()["intake"].writes if name not in named)
    return _TABLES.get(group, ())


def _parameters(run: Made, group: Group) -> dict[str, Any]:
    return {
        section: values
        for section, values in run.parameters.items()
        if (section == _PEOPLE_SECTION) == (group == "people")
    }


def _differs(a: Made, b: Made, group: Group) -> bool:
    if group == "catalogue":
        return a.catalogue != b.catalogue
    if group in ("people", "parameters") and _parameters(a, group) != _parameters(b, group):
        return True
    if group == "data" and a.description["date"] != b.description["date"]:
        return True
    return any(a.hash(name) != b.hash(name) for name in _of_intake(group))


def _taken_over(base: Made, b: Made, group: Group, folder: Path) -> Made:
    """Make the run that has a group from `b` and all else as `base`."""
    run = replace(base, folder=folder, catalogue=b.catalogue)
    if group == "data":
        run = replace(run, description=b.description)
    if group in ("people", "parameters"):
        run = replace(run, parameters=base.parameters | _parameters(b, group))
    (folder / "processed").mkdir(parents=True)
    own = _of_intake(group)
    dirty = set()
    for name in runner.stages()["intake"].writes:
        source = (b if name in own else base).folders.path(name)
        copyfile(source, run.folders.path(name))
        if name in own and b.hash(name) != base.hash(name):
            dirty.add(name)
    settings = run.settings()
    for stage in _stages():
        touched = group == "catalogue" or bool(dirty & set(stage.reads))
        touched |= any(run.parameters[section] != base.parameters[section] for section in stage.params)
        touched |= stage.name in ("procedure", "eligibility") and run.description != base.description
        if touched:
            runner.run_stage(stage, settings, run.folders)
            dirty |= {name for name in stage.writes if run.hash(name) != base.hash(name)}
        else:
            for name in stage.writes:
                copyfile(base.folders.path(name), run.folders.path(name))
    return run


def _stages() -> list[runner.Stage]:
    """Return the stages after intake on which the candidates rest, in order."""
    wanted, found = {_UP_TO}, []
    for stage in reversed(runner.stages().values()):
        if wanted & set(stage.writes) and stage.name != "intake":
            found.append(stage)
            wanted |= set(stage.reads)
    return found[::-1]
