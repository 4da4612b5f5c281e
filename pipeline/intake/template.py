"""Write the files with which a new district begins."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from pipeline.errors import SettingsError

_TEMPLATE = files("pipeline.intake").joinpath("template")
_PLACEHOLDER = "my_district"


def write_template(folder: Path) -> str:
    """Write a commented `district.yaml`, a README and an empty `layers/`; return what to do next.

    Raises
    ------
    SettingsError
        The folder holds files already, or cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(
            str(folder), "exists already and is not an empty folder", "a folder that is new or empty", "choose another name"
        )  # fmt: skip
    district_id = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_") or "district"
    try:
        (folder / "layers").mkdir(parents=True)
        for name in ("district.yaml", "README.md"):
            text = _TEMPLATE.joinpath(name).read_text(encoding="utf-8")
            (folder / name).write_text(
                text.replace(_PLACEHOLDER, district_id), encoding="utf-8", newline="\n"
            )
    except OSError as error:
        raise SettingsError(str(folder), f"cannot be written ({error.strerror})") from None
    return "\n".join(
        [
            f"已生成 written: {folder / 'district.yaml'}",
            f"1. 把图层文件放入 put the files into {folder / 'layers'}",
            "2. 在 district.yaml 中写明路径、列名、坐标系 say in district.yaml what they are",
            f"3. python -m pipeline check {folder / 'district.yaml'}",
            f"4. python -m pipeline run {folder / 'district.yaml'} --out {folder / 'results'}",
        ]
    )
