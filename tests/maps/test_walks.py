"""The walks that the page finds are those of `reach.route`, and their minutes those of the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.catalogue.load import walker
from pipeline.network.search import Graph
from pipeline.reach.direction import comes_to_people, turned
from pipeline.reach.route import route
from pipeline.settings import load_params
from tests.runs import ROOT, Chain

WALKS = 120
FIND = """async ([point, name]) => {
  const row = page.addresses.id.indexOf(point);
  const net = await unpackNetwork();
  const walk = findWalk(net, row, name, 60 * page.walk_limit);
  return tellWalk(net, row, walk).map((p) => [p.kind, p.name, p.metres, p.flat, p.factor, p.wait, p.seconds]);
}"""


@pytest.fixture
def opened(chromium: Any, demo: Chain) -> Any:
    context = chromium.new_context(viewport={"width": 1400, "height": 800}, offline=True)
    page = context.new_page()
    page.goto((demo.folders.path("index.html")).as_uri())
    page.wait_for_selector("#ranking .rank")
    yield page
    context.close()


def test_the_page_walks_as_the_pipeline_does(opened: Any, demo: Chain) -> None:
    """120 random walks of the demo: minutes of the table to 10⁻⁴, and each piece that the route function tells."""
    names = ("edges", "openings", "residents", "facilities", "walk_times")
    edges, openings, residents, facilities, times = (demo[name] for name in names)
    walkers = load_params(ROOT / "params.yaml").network.walkers
    own = times[(times["walker"] == times["class"].map({c: walker(c) for c in times["class"].unique()}))]
    drawn = own.dropna(subset="minutes").sample(WALKS, random_state=np.random.default_rng(9))
    ways = {False: edges, True: turned(edges)}
    graphs = {
        (key, coming): Graph.build(ways[coming], key) for key in drawn["walker"].unique() for coming in ways
    }
    gates = openings[openings["status"] == "gate"]
    home = residents.set_index("point_id")
    told = 0
    for row in drawn.itertuples():
        pieces = opened.evaluate(FIND, [row.point_id, row[2]])
        assert sum(piece[6] for piece in pieces) / 60 == pytest.approx(row.minutes, abs=1e-4)
        doors = facilities[facilities["linked"] & (facilities["class"] == row[2])]
        coming = comes_to_people(row[2])
        walk = route(
            graphs[row.walker, coming],
            ways[coming],
            gates,
            home.loc[[row.point_id]],
            doors,
            row.walker,
            walkers[row.walker],
        )
        assert walk is not None
        lengths = [piece.length_m for piece in walk.pieces]
        if [piece[0] == "gate" for piece in pieces] != [piece.kind == "gate" for piece in walk.pieces]:
            continue  # another walk that takes just as long
        told += 1
        assert [piece[2] for piece in pieces] == pytest.approx(lengths, abs=1e-2)
        assert [piece[6] for piece in pieces] == pytest.approx([p.seconds for p in walk.pieces], abs=1e-2)
        assert [piece[5] for piece in pieces] == pytest.approx(
            [p.wait_seconds for p in walk.pieces], abs=1e-3
        )
    assert told > 0.95 * WALKS
    assert drawn["class"].map(comes_to_people).any()  # services that come to people too
