"""The mini district of the pages' tests, with what the sheets need beside it; and one whose every text attacks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pandas as pd
import pytest

from pipeline.settings import Settings
from pipeline.sheets.gather import Sheet, gather
from pipeline.tables import FIELDS, TABLES
from tests.attacks import ATTACKS
from tests.maps.conftest import mini_settings, tables
from tests.maps.mini import frame

__all__ = ["mini_settings", "tables"]

TYPST = (
    '#panic("attack")', "#read(\"/etc/passwd\")", "$1/0$", "*bold* _slanted_ `raw`", "@reference <label>", "= heading",
    "#import \"@preview/x:1.0.0\": *", "// comment", "/* comment", "\\u{1f600} \\ #h(1cm)", "#sys.inputs", "]]}}#)",
)  # fmt: skip
"""What Typst would read as its own, were it given as source."""


@pytest.fixture(scope="session")
def printed(tables: dict[str, Any]) -> dict[str, Any]:
    """Tables of the mini district with those that only the sheets read."""
    units = ["P0", "P1", "P2", "P3"]
    ranked = tables["candidates"]["rank"].tolist()
    metrics = {
        "people": {"addresses": 192, "linked_share": 0.9},
        "indicators": {"known": 44, "listed": 66},
        "units_search": {"gap_share": 0.02},
        "reach": {"kindergarten": {"served_10": 0.4}, "elderly_station": {"served_10": None}},
        "reach_by_circles": {"kindergarten": {"served_10": 0.7}, "elderly_station": {"served_10": 0.8}},
        "reach_by_node_snapping": {"kindergarten": {"served_10": 0.5}, "elderly_station": {"served_10": 0.6}},
        "second_engine": {"pairs": 500, "addresses": 24, "largest_difference_minutes": 1.4e-14},
    }
    refused = {"no_class": {"zh": "没有设施类别", "en": "no class", "count": 1, "examples": []}}
    layers = {
        "facilities[0]": {"read": 10, "kept": 9, "refused": refused},
        "streets": {"read": 3, "kept": 3, "refused": {}},
    }
    return tables | {
        "metrics.json": metrics,
        "intake_report.json": {"layers": layers},
        "pilots": frame(
            "pilots",
            {
                "unit_id": units, "rank": ranked, "within_quota": [True, True, True, False],
                "pilot_type": tables["candidates"]["pilot_type"].tolist(), "type_reason": ["66% 居民"] * 4,
                "type_reason_en": ["66% of residents"] * 4, "runner_up": ["planned_new", None, None, None],
                "runner_up_reason": ["次选"] * 4, "runner_up_reason_en": ["second"] * 4,
                "deadline_years": [1, 2, None, None], "award_cap_cny": [6_000_000, None, None, None],
            },
        ),
        "papers": frame(
            "papers",
            {
                "unit_id": ["P0"] * 7, "subject_kind": ["unit"] + ["compound"] * 6,
                "subject_id": ["P0", *tables["compounds"]["compound_id"].head(6)], "rule_id": ["B10"] + ["A9"] * 6,
                "reason": ["缺少：物业企业"] * 7, "reason_en": ["missing: property management"] * 7,
            },
        ),
        "rank_pairs": frame(
            "rank_pairs",
            {
                "rank": [1, 2], "unit_id": ["P0", "P1"], "next_unit_id": ["P1", "P2"], "chance_before": [0.9, 0.8],
                "flip_result": ["never", "never"], "sentence": ["P0 排在 P1 之前"] * 2, "sentence_en": ["P0 before P1"] * 2,
            },
        ),
    }  # fmt: skip


@pytest.fixture(scope="session")
def sheets(mini_settings: Settings, printed: dict[str, Any]) -> list[Sheet]:
    """The sheets of the mini district."""
    return gather(mini_settings, printed)


@pytest.fixture(scope="session")
def hostile(printed: dict[str, Any]) -> dict[str, Any]:
    """The same tables with every free text replaced by an attack, each attack many times."""
    texts: Iterator[str] = cycle((*ATTACKS, *TYPST))
    free = set(
        "name name_en subdistrict reason reason_en reasons reasons_en sentence sentence_en type_reason type_reason_en "
        "runner_up_reason runner_up_reason_en evidence note open_hours source".split()
    )
    out = {}
    for name, content in printed.items():
        if isinstance(content, pd.DataFrame):
            columns = [c for c in TABLES[name].nullable if c in free and FIELDS[c].type == "str"]
            content = content.assign(**{c: [next(texts) for _ in range(len(content))] for c in columns})
        out[name] = content
    return out


@pytest.fixture(scope="session")
def hostile_settings(mini_settings: Settings) -> Settings:
    """A district that is itself named by attacks."""
    layer = mini_settings.district.layers.streets.model_copy(
        update={"source": ATTACKS[1], "licence": TYPST[0]}
    )
    layers = mini_settings.district.layers.model_copy(update={"streets": layer})
    name = mini_settings.district.name.model_copy(update={"zh": ATTACKS[2] + TYPST[0], "en": TYPST[1]})
    district = mini_settings.district.model_copy(update={"name": name, "layers": layers})
    return mini_settings.model_copy(update={"district": district})
