"""What rivals got wrong in networks, linking, walls and catchments: each row of docs/pitfalls.md names tests that are there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.reach.test_hand_cases import MORNING, seconds, town
from tests.runs import ROOT

PAGE = ROOT / "docs/pitfalls.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _rows() -> list[str]:
    return [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_pitfall_has_a_test(row: str) -> None:
    named = NAMED.findall(row)
    assert named
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, file


@pytest.mark.parametrize("walker", ["adult", "child", "elderly"])
def test_the_access_leg_is_walked_at_the_walkers_own_speed(walker: str) -> None:
    """30 m to the street, 60 m along it, 10 m to the door: 100 m at one pace, the legs not faster than the street."""
    street = town(((0, 0), (200, 0))).build()
    pace = MORNING.walkers[walker].speed_m_per_s
    assert seconds(street, (40, 30), [(100, -10)], walker=walker) == pytest.approx(100 / pace)


def test_a_dead_end_street_is_reached_to_its_end() -> None:
    """A lane without a second way out: 10 m to it, 150 m up it, 90 m along the street."""
    streets = town(((0, 0), (90, 0), (300, 0)), ((90, 0), (90, 150))).build()
    assert seconds(streets, (80, 150), [(0, 0)]) == pytest.approx(10 + 150 + 90)


def test_a_repeated_search_answers_the_same() -> None:
    streets = town(((0, 0), (200, 0), (200, 70)), ((0, 0), (0, 70), (200, 70))).build()
    asked = [seconds(streets, (30, 9), [(190, 75), (5, 60)]) for _ in range(3)]
    assert asked[0] == asked[1] == asked[2]
