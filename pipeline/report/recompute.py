"""Write the sheets of the workbook that compute: values → points → scenarios → total, all by formula.

A member changes a value, a breakpoint or a weight and sees the scores follow. The formulas say what `scoring` does,
row by row: a unit's indicators stand together, ordered by scenario, so that a scenario is one range of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.catalogue.indicators import Indicator, Scenario
from pipeline.maps.text import words
from pipeline.report.cells import Formula, dress, fill, label
from pipeline.settings import Settings
from pipeline.tables import FIELDS

RANKING, WEIGHTS, SCENARIOS, INDICATORS, CATALOGUE = (
    "候选 candidates", "权重 weights", "场景 scenarios", "指标 indicators", "指标定义 catalogue",
)  # fmt: skip
_INPUT = PatternFill("solid", fgColor="FFF8E1")  # a cell that one may change
NOTE = (
    "黄色单元格可改（权重、指标值、分点），本页随之重算；排名是本次运行的。Yellow cells may be changed (weights, values, "
    "breakpoints) and this sheet follows; the rank is this run's."
)
HEAD = 3
"""Row of the headings in the sheet of candidates."""


@dataclass(frozen=True)
class _Rows:
    """Rows of a sheet that hold one scenario of one unit."""

    first: int
    last: int

    def of(self, sheet: str, column: str) -> str:
        return f"'{sheet}'!${column}${self.first}:${column}${self.last}"


def computed_sheets(
    book: Workbook,
    settings: Settings,
    scenarios: Mapping[str, Scenario],
    indicators: Mapping[str, Indicator],
    candidates: pd.DataFrame,
    evidence: pd.DataFrame,
) -> None:
    """Add the five sheets to the book, candidates first, in their order of rank.

    Parameters
    ----------
    candidates, evidence
        Tables `candidates` and `indicators`.
    """
    sheets = {name: book.create_sheet(name) for name in (RANKING, WEIGHTS, SCENARIOS, INDICATORS, CATALOGUE)}
    weights = _weights(sheets[WEIGHTS], settings, scenarios)
    entries = _catalogue(sheets[CATALOGUE], indicators)
    units = candidates["unit_id"].tolist()
    ordered = [i for s in scenarios for i in indicators if indicators[i].scenario == s]
    sizes = [sum(indicators[i].scenario == s for i in ordered) for s in scenarios]
    _indicators(sheets[INDICATORS], units, ordered, sizes, indicators, entries, evidence)
    _scenarios(sheets[SCENARIOS], units, sizes, scenarios, weights)
    _candidates(sheets[RANKING], settings, scenarios, candidates, weights)


# -------------------------------------------------------------------------------------------------- what is set


def _weights(sheet: Worksheet, settings: Settings, scenarios: Mapping[str, Scenario]) -> dict[str, str]:
    """Write the weights; return the cell of each scenario's weight, and of `need_weight`."""
    fill(sheet, 1, ["场景 scenario", "名称 name", "权重 weight"])
    cells = {}
    for row, (key, scenario) in enumerate(scenarios.items(), start=2):
        weight = float(settings.params.score.scenario_weights[key])
        fill(sheet, row, [key, f"{scenario.zh} {scenario.en}", weight])
        cells[key] = f"'{WEIGHTS}'!$C${row}"
    row = len(scenarios) + 2
    fill(
        sheet, row, ["need_weight", "需求在优先度中的权重 weight of need", settings.params.siting.need_weight]
    )
    cells["need_weight"] = f"'{WEIGHTS}'!$C${row}"
    for at in range(2, row + 1):
        sheet.cell(at, 3).fill = _INPUT
    dress(sheet, {"scenario": 16, "name": 40, "weight": 12})
    return cells


def _catalogue(sheet: Worksheet, indicators: Mapping[str, Indicator]) -> dict[str, _Entry]:
    """Write the indicators' definitions; return where the weight and the breakpoints of each stand."""
    most = max(len(entry.score) for entry in indicators.values())
    points = [f"{kind}{i + 1}" for kind in ("值 value ", "分 points ") for i in range(most)]
    before = ["指标 id", "名称", "name", "单位 unit", "目标 target", "权重 weight"]
    fill(sheet, 1, [*before, *points, "条款 clause", "来源 source", "拟定 proposed"])
    found = {}
    first_value, first_points = 7, 7 + most
    for row, entry in enumerate(indicators.values(), start=2):
        gap = [None] * (most - len(entry.score))
        values, worth = zip(*entry.score, strict=True)
        head = [entry.id, entry.zh, entry.en, entry.unit, float(entry.target), float(entry.weight)]
        worths = [*map(float, values), *gap, *map(float, worth), *gap]
        fill(sheet, row, [*head, *worths, entry.clause, entry.source, entry.proposed])
        for column in (6, *range(first_value, first_points + most)):
            sheet.cell(row, column).fill = _INPUT
        n = len(entry.score)
        found[entry.id] = _Entry(
            weight=_at(CATALOGUE, row, 6),
            values=_across(CATALOGUE, row, first_value, n),
            points=_across(CATALOGUE, row, first_points, n),
            n=n,
        )
    widths = dict.fromkeys(("id", "zh", "en", "unit", "target", "weight"), 14.0) | {"zh": 36, "en": 36}
    widths |= dict.fromkeys(points, 8.0) | {"clause": 42, "source": 42, "proposed": 10}
    dress(sheet, widths)
    sheet.freeze_panes = "C2"
    return found


