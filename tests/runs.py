"""Run the pipeline in tests, as its users run it."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from filelock import FileLock

from pipeline import store
from pipeline.cli import main
from pipeline.run import Folders

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Chain:
    """A finished run."""

    out: Path

    @property
    def folders(self) -> Folders:
        return Folders(self.out / "processed", self.out / "maps")

    def __getitem__(self, name: str) -> Any:
        return store.read(self.folders.path(name))


def pipeline(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command line, as a user does."""
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, encoding="utf-8")


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command line within this process: two seconds less, and what it does not catch fails the test."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with patch("sys.argv", ["pipeline", *arguments]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def run_pipeline(district: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the whole chain on a district."""
    return pipeline("run", str(district), "--out", str(out), *options)


def finished_chain(district: Path, out: Path) -> Chain:
    """Run the chain and insist that it ends well; what another test process has finished there is not run again."""
    with FileLock(out.with_suffix(".lock")):
        done = run_pipeline(district, out)
    assert done.returncode == 0, done.stderr
    return Chain(out)
