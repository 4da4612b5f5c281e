"""Improve a plan by annealing: moves across borders, swaps, and recombination of one to three units on a tree.

A state is a partition of the atoms into connected groups of at most `residents_max` people. Groups in range that keep
the wishes are units; others count as leftovers, so every state is a valid plan and the best one can be returned at any
time. The search begins with every atom alone. Steps are counted, not timed, and random numbers come from the seed
alone: the same input gives the same plan.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from pipeline.units.pool import Pool, remember
from pipeline.units.programme import (
    TOLERANCE,
    Floats,
    Ints,
    Programme,
    Words,
    in_range,
    keeps_wishes,
    unit_cost,
)

MOVE, SWAP, DETACH = 0.70, 0.15, 0.03  # shares of the steps; the rest recombines
LOOSE = 0.25  # share of the recombinations that may leave one piece outside the range


@njit(cache=True, nogil=True)
def anneal(
    programme: Programme,
    iterations: int,
    start_temperature: float,
    end_temperature: float,
    seed: int,
    pool: Pool,
) -> Ints:
    """Return the best plan found: the unit of each atom (numbered by smallest atom), −1 where left over.

    Units of accepted steps in the second, cooler half go into `pool`.
    """
    n = len(programme.residents)
    random = np.array([seed], dtype=np.uint64)
    label = np.arange(n)
    following, head = np.full(n, -1), np.arange(n)
    people = programme.residents.copy()
    tally = np.zeros(programme.committees)
    cost = np.array([unit_cost(programme, np.array([i]), tally) for i in range(n)])
    free = np.empty(n, dtype=np.int64)  # stack of unused group numbers
    state = (label, following, head, people, cost, free)
    unused = 0
    total = cost.sum()
    best, best_label = total, label.copy()
    mark, piece = np.zeros(n, dtype=np.int64), np.full(n, -1)
    cooling = (end_temperature / start_temperature) ** (1.0 / max(1, iterations))
    temperature = start_temperature
    for step in range(iterations):
        temperature *= cooling
        i = _below(random, n)
        kind = _uniform(random)
        if kind < MOVE + SWAP + DETACH:
            if kind < DETACH:
                atoms, new, pieces = _detach(programme, state, i, mark)
            elif kind < DETACH + MOVE:
                atoms, new, pieces = _move(programme, state, i, mark, random)
            else:
                atoms, new, pieces = _swap(programme, state, i, mark, random)
        else:
            atoms, new, pieces = _recombine(programme, state, i, mark, piece, random)
        if pieces == 0:
            continue
        before = 0.0
        for k in range(len(atoms)):
            if head[label[atoms[k]]] == atoms[k]:
                before += cost[label[atoms[k]]]
        prices = np.empty(pieces)
        for g in range(pieces):
            prices[g] = unit_cost(programme, atoms[new == g], tally)
        change = prices.sum() - before
        if change > 0 and _uniform(random) >= np.exp(-change / temperature):
            continue
        unused = _regroup(programme, state, unused, atoms, new, prices)
        total += change
        if step >= iterations // 2:
            _collect(programme, pool, atoms, new, prices)
        if total < best - TOLERANCE:
            best = total
            best_label[:] = label
    return _numbered(programme, best_label)


@njit(cache=True)
def _collect(programme: Programme, pool: Pool, atoms: Ints, new: Ints, prices: Floats) -> None:
    """Put the new groups that are units into the pool."""
    for g in range(len(prices)):
        people = 0.0
        for k in range(len(atoms)):
            if new[k] == g:
                people += programme.residents[atoms[k]]
        if in_range(programme, people):
            unit = np.sort(atoms[new == g])
            if keeps_wishes(programme, unit):
                remember(pool, unit, prices[g])


@njit(cache=True)
def _uniform(random: Words) -> float:
    """Draw from [0, 1) by SplitMix64 (Steele, Lea & Flood 2014)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def _below(random: Words, n: int) -> int:
    return int(_uniform(random) * n)


@njit(cache=True)
def _members(state: tuple, groups: Ints) -> Ints:
    """List the atoms of some groups, group after group."""
    following, head = state[1], state[2]
    count = 0
    for g in groups:
        i = head[g]
        while i >= 0:
            count += 1
            i = following[i]
    atoms = np.empty(count, dtype=np.int64)
    count = 0
    for g in groups:
        i = head[g]
        while i >= 0:
            atoms[count] = i
            count += 1
            i = following[i]
    return atoms


