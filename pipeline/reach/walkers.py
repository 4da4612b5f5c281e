"""Say which walkers' times are wanted for which facility classes, and whose cannot be known for sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from pipeline.settings import Walker


def walker_classes(walkers: Mapping[str, Walker], classes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the sorted pairs (class, walker) for which times are wanted."""
    return sorted(
        (name, key)
        for name in classes
        for key, walker in walkers.items()
        if walker.classes is None or name in walker.classes
    )


def unsure_walkers(walkers: Mapping[str, Walker], slope_max: pd.Series) -> set[str]:
    """Return who avoids steep ways where the slope of some way is not known: they may reach more than is found."""
    return {key for key, walker in walkers.items() if "steep" in walker.avoid and slope_max.isna().any()}
