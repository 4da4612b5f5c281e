"""Say in a few lines how sure a finished run's ranking is, what would change it, and what would be worth finding out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipeline import store
from pipeline.report.summary import heading
from pipeline.run import Folders

_FACTS = 5  # of the survey list
_GROUPS = {
    "residents": "居民 residents",
    "elderly": "60岁以上 60+",
    "child_3_6": "3—6岁 children 3–6",
    "low_income_households": "低保户 low-income households",
    "worst_tenth": "步行最远的一成 those who walk farthest",
}


def sureness(folders: Folders) -> str:
    """Return coverage, chances, flips, the survey's first facts, the portfolio with its prices, and other methods' agreement.

    Raises
    ------
    MissingInputError
        The run is not finished.
    """
    provenance: dict[str, Any] = store.read(folders.path("provenance.json"))
    first_k = provenance["parameters"]["siting"]["top_k"]
    lines = [heading(store.read(folders.path("metrics.json")), provenance)]
    lines += _candidates(store.read(folders.path("candidates")), first_k)
    lines += _pairs(store.read(folders.path("rank_pairs")))
    lines += _survey(store.read(folders.path("survey")))
    lines += _portfolio(*(store.read(folders.path(f"portfolio{part}")) for part in ("", "_prices", "_gains")))
    lines += _methods(store.read(folders.path("methods")))
    return "\n".join(lines)


def _candidates(table: pd.DataFrame, first_k: int) -> Iterator[str]:
    ranked = table[table["rank"].notna()]
    coverage = f"coverage {table['coverage'].min():.0%}–{table['coverage'].max():.0%}" if len(table) else ""
    yield f"  候选 candidates        {len(ranked)} of {len(table)} ranked, {coverage}".rstrip(", ")
    for row in ranked.itertuples():
        yield (
            f"    {row.rank:>2}. {row.unit_id}  {row.score:.0f} ({row.low:.0f}–{row.high:.0f})  coverage {row.coverage:.0%}  "
            f"need {row.need:.0f}  readiness {row.readiness:.0f}  {row.eligible}  "
            f"进入前 {first_k} 概率 chance of the first {first_k}: {row.chance_top_k:.0%}"
        )


def _pairs(table: pd.DataFrame) -> Iterator[str]:
    yield f"  次序 order of neighbours ({len(table)} pairs)"
    for row in table.itertuples():
        yield f"    {row.rank:>2}. {row.sentence}"
        yield f"        {row.sentence_en}"


def _survey(table: pd.DataFrame) -> Iterator[str]:
    yield f"  待查 worth finding out, the first {_FACTS}"
    for row in table.head(_FACTS).itertuples():
        why = [f"variance of the first k {row.effect_top_k:.4f}"] if row.effect_top_k > 0 else []
        why += [f"{row.open_points:.2f} points open"] if row.open_points > 0 else []
        why += ["changes a verdict"] if row.changes_verdict else []
        yield f"    {row.rank}. {row.question} {row.question_en} [{'; '.join(why)}]"


def _portfolio(plans: pd.DataFrame, prices: pd.DataFrame, gains: pd.DataFrame) -> Iterator[str]:
    yield "  组合 portfolio"
    if plans.empty:
        yield "    没有可行组合 no plan"
    for plan, rows in plans.groupby("plan"):
        chosen, people = " ".join(rows["unit_id"]), rows["residents"].sum()
        sums = f"sum of priorities {rows['plan_priority'].iloc[0]:.2f}, {people:,.0f} residents"
        yield f"    {'选定 chosen' if plan == 1 else '备选 runner-up'} {plan}: {chosen} ({sums})"
    for row in prices.itertuples():
        yield f"    限制 limit: {row.sentence}; {row.sentence_en}"
    for row in gains[gains["plan"] == 1].dropna(subset=["people_served"]).itertuples():
        known = "" if row.known_residents_share > 0.9995 else f", known for {row.known_residents_share:.0%}"
        yield f"    惠及 gains: {_GROUPS[row.people_group]} {row.people_served:,.0f} ({row.people_share:.1%}{known})"


def _methods(table: pd.DataFrame) -> Iterator[str]:
    yield "  其他方法 other methods (pymcdm)"
    for row in table.itertuples():
        if pd.isna(row.spearman):
            yield f"    {row.method:<16} {row.compared} compared, {row.left_out} left out: no correlation"
            continue
        yield (
            f"    {row.method:<16} {row.compared} compared, Spearman {row.spearman:.2f}, Kendall {row.kendall_tau:.2f}, "
            f"{row.top_k_shared} of the first shared"
        )