@njit(cache=True)
def _connected(programme: Programme, atoms: Ints, mark: Ints) -> bool:
    """Tell whether atoms hang together in the graph. `mark` is working space of zeros, given back as zeros."""
    for i in atoms:
        mark[i] = 1
    stack = np.empty(len(atoms), dtype=np.int64)
    stack[0], height, seen = atoms[0], 1, 1
    mark[atoms[0]] = 0
    while height:
        height -= 1
        i = stack[height]
        for k in range(programme.first[i], programme.first[i + 1]):
            j = programme.neighbours[k]
            if mark[j]:
                mark[j] = 0
                stack[height] = j
                height += 1
                seen += 1
    for i in atoms:
        mark[i] = 0
    return seen == len(atoms)


@njit(cache=True)
def _nothing() -> tuple[Ints, Ints, int]:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), 0


@njit(cache=True)
def _border(programme: Programme, state: tuple, i: int, random: Words) -> int:
    """Draw a neighbour of an atom; −1 where it has none or the two are in one group."""
    degree = programme.first[i + 1] - programme.first[i]
    if degree == 0:
        return -1
    j = programme.neighbours[programme.first[i] + _below(random, degree)]
    return j if state[0][j] != state[0][i] else -1


@njit(cache=True)
def _detach(programme: Programme, state: tuple, i: int, mark: Ints) -> tuple[Ints, Ints, int]:
    """Propose that an atom stands alone."""
    atoms = _members(state, np.array([state[0][i]]))
    if len(atoms) < 2 or not _connected(programme, atoms[atoms != i], mark):
        return _nothing()
    return atoms, (atoms == i).astype(np.int64), 2


@njit(cache=True)
def _move(programme: Programme, state: tuple, i: int, mark: Ints, random: Words) -> tuple[Ints, Ints, int]:
    """Propose that an atom joins a neighbour's group."""
    label, people = state[0], state[3]
    j = _border(programme, state, i, random)
    if j < 0 or people[label[j]] + programme.residents[i] > programme.residents_max + TOLERANCE:
        return _nothing()
    atoms = _members(state, np.array([label[i], label[j]]))
    rest = atoms[(label[atoms] == label[i]) & (atoms != i)]
    if len(rest) == 0:
        return atoms, np.zeros(len(atoms), dtype=np.int64), 1
    if not _connected(programme, rest, mark):
        return _nothing()
    new = (label[atoms] == label[j]).astype(np.int64)
    new[atoms == i] = 1
    return atoms, new, 2


@njit(cache=True)
def _swap(programme: Programme, state: tuple, i: int, mark: Ints, random: Words) -> tuple[Ints, Ints, int]:
    """Propose that an atom and one of the neighbouring group change places."""
    label, people = state[0], state[3]
    j = _border(programme, state, i, random)
    if j < 0:
        return _nothing()
    g, h = label[i], label[j]
    theirs = _members(state, np.array([h]))
    k = theirs[_below(random, len(theirs))]
    shift = programme.residents[k] - programme.residents[i]
    ceiling = programme.residents_max + TOLERANCE
    if people[g] + shift > ceiling or people[h] - shift > ceiling:
        return _nothing()
    atoms = _members(state, np.array([g, h]))
    new = (label[atoms] == h).astype(np.int64)
    new[atoms == i] = 1
    new[atoms == k] = 0
    if not (_connected(programme, atoms[new == 0], mark) and _connected(programme, atoms[new == 1], mark)):
        return _nothing()
    return atoms, new, 2


@njit(cache=True)
def _recombine(
    programme: Programme, state: tuple, i: int, mark: Ints, piece: Ints, random: Words
) -> tuple[Ints, Ints, int]:
    """Propose to cut one to three neighbouring groups anew, along a random spanning tree of their atoms."""
    label = state[0]
    groups = np.empty(3, dtype=np.int64)
    groups[0], count = label[i], 1
    wanted = 1 + _below(random, 3)
    for _ in range(4):
        if count == wanted:
            break
        pool = _members(state, groups[:count])
        j = _border(programme, state, pool[_below(random, len(pool))], random)
        if j >= 0 and not np.any(groups[:count] == label[j]):
            groups[count] = label[j]
            count += 1
    atoms = _members(state, groups[:count])
    tree_parent, order = _random_tree(programme, atoms, mark, random)
    pieces = _cut(programme, atoms, tree_parent, order, random, piece)
    new = piece[: len(atoms)].copy()
    return (atoms, new, pieces) if pieces else _nothing()


