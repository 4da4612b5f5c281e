"""Paint units: the answer, scores, the checks of a unit, need and readiness, scenarios, eligibility, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.maps.text import Both, say, whole
from pipeline.maps.themes import (
    SCORE_LIMITS,
    Entry,
    Theme,
    by_limits,
    coded,
    colours,
    counted,
    result_entries,
    score_entries,
)

SIZES = ("fits", "near_miss", "too_small", "too_large")
THIRDS = (100 / 3, 200 / 3)
SHARES = (50, 70, 85)  # percent: the last is the proposed reading of B2


def with_checks(units: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Return units with what the table `unit_checks` says of them.

    `near_share` is the lesser of the shares within 10 minutes of a kindergarten and an elderly station, missing where either
    is unknown; `barriers` names what runs through; the sentence of the check stands for the reason of the size.
    """
    found = checks.set_index(["area_kind", "area_id"])
    of_unit = found.reindex(pd.MultiIndex.from_frame(units[["kind", "unit_id"]]))
    near = of_unit[["kindergarten_share_10", "elderly_station_share_10"]].astype(float)
    return units.assign(
        near_share=near.min(axis=1, skipna=False).to_numpy(),
        barriers=of_unit["barriers"].fillna("").to_numpy(),
        reason=of_unit["sentence"].to_numpy(),
        reason_en=of_unit["sentence_en"].to_numpy(),
    )


def unit_themes(
    units: pd.DataFrame,
    scenarios: Mapping[str, Both],
    limits: tuple[int, int],
    top_k: int,
    suppress_below: int,
) -> list[Theme]:
    """Return the themes that paint units.

    Parameters
    ----------
    units
        One row a unit in the page's order, as `cards.unit_table` and `with_checks` make it: kind, residents, size_result,
        near_miss, connected, near_share, barriers, rank, score, coverage, need, readiness, eligible, and a column for each
        scenario's score.
    scenarios
        Scenario to its label, in the catalogue's order.
    limits
        Fewest and most residents of a unit.
    top_k
        How many candidates the answer names.
    suppress_below
        Counts of people under this are not shown.
    """
    people = units["residents"].to_numpy(float)
    proposed = (units["kind"] == "proposed").to_numpy()

    def legend(entries: list[Entry], classes: np.ndarray) -> list[Entry]:
        return counted(entries, classes, people, suppress_below)

    def scores(theme: str, group: str, title: Both, sentence: Both, values: pd.Series) -> Theme:
        classes = np.where(proposed, by_limits(values, SCORE_LIMITS, len(SCORE_LIMITS) + 1), -1)
        return Theme(
            theme,
            group,
            title,
            sentence,
            "units",
            coded(classes),
            legend(score_entries(), classes),
            say("legend_score"),
        )

    def sizes(kind: str) -> Theme:
        result = np.where(units["near_miss"], "near_miss", units["size_result"])
        classes = np.where(units["kind"] == kind, pd.Index(SIZES).get_indexer(pd.Index(result)), -1)
        entries = [
            Entry(say(f"size_{size}"), colours()["size"][size], "dash" if size == "near_miss" else "fill")
            for size in SIZES
        ]
        return Theme(
            f"size_{kind}",
            "units",
            say(f"theme_size_{kind}"),
            say("about_size", low=whole(limits[0]), high=whole(limits[1])),
            "units",
            coded(classes),
            legend(entries, classes),
            say("legend_size"),
        )

    def walk(kind: str) -> Theme:
        shares = by_limits(100 * units["near_share"], SHARES, len(SHARES) + 1)
        classes = np.where(units["kind"] == kind, shares, -1)
        labels = (f"<{SHARES[0]}%", *(f"{a}–{b}%" for a, b in pairwise(SHARES)), f"≥{SHARES[-1]}%")
        entries = [
            Entry((label, label), colour)
            for label, colour in zip(labels, reversed(colours()["minutes"]), strict=True)
        ]
        entries.append(Entry(say("unknown"), colours()["unknown"], "hatch"))
        return Theme(
            f"walk_test_{kind}",
            "units",
            say(f"theme_walk_test_{kind}"),
            say("about_walk_test"),
            "units",
            coded(classes),
            legend(entries, classes),
            say("legend_walk_test"),
        )

    def whole_inside(kind: str) -> Theme:
        parted = np.select([~units["connected"].astype(bool), units["barriers"] != ""], [2, 1], 0)
        classes = np.where(units["kind"] == kind, parted, -1)
        entries = [
            Entry(say(f"inside_{name}"), colours()["result"][result])
            for name, result in (("joined", "pass"), ("crossed", "defer"), ("parted", "fail"))
        ]
        return Theme(
            f"inside_{kind}",
            "units",
            say(f"theme_inside_{kind}"),
            say("about_inside"),
            "units",
            coded(classes),
            legend(entries, classes),
            say("legend_inside"),
        )

    return [
        _answer(units, top_k, suppress_below),
        scores("score", "units", say("theme_score"), say("about_score"), units["score"]),
        *(check(kind) for check in (sizes, walk, whole_inside) for kind in ("proposed", "committee")),
        _need_readiness(units, proposed),
        *(
            scores(f"scenario_{key}", "scenarios", label, say("about_scenario", name=label), units[key])
            for key, label in scenarios.items()
        ),
        _eligible(units, proposed, suppress_below),
        scores("coverage", "quality", say("theme_coverage"), say("about_coverage"), 100 * units["coverage"]),
    ]


