"""Node: the one that came with the tools of this project, else the machine's."""

import shutil
import sys
from pathlib import Path

NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node") or "node"