@njit(cache=True)
def _random_tree(programme: Programme, atoms: Ints, mark: Ints, random: Words) -> tuple[Ints, Ints]:
    """Draw a spanning tree of connected atoms, as each one's parent (by position) and an order from the root.

    The tree grows by a random one of all edges that leave it. `mark` is working space, given back as zeros.
    """
    n = len(atoms)
    for k in range(n):
        mark[atoms[k]] = k + 1
    edges = 0
    for i in atoms:
        edges += programme.first[i + 1] - programme.first[i]
    tail, tip = np.empty(edges, dtype=np.int64), np.empty(edges, dtype=np.int64)
    parent, order = np.full(n, -1), np.empty(n, dtype=np.int64)
    inside = np.zeros(n, dtype=np.bool_)
    here, grown, open_edges = _below(random, n), 0, 0
    while True:
        inside[here] = True
        order[grown] = here
        grown += 1
        i = atoms[here]
        for k in range(programme.first[i], programme.first[i + 1]):
            j = mark[programme.neighbours[k]] - 1
            if j >= 0 and not inside[j]:
                tail[open_edges], tip[open_edges] = here, j
                open_edges += 1
        found = False
        while open_edges and not found:
            k = _below(random, open_edges)
            a, b = tail[k], tip[k]
            open_edges -= 1
            tail[k], tip[k] = tail[open_edges], tip[open_edges]
            if not inside[b]:
                parent[b], here, found = a, b, True
        if not found:
            break
    for i in atoms:
        mark[i] = 0
    return parent, order


@njit(cache=True)
def _cut(programme: Programme, atoms: Ints, parent: Ints, order: Ints, random: Words, piece: Ints) -> int:
    """Cut a tree into a random number of pieces in range; return how many, 0 where no such cut exists.

    `piece[k]` gets the piece of `atoms[k]`. Some calls let the last piece be of any size up to the ceiling.
    """
    n = len(atoms)
    low, high = programme.residents_min - TOLERANCE, programme.residents_max + TOLERANCE
    whole = programme.residents[atoms].sum()
    fewest, most = int(np.ceil(whole / high)), int(whole / low)
    loose = most < fewest or _uniform(random) < LOOSE
    if loose:
        most = max(most + 1, fewest)
    pieces = fewest + _below(random, most - fewest + 1)
    piece[:n] = -1
    rest = whole
    below = np.empty(n)
    candidate, upward = np.empty(2 * n, dtype=np.int64), np.empty(2 * n, dtype=np.bool_)
    inside = np.empty(n, dtype=np.bool_)
    for g in range(pieces - 1):
        left = pieces - 1 - g
        for k in range(n):
            below[k] = programme.residents[atoms[k]] if piece[k] < 0 else 0.0
        for q in range(n - 1, 0, -1):
            below[parent[order[q]]] += below[order[q]]
        count = 0
        for q in range(1, n):
            k = order[q]
            if piece[k] >= 0 or below[k] <= 0:
                continue
            for up in (False, True):
                taken = rest - below[k] if up else below[k]
                after = rest - taken
                fits = TOLERANCE < after <= left * high and (loose or after >= left * low)
                if fits and in_range(programme, taken):
                    candidate[count], upward[count] = k, up
                    count += 1
        if count == 0:
            return 0
        pick = _below(random, count)
        top, up = candidate[pick], upward[pick]
        inside[:] = False
        for q in range(n):
            k = order[q]
            inside[k] = k == top or (q > 0 and inside[parent[k]])
        for k in range(n):
            if piece[k] < 0 and inside[k] != up:
                piece[k] = g
        rest -= rest - below[top] if up else below[top]
    for k in range(n):
        if piece[k] < 0:
            piece[k] = pieces - 1
    return pieces


@njit(cache=True)
def _regroup(programme: Programme, state: tuple, unused: int, atoms: Ints, new: Ints, prices: Floats) -> int:
    """Put atoms into new groups; return the number of unused group numbers."""
    label, following, head, people, cost, free = state
    for i in atoms:
        if head[label[i]] >= 0:
            head[label[i]] = -1
            free[unused] = label[i]
            unused += 1
    for g in range(len(prices)):
        unused -= 1
        group = free[unused]
        people[group], cost[group], last = 0.0, prices[g], -1
        for k in range(len(atoms)):
            if new[k] == g:
                i = atoms[k]
                label[i] = group
                people[group] += programme.residents[i]
                following[i] = -1
                if last < 0:
                    head[group] = i
                else:
                    following[last] = i
                last = i
    return unused


@njit(cache=True)
def _numbered(programme: Programme, label: Ints) -> Ints:
    """Number the groups that are units by their smallest atom; all others are −1."""
    n, units = len(label), 0
    seen = np.zeros(n, dtype=np.bool_)
    result = np.full(n, -1)
    for i in range(n):
        if not seen[label[i]]:
            seen[label[i]] = True
            group = np.flatnonzero(label == label[i])
            if in_range(programme, programme.residents[group].sum()) and keeps_wishes(programme, group):
                result[group] = units
                units += 1
    return result
