"""Define the form of `facility_classes.yaml`."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from pipeline.catalogue.mend import EntryError
from pipeline.settings import Strict

Who = Literal["all", "child_0_3", "child_3_6", "elderly"]
_OSM_PART = re.compile(r"[a-z_:]+(=\*|!?=[^=!&*\s]+)")


class FacilityClass(Strict):
    """A kind of facility: names, the people it is for, and the OpenStreetMap tags that make an object one."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    who: Who
    osm: tuple[str, ...] = Field(min_length=1, description="key=value, key=* or key!=value, joined by ' & '")
    geometry: Literal["point", "area"] = "point"
    entrances: Literal["point", "boundary"] = "point"
    direction: Literal["to_facility", "from_facility"] = "to_facility"

    @field_validator("osm")
    @classmethod
    def _well_formed(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            for part in line.split(" & "):
                if not _OSM_PART.fullmatch(part):
                    raise EntryError(
                        f"{part!r} is not key=value, key=* or key!=value",
                        "write it as one of these, several that all must hold joined by ' & '",
                    )
        return lines


class FacilityCatalogue(Strict):
    """`facility_classes.yaml`: the classes, and which walker and which people column stand for `who`."""

    walker_of_who: dict[Who, str]
    people_of_who: dict[Who, str]
    classes: dict[str, FacilityClass]
