"""Fetches the large networks' weights before a lesson: `make weights`, or this file with `python -m`.

Each file goes into the app's folder ($CNNVIZ_WEIGHTS_DIR), once: what is there and whole is left alone, what was cut
off is gone on with. A file in the format that cannot be mapped (VGG-16's) gets the copy that can beside it; only that
imports torch.
"""

import argparse
import sys
from collections.abc import Sequence

from cnnviz.networks.architecture import Published
from cnnviz.networks.download import Progress, fetch
from cnnviz.networks.mapped import can_be_mapped, mapped_copy
from cnnviz.networks.weights import WeightsError, find, megabytes
from cnnviz.networks.zoo import MODELS, load_model

FETCHED = {name: entry for name, entry in MODELS.items() if isinstance(entry, Published)}
WIDTH = 24  # characters of a bar
TENTHS = 10  # lines of a whole bar where a line cannot be written over


class Bar:
    """A progress bar in a terminal; where the output goes elsewhere, a line for each tenth."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._tenth = -1

    def show(self, progress: Progress) -> None:
        """Called a few times a second."""
        if self._is_terminal:
            filled = round(WIDTH * progress.fraction)
            print(f"\r\033[K[{'#' * filled}{'.' * (WIDTH - filled)}] {progress.sentence()}", end="", flush=True)
        elif progress.state == "downloading" and int(TENTHS * progress.fraction) > self._tenth:
            self._tenth = int(TENTHS * progress.fraction)
            print(progress.sentence(), flush=True)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._is_terminal:
            print("\r\033[K", end="", flush=True)


def fetch_one(name: str, entry: Published) -> bool:
    """Fetch the weights of one network and say where they are, or why they could not be had; whether they are there."""
    path = find(entry.weights)
    if path is not None:
        print(f"{entry.title}: {path} is here and whole.", flush=True)
    else:
        bar = Bar()
        try:
            path = fetch(entry.weights, bar.show)
        except WeightsError as error:
            bar.end()
            print(f"{entry.title}: {error}", file=sys.stderr, flush=True)
            return False
        bar.end()
        print(f"{entry.title}: {path}, {megabytes(path.stat().st_size)}, checked.", flush=True)
    if not can_be_mapped(path) and mapped_copy(path) is None:
        print(f"{entry.title}: a copy is made that all processes can share.", flush=True)
        load_model(name, download=False)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: which networks. 0 where all are there in the end, 1 where one is not, 130 where it was stopped.

    >>> main(["slim_vgg"])
    Traceback (most recent call last):
    SystemExit: 2
    """
    parser = argparse.ArgumentParser(
        prog="python -m cnnviz.networks.fetch_weights",
        description="Fetch the weights of the large networks before a lesson; what is there already is not fetched.",
    )
    names = ", ".join(FETCHED)
    parser.add_argument("names", nargs="*", metavar="network", help=f"of {names}; all without a name")
    chosen = parser.parse_args(arguments).names or [*FETCHED]
    unknown = [name for name in chosen if name not in FETCHED]
    if unknown:
        parser.error(f"no weights are fetched for {', '.join(unknown)}; they are for {names}")
    try:
        there = [fetch_one(name, FETCHED[name]) for name in dict.fromkeys(chosen)]
    except KeyboardInterrupt:
        print("\nStopped. What arrived is kept, and the next call goes on from there.", file=sys.stderr)
        return 130
    return 0 if all(there) else 1


if __name__ == "__main__":
    sys.exit(main())