def _answer(units: pd.DataFrame, top_k: int, suppress_below: int) -> Theme:
    rank = units["rank"].to_numpy(dtype=float, na_value=np.nan)
    proposed = (units["kind"] == "proposed").to_numpy()
    classes = np.where(rank <= top_k, 0, np.where(rank > top_k, 1, np.where(proposed, 2, -1)))
    entries = [
        Entry(say("answer_top", k=top_k), colours()["accent"], "number"),
        Entry(say("answer_ranked"), colours()["ranked"], "outline"),
        Entry(say("answer_unranked"), colours()["muted"], "dash"),
    ]
    people = units["residents"].to_numpy(float)
    return Theme(
        "answer",
        "answer",
        say("theme_answer"),
        say("about_answer"),
        "units",
        coded(classes),
        counted(entries, classes, people, suppress_below),
        say("legend_candidates"),
    )


def _need_readiness(units: pd.DataFrame, proposed: np.ndarray) -> Theme:
    need = by_limits(units["need"], THIRDS, -9)
    ready = by_limits(units["readiness"], THIRDS, -9)
    unknown = 9
    classes = np.where((need < 0) | (ready < 0), unknown, 3 * need + ready)
    classes = np.where(proposed, classes, -1)
    counts = np.bincount(classes[classes >= 0], minlength=unknown + 1)
    entries = [
        Entry(say("need_cell", need=say(f"third_{i // 3}"), readiness=say(f"third_{i % 3}")), colour)
        for i, colour in enumerate(colours()["need_readiness"])
    ]
    entries.append(Entry(say("unknown"), colours()["unknown"], "hatch"))
    return Theme(
        "need_readiness",
        "units",
        say("theme_need_readiness"),
        say("about_need_readiness"),
        "units",
        coded(classes),
        [Entry(e.label, e.colour, e.mark, str(n)) for e, n in zip(entries, counts, strict=True)],
        say("legend_need_readiness"),
        grid=True,
    )


def _eligible(units: pd.DataFrame, proposed: np.ndarray, suppress_below: int) -> Theme:
    results = list(colours()["result"])
    codes = pd.Index(results).get_indexer(pd.Index(units["eligible"].astype(object)))
    classes = np.where(proposed, codes, -1)
    return Theme(
        "eligible",
        "eligibility",
        say("theme_eligible"),
        say("about_eligible"),
        "units",
        coded(classes),
        counted(result_entries(), classes, units["residents"].to_numpy(float), suppress_below),
        say("legend_eligible"),
    )
