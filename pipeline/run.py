"""Run the stages that `dvc.yaml` lists, on any district, with or without DVC.

`dvc.yaml` is the one place that says which stage reads and writes what. DVC runs one stage at a time through
`run_stage`; `run_district` runs all of them into a folder of its own and, like DVC, re-uses a stage's results
when its inputs, code and parameters are unchanged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml

from pipeline import store
from pipeline.progress import say, working
from pipeline.settings import Settings
from pipeline.store import hash_file, hash_layer

ROOT = Path(__file__).resolve().parent.parent
PROCESSED, MAPS = "data/processed/", "maps/"


@dataclass(frozen=True)
class Stage:
    """A stage of `dvc.yaml`: its code, the names it reads and writes, and its parameters."""

    name: str
    code: tuple[str, ...]
    reads: tuple[str, ...]
    reads_district: bool
    params: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class Folders:
    """Where a run keeps its results."""

    processed: Path
    maps: Path

    def path(self, name: str) -> Path:
        """Return the file of a name: pages, and folders of pages (`name/`), go to `maps`, all else to `processed`."""
        if name.endswith((".html", "/")):
            return self.maps / name
        return self.processed / store.file_name(name)


class Inputs(Mapping[str, Any]):
    """What a stage may read: only what `dvc.yaml` declares, each read and checked when first asked for."""

    def __init__(self, stage: Stage, folders: Folders) -> None:
        self._stage, self._folders = stage, folders

    def __getitem__(self, name: str) -> Any:
        if name not in self._stage.reads:
            raise KeyError(f"stage {self._stage.name} does not declare {name} in dvc.yaml")
        return store.read(self._folders.path(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._stage.reads)

    def __len__(self) -> int:
        return len(self._stage.reads)


def stages() -> dict[str, Stage]:
    """Read the stages of `dvc.yaml`, in order; `demo` is left out, which makes a district and does not use one."""
    listed = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: _stage(name, entry) for name, entry in listed.items() if name != "demo"}


def _stage(name: str, entry: dict[str, Any]) -> Stage:
    deps = entry.get("deps", [])
    outs = [
        out if isinstance(out, str) else next(iter(out))
        for key in ("outs", "metrics", "plots")
        for out in entry.get(key, [])
    ]
    return Stage(
        name=name,
        code=tuple(dep for dep in deps if dep.startswith("pipeline/")),
        reads=tuple(_name(dep) for dep in deps if dep.startswith(PROCESSED)),
        reads_district="${district}" in deps,
        params=tuple(entry.get("params", [])),
        writes=tuple(_name(out) for out in outs),
    )


def _name(path: str) -> str:
    name = path.removeprefix(PROCESSED).removeprefix(MAPS).removesuffix(".parquet")
    is_folder = path.startswith(MAPS) and "." not in name
    return f"{name}/" if is_folder else name


def run_stage(stage: Stage, settings: Settings, folders: Folders) -> None:
    """Run one stage: read its inputs, call it, write its outputs; a fault leaves the last run's results whole."""
    module = import_module(f"pipeline.stages.{stage.name}")
    with working(stage.name):
        outputs: dict[str, store.Content] = module.run(settings, Inputs(stage, folders))
    if set(outputs) != set(stage.writes):
        raise AssertionError(
            f"stage {stage.name} wrote {sorted(outputs)}, dvc.yaml declares {sorted(stage.writes)}"
        )
    store.write({folders.path(name): outputs[name] for name in stage.writes})


def run_district(settings: Settings, out: Path) -> None:
    """Run every stage on a district into `out/processed` and `out/maps`; finished stages are not run again."""
    folders = Folders(out / "processed", out / "maps")
    journal = _Journal(out / ".run.json")
    for stage in stages().values():
        key = _fingerprint(stage, settings, folders)
        if journal.done(stage, key, folders):
            say(f"{stage.name}: unchanged")
            continue
        start = perf_counter()
        run_stage(stage, settings, folders)
        journal.note(stage, key, folders)
        say(f"{stage.name}: {perf_counter() - start:.1f} s")


class _Journal:
    """Which stage was finished from which inputs, and what it wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def entries(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):  # none yet, or not ours
            return {}

    def done(self, stage: Stage, key: str, folders: Folders) -> bool:
        """Whether the stage was finished from the same inputs and its results stand unchanged."""
        return self.entries.get(stage.name) == {"key": key, "wrote": _hashes(stage.writes, folders)}

    def note(self, stage: Stage, key: str, folders: Folders) -> None:
        """Record a finished stage."""
        self.entries[stage.name] = {"key": key, "wrote": _hashes(stage.writes, folders)}
        store.write({self.path: self.entries})


def _hashes(names: tuple[str, ...], folders: Folders) -> dict[str, str | None]:
    paths = {name: folders.path(name) for name in names}
    return {name: hash_file(path) if path.exists() else None for name, path in paths.items()}


def _fingerprint(stage: Stage, settings: Settings, folders: Folders) -> str:
    content = settings.params.model_dump(mode="json")
    parts: dict[str, Any] = {
        "code": {
            str(file.relative_to(ROOT)): hash_file(file)
            for dep in stage.code
            for file in sorted((ROOT / dep).rglob("*") if (ROOT / dep).is_dir() else [ROOT / dep])
            if file.is_file() and "__pycache__" not in file.parts
        },
        "params": {section: content[section] for section in stage.params},
        "inputs": _hashes(stage.reads, folders),
        "district": settings.district.model_dump(mode="json"),
    }
    if stage.reads_district:
        parts["layers"] = {
            label: hash_layer(settings.district.file(layer))
            for label, layer in settings.district.layers.all()
        }
        parts["committee"] = {path.name: hash_file(path) for path in settings.district.committee_files}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
