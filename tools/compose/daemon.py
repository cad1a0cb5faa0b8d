"""The Docker engine for tests, started where nobody has: as root, through systemd or by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from tools.compose.docker import check_engine
from tools.compose.errors import StackError

LOG = Path("/var/log/dockerd.log")
#: There where systemd runs.
SYSTEMD = Path("/run/systemd/system")
#: Seconds until it must answer.
START_SECONDS = 60


def engine_answers() -> bool:
    """Whether there is one, here or elsewhere."""
    try:
        check_engine()
    except StackError:
        return False
    return True


def start_engine() -> str:
    """Start it, through systemd where that runs; returns what was done. Raises StackError."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        check_engine()  # says what is missing
    if SYSTEMD.exists():
        subprocess.run(["systemctl", "start", "docker"], check=False)
        check_engine()
        return "started the Docker engine (systemctl stop docker ends it)"
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            ["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    end = time.monotonic() + START_SECONDS
    while not engine_answers():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise StackError(f"dockerd does not start; see {LOG}")
        time.sleep(0.5)
    return f"started dockerd (kill {process.pid} ends it, its log is {LOG})"
