"""Find several plans that are nearly as good and as different as can be, and which atoms keep their companions in all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from pipeline.units.master import choose, is_in, plan_of
from pipeline.units.programme import TOLERANCE, Floats, Ints, Programme, total_cost


def near_optimal(
    programme: Programme,
    known: Sequence[Ints],
    contains: csr_array,
    prices: Floats,
    within_share: float,
    maps_max: int,
    nodes_max: int,
) -> list[Ints]:
    """Return plans over some units that cost at most `within_share` more than the best plan `known[0]`, which comes first.

    Other known plans that are cheap enough come next. Then, a unit that is in all plans so far costs more by its share of
    `within_share` of the best price, by its residents; one that is in some of them, as many parts of that. The best plan
    would cost at most `within_share` more under these prices, hence whatever is cheaper is near the optimum under the true
    ones, and it avoids what was chosen before. The search ends when no new plan turns up.
    """
    best = known[0]
    cost = float(total_cost(programme, best))

    def is_new(plan: Ints, plans: Sequence[Ints]) -> bool:
        cheap = total_cost(programme, plan) <= (1 + within_share) * cost + TOLERANCE
        return cheap and not any(np.array_equal(plan, other) for other in plans)

    plans: list[Ints] = []
    for plan in known:
        if len(plans) < maps_max and is_new(plan, plans):
            plans.append(plan)
    people = contains @ programme.residents
    extra = within_share * cost * people / max(programme.residents[best >= 0].sum(), TOLERANCE)
    while len(plans) < maps_max:
        used = np.mean([is_in(contains, plan) for plan in plans], axis=0)
        chosen, _ = choose(programme, contains, prices + extra * used, nodes_max)
        plan = plan_of(contains, chosen)
        if not is_new(plan, plans):
            break
        plans.append(plan)
    return plans


def kept_share(plans: list[Ints], residents: Floats) -> Floats:
    """Return for each atom the share of the other plans in which it keeps its companions of the first; 1 without others.

    An atom keeps them where the people whom its two units have in common are more than half of all people of both;
    one that is left over, where it is left over again.
    """
    if len(plans) == 1:
        return np.ones(len(residents))
    base = plans[0]
    kept = [_keeps(base, other, residents) for other in plans[1:]]
    return np.mean(kept, axis=0)


def _keeps(base: Ints, other: Ints, residents: Floats) -> np.ndarray:
    both = (base >= 0) & (other >= 0)
    shape = (int(base.max(initial=0)) + 1, int(other.max(initial=0)) + 1)
    common = np.zeros(shape)
    np.add.at(common, (base[both], other[both]), residents[both])
    mine = np.bincount(base[base >= 0], residents[base >= 0], minlength=shape[0])
    theirs = np.bincount(other[other >= 0], residents[other >= 0], minlength=shape[1])
    shared = common[base, other]
    return np.where(both, 2 * shared > mine[base] + theirs[other] - shared, (base < 0) & (other < 0))
