"""Say in a few lines what a finished run found, and which pages to open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline import store
from pipeline.run import Folders

_RESULTS = ("pass", "fail", "defer", "unknown")


def heading(metrics: Mapping[str, Any], provenance: Mapping[str, Any]) -> str:
    """Return the district's name, and that it is fictional where it is."""
    label = "  (虚构示例 FICTIONAL)" if provenance["fictional"] else ""
    return f"{metrics['district']['zh']} {metrics['district']['en']}{label}"


def summary(folders: Folders) -> str:
    """Return the summary of the run whose results are in the folders.

    Raises
    ------
    MissingInputError
        The run is not finished.
    """
    metrics: dict[str, Any] = store.read(folders.path("metrics.json"))
    candidates: pd.DataFrame = store.read(folders.path("candidates"))
    provenance: dict[str, Any] = store.read(folders.path("provenance.json"))
    page = store.read(folders.path("index.html"))
    people, sizes, reach = metrics["people"], metrics["units"], metrics["reach"]
    units = provenance["parameters"]["units"]
    limits = f"{units['residents_min']:,}–{units['residents_max']:,}"
    lines = [
        heading(metrics, provenance),
        f"  居民 residents            {people['input']:,.0f} at {people['addresses']:,} addresses, "
        f"{_percent(people['linked_share'])} linked to a way",
    ]
    for kind, zh in (("committee", "居委会 committees"), ("proposed", "建议单元 proposed units")):
        size = sizes.get(kind)
        if size:
            lines.append(
                f"  {zh:<22} {size['count']}: {size['fits']} fit {limits} 规模, "
                f"{size['too_small']} too small, {size['too_large']} too large"
            )
    for facility_class, zh in (
        ("kindergarten", "幼儿园 kindergarten"),
        ("elderly_station", "老年服务站 elderly station"),
    ):
        r = reach[facility_class]
        lines.append(
            f"  {zh:<22} within 10 min: served {_percent(r['served_10'])}, not served {_percent(r['not_served_10'])}, "
            f"cannot know {_percent(r['cannot_know_10'])}"
            + f" (of these by an unknown gate 不明门 {_percent(r['unknown_gate_10'])})"
            * bool(r["unknown_gate_10"])
        )
        home = metrics["stairs_at_home"].get(facility_class)
        if home:
            low, high = home["lift_gain_low"], home["lift_gain_high"]
            lines.append(
                f"  {'':<22} 加装电梯 lifts at home would bring {low:,.0f}–{high:,.0f} more people there"
            )
        circles, nodes = (
            metrics[key][facility_class] for key in ("reach_by_circles", "reach_by_node_snapping")
        )
        lines.append(
            f"  {'':<22} 直线圈 circles would say {_percent(circles['served_10'])}, "
            f"就近节点 node snapping {_percent(nodes['served_10'])}"
        )
    lines.append(
        f"  指标 indicators          {metrics['indicators']['known']} of {metrics['indicators']['listed']} known"
    )
    by_scenario = metrics["indicators"]["by_scenario"]
    lines.append(f"  {'':<24} " + "  ".join(f"{name} {known}" for name, known in by_scenario.items()))
    for kind, zh in (("compound", "小区规则 rules, compounds"), ("unit", "单元规则 rules, units")):
        lines += _rules(zh, metrics["eligibility"].get(kind, {}))
    lines.append("  候选 best candidates")
    ranked = candidates[candidates["rank"].notna()].head(5)
    lines += [
        f"    {row.rank}. {row.name}  {row.score:.0f} ({row.low:.0f}–{row.high:.0f})  "
        f"coverage {row.coverage:.0%}  {row.eligible}  {row.pilot_type}"
        for row in ranked.itertuples()
    ]
    if ranked.empty:
        lines.append(
            f"    none ranked: {len(candidates)} candidates are shown, unknowns are too many (see the page)"
        )
    lines.append(f"  打开 open                {page}")
    lines.append(f"                           {folders.path('candidates.xlsx')}")
    lines.append(_printed(folders))
    return "\n".join(lines)


def _printed(folders: Folders) -> str:
    """Say where the sheets and the report are, or why there is no report."""
    printed: dict[str, Any] = store.read(folders.path("sheets_report.json"))
    sheets = f"{printed['sheets']} 张体检表 check-up sheets in {folders.path('candidates/')}"
    if printed["font"] is None:
        return (
            f"  打印 print               {sheets}\n"
            "                           没有 report.pdf：本机没有中文字体 no report: this computer has no font with "
            "Chinese characters (fonts-noto-cjk)"
        )
    return f"  打印 print               {folders.path('report.pdf')}\n                           {sheets}"


def _rules(title: str, rules: dict[str, dict[str, int]]) -> list[str]:
    """Return how many pass, fail, are deferred and are unknown by rule, in the notice's order, five rules a line."""
    ids = sorted(rules, key=lambda rule: (int(rule[1:].partition("-")[0]), rule))
    told = [f"{rule} {'/'.join(str(rules[rule].get(result, 0)) for result in _RESULTS)}" for rule in ids]
    lines = [f"  {title} (通过/不通过/暂缓/未知 {'/'.join(_RESULTS)})"] if told else []
    return lines + [
        f"    {'  '.join(f'{text:<20}' for text in told[i : i + 5]).rstrip()}" for i in range(0, len(told), 5)
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
