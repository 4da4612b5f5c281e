"""Find the programs that some tests want; say how to get one that is not there (`make programs`)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def program(*names: str) -> str:
    """Return the first of the programs that is installed; skips where none is (in CI that fails)."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed; `make programs` gets it on Debian as root")
    return found


def recalculated(workbook: Path, folder: Path) -> Path:
    """Open a workbook in LibreOffice, which computes its formulas, and save it again into a folder."""
    command = [
        program("soffice", "libreoffice"),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder),
        str(workbook),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / workbook.name


def pdf_text(pdf: Path) -> str:
    """Return the text of a PDF, as one selects it."""
    command = [program("pdftotext"), "-layout", str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
