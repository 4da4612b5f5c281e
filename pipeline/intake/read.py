"""Read all of a district: every layer of its `district.yaml`, checked, as the tables of stage intake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely

from pipeline.intake import raster
from pipeline.intake.answers import Answers
from pipeline.intake.areas import committees, compounds, extent, note_overlaps, table, within_extent
from pipeline.intake.facilities import class_status, listed
from pipeline.intake.layers import Opener
from pipeline.intake.osm import is_osm
from pipeline.intake.people import population_zones
from pipeline.intake.place import Around, district_crs
from pipeline.intake.progress import progress
from pipeline.intake.register import register
from pipeline.intake.report import report
from pipeline.intake.streets import reaching, streets
from pipeline.intake.surroundings import layer_table
from pipeline.intake.wishes import unit_wishes
from pipeline.settings import Settings
from pipeline.tables import REGISTER_COLUMNS, TABLES, empty


@dataclass(frozen=True)
class Intake:
    """What was read: the tables of stage intake by name, the terrain as a GeoTIFF, and the intake report."""

    tables: dict[str, pd.DataFrame]
    terrain: bytes
    report: dict[str, Any]


def read_district(settings: Settings) -> Intake:
    """Read and check all layers of a district, in its projected CRS.

    The committees come first: they say where the district is, against which every other layer's place is checked.

    Raises
    ------
    PipelineError
        A file, column, cell, geometry or CRS is at fault; the message says where and what to do.
    """
    district = settings.district
    layers = district.layers
    opener = Opener(district)
    for label, layer in layers.all():
        opener.log(label, layer)  # a missing file is told before an hour of reading

    areas = committees(opener)
    around = Around(tuple(areas.total_bounds))
    crs = district_crs(district.crs, around)
    areas = areas.to_crs(crs)
    note_overlaps(areas, opener.logs["committees"])

    ways, way_nodes = streets(opener, around, crs)
    ground = extent(opener, around, crs, ways)
    region = ground.geometry.iloc[0]
    log = opener.logs["committees"]
    if layers.extent is not None:
        areas = within_extent(areas, region, log)
    ways = reaching(ways, region, opener.logs["streets"])
    way_nodes = way_nodes[way_nodes["node_id"].isin(ways["node_ids"].explode())].reset_index(drop=True)
    log.kept = len(areas)

    if layers.compounds is not None:
        homes = compounds(opener, layers.compounds, around, crs, areas)
    else:
        homes = empty("compounds", crs).assign(**{name: empty("register")[name] for name in REGISTER_COLUMNS})
    answers = Answers(opener)
    registered = answers.apply(register(opener, layers.register_, homes), "compound")
    homes["households"] = (
        homes["compound_id"].map(registered.set_index("compound_id")["households"]).astype("Int64")
    )

    tables: dict[str, pd.DataFrame] = {
        "committees": table("committees", areas),
        "compounds": table("compounds", homes),
        "register": registered[list(TABLES["register"].nullable)],
        "ways": ways,
        "way_nodes": way_nodes,
        "extent": ground,
        "progress": progress(opener, layers.progress),
        "unit_wishes": unit_wishes(opener, layers.unit_wishes),
        "population_zones": population_zones(opener, settings.params, crs, around, areas, homes),
    }
    facilities = listed(opener, around, crs, region)
    tables["places"] = table("places", facilities)
    tables["class_status"] = class_status(opener, facilities)
    everywhere = shapely.union_all([region, *areas.geometry])
    for name in ("buildings", "squares", "walls", "gates", "land"):
        given = {label: layer for label, layer in layers.all() if label.split("[")[0] == name}
        if name == "squares" and not given and is_osm(district.file(layers.streets)):
            given = {name: layers.streets}
        tables[name] = layer_table(opener, name, given, around, crs, everywhere, homes)

    for kind, name in (("class", "class_status"), ("facility", "places"), ("gate", "gates")):
        tables[name] = answers.apply(tables[name], kind)
    tables["answers"] = answers.record()

    if layers.terrain is None:
        terrain = raster.no_terrain(crs)
    else:
        terrain = raster.terrain(
            district.file(layers.terrain), opener.logs["terrain"], around, ways, settings.params.network
        )
    return Intake(tables, terrain, report(district, tables, opener.logs))
