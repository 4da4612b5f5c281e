"""Paint addresses, compounds, walls and facilities: walks, people unserved, rules, gates, lists, links."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.catalogue.load import facility_classes
from pipeline.eligibility.rules import rule_catalogue
from pipeline.eligibility.verdict import verdicts
from pipeline.maps.text import Both, say, whole
from pipeline.maps.themes import Entry, Theme, coded, colours, counted, result_entries
from pipeline.maps.walking import CANNOT_KNOW, Walk

MINUTES = (5, 10, 15)
MAIN_WALKS = ("kindergarten", "elderly_station")
GATES = ("public", "residents", "permit", "closed", "unknown")


def class_label(name: str) -> Both:
    """Return the catalogue's label of a facility class."""
    entry = facility_classes()[name]
    return entry.zh, entry.en


def walk_themes(walks: Mapping[str, Walk], suppress_below: int) -> list[Theme]:
    """Return walking minutes to every class (kindergarten and elderly station first), then served or not."""
    order = [name for name in MAIN_WALKS if name in walks] + [
        name for name in walks if name not in MAIN_WALKS
    ]
    minutes = [_minutes(name, walks[name], suppress_below) for name in order]
    return minutes + [_served(name, walk, suppress_below) for name, walk in walks.items()]


def _minutes(name: str, walk: Walk, suppress_below: int) -> Theme:
    within = np.searchsorted(MINUTES, np.nan_to_num(walk.minutes_if_closed, nan=np.inf), side="left")
    unknown = len(MINUTES) + 1
    classes = np.where(walk.state(MINUTES[-1]) == CANNOT_KNOW, unknown, within)
    classes = np.where(walk.people > 0, classes, -1)
    labels = [say(f"minutes_{i}") for i in range(unknown)]
    entries = [Entry(label, colour) for label, colour in zip(labels, colours()["minutes"], strict=True)]
    entries.append(Entry(say("cannot_know"), colours()["unknown"], "hatch"))
    label = class_label(name)
    return Theme(
        f"walk_{name}",
        "walk",
        say("theme_walk", name=label),
        say(f"about_walk_{walk.who}", name=label),
        "addresses",
        coded(classes),
        counted(entries, classes, walk.people, suppress_below),
        say(f"legend_walk_{walk.who}", name=label),
        facilities=name,
    )


def _served(name: str, walk: Walk, suppress_below: int) -> Theme:
    classes = np.where(walk.people > 0, walk.state(10), -1)
    colour = colours()["served"]
    entries = [
        Entry(say("served"), colour["served"]),
        Entry(say("not_served"), colour["not_served"]),
        Entry(say("cannot_know"), colours()["unknown"], "hatch"),
    ]
    legend = counted(entries, classes, walk.people, suppress_below)
    label = class_label(name)
    sentence = say(
        "about_served", n=legend[1].count, unknown=legend[2].count, group=say(f"who_{walk.who}"), name=label
    )
    return Theme(
        f"served_{name}",
        "unserved",
        label,
        sentence,
        "addresses",
        coded(classes),
        legend,
        say("legend_served", group=say(f"who_{walk.who}")),
        facilities=name,
    )


def rule_themes(eligibility: pd.DataFrame, compounds: pd.DataFrame, suppress_below: int) -> list[Theme]:
    """Return the compounds by verdict, then by the result of each rule on compounds.

    `compounds` has compound_id and people (at its addresses), in the page's order.
    """
    people = compounds["people"].to_numpy(float)
    results = pd.Index(list(colours()["result"]))

    def theme(key: str, title: Both, sentence: Both, found: pd.Series) -> Theme:
        told = found.reindex(compounds["compound_id"]).astype(object)
        classes = results.get_indexer(pd.Index(told))
        return Theme(
            key,
            "eligibility",
            title,
            sentence,
            "compounds",
            coded(classes),
            counted(result_entries(), classes, people, suppress_below),
            say("legend_rule"),
        )

    rows = eligibility[eligibility["subject_kind"] == "compound"]
    if rows.empty:
        return []
    whole_verdict = theme(
        "eligible_compounds",
        say("theme_eligible_compounds"),
        say("about_eligible"),
        verdicts(eligibility, "compound"),
    )
    found = rows.pivot(index="subject_id", columns="rule_id", values="result")
    titles = {rule.id: (f"{rule.id} {rule.zh}", f"{rule.id} {rule.en}") for rule in rule_catalogue().rules}
    return [whole_verdict] + [
        theme(f"rule_{rule}", title, say("about_rule", name=title), found[rule])
        for rule, title in titles.items()
        if rule in found
    ]


