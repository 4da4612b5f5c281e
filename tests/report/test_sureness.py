"""The command that says how sure a run's ranking is tells what the tables hold."""

from __future__ import annotations

import re

import pytest

from tests.runs import Chain, pipeline


@pytest.mark.parametrize("name", ["demo", "las_palmas"])
def test_it_tells_what_the_tables_hold(name: str, request: pytest.FixtureRequest) -> None:
    chain: Chain = request.getfixturevalue(name)
    done = pipeline("sure", str(chain.out))
    assert done.returncode == 0, done.stderr
    text, candidates = done.stdout, chain["candidates"]
    ranked = candidates[candidates["rank"].notna()]
    assert f"{len(ranked)} of {len(candidates)} ranked" in text
    chances = re.findall(r"^ +\d+\. (\S+)  .* (\d+)%$", text, re.MULTILINE)
    assert chances == [(row.unit_id, f"{100 * row.chance_top_k:.0f}") for row in ranked.itertuples()]
    assert all(told in text for column in ("sentence", "sentence_en") for told in chain["rank_pairs"][column])
    survey = chain["survey"]["question"]
    assert all(question in text for question in survey.head(5))
    plans = chain["portfolio"].groupby("plan")["unit_id"].agg(" ".join)
    assert all(f" {plan}: {units} (" in text for plan, units in plans.items())
    assert all(sentence in text for sentence in chain["portfolio_prices"]["sentence"])
    for row in chain["methods"].itertuples():
        assert re.search(rf"^ +{row.method} +{row.compared} compared", text, re.MULTILINE)
    assert ("FICTIONAL" in text) == (name == "demo")


def test_a_folder_without_a_run_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    done = pipeline("sure", str(tmp_path))
    assert done.returncode == 1 and "provenance.json" in done.stderr
