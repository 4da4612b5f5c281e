"""Boil a run down to the figures that one compares between runs (`dvc metrics show`, `dvc metrics diff`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.reach.node_snapping import node_snap_minutes
from pipeline.reach.shares import doubtful, gate_decides, status
from pipeline.reach.straight_line import straight_minutes

# the two services that the notice names (B2), whose legs count, and for whom
BASIC = {"kindergarten": ("child", "child_3_6"), "elderly_station": ("elderly", "elderly")}


def people_metrics(
    zones: pd.DataFrame, residents: pd.DataFrame, members: pd.DataFrame, leftovers: pd.DataFrame
) -> dict[str, Any]:
    """Return the population on its way through the chain; the totals must agree."""
    proposed = members["unit_id"].isin(set(members["unit_id"]) - set(residents["committee_id"].dropna()))
    return {
        "input": _people(zones["residents"].sum()),
        "at_addresses": _people(residents["residents"].sum()),
        "in_committees": _people(residents.loc[residents["committee_id"].notna(), "residents"].sum()),
        "in_proposed_units_and_leftovers": _people(
            members.loc[proposed, "residents"].sum() + leftovers["residents"].sum()
        ),
        "in_proposed_units": _people(members.loc[proposed, "residents"].sum()),
        "addresses": len(residents),
        "linked_share": _share(
            residents.loc[residents["linked"], "residents"].sum(), residents["residents"].sum()
        ),
        "not_linked": {
            str(reason): _people(people)
            for reason, people in residents[~residents["linked"]]
            .groupby("link_reason")["residents"]
            .sum()
            .items()
        },
    }


def size_metrics(units: pd.DataFrame) -> dict[str, Any]:
    """Return how many units of each kind fit, nearly fit, or are too small or too large."""
    out: dict[str, Any] = {}
    for kind, group in units.groupby("kind"):
        results = group["size_result"].value_counts()
        out[str(kind)] = {"count": len(group), "near_miss": int(group["near_miss"].sum())} | {
            result: int(results.get(result, 0)) for result in ("fits", "too_small", "too_large")
        }
    return out


def reach_metrics(
    residents: pd.DataFrame, walk_times: pd.DataFrame, edge_times: pd.DataFrame, complete: Mapping[str, bool]
) -> dict[str, Any]:
    """Return, for kindergarten and elderly station, who is within 10 minutes in the whole district.

    `served` counts known facilities; `cannot_know` are people without one who may still have one that the lists, the
    data's edge, a facility that is not tied to the network or a gate of unknown users or hours hide, `unknown_gate` those
    of them whom such a gate alone decides; `not_served` are the rest.
    """
    points, out = pd.Index(residents["point_id"]), {}
    for facility_class, (walker, group) in BASIC.items():
        people = residents[group].to_numpy()
        rows = walk_times[(walk_times["class"] == facility_class) & (walk_times["walker"] == walker)]
        ends = edge_times[edge_times["walker"] == walker]
        walks = rows.set_index("point_id").reindex(points)
        minutes, closed = walks["minutes"], walks["minutes_if_closed"]
        end = ends.set_index("point_id")["edge_of_data_minutes"].reindex(points).to_numpy()
        listed = complete.get(facility_class, False)
        doubt = doubtful(residents["linked"], listed, end, walks["unlinked_minutes"], 10)
        served, hidden = status(minutes, closed, doubt, 10)
        out[facility_class] = {
            "served_10": _share(people[served].sum(), people.sum()),
            "cannot_know_10": _share(people[hidden].sum(), people.sum()),
            "unknown_gate_10": _share(people[gate_decides(minutes, closed, 10)].sum(), people.sum()),
            "not_served_10": _share(people[~served & ~hidden].sum(), people.sum()),
        }
    return out


def stairs_metrics(stairs: pd.DataFrame) -> dict[str, Any]:
    """Return whom the stairs at home keep from being within 10 minutes, and a lift would bring there, in all committees."""
    sums = stairs[stairs["area_kind"] == "committee"].groupby("class").sum(numeric_only=True)
    return {
        name: {key: round(float(value), 1) for key, value in sums.loc[name].items()}
        for name in BASIC
        if name in sums.index
    }


def node_snapping_metrics(
    residents: pd.DataFrame,
    facilities: pd.DataFrame,
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    limit_minutes: float,
) -> dict[str, Any]:
    """Return the shares within 10 minutes that an engine which moves all to the nearest junction would have said."""
    out = {}
    for facility_class, (walker, group) in BASIC.items():
        chosen = facilities[facilities["class"] == facility_class]
        minutes = node_snap_minutes(residents.geometry, chosen.geometry, nodes, edges, walker, limit_minutes)
        out[facility_class] = {
            "served_10": _share(residents.loc[minutes <= 10, group].sum(), residents[group].sum())
        }
    return out


def circle_metrics(
    residents: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, speeds: Mapping[str, float]
) -> dict[str, Any]:
    """Return the shares that circles of 10 minutes at the walker's flat speed (m/s) would have said."""
    out = {}
    for facility_class, (walker, group) in BASIC.items():
        chosen = facilities.loc[facilities["class"] == facility_class, "geometry"]
        minutes = straight_minutes(residents.geometry, chosen, speeds[walker])
        out[facility_class] = {
            "served_10": _share(residents.loc[minutes <= 10, group].sum(), residents[group].sum())
        }
    return out


