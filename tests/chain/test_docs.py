"""What the docs say of results is what a fresh run says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.report.summary import summary
from tests.chain.explained import PAGE, explained
from tests.runs import ROOT, Chain


@pytest.mark.parametrize("name", ["las_palmas", "taichung"])
def test_the_summary_in_the_docs_is_that_of_a_fresh_run(name: str, request: pytest.FixtureRequest) -> None:
    chain: Chain = request.getfixturevalue(name)
    text = (ROOT / "docs/las-palmas.md").read_text(encoding="utf-8")
    told = re.search(rf"<!-- summary: {name} -->\n```\n(.*?)\n```", text, re.DOTALL)
    assert told is not None
    assert told[1] == summary(chain.folders).split("\n  打开 open")[0]


def test_the_explanations_in_the_docs_are_those_of_a_fresh_run(demo: Chain, demo_district: Path) -> None:
    told = PAGE.read_text(encoding="utf-8")
    assert told.count("结论 result:") == 2 and told.count("数值 value:") == 1
    assert told == explained(told, demo_district, demo.out)
