"""Parameters and options: what cannot be is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import load_params
from tests.runs import ROOT, called


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("units.seeds=1", "names no parameter"),
        ("units.seed", "names no parameter"),
        ("units.seed=[", "is not a YAML value"),
        ("units.seed=-1", "greater than or equal to 0"),
        ("siting.seed=-1", "greater than or equal to 0"),
        ("units.residents_min=20000", "residents_min 20000 is above residents_max 12000"),
        ("units.residents_min=-5", "greater than 0"),
        ("walk_times.limit_minutes=.inf", "finite number"),
        ("population.age_shares={}", "lacks child_0_3, child_3_6, elderly"),
        ("population.age_shares.elderly=3", "elderly: 3.0 is not a share"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(override: str, told: str) -> None:
    with pytest.raises(SettingsError, match=r"params\.yaml|--set") as caught:
        load_params(ROOT / "params.yaml", [override])
    assert told in str(caught.value)


def test_an_override_takes_effect() -> None:
    assert load_params(ROOT / "params.yaml", ["units.seed=7"]).units.seed == 7


def test_wrong_usage_ends_with_status_2_and_a_fault_with_1(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for arguments, status in (
        (["run", "x.yaml"], 2),
        (["run", "x.yaml", "--out", str(file)], 2),
        (["stage", "nonsense"], 2),
        (["run", "x.yaml", "--out", str(tmp_path / "out")], 1),
        (["run", str(tmp_path), "--out", str(tmp_path / "out")], 1),
        (["check", str(file)], 1),
        (["summary", str(tmp_path)], 1),
    ):
        done = called(*arguments)
        assert done.returncode == status, (arguments, done.stderr)
        assert done.stderr.strip()
    assert sorted(tmp_path.iterdir()) == [file]
