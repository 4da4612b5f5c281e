"""Write what people take away: workbook, GeoPackage with data dictionary, metrics, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.catalogue.load import facility_classes, indicators, scenarios
from pipeline.reach.direction import comes_to_people
from pipeline.reach.second_engine import agreement
from pipeline.report import metrics
from pipeline.report.dictionary import data_dictionary
from pipeline.report.geopackage import geopackage
from pipeline.report.layers import reach_of_candidates, walk_layers
from pipeline.report.plots import candidates_csv, walking_csv
from pipeline.report.provenance import provenance
from pipeline.report.public import Published, handed_out
from pipeline.report.workbook import candidates_workbook
from pipeline.settings import Settings
from pipeline.store import Content

SHEETS = {
    "资格 eligibility": "eligibility",
    "可达 reach": "reach",
    "待查 survey": "survey",
    "单元 units": "units",
    "单元核查 unit checks": "unit_checks",
    "边界调整 border changes": "border_changes",
    "得分 scores": "scores",
    "组合 portfolio": "portfolio",
    "限制的代价 prices": "portfolio_prices",
    "惠及人群 gains": "portfolio_gains",
    "次序 rank pairs": "rank_pairs",
    "其他方法 methods": "methods",
    "其他方法名次 method ranks": "method_ranks",
    "进度 procedure": "procedure",
    "督查 follow-up": "follow_up",
}
LAYERS = [
    "candidates",
    "units",
    "atoms",
    "committees",
    "compounds",
    "facilities",
    "residents",
    "openings",
    "catchments",
]
# a sheet that the workbook has only where answers came
ANSWERS = {"答复 answers": "answers"}
# sheets that the workbook has only where members sent files
COMMITTEE = {
    "评审 committee": "committee_summary",
    "评审一致性 agreement": "committee_agreement",
    "投票 votes": "committee_votes",
    "评分 members' scores": "committee_scores",
    "委员文件 members' files": "committee_files",
}


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return workbook, GeoPackage, metrics, provenance, and what `dvc plots` draws."""
    published = Published(settings, inputs)
    came = (ANSWERS if len(inputs["answers"]) else {}) | (COMMITTEE if len(inputs["committee_files"]) else {})
    sheets = handed_out(settings, inputs, SHEETS | came)
    sheets["可达 reach"] = reach_of_candidates(sheets["可达 reach"], inputs["candidates"])
    layers = handed_out(settings, inputs, {name: name for name in LAYERS})
    layers |= walk_layers(inputs["residents"], inputs["walk_times"])
    residents, units = inputs["residents"], inputs["units"]
    speeds = {key: walker.speed_m_per_s for key, walker in settings.params.network.walkers.items()}
    complete = inputs["class_status"].set_index("class")["completeness"].eq("complete").to_dict()
    return {
        "candidates.xlsx": candidates_workbook(
            settings, scenarios(), indicators(), published["candidates"], published["indicators"], sheets
        ),
        "candidates.gpkg": geopackage(layers, settings.district.date, settings.district.mark),
        "data_dictionary.md": data_dictionary(),
        "walking.csv": walking_csv(residents, inputs["walk_times"]),
        "need_readiness.csv": candidates_csv(inputs["candidates"]),
        "provenance.json": provenance(settings, inputs["intake_report.json"]),
        "metrics.json": {
            "district": settings.district.name.model_dump(),
            "people": metrics.people_metrics(
                inputs["population_zones"], residents, inputs["unit_members"], inputs["leftovers"]
            ),
            "network": inputs["network_report.json"],
            "units": metrics.size_metrics(units),
            "units_search": inputs["units_report.json"],
            "reach": metrics.reach_metrics(residents, inputs["walk_times"], inputs["edge_times"], complete),
            "stairs_at_home": metrics.stairs_metrics(inputs["stairs"]),
            "second_engine": agreement(
                residents,
                inputs["edges"],
                inputs["facilities"],
                inputs["walk_times"],
                speeds,
                settings.params.walk_times.limit_minutes,
                {name for name in facility_classes() if comes_to_people(name)},
            ),
            "reach_by_node_snapping": metrics.node_snapping_metrics(
                residents,
                inputs["facilities"],
                inputs["nodes"],
                inputs["edges"],
                settings.params.walk_times.limit_minutes,
            ),
            "reach_by_circles": metrics.circle_metrics(residents, inputs["facilities"], speeds),
            "indicators": metrics.indicator_metrics(inputs["indicators"], units),
            "eligibility": metrics.eligibility_metrics(inputs["eligibility"]),
            "candidates": metrics.candidate_metrics(inputs["candidates"]),
            "rank_pairs": metrics.rank_pair_metrics(inputs["rank_pairs"]),
            "methods": metrics.method_metrics(inputs["methods"]),
            "portfolio": metrics.portfolio_metrics(inputs["portfolio"], inputs["portfolio_prices"]),
            "committee": metrics.committee_metrics(
                inputs["committee_files"], inputs["committee_summary"], inputs["committee_agreement"]
            ),
            "procedure": metrics.procedure_metrics(inputs["procedure"]),
        },
    }