@dataclass(frozen=True)
class _Entry:
    """Where the definition of an indicator stands: the cell of its weight, the ranges of its n breakpoints."""

    weight: str
    values: str
    points: str
    n: int

    def points_of(self, cell: str) -> str:
        """Return the expression of the points that a value is worth: straight between breakpoints, the ends beyond."""
        v, p, n = self.values, self.points, self.n
        at = f"MATCH({cell},{v},1)"
        between = (
            f"INDEX({p},{at})+({cell}-INDEX({v},{at}))*(INDEX({p},{at}+1)-INDEX({p},{at}))"
            f"/(INDEX({v},{at}+1)-INDEX({v},{at}))"
        )
        return f"IF({cell}<=INDEX({v},1),INDEX({p},1),IF({cell}>=INDEX({v},{n}),INDEX({p},{n}),{between}))"

    def ends_of(self, low: str, high: str) -> tuple[str, str]:
        """Return the expressions of the points at both ends of an interval; an empty end is open."""
        at_low = f'IF({low}="",INDEX({self.points},1),{self.points_of(low)})'
        at_high = f'IF({high}="",INDEX({self.points},{self.n}),{self.points_of(high)})'
        return at_low, at_high


def _at(sheet: str, row: int, column: int) -> str:
    return f"'{sheet}'!${get_column_letter(column)}${row}"


def _across(sheet: str, row: int, first: int, n: int) -> str:
    return f"'{sheet}'!${get_column_letter(first)}${row}:${get_column_letter(first + n - 1)}${row}"


# --------------------------------------------------------------------------------------------- what is computed


def _indicators(
    sheet: Worksheet,
    units: Sequence[str],
    ordered: Sequence[str],
    sizes: Sequence[int],
    indicators: Mapping[str, Indicator],
    entries: Mapping[str, _Entry],
    evidence: pd.DataFrame,
) -> None:
    """One row a unit and indicator. Columns E–G may be changed; I–M compute.

    E value, F–G its interval, H evidence, I weight, J–L points and their interval, M the points that count: the
    known ones, else the scenario's mean of the known (column C of the scenarios) within the indicator's own interval.
    """
    columns = (
        "unit_id",
        "indicator_id",
        "名称",
        "name",
        "value",
        "value_low",
        "value_high",
        "evidence_share",
    )
    computed = (
        "权重 weight",
        label("points"),
        label("points_low"),
        label("points_high"),
        "计入得分 points that count",
    )
    fill(sheet, 1, [*map(label, columns), *computed, label("evidence"), label("note")])
    known = {(row["unit_id"], row["indicator_id"]): row for row in evidence.to_dict("records")}
    scenario_row = [row for row, size in enumerate(sizes) for _ in range(size)]
    row = 2
    for place, unit in enumerate(units):
        for i, indicator in enumerate(ordered):
            found, entry = known[unit, indicator], entries[indicator]
            ends = entry.ends_of(f"F{row}", f"G{row}")
            of_known = f"'{SCENARIOS}'!$D${2 + place * len(sizes) + scenario_row[i]}"
            fill(
                sheet,
                row,
                [
                    unit, indicator, indicators[indicator].zh, indicators[indicator].en,
                    found["value"], found["value_low"], found["value_high"], found["evidence_share"],
                    Formula(f"={entry.weight}"),
                    Formula(f'=IF(E{row}="","",{entry.points_of(f"E{row}")})'),
                    Formula(f"=MIN({','.join(ends)})"),
                    Formula(f"=MAX({','.join(ends)})"),
                    Formula(f'=IF(J{row}<>"",J{row},IF({of_known}="","",MIN(MAX({of_known},K{row}),L{row})))'),
                    found["evidence"], found["note"],
                ],
            )  # fmt: skip
            for column in (5, 6, 7):
                sheet.cell(row, column).fill = _INPUT
            row += 1
    widths = dict.fromkeys(map(str, range(15)), 12.0) | {"2": 34.0, "3": 34.0, "13": 48.0, "14": 36.0}
    dress(sheet, widths)
    sheet.freeze_panes = "E2"


