"""Write docs/explained.md anew: each command on the page, with what a finished run answers."""

from __future__ import annotations

import re
from pathlib import Path

from tests.runs import ROOT, called

PAGE = ROOT / "docs/explained.md"
_BLOCK = re.compile(r"```console\n\$ python -m pipeline explain \S+ ([^\n]*)\n(.*?)```", re.DOTALL)


def explained(page: str, district: Path, out: Path) -> str:
    """Return the page with what `explain` answers under each of its commands on a finished run."""

    def block(match: re.Match[str]) -> str:
        done = called("explain", str(district), "--out", str(out), *match[1].split())
        assert done.returncode == 0, done.stderr
        return f"{match[0].splitlines()[0]}\n{match[0].splitlines()[1]}\n{done.stdout}```"

    return _BLOCK.sub(block, page)


if __name__ == "__main__":
    fresh = explained(PAGE.read_text(encoding="utf-8"), ROOT / "data/raw/demo/district.yaml", ROOT / "data")
    PAGE.write_text(fresh, encoding="utf-8")
