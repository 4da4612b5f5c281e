"""Check the size of the committees, and propose units in the range that are connected on foot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.progress import say
from pipeline.settings import Settings
from pipeline.store import Content
from pipeline.units.atoms import make_atoms
from pipeline.units.delineate import delineate
from pipeline.units.describe import (
    committee_units,
    leftovers,
    pair_table,
    proposed_units,
    search_report,
    unit_of_atoms,
)
from pipeline.units.pose import pose
from pipeline.units.seams import barrier_lines


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return atoms, address_areas, units, unit_members, leftovers, atom_pairs and units_report.json."""
    params = settings.params.units
    residents = inputs["residents"].sort_values("point_id", ignore_index=True)
    compounds, committees = (
        inputs[name].sort_values(key, ignore_index=True)
        for name, key in (("compounds", "compound_id"), ("committees", "committee_id"))
    )
    edges = inputs["edges"].sort_values("edge_id", ignore_index=True)
    nodes = inputs["nodes"].sort_values("node_id", ignore_index=True)
    ways = inputs["ways"].sort_values("way_id", ignore_index=True)
    wishes = inputs["unit_wishes"]
    barriers = barrier_lines(ways, inputs["land"].sort_values("land_id", ignore_index=True))

    atoms, atom_of = make_atoms(residents, compounds, committees, edges, ways, barriers, params)
    addresses = residents.assign(atom_id=atom_of)
    programme, locked, pairs = pose(
        atoms, addresses, committees, nodes, edges, ways, barriers, wishes, params
    )
    plan = delineate(programme, params, locked)
    unit_of_atom = unit_of_atoms(plan, atoms)
    unit_of = pd.Series(unit_of_atom.to_numpy(), index=atoms["atom_id"])
    addresses["unit_id"] = addresses["atom_id"].map(unit_of).astype("str")
    old, old_members = committee_units(addresses, committees, atoms, pairs, params)
    new, new_members = proposed_units(
        addresses, committees, compounds, atoms, plan, unit_of_atom, pairs, params
    )
    say(
        f"units: {len(new)} proposed from {len(atoms)} atoms, "
        f"{new['residents'].sum() / max(atoms['residents'].sum(), 1):.1%} of residents placed, "
        f"cost {plan.cost_person_minutes:,.0f} person-minutes, no plan below {plan.bound_person_minutes:,.0f} "
        f"(gap {plan.gap_share:.1%}), {plan.exact_atoms} atoms solved to proof, {len(plan.maps)} near-optimal plans"
    )
    return {
        "atoms": atoms,
        "address_areas": addresses[["point_id", "atom_id", "unit_id"]],
        "units": pd.concat([old, new]).sort_values("unit_id", ignore_index=True),
        "unit_members": pd.concat([old_members, new_members]).sort_values(
            ["unit_id", "atom_id"], ignore_index=True
        ),
        "atom_pairs": pair_table(pairs, atoms),
        "leftovers": leftovers(plan, atoms, addresses, params),
        "units_report.json": search_report(plan, atoms),
    }
