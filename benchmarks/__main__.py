"""This app against its peers, in one run on one machine: every claim as a ratio beside its goal. Run by ``make bench``.

``python -m benchmarks mosaic weights`` runs only those.
"""

import importlib
import sys
from pathlib import Path


def main() -> None:
    files = Path(__file__).parent.glob("bench_*.py")
    names = sys.argv[1:] or sorted(file.stem.removeprefix("bench_") for file in files)
    rows = []
    for name in names:
        print(f"… {name}", flush=True)
        rows += importlib.import_module(f"benchmarks.bench_{name}").run()
    width = max(len(row[0]) for row in rows)
    print(f"\n{'what':{width}}  {'ratio':>9}  goal")
    for what, ratio, goal in rows:
        print(f"{what:{width}}  {ratio:9.2f}  {goal}")


if __name__ == "__main__":
    main()
