"""Tell which arms of a junction lie on the same side of the lines that divide it.

Walls that pass through a junction, or an arterial, part the ground around it into sectors; two ways are on the
same side when they leave into the same sector. One line that merely ends there parts nothing.
"""

from __future__ import annotations

import numpy as np

from pipeline.network.graph import Floats, Ints

_ANGLE = 1e-6  # radians; finer than coordinates in millimetres can tell apart


def sectors(arm_node: Ints, arm_angle: Floats, arm_nudge: Ints, line_node: Ints, line_angle: Floats) -> Ints:
    """Number the sector of every arm within its node.

    Parameters
    ----------
    arm_node, arm_angle
        Node and direction (radians) of each arm.
    arm_nudge
        For an arm that runs along a dividing line: −1 to take it clockwise of the line, +1 counter-clockwise.
    line_node, line_angle
        The same for the arms of the dividing lines.

    Returns
    -------
    numpy.ndarray
        Sector of each arm: equal for arms of one node that no line parts.
    """
    node = np.concatenate([arm_node, line_node])
    angle = np.mod(np.concatenate([arm_angle, line_angle]), 2 * np.pi)
    step = np.round(angle / _ANGLE).astype(np.int64) % round(2 * np.pi / _ANGLE)
    nudge = np.concatenate([arm_nudge, np.zeros(len(line_node), dtype=np.int64)])
    is_line = np.arange(len(node)) >= len(arm_node)
    order = np.lexsort((is_line, nudge, step, node))
    node, step, is_line_sorted = node[order], step[order], is_line[order]

    lines = np.flatnonzero(is_line_sorted)
    new = np.ones(len(lines), dtype=bool)
    new[1:] = (node[lines][1:] != node[lines][:-1]) | (step[lines][1:] != step[lines][:-1])
    divides = np.zeros(len(order), dtype=np.int64)
    divides[lines[new]] = 1

    passed = np.concatenate([[0], np.cumsum(divides)])
    _, begin, group = np.unique(node, return_index=True, return_inverse=True)
    end = np.append(begin[1:], len(node))
    within = passed[1:] - passed[begin][group]
    count = np.maximum(passed[end] - passed[begin], 1)
    result = np.empty(len(order), dtype=np.int64)
    result[order] = within % count[group]
    return result[: len(arm_node)]
