"""Get nginx for the deployment tests where there is none: Debian's package as root.

Where it is not to be had this says so loudly and succeeds: the tests that need it then skip, and say why.
"""

import contextlib
import os
import shutil
import subprocess
import sys

from tests.deploy.running_nginx import nginx_program

# A machine that runs systemd would start it at once, on port 80; nobody asked for that.
INSTALL = "apt-get update -qq && apt-get install -y -qq nginx"
LEAVE_IT_OFF = "{ [ ! -d /run/systemd/system ] || systemctl disable --now nginx; }"


def main() -> None:
    if nginx_program() is None and shutil.which("apt-get") and os.geteuid() == 0:
        way = ["sh", "-c", f"{INSTALL} && {LEAVE_IT_OFF}"]
        print("No nginx yet; trying:", INSTALL, flush=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(way, check=False, timeout=600, stdout=subprocess.DEVNULL)
    if nginx_program() is None:
        print("\n*** No nginx could be installed: THE TESTS BEHIND NGINX WILL BE SKIPPED. ***\n", file=sys.stderr)


if __name__ == "__main__":
    main()