def walls_theme(openings: pd.DataFrame, walls: pd.DataFrame) -> Theme:
    """Return the theme of walls and gates; its legend counts gates by whom they admit."""
    gates = openings[openings["status"] == "gate"]
    users = gates["gate_users"].value_counts()
    red = colours()["gate"]
    entries = [Entry(say("wall"), red, "line", whole(len(walls)))]
    entries += [Entry(say(f"gate_{u}"), red, f"gate_{u}", whole(users.get(u, 0))) for u in GATES]
    entries.append(Entry(say("gate_inferred"), red, "gate_inferred", whole(int(gates["inferred"].sum()))))
    blocked = int((openings["status"] == "blocked").sum())
    entries.append(Entry(say("gate_blocked"), red, "gate_blocked", whole(blocked)))
    return Theme(
        "walls",
        "gates",
        say("theme_walls"),
        say("about_walls"),
        legend=entries,
        legend_title=say("legend_walls"),
        walls=True,
    )


def facility_themes(class_status: pd.DataFrame) -> list[Theme]:
    """Return all facilities, then each class, with its count and how complete its list is."""
    known = class_status[class_status["class"].isin(facility_classes())]
    status = known.set_index("class")
    entries = {
        name: Entry(
            say(f"list_{status.at[name, 'completeness']}", name=class_label(name)),
            colours()["ink"],
            f"glyph {name}",
            whole(status.at[name, "count"]),
        )
        for name in facility_classes()
        if name in status.index
    }
    everything = Theme(
        "facilities",
        "facilities",
        say("theme_facilities"),
        say("about_facilities"),
        legend=list(entries.values()),
        legend_title=say("legend_facilities"),
        facilities="*",
    )
    return [everything] + [
        Theme(
            f"facilities_{name}",
            "facilities",
            class_label(name),
            say(f"about_list_{status.at[name, 'completeness']}", name=class_label(name)),
            legend=[entry],
            legend_title=say("legend_facilities"),
            facilities=name,
        )
        for name, entry in entries.items()
    ]


def catchment_themes(catchments: pd.DataFrame) -> list[Theme]:
    """Return the ground from which each class is reached, by minutes; rows keep the table's order."""
    limits = sorted(catchments["minutes"].unique())
    ramp = colours()["minutes"]
    entries = [Entry(say("catchment", n=f"{n:g}"), ramp[i]) for i, n in enumerate(limits[: len(ramp)])]
    number = catchments["minutes"].map({n: i for i, n in enumerate(limits)}).to_numpy()
    return [
        Theme(
            f"catchment_{name}",
            "walk",
            say("theme_catchment", name=class_label(name)),
            say("about_catchment", name=class_label(name)),
            "catchments",
            coded(np.where(catchments["class_id"] == name, number, -1)),
            entries,
            say("legend_catchment", name=class_label(name)),
            facilities=name,
        )
        for name in facility_classes()
        if (catchments["class_id"] == name).any()
    ]


def border_theme(
    residents: pd.DataFrame, unit_of: pd.Series, committees: Mapping[str, Both], suppress_below: int
) -> Theme:
    """Return the addresses whose proposed unit is mostly another committee's: whom the new borders would move.

    Parameters
    ----------
    unit_of
        Proposed unit of each address (missing: in none), in the order of `residents`.
    committees
        Names of the committees by id.
    """
    people = residents["residents"].to_numpy(float)
    told = pd.DataFrame(
        {"unit": unit_of.array, "committee": residents["committee_id"].array, "people": people}
    )
    sums = told.groupby(["unit", "committee"])["people"].sum().reset_index()
    home = sums.sort_values(["people", "committee"], ascending=[False, True]).drop_duplicates("unit")
    home_of = told["unit"].map(home.set_index("unit")["committee"])
    moved = (home_of != told["committee"]) & told["committee"].notna()
    classes = np.select([people <= 0, told["unit"].isna(), moved], [-1, 2, 1], 0)
    classes = np.where(told["committee"].isna() & (classes == 0), 3, classes)
    pair = colours()["borders"]
    entries = [
        Entry(say("border_stays"), pair["stays"]),
        Entry(say("border_moves"), pair["moves"]),
        Entry(say("border_left"), pair["left"]),
        Entry(say("cannot_know"), colours()["unknown"], "hatch"),
    ]
    legend = counted(entries, classes, people, suppress_below)
    return Theme(
        "borders",
        "units",
        say("theme_borders"),
        say("about_borders", n=legend[1].count, committees=whole(len(committees))),
        "addresses",
        coded(classes),
        legend,
        say("legend_borders"),
        committees=True,
    )


def link_theme(residents: pd.DataFrame, suppress_below: int) -> Theme:
    """Return addresses tied to the walking network, and why the others are not."""
    reasons = ["linked", "no_way_within", "behind_wall", "closed_component"]
    told = residents["link_reason"].where(~residents["linked"], "linked").astype(object)
    classes = pd.Index(reasons).get_indexer(pd.Index(told))
    people = residents["residents"].to_numpy(float)
    ramp = colours()["minutes"]
    entries = [Entry(say(f"link_{reason}"), colour) for reason, colour in zip(reasons, ramp, strict=True)]
    return Theme(
        "linking",
        "quality",
        say("theme_linking"),
        say("about_linking"),
        "addresses",
        coded(classes),
        counted(entries, classes, people, suppress_below),
        say("legend_linking"),
    )