def _scenarios(
    sheet: Worksheet,
    units: Sequence[str],
    sizes: Sequence[int],
    scenarios: Mapping[str, Scenario],
    weights: Mapping[str, str],
) -> None:
    """One row a unit and scenario: C weight, D mean of what is known, E score, F–G interval, H coverage.

    I–K are what a geometric total adds up: ln(1 + score) and its interval.
    """
    columns = ("score", "low", "high", "coverage")
    logs = [f"ln(1+{FIELDS[column].zh})" for column in columns[:3]]
    ours = [label("unit_id"), label("scenario"), "权重 weight", "已知指标均值 mean of the known"]
    fill(sheet, 1, [*ours, *map(label, columns), *logs, "名称 name"])
    row, start = 2, 2
    for unit in units:
        for (key, scenario), size in zip(scenarios.items(), sizes, strict=True):
            here = _Rows(start, start + size - 1)
            weight, points, low, high, counts, share = (
                here.of(INDICATORS, column) for column in ("I", "J", "K", "L", "M", "H")
            )
            known = f"SUMPRODUCT({weight},--ISNUMBER({points}))"
            fill(
                sheet,
                row,
                [
                    unit, key, Formula(f"={weights[key]}"),
                    Formula(f'=IF({known}=0,"",SUMPRODUCT({weight},{points})/{known})'),
                    Formula(f'=IF(D{row}="","",SUMPRODUCT({weight},{counts})/SUM({weight}))'),
                    Formula(f'=IF(D{row}="",0,SUMPRODUCT({weight},{low})/SUM({weight}))'),
                    Formula(f'=IF(D{row}="",100,SUMPRODUCT({weight},{high})/SUM({weight}))'),
                    Formula(f"=SUMPRODUCT({weight},--ISNUMBER({points}),{share})/SUM({weight})"),
                    *(Formula(f'=IF({column}{row}="","",LN(1+{column}{row}))') for column in "EFG"),
                    f"{scenario.zh} {scenario.en}",
                ],
            )  # fmt: skip
            row, start = row + 1, start + size
    dress(sheet, dict.fromkeys(map(str, range(11)), 14.0) | {"name": 30.0})
    sheet.freeze_panes = "C2"


def _told(kind: str, code: str) -> str:
    """Write a code behind its Chinese word."""
    return f"{words()[f'{kind}_{code}'][0]} {code}"


def _candidates(
    sheet: Worksheet,
    settings: Settings,
    scenarios: Mapping[str, Scenario],
    candidates: pd.DataFrame,
    weights: Mapping[str, str],
) -> None:
    name, mark = settings.district.name, settings.district.mark
    fill(sheet, 1, [f"{name.zh} 美好社区试点候选 / {name.en}: candidate pilots  {mark}".rstrip()])
    fill(sheet, 2, [NOTE])
    before = ["rank", "unit_id", "name", "eligible", "pilot_type"]
    after = ["need", "readiness", "chance_top_k", "papers_missing", "reasons"]
    fill(
        sheet, HEAD,
        [*map(label, before), "总分 total", label("low"), label("high"), label("coverage"),
         *(f"{key} {scenario.zh}" for key, scenario in scenarios.items()),
         *map(label, after[:2]), label("priority"), *map(label, after[2:])],
    )  # fmt: skip
    n, first = len(scenarios), len(before) + 5
    columns, back = ("EFG", "{}") if settings.params.score.aggregate == "arithmetic" else ("IJK", "EXP({})-1")
    for place, candidate in enumerate(candidates.to_dict("records")):
        row = HEAD + 1 + place
        here = _Rows(2 + place * n, 1 + (place + 1) * n)
        weight, score, coverage = (here.of(SCENARIOS, c) for c in "CEH")
        own = [
            Formula(f"=IF('{SCENARIOS}'!$E${at}=\"\",\"\",'{SCENARIOS}'!$E${at})")
            for at in range(here.first, here.last + 1)
        ]
        known = f"SUMPRODUCT({weight},--ISNUMBER({score}))"
        total, low, high = (
            back.format(f"SUMPRODUCT({weight},{here.of(SCENARIOS, column)})/{whole}")
            for column, whole in zip(columns, (known, f"SUM({weight})", f"SUM({weight})"), strict=True)
        )
        need, ready = (f"{get_column_letter(first + n + i)}{row}" for i in range(2))
        share = weights["need_weight"]
        fill(
            sheet,
            row,
            [
                *(candidate[c] for c in before[:3]),
                _told("short", candidate["eligible"]), _told("type", candidate["pilot_type"]),
                Formula(f'=IF({known}=0,"",{total})'),
                Formula(f"={low}"),
                Formula(f"={high}"),
                Formula(f"=SUMPRODUCT({weight},{coverage})/SUM({weight})"),
                *own,
                *(candidate[c] for c in after[:2]),
                Formula(f'=IF(OR({need}="",{ready}=""),"",{share}*{need}+(1-{share})*{ready})'),
                *(candidate[c] for c in after[2:]),
            ],
        )  # fmt: skip
    widths = dict.fromkeys(map(str, range(len(before) + 4 + n + 6)), 11.0)
    widths |= {"2": 28.0, "3": 14.0, "4": 32.0, str(len(widths) - 1): 110.0}
    dress(sheet, widths, HEAD)
    sheet.print_area = (
        f"A1:{get_column_letter(len(widths) - 1)}{sheet.max_row}"  # the reasons stand in the report
    )
    sheet.freeze_panes = sheet.cell(HEAD + 1, 4)
    sheet["A1"].font = Font(bold=True, size=14)
