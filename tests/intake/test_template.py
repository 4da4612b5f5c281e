"""What `pipeline new` writes."""

from __future__ import annotations

import re

import pytest

from pipeline.errors import PipelineError
from pipeline.intake.columns import SPECS
from pipeline.intake.template import write_template
from pipeline.settings import Layers, load_district
from pipeline.tables import FIELDS, TABLES


def test_the_template_is_a_district_that_loads(tmp_path):
    told = write_template(tmp_path / "Lai-Shan 区")
    assert "pipeline check" in told
    district = load_district(tmp_path / "Lai-Shan 区" / "district.yaml")
    assert district.district_id == "lai_shan"
    assert (tmp_path / "Lai-Shan 区" / "layers").is_dir()
    assert (tmp_path / "Lai-Shan 区" / "README.md").is_file()


def test_every_optional_line_may_be_switched_on(tmp_path):
    write_template(tmp_path / "new")
    path = tmp_path / "new" / "district.yaml"
    path.write_text(re.sub(r"#\| ?", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    district = load_district(path)
    given = {label.split("[")[0] for label, _ in district.layers.all()}
    assert given == {name.rstrip("_") for name in Layers.model_fields}  # no layer is left unexplained
    for label, layer in district.layers.all():
        kind = label.split("[")[0]
        if kind in ("terrain", "pairwise"):  # a grid and a square table, not columns of ours
            continue
        spec = SPECS[kind]
        assert set(layer.columns) | set(layer.set) | set(layer.values) <= set(spec.columns), label
        codes = dict(TABLES[spec.table].codes)
        for name, values in layer.values.items():
            allowed = codes.get(name, FIELDS[name].codes)
            assert not allowed or set(values.values()) <= set(allowed), (label, name)


def test_a_folder_with_files_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.txt").write_text("x")
    with pytest.raises(PipelineError, match="not an empty folder"):
        write_template(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["data.txt"]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "empty").mkdir()
    write_template(tmp_path / "empty")
    assert (tmp_path / "empty" / "district.yaml").is_file()
