"""Say who lives in the pilots of a plan: everyone, the elderly, children, low-income households, and who walks farthest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.scoring.weights import Floats
from pipeline.tables import empty

# the two services that the notice names (B2), and whose legs count
_SERVICES = {"kindergarten": "child", "elderly_station": "elderly"}
_WORST_SHARE = 0.1


def gains(
    plans: pd.DataFrame,
    residents: pd.DataFrame,
    low_income: pd.Series,
    address_areas: pd.DataFrame,
    walk_times: pd.DataFrame,
    complete: Mapping[str, bool],
) -> pd.DataFrame:
    """Return table `portfolio_gains`: for each plan and group, people in its pilots and their share of the district's.

    Groups are residents, elderly, child_3_6, low_income_households, and worst_tenth: the tenth of the residents with the
    longest walk to the farther of the two services. A walk beyond the limit counts as the longest; where addresses are
    level at the border of the tenth, each belongs to it in part. It is missing where the list of a service is not
    complete, since then nobody knows who walks farthest. Low-income households are counted where the register states
    them, in a compound that is cut by residents; `known_residents_share` says for how many of the pilots' residents.

    Parameters
    ----------
    low_income
        Households with the minimum living allowance by compound_id, missing where not known.
    complete
        Whether the list of a facility class is complete.
    """
    unit = address_areas.set_index("point_id")["unit_id"].reindex(residents["point_id"])
    groups = {name: residents[name].to_numpy(float) for name in ("residents", "elderly", "child_3_6")}
    if all(complete.get(service, False) for service in _SERVICES):
        groups["worst_tenth"] = worst_tenth(groups["residents"], _farther(residents, walk_times))
    else:
        groups["worst_tenth"] = np.full(len(residents), np.nan)
    homes = residents["compound_id"]
    of_compound = groups["residents"] / residents.groupby("compound_id")["residents"].transform("sum")
    groups["low_income_households"] = (homes.map(low_income.astype("float64")) * of_compound).to_numpy()
    everyone = groups["residents"]
    rows = []
    for plan, chosen in plans.groupby("plan")["unit_id"]:
        inside = unit.isin(set(chosen)).to_numpy()
        for group, people in groups.items():
            known = ~np.isnan(people)
            served = people[inside & known].sum() if (inside & known).any() else np.nan
            whole = people[known].sum()
            share = served / whole if whole > 0 else np.nan
            living = everyone[inside].sum()
            about = everyone[inside & known].sum() / living if living > 0 else np.nan
            rows.append((plan, group, served, share, about))
    blank = empty("portfolio_gains")
    return pd.DataFrame(rows, columns=list(blank.columns)).astype(blank.dtypes.to_dict())


def worst_tenth(people: Floats, minutes: Floats) -> Floats:
    """Return how many of each address's people are among the tenth with the longest minutes (inf: beyond the limit)."""
    wanted, taken = _WORST_SHARE * people.sum(), np.zeros(len(people))
    for level in np.unique(minutes)[::-1]:
        here = minutes == level
        share = min(1.0, wanted / people[here].sum()) if people[here].sum() > 0 else 0.0
        taken[here] = share * people[here]
        wanted -= taken[here].sum()
        if wanted <= 1e-9 * people.sum():  # what rounding leaves
            break
    return taken


def _farther(residents: pd.DataFrame, walk_times: pd.DataFrame) -> Floats:
    """Return each address's minutes to the farther of the two services; inf where one is beyond the limit."""
    minutes = []
    for service, walker in _SERVICES.items():
        rows = walk_times[(walk_times["class"] == service) & (walk_times["walker"] == walker)]
        found = rows.set_index("point_id")["minutes"].reindex(residents["point_id"])
        minutes.append(np.nan_to_num(found.to_numpy(float), nan=np.inf))
    farther: Floats = np.maximum(*minutes)
    return farther
