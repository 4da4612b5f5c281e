"""Tell what was read: the intake report as data, and as text in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.intake.log import LayerLog
from pipeline.settings import District
from pipeline.tables import FIELDS, REGISTER_COLUMNS

_COSTS: dict[str, dict[str, Any]] = yaml.safe_load(
    files("pipeline.intake").joinpath("costs.yaml").read_text(encoding="utf-8")
)


def report(
    district: District, tables: Mapping[str, pd.DataFrame], logs: Mapping[str, LayerLog]
) -> dict[str, Any]:
    """Return `intake_report.json`: the district, every layer, what is missing and what that costs, and totals."""
    register, zones = tables["register"], tables["population_zones"]
    status = tables["class_status"]
    return {
        "district": {
            "district_id": district.district_id,
            "name": district.name.model_dump(),
            "fictional": district.fictional,
            "crs": district.crs,
            "date": district.date.isoformat(),
            "ages_estimated": district.ages_estimated,
        },
        "layers": {label: log.as_dict() for label, log in logs.items()},
        "missing": [
            {"layer": name, "zh": cost["zh"], "en": cost["en"], "indicators": _resting_on(cost)}
            for name, cost in _COSTS.items()
            if not any(label.split("[")[0] == name for label in logs)
        ],
        "register_coverage": {
            name: round(float(register[name].notna().mean()), 4) if len(register) else 0.0
            for name in REGISTER_COLUMNS
        },
        "classes": {
            row.pop("class"): row for row in status.rename(columns=str).to_dict("records")
        },
        "totals": {
            "residents": float(zones["residents"].sum()),
            "residents_by_kind": {
                str(kind): float(people) for kind, people in zones.groupby("kind")["residents"].sum().items()
            },
            "residents_with_estimated_ages": float(zones.loc[zones["ages_estimated"], "residents"].sum()),
            "rows": {name: len(frame) for name, frame in sorted(tables.items())},
        },
    }  # fmt: skip


def _resting_on(cost: Mapping[str, Any]) -> list[str]:
    """Return the ids of the indicators that a layer's absence touches."""
    return [
        entry.id
        for entry in indicators().values()
        if entry.family in cost["families"]
        or (getattr(entry, "constraint", None) or "") in cost.get("constraints", ())
    ]


def describe(report: Mapping[str, Any]) -> str:
    """Return the report as text: each layer's rows, what is missing, and what that costs; Chinese first."""
    district, totals = report["district"], report["totals"]
    lines = [
        f"{district['name']['zh']}  {district['name']['en']}  ({district['crs']}, {district['date']})",
        "",
    ]
    lines.append("图层 Layers")
    for label, layer in report["layers"].items():
        lines += _layer_lines(label, layer)
    lines += ["", f"居民 Residents: {totals['residents']:,.0f}"]
    lines += [f"  {kind}: {people:,.0f}" for kind, people in totals["residents_by_kind"].items()]
    estimated = totals["residents_with_estimated_ages"]
    if estimated:
        how = f" ({district['ages_estimated']})" if district["ages_estimated"] else ""
        lines.append(f"  年龄为估计 ages estimated: {estimated:,.0f}{how}")
    lines += ["", *_missing_lines(report)]
    return "\n".join(lines)


def _layer_lines(label: str, layer: Mapping[str, Any]) -> list[str]:
    part = f", {layer['part']}" if layer["part"] else ""
    lines = [
        f"  {label}: {layer['path']}{part}",
        f"    读入 read {layer['read']:,}, 采用 kept {layer['kept']:,}",
    ]
    for title, notes in (("修复 repaired", layer["repaired"]), ("拒收 refused", layer["refused"])):
        for note in notes.values():
            more = " …" if note["count"] > len(note["examples"]) else ""
            examples = f"{', '.join(note['examples'])}{more}"
            lines.append(f"    {title} {note['count']:,}: {note['zh']} {note['en']} [{examples}]")
    for warning in layer["warnings"]:
        detail = f": {warning['detail']}" if warning["detail"] else ""
        lines.append(f"    注意 note: {warning['zh']} {warning['en']}{detail}")
    return lines


def _missing_lines(report: Mapping[str, Any]) -> list[str]:
    lines = ["缺什么，代价是什么 What is missing, and what that costs"]
    for cost in report["missing"]:
        lines.append(f"  {cost['layer']}: {cost['zh']}")
        lines.append(f"    {cost['en']}")
        lines += [f"    {text}" for text in _by_scenario(cost["indicators"])]
    given = "register" in report["layers"] or any(report["register_coverage"].values())
    if given:
        blank = [name for name, share in report["register_coverage"].items() if share == 0]
        if blank:
            lines.append("  登记表缺列 register columns without any value:")
            lines.append("    " + ", ".join(f"{FIELDS[name].zh} {name}" for name in blank))
            ids = [entry.id for entry in indicators().values() if getattr(entry, "column", None) in blank]
            lines += [f"    {text}" for text in _by_scenario(ids)]
    classes = facility_classes()
    for completeness, title in (
        (
            "unknown",
            "清单完整性未知(不在步行范围内的居民记为“无法判断”) completeness unknown (people out of reach: cannot know)",
        ),
        ("partial", "清单不完整(同上) list partial (the same)"),
    ):
        names = [
            f"{classes[name].zh} {name} ({row['count']})"
            for name, row in report["classes"].items()
            if row["completeness"] == completeness
        ]
        if names:
            lines += [f"  {title}:", f"    {', '.join(names)}"]
    return lines if len(lines) > 1 else [*lines, "  无 nothing"]


def _by_scenario(ids: list[str]) -> list[str]:
    """Return one line a scenario with the indicators that become unknown or less certain."""
    named = indicators()
    return [
        f"{letter} {scenario.zh} {scenario.en}: {', '.join(f'{i} {named[i].zh}' for i in ids if i[0] == letter)}"
        for letter, scenario in scenarios().items()
        if any(i[0] == letter for i in ids)
    ]
