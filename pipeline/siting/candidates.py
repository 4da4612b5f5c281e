"""Rank the proposed units as candidates for a pilot.

The order: a candidate that passes every rule stands before one that is deferred or still unknown; within these, the
higher priority first, priority = need weight × need + (1 − need weight) × readiness, since a pilot belongs where much
is missing (plan B 三(二)2, B7) and much is ready (一(三), B13). The score, how good the community already is, is shown
beside it and does not rank. Three kinds are shown but not ranked, each with its reason: below the coverage floor; need
or readiness not known at all; last, those that fail a rule.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.catalogue.indicators import Indicator
from pipeline.eligibility.judge import Subjects
from pipeline.eligibility.rules import RuleCatalogue
from pipeline.eligibility.texts import EN, ZH
from pipeline.eligibility.verdict import papers_missing, unit_verdict
from pipeline.scoring.points import Points, points_of
from pipeline.scoring.table import TOTAL
from pipeline.scoring.weights import Weights
from pipeline.settings import SitingParams
from pipeline.siting.chance import Doubt, chance_top_k, priority, tiers
from pipeline.siting.errors import shifts_of
from pipeline.siting.need import need
from pipeline.siting.pilot_type import pilot_types
from pipeline.siting.readiness import readiness
from pipeline.siting.reasons import gaps, size_and_reach, standing


def candidates(
    units: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    errors: pd.DataFrame,
    scores: pd.DataFrame,
    eligibility: pd.DataFrame,
    compounds: Subjects,
    pairs: pd.DataFrame,
    rules: RuleCatalogue,
    catalogue: Mapping[str, Indicator],
    weights: Weights,
    coverage_floor: float,
    params: SitingParams,
) -> gpd.GeoDataFrame:
    """Return table `candidates`, best first.

    Parameters
    ----------
    errors
        Table `indicator_errors`.
    compounds
        The register's compounds as subjects of rules.
    pairs
        From `unit_compounds`.
    """
    table = units[units["kind"] == "proposed"].sort_values("unit_id").set_index("unit_id")
    table = table[["name", "name_en", "geometry"]]
    totals = scores[scores["scenario"] == TOTAL].set_index("unit_id")[["score", "low", "high", "coverage"]]
    table = table.join(totals)
    points = points_of(indicators, weights.indicators, table.index)
    table["need"] = need(points.points, points.known, weights)
    table["readiness"] = readiness(eligibility, pairs, rules.rules).reindex(table.index)
    table["eligible"] = unit_verdict(eligibility).reindex(table.index)
    table["papers_missing"] = papers_missing(eligibility, pairs).reindex(table.index)
    types = pilot_types(rules.pilot_types, compounds, pairs, table.index)
    table["pilot_type"] = types["pilot_type"]
    table["priority"] = priority(table["need"].to_numpy(), table["readiness"].to_numpy(), params.need_weight)
    table["unranked"] = _unranked(table, coverage_floor)
    table["tier"] = tiers(table["eligible"])
    table["chance_top_k"] = _chance(table, points, errors, weights, params)
    said = []
    for row, candidate in enumerate(table.reset_index().drop(columns="geometry").to_dict("records")):
        unit = candidate["unit_id"]
        candidate |= {"type_name": types.at[unit, "name"], "type_because": types.at[unit, "because"]}
        said.append(
            (
                size_and_reach(eligibility, unit),
                gaps(points, weights, catalogue, candidate["need"], row),
                standing(eligibility, rules, candidate, coverage_floor),
            )
        )
    table["reasons"] = pd.Series(
        ["".join(f"{part[ZH]}。" for part in parts) for parts in said], table.index, dtype="str"
    )
    table["reasons_en"] = pd.Series(
        [" ".join(f"{part[EN]}." for part in parts) for parts in said], table.index, dtype="str"
    )
    return _best_first(table)


def _unranked(table: pd.DataFrame, coverage_floor: float) -> NDArray[np.object_]:
    """Return why a candidate is not ranked, empty where it is."""
    why = np.where(table["priority"].isna(), "priority", "").astype(object)
    why[(table["coverage"] < coverage_floor).to_numpy()] = "coverage"
    why[(table["eligible"] == "fail").to_numpy()] = "fail"
    return why


def _chance(
    table: pd.DataFrame, points: Points, errors: pd.DataFrame, weights: Weights, params: SitingParams
) -> NDArray[np.float64]:
    """Return the chances of the ranked candidates; the others have none."""
    ranked = (table["unranked"] == "").to_numpy()
    chance = np.zeros(len(table))
    if ranked.any():
        part = table[ranked]
        theirs = points.rows(ranked)
        shifts = shifts_of(errors, theirs, weights.indicators)
        doubt = Doubt(theirs, shifts, part["readiness"].to_numpy(), part["tier"].to_numpy())
        chance[ranked] = chance_top_k(
            doubt,
            weights,
            params.need_weight,
            params.top_k,
            params.samples,
            params.concentration,
            params.seed,
        )
    return chance


def _best_first(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    last = table["unranked"].map({"": 0, "coverage": 1, "priority": 1, "fail": 2})
    table = table.assign(last=last).reset_index()
    table = table.sort_values(["last", "tier", "priority", "unit_id"], ascending=[True, True, False, True])
    order = pd.Series(np.arange(1, len(table) + 1), table.index, dtype="Int64")
    table["rank"] = order.where(table["last"] == 0)
    columns = (
        "rank unit_id name name_en score low high coverage need readiness eligible pilot_type chance_top_k "
        "papers_missing reasons reasons_en geometry"
    )
    return table[columns.split()].reset_index(drop=True)
