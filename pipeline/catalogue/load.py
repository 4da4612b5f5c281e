"""Load the catalogue: facility classes, scenarios and indicators, typed and checked.

The catalogue is the users' to edit. A wrong entry is refused with its file, line, entry and key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipeline.catalogue.facilities import FacilityCatalogue, FacilityClass
from pipeline.catalogue.indicators import Indicator, IndicatorCatalogue, Scenario
from pipeline.catalogue.mend import mend, nearest
from pipeline.errors import SettingsError
from pipeline.settings import read_yaml

CLASSES_FILE = Path(str(files("pipeline.catalogue").joinpath("facility_classes.yaml")))
INDICATORS_FILE = Path(str(files("pipeline.catalogue").joinpath("indicators.yaml")))


def read_facility_catalogue(path: Path = CLASSES_FILE) -> FacilityCatalogue:
    """Read and check a file of facility classes.

    Raises
    ------
    SettingsError
        An entry is wrong; the message names file, line, entry and key.
    """
    return checked(FacilityCatalogue, path)


def read_indicator_catalogue(path: Path = INDICATORS_FILE) -> IndicatorCatalogue:
    """Read and check a file of scenarios and indicators.

    Raises
    ------
    SettingsError
        An entry is wrong, stands twice, or names a scenario or facility class that does not exist.
    """
    catalogue: IndicatorCatalogue = checked(IndicatorCatalogue, path)
    each_once(path, "indicators", [indicator.id for indicator in catalogue.indicators])
    for i, indicator in enumerate(catalogue.indicators):
        unknown = [name for name in indicator.facility_classes if name not in facility_classes()]
        if indicator.scenario not in catalogue.scenarios:
            fault = (
                "begins with no scenario's letter",
                f"one of {', '.join(catalogue.scenarios)} and two digits",
                f"begin the id with one of these, or add `{indicator.scenario}:` under `scenarios:`",
            )
        elif unknown:
            meant = nearest(unknown[0], facility_classes())
            fault = (
                f"names the facility class {unknown[0]!r}, which does not exist",
                ", ".join(facility_classes()),
                f"write {meant}" if meant else f"add {unknown[0]} to facility_classes.yaml, or take it out",
            )
        else:
            continue
        # the line is looked up for a fault alone: that parses the file once more
        raise SettingsError(f"{path}, line {line_of(path, ['indicators', i])}, {indicator.id}", *fault)
    return catalogue


@cache
def _facility_catalogue() -> FacilityCatalogue:
    return read_facility_catalogue()


@cache
def indicator_catalogue() -> IndicatorCatalogue:
    """Return the whole indicator catalogue."""
    return read_indicator_catalogue()


def facility_classes() -> Mapping[str, FacilityClass]:
    """Return the facility classes by name, in the catalogue's order."""
    return _facility_catalogue().classes


def scenarios() -> Mapping[str, Scenario]:
    """Return the eight scenarios by letter, in the notice's order."""
    return indicator_catalogue().scenarios


def indicators() -> dict[str, Indicator]:
    """Return the indicators by id, in the catalogue's order."""
    return {indicator.id: indicator for indicator in indicator_catalogue().indicators}


def walker(facility_class: str, constraint: str | None = None) -> str:
    """Return the walker (of params.network.walkers) whose legs count for a class, under a constraint."""
    base = WALKER_OF_WHO[facility_classes()[facility_class].who]
    return f"{base}_{constraint}" if constraint else base


def checked(model: Any, path: Path) -> Any:
    """Read a catalogue file as the model; a fault names the line, the entry and the mend (SettingsError)."""
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors()
        first, more = faults[0], f" (and {len(faults) - 1} more)" if faults[1:] else ""
        raise SettingsError(
            f"{path}, line {line_of(path, first['loc'])}, {_entry(content, first['loc'])}",
            f"{first['msg'].removeprefix('Value error, ')}{more}; found {first['input']!r:.80}",
            todo=mend(faults, content),
        ) from None


def each_once(path: Path, key: str, ids: list[str]) -> None:
    """Refuse a list of entries in which an id stands twice (SettingsError)."""
    for i, name in enumerate(ids):
        if name in ids[:i]:
            first = line_of(path, [key, ids.index(name)])
            raise SettingsError(
                f"{path}, line {line_of(path, [key, i])}, {name}",
                "stands twice",
                todo=f"give it another id, or take it out; the first stands in line {first}",
            )


def _entry(content: Any, keys: tuple[Any, ...]) -> str:
    """Name where a fault is: list items by their id."""
    names = []
    for key in keys:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            content = content if isinstance(content, dict) else None
        named = isinstance(key, int) and isinstance(content, dict) and "id" in content
        names.append(str(content["id"] if named else key))
    return ".".join(names) or "as a whole"


def line_of(path: Path, keys: Any) -> int:
    """Find the line of the deepest of nested keys that stands in a file; keys that do not stand there are passed over."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line = 1
    for key in keys:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            found = (node.value[key], node.value[key])
        if found is not None:
            line, node = found[0].start_mark.line + 1, found[1]
    return line


WALKER_OF_WHO: Mapping[str, str] = {
    str(who): name for who, name in _facility_catalogue().walker_of_who.items()
}
PEOPLE_OF_WHO: Mapping[str, str] = {
    str(who): name for who, name in _facility_catalogue().people_of_who.items()
}
