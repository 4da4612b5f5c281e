"""Follow compounds and units through the procedure, from the dates that people keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.procedure.follow_up import follow_up
from pipeline.procedure.judge import judge
from pipeline.procedure.steps import procedure
from pipeline.procedure.subjects import Directory
from pipeline.settings import Settings
from pipeline.store import Content


def run(settings: Settings, inputs: Mapping[str, Any]) -> dict[str, Content]:
    """Return `procedure`, the progress file's rows judged, and `follow_up`, what was entered where and when."""
    layer = settings.district.layers.progress
    as_of = layer.date if layer is not None else settings.district.date
    directory = Directory(inputs["compounds"], inputs["units"])
    judged = judge(inputs["progress"], directory, procedure(), as_of)
    return {"procedure": judged, "follow_up": follow_up(judged, directory, procedure(), as_of)}
