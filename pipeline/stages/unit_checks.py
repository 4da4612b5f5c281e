"""Check all areas that might be units, and say what the proposal would change for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.catalogue.load import PEOPLE_OF_WHO, facility_classes
from pipeline.reach.shares import shares
from pipeline.reach.walkers import unsure_walkers
from pipeline.settings import Settings
from pipeline.store import Content
from pipeline.units.area_checks import CLASSES, check_areas, divisions
from pipeline.units.area_shapes import area_shapes
from pipeline.units.border_changes import border_changes


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return the tables `unit_checks` and `border_changes`."""
    limits, walkers = settings.params.units, settings.params.network.walkers
    residents, atoms, units = inputs["residents"], inputs["atoms"], inputs["units"]
    committees, register, lists = inputs["committees"], inputs["register"], inputs["class_status"]
    addresses = residents.merge(inputs["address_areas"], on="point_id")
    areas = divisions(addresses, committees, register, units)
    walks = shares(
        residents,
        areas,
        inputs["walk_times"],
        inputs["edge_times"],
        list(CLASSES.items()),
        {name: PEOPLE_OF_WHO[facility_classes()[name].who] for name in CLASSES},
        {
            name: bool((lists.loc[lists["class"] == name, "completeness"] == "complete").all())
            for name in CLASSES
        },
        unsure_walkers(walkers, inputs["edges"]["slope_max"]),
        (5, 10),
    )
    openings = inputs["openings"]
    gates = openings.loc[openings["status"] == "gate", ["opening_id", "compound_id"]].dropna()
    companies = register.set_index("compound_id")["property_company"]
    number, near = pd.Index(atoms["atom_id"]), inputs["atom_pairs"]
    pairs = pd.DataFrame({"a": number.get_indexer(near["atom_a"]), "b": number.get_indexer(near["atom_b"])})
    checks = check_areas(
        areas,
        area_shapes(committees, register, atoms, units),
        addresses,
        atoms,
        pairs,
        walks,
        gates,
        companies[companies != "none"].dropna(),
        inputs["land"],
        inputs["ways"],
        limits,
    )
    changes = border_changes(
        addresses,
        atoms,
        committees,
        units,
        inputs["walk_times"],
        inputs["facilities"],
        limits.committee_share_min,
    )
    return {
        "unit_checks": checks.sort_values(["area_kind", "area_id"], ignore_index=True),
        "border_changes": changes.sort_values(["unit_id", "committee_id"], ignore_index=True),
    }
