"""The table of contents (`dvc.yaml`), the settings and the environment agree with the code."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import yaml

from pipeline import run
from pipeline.settings import load_params
from pipeline.tables import FIELDS, TABLES, check, empty

ROOT = Path(__file__).resolve().parents[2]


def test_every_stage_reads_what_an_earlier_stage_wrote() -> None:
    written: set[str] = set()
    for stage in run.stages().values():
        assert set(stage.reads) <= written, (
            f"{stage.name} reads {set(stage.reads) - written} before it is written"
        )
        assert not set(stage.writes) & written, f"{stage.name} writes a table of another stage"
        written |= set(stage.writes)
    assert set(TABLES) <= written, "a declared table that no stage writes"


def test_dvc_keeps_every_result() -> None:
    """`dvc metrics diff` and experiments look results up in the cache, since git does not keep them."""
    listed = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for name, stage in listed.items():
        for out in [*stage.get("outs", []), *stage.get("metrics", []), *stage.get("plots", [])]:
            options = next(iter(out.values())) if isinstance(out, dict) else {}
            assert options.get("cache", True), f"{name}: {out}"


# What every room imports: a table's name there is no use of the table.
SHARED = {"pipeline/tables.py", "pipeline/settings.py", "pipeline/store.py"}


def test_a_stage_uses_every_input_it_declares_and_declares_every_parameter_section_it_uses() -> None:
    """A dependency that is declared but unused re-runs a stage for nothing; an undeclared one leaves it stale."""
    for stage in run.stages().values():
        file = ROOT / f"pipeline/stages/{stage.name}.py"
        tree = ast.parse(file.read_text(encoding="utf-8"))
        # a stage names its inputs itself, or hands all of them to its room, which does, or to a module that the room imports
        room = [file, *(ROOT / "pipeline" / stage.name).glob("*.py")]
        named_in = [*room, *(ROOT / module for source in room for module in _imports(source) - SHARED)]
        names = {
            node.value
            for source in named_in
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert set(stage.reads) <= names, f"{stage.name} declares but does not use {set(stage.reads) - names}"
        used = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute | ast.Name)
            and (node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id) == "params"
        }
        assert used <= set(stage.params), (
            f"{stage.name} uses parameters it does not declare: {used - set(stage.params)}"
        )


def _imports(file: Path) -> set[str]:
    """Modules of the pipeline that a file imports, as paths from the root."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        modules: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        for module in modules:
            path = ROOT / module.replace(".", "/")
            if module.startswith("pipeline"):
                found |= {
                    str(p.relative_to(ROOT))
                    for p in (path.with_suffix(".py"), path / "__init__.py")
                    if p.is_file()
                }
    return found


# What only carries text and progress: a change there cannot change a table.
NEUTRAL = {
    "pipeline/__init__.py",
    "pipeline/errors.py",
    "pipeline/progress.py",
    "pipeline/store.py",
    "pipeline/stages/__init__.py",
}


def test_the_code_that_a_stage_imports_is_among_its_dependencies() -> None:
    for stage in run.stages().values():
        todo, seen = {f"pipeline/stages/{stage.name}.py"}, set()
        while todo:
            module = todo.pop()
            seen.add(module)
            todo |= _imports(ROOT / module) - seen
        # settings.py shapes parameters; DVC watches their values instead
        undeclared = {m for m in seen - NEUTRAL - {"pipeline/settings.py"} if not m.startswith(stage.code)}
        assert not undeclared, f"{stage.name} imports {undeclared}, which dvc.yaml does not list"


def test_nothing_in_the_middle_imports_a_stage_or_dvc() -> None:
    for file in (ROOT / "pipeline").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "import dvc" not in text, file
        if file.name not in {"run.py"}:
            assert "pipeline.stages" not in text, file


def test_every_declared_column_is_used_and_every_table_can_be_empty() -> None:
    used = {column for table in TABLES.values() for column in table.nullable}
    assert used == set(FIELDS)
    for name in TABLES:
        assert len(check(name, empty(name, "EPSG:32651"))) == 0


def test_the_default_parameters_load() -> None:
    params = load_params(ROOT / "params.yaml")
    assert params.units.residents_min == 5000
    assert params.units.residents_max == 12000


def test_conda_users_get_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, _, pip = conda["dependencies"]
    assert pip["pip"] == project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    assert python == "python" + project["project"]["requires-python"]


def test_locks_name_no_registry_but_the_public_one() -> None:
    hosts = {
        part.split("/")[0] for part in (ROOT / "uv.lock").read_text(encoding="utf-8").split("https://")[1:]
    }
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}
