"""Load the catalogue: facility classes, scenarios and indicators, typed and checked.

The catalogue is the users' to edit. A wrong entry is refused with its file, line, entry and key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from pipeline.errors import SettingsError
from pipeline.settings import Strict, read_yaml

CLASSES_FILE = Path(str(files("pipeline.catalogue").joinpath("facility_classes.yaml")))
Who = Literal["all", "child_0_3", "child_3_6", "elderly"]
_OSM_PART = re.compile(r"[a-z_:]+(=\*|!?=[^=!&*\s]+)")


class FacilityClass(Strict):
    """A kind of facility: names, the people it is for, and the OpenStreetMap tags that make an object one."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    who: Who
    osm: tuple[str, ...] = Field(
        min_length=1, description="`key=value`, `key=*` or `key!=value`, joined by ` & `"
    )
    geometry: Literal["point", "area"] = "point"
    entrances: Literal["point", "boundary"] = "point"

    @field_validator("osm")
    @classmethod
    def _well_formed(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            for part in line.split(" & "):
                if not _OSM_PART.fullmatch(part):
                    raise ValueError(f"{part!r} is not key=value, key=* or key!=value")
        return lines


class FacilityCatalogue(Strict):
    """`facility_classes.yaml`: the classes, and which walker and which people column stand for `who`."""

    walker_of_who: dict[Who, str]
    people_of_who: dict[Who, str]
    classes: dict[str, FacilityClass]


def read_facility_catalogue(path: Path = CLASSES_FILE) -> FacilityCatalogue:
    """Read and check a file of facility classes.

    Raises
    ------
    SettingsError
        An entry is wrong; the message names file, line, entry and key.
    """
    return _checked(FacilityCatalogue, read_yaml(path), path)


@cache
def _facility_catalogue() -> FacilityCatalogue:
    return read_facility_catalogue()


def facility_classes() -> Mapping[str, FacilityClass]:
    """Return the facility classes by name, in the catalogue's order."""
    return _facility_catalogue().classes


def _checked(model: Any, content: dict[str, Any], path: Path) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first, *rest = error.errors()
        keys = [part for part in first["loc"]]
        more = f" (and {len(rest)} more faults)" if rest else ""
        raise SettingsError(
            f"{path}, line {_line(path, keys)}, {'.'.join(map(str, keys)) or 'as a whole'}",
            f"{first['msg']}{more}; found {first['input']!r:.80}",
        ) from None


def _line(path: Path, keys: list[Any]) -> int:
    """Line of the deepest of nested keys that the file has."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line = 1
    for key in keys:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = (node.value[key], node.value[key])
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


WALKER_OF_WHO: Mapping[str, str] = dict(_facility_catalogue().walker_of_who)
PEOPLE_OF_WHO: Mapping[str, str] = dict(_facility_catalogue().people_of_who)
