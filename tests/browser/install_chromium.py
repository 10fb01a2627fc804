"""Get a Chromium for the browser tests where there is none: Debian's packages as root, else Playwright's own download.

Where none is to be had this says so loudly and succeeds: the browser tests then skip, and say why.
"""

import contextlib
import os
import shutil
import subprocess
import sys

from tests.browser.running_app import chromium_starts


def attempts() -> list[list[str]]:
    """The ways to get one, best first, each a command."""
    ways = []
    if shutil.which("apt-get") and os.geteuid() == 0:
        for package in ("chromium-headless-shell", "chromium"):  # the first is not in every release
            ways.append(["sh", "-c", f"apt-get update -qq && apt-get install -y -qq {package} fonts-dejavu-core"])
    ways.append([sys.executable, "-m", "playwright", "install", "chromium"])
    return ways


def main() -> None:
    for way in [None, *attempts()]:
        if way is not None:
            print("No Chromium yet; trying:", " ".join(way), flush=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(way, check=False, timeout=600, stdout=subprocess.DEVNULL)
        if chromium_starts():
            return
    print("\n*** No Chromium could be installed: THE BROWSER TESTS WILL BE SKIPPED. ***\n", file=sys.stderr)


if __name__ == "__main__":
    main()
