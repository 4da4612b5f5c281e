"""Tables are checked on writing and on reading, and a file is whole or absent."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from pipeline import store
from pipeline.errors import MissingInputError, TableError


def _nodes(**changes: object) -> gpd.GeoDataFrame:
    columns = {"node_id": [1, 2], "component": [0, 0], "opening_id": pd.array([None, None], "str")} | changes
    return gpd.GeoDataFrame(columns, geometry=[Point(0, 0), Point(3, 4)], crs="EPSG:32651")


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    store.write({tmp_path / "nodes.parquet": _nodes()})
    back = store.read(tmp_path / "nodes.parquet")
    pd.testing.assert_frame_equal(back, _nodes(), check_like=True)
    assert back.crs == "EPSG:32651"


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (_nodes(component=[0.5, 0.0]), "component"),
        (_nodes(node_id=[1, 1]), "node_id"),
        (_nodes(extra=[1, 2]), "extra"),
        (_nodes().drop(columns="component"), "component"),
        (_nodes().to_crs("EPSG:4326"), "EPSG:4326"),
        (pd.DataFrame(_nodes()), "CRS"),
    ],
)
def test_a_table_that_breaks_its_schema_is_not_written(
    tmp_path: Path, frame: pd.DataFrame, told: str
) -> None:
    with pytest.raises(TableError, match=told):
        store.write({tmp_path / "nodes.parquet": frame})
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_was_tampered_with_is_not_read(tmp_path: Path) -> None:
    _nodes(node_id=[1, 1]).to_parquet(tmp_path / "nodes.parquet")
    with pytest.raises(TableError, match="node_id"):
        store.read(tmp_path / "nodes.parquet")


@pytest.mark.parametrize("content", [b"", b"PAR1 not really", b"\x00" * 100])
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "nodes.parquet").write_bytes(content)
    with pytest.raises(MissingInputError, match=r"nodes\.parquet"):
        store.read(tmp_path / "nodes.parquet")


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "candidates.gpkg"
    store.write({target: b"old"})

    def breaks(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.write({target: b"new", tmp_path / "other": breaks})
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    def pages(*names: str) -> store.Content:
        def write(folder: Path) -> None:
            folder.mkdir()
            for name in names:
                folder.joinpath(name).write_text(name, encoding="utf-8")

        return write

    folder = tmp_path / "candidates"
    store.write({folder: pages("a.html", "b.html")})
    first = store.hash_file(folder)
    store.write({folder: pages("c.html")})
    assert [file.name for file in folder.iterdir()] == ["c.html"]
    assert store.hash_file(folder) != first

    def fails(draft: Path) -> None:
        pages("d.html")(draft)  # type: ignore[operator]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.write({folder: fails})
    assert [file.name for file in folder.iterdir()] == ["c.html"]
    assert [file.name for file in tmp_path.iterdir()] == ["candidates"]
