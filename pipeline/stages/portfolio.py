"""Choose the pilots together, under a number, a budget and a spread over sub-districts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.settings import Settings
from pipeline.siting.gains import gains
from pipeline.siting.plans import portfolio
from pipeline.siting.portfolio import Limits
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `portfolio`, `portfolio_prices` and `portfolio_gains`."""
    params = settings.params
    limits = Limits(
        max_pilots=params.siting.top_k,
        budget_cny=params.portfolio.budget_cny,
        award_cny=params.eligibility.thresholds["award_cap_cny"],
        min_subdistricts=params.portfolio.min_subdistricts,
        of_type={str(kind): bounds for kind, bounds in params.portfolio.of_type.items()},
        must=params.portfolio.must,
        must_not=params.portfolio.must_not,
    )
    plans, prices = portfolio(
        inputs["candidates"], inputs["units"], limits, params.siting.need_weight, params.portfolio.runner_ups
    )
    complete = inputs["class_status"].set_index("class")["completeness"].eq("complete").to_dict()
    low_income = inputs["register"].set_index("compound_id")["low_income_households"]
    who = gains(
        plans, inputs["residents"], low_income, inputs["address_areas"], inputs["walk_times"], complete
    )
    return {"portfolio": plans, "portfolio_prices": prices, "portfolio_gains": who}
