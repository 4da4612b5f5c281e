"""Cut the land between compounds into street blocks, and join blocks with few people to a neighbour."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.units.seams import Geometries

Ints = npt.NDArray[np.int64]
ON_SEAM_M = (
    0.5  # a shared border lies on a seam when its middle is this close to it; both come from the same lines
)


def without(cut: Geometries, compounds: Geometries) -> Geometries:
    """Take the compounds out of the faces they lie in."""
    left = cut.copy()
    compound, face = shapely.STRtree(cut).query(compounds, predicate="intersects")
    for f, rows in pd.Series(compound).groupby(face):
        left[f] = shapely.difference(cut[f], shapely.union_all(compounds[rows.to_numpy()]))
    return left


def shared_borders(cut: Geometries, seams: Geometries) -> pd.DataFrame:
    """Measure the street that two faces share, seams left out: columns a, b (a < b) and length_m."""
    a, b = shapely.STRtree(cut).query(cut, predicate="touches")
    a, b = a[a < b], b[a < b]
    lines, pair = shapely.get_parts(shapely.intersection(cut[a], cut[b]), return_index=True)
    is_line = shapely.get_dimensions(lines) == 1
    lines, pair = lines[is_line], pair[is_line]
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    on_seam = np.zeros(len(lines), dtype=bool)
    on_seam[shapely.STRtree(seams).query(middles, predicate="dwithin", distance=ON_SEAM_M)[0]] = True
    length = np.bincount(pair[~on_seam], shapely.length(lines[~on_seam]), minlength=len(a))
    return pd.DataFrame({"a": a, "b": b, "length_m": length}).query("length_m > 0").reset_index(drop=True)


def merge_small(
    residents: npt.NDArray[np.float64],
    committee: np.ndarray,
    borders: pd.DataFrame,
    residents_min: float,
    residents_max: float,
) -> Ints:
    """Join each block below `residents_min`, smallest first, to a neighbour; return every block's group.

    The neighbour is one of the same committee where there is one, then the one with the longest shared street; no group
    grows beyond `residents_max`. Groups are numbered by their smallest block, which keeps its committee.
    """
    n = len(residents)
    people, committee = residents.astype(float), committee.copy()
    group = np.arange(n)
    near: list[dict[int, float]] = [{} for _ in range(n)]
    for a, b, length in borders[["a", "b", "length_m"]].itertuples(index=False):
        near[a][b] = near[b][a] = length
    queue = [(people[i], i) for i in range(n) if people[i] < residents_min]
    heapq.heapify(queue)
    while queue:
        size, i = heapq.heappop(queue)
        if group[i] != i or size != people[i]:
            continue
        open_to = [j for j in near[i] if people[i] + people[j] <= residents_max]
        if not open_to:
            continue
        j = min(open_to, key=lambda k: (committee[k] != committee[i], -near[i][k], k))
        keep, gone = min(i, j), max(i, j)
        committee[keep] = committee[j] if people[j] >= people[i] else committee[i]
        people[keep] += people[gone]
        group[group == gone] = keep
        for k, length in near[gone].items():
            if k != keep:
                near[keep][k] = near[k][keep] = near[keep].get(k, 0.0) + length
                del near[k][gone]
        near[keep].pop(gone, None)
        near[gone] = {}
        if people[keep] < residents_min:
            heapq.heappush(queue, (people[keep], keep))
    return group
