"""Reads the heaviest files one after the other in a process of its own that may take little memory, for a test.

``python -m tests.read_in_little_memory HEAVY 400`` prints a line of JSON for each file: its name, the answer, and the
seconds it took; the process may take 400 MB more than it has at the beginning.
"""

import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path

from cnnviz.images import ImageError, read_picture
from tests import bad_pictures
from tests.picture_files import encode, photo


def main(table: str, megabytes: int) -> None:
    warnings.simplefilter("ignore")
    read_picture(encode(photo(), "PNG"), "first.png")  # what is loaded once is not counted
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    files = {name: make() for name, make in getattr(bad_pictures, table).items()}
    held = sum(map(len, files.values()))
    most = pages * os.sysconf("SC_PAGE_SIZE") + held + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for name, data in files.items():
        began = time.process_time()
        try:
            answer = str(read_picture(data, name).image.size)
        except ImageError as refusal:
            answer = str(refusal)
        print(json.dumps([name, answer, round(time.process_time() - began, 2)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
