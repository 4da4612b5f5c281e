from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo import generate
from pipeline.demo.__main__ import SEED


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo district, generated once."""
    folder = tmp_path_factory.mktemp("demo") / "district"
    generate(folder, SEED)
    return folder
