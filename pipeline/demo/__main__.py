"""Write the demo district: `python -m pipeline.demo OUTDIR [--seed N]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.demo import generate

SEED = 20260611


def main() -> None:
    """Read the arguments and write the district."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.demo", description="Write the fictional demo district."
    )
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    generate(arguments.outdir, arguments.seed)


if __name__ == "__main__":
    main()