def indicator_metrics(indicators: pd.DataFrame, units: pd.DataFrame) -> dict[str, Any]:
    """Return in how many of the catalogue's indicators at least one proposed unit has a value, by scenario."""
    proposed = set(units.loc[units["kind"] == "proposed", "unit_id"])
    known = indicators[indicators["unit_id"].isin(proposed) & indicators["known"]]["indicator_id"].unique()
    listed = pd.Series(indicators["indicator_id"].unique()).str[0].value_counts().sort_index()
    by_scenario = pd.Series(known, dtype="str").str[0].value_counts()
    return {
        "known": len(known),
        "listed": int(listed.sum()),
        "by_scenario": {s: f"{int(by_scenario.get(s, 0))}/{n}" for s, n in listed.items()},
    }


def eligibility_metrics(eligibility: pd.DataFrame) -> dict[str, Any]:
    """Return results counted by level and rule."""
    counts = eligibility.groupby(["subject_kind", "rule_id", "result"]).size().reset_index(name="subjects")
    out: dict[str, Any] = {}
    for row in counts.itertuples():
        out.setdefault(row.subject_kind, {}).setdefault(row.rule_id, {})[row.result] = int(row.subjects)
    return out


def candidate_metrics(candidates: pd.DataFrame) -> dict[str, Any]:
    """Return the number of candidates, how many are ranked, and the spread of score and coverage."""
    score, coverage = candidates["score"], candidates["coverage"]
    return {
        "count": len(candidates),
        "ranked": int(candidates["rank"].notna().sum()),
        "coverage_min": _number(coverage.min()),
        "coverage_max": _number(coverage.max()),
        "score_best": _number(score.max()),
        "interval_mean_width": _number((candidates["high"] - candidates["low"]).mean()),
    }


def rank_pair_metrics(pairs: pd.DataFrame) -> dict[str, Any]:
    """Return how sure the order of neighbours is, and how many no weights turn round."""
    return {
        "pairs": len(pairs),
        "chance_before_median": _number(pairs["chance_before"].median()),
        "never_flip": int(pairs["flip_result"].eq("never").sum()),
        "flip_distance_median": _number(pairs["flip_distance"].median()),
        "flip_distance_min": _number(pairs["flip_distance"].min()),
    }


def method_metrics(methods: pd.DataFrame) -> dict[str, Any]:
    """Return how far other methods agree with the order of priority."""
    return {
        row.method: {
            "compared": int(row.compared),
            "spearman": _number(row.spearman),
            "kendall_tau": _number(row.kendall_tau),
            "top_k_shared": None if pd.isna(row.top_k_shared) else int(row.top_k_shared),
        }
        for row in methods.itertuples()
    }


def portfolio_metrics(plans: pd.DataFrame, prices: pd.DataFrame) -> dict[str, Any]:
    """Return the chosen pilots, their sums, the lead over the next best choice, and the price of each limit."""
    best = plans[plans["plan"] == 1]
    sums = plans.groupby("plan")["plan_priority"].first()
    return {
        "pilots": best["unit_id"].tolist(),
        "priority": _number(sums.get(1)),
        "lead_over_next": _number(sums.get(1) - sums.get(2)) if 2 in sums.index else None,
        "residents": round(float(best["residents"].sum())),
        "award_cny": float(best["award_cny"].sum()),
        "prices": {
            f"{limit} {unit}".strip(): _number(price)
            for limit, unit, price in prices[["limit", "limit_unit", "price"]].itertuples(index=False)
        },
    }


def committee_metrics(files: pd.DataFrame, summary: pd.DataFrame, agreement: pd.DataFrame) -> dict[str, Any]:
    """Return how many members sent files in each round, how far they agree on the total, and where they do not."""
    out: dict[str, Any] = {"files": len(files)}
    for round_, rows in files.groupby("round"):
        total = agreement[(agreement["round"] == round_) & (agreement["scenario_id"] == "total")].iloc[0]
        apart = summary[(summary["round"] == round_) & summary["disagree"]]
        out[f"round_{round_}"] = {
            "members": len(rows),
            "of_other_candidates": int((rows["same_run"] == False).sum()),  # noqa: E712  (missing is no answer)
            "not_blind": int((rows["blind"] == False).sum()),  # noqa: E712
            "kendall_w": _number(total["kendall_w"]),
            "disagreements": len(apart),
            "widest": {
                f"{row.unit_id} {row.scenario_id}": float(row.spread)
                for row in apart.nlargest(5, "spread").itertuples()
            },
        }
    return out


def procedure_metrics(procedure: pd.DataFrame) -> dict[str, Any]:
    """Return how many rows of the progress file were accepted and refused, and how many subjects are in it."""
    accepted = procedure["accepted"]
    return {
        "accepted": int(accepted.sum()),
        "refused": int((~accepted).sum()),
        "subjects": int(procedure.loc[accepted, ["subject_kind", "subject_id"]].drop_duplicates().shape[0]),
    }


def _people(value: float) -> float:
    return round(float(value), 3)


def _share(part: float, whole: float) -> float | None:
    return round(float(part / whole), 5) if whole else None


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 4)
