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
#: Where dockerd and its containerd say who they are. One that was killed leaves it, and dockerd refuses to start as
#: long as anything has that number, a zombie too.
PID_FILES = (Path("/run/docker.pid"), Path("/run/docker/containerd/containerd.pid"))


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
    for file in PID_FILES:
        forget_the_dead(file)
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


def forget_the_dead(file: Path, processes: Path = Path("/proc")) -> None:
    """Remove a file that names no running dockerd or containerd."""
    try:
        number = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    try:
        name, state = _name_and_state((processes / str(number) / "stat").read_text(encoding="utf-8"))
    except OSError:
        name, state = "", "X"
    if name not in ("dockerd", "containerd") or state in "ZX":
        file.unlink(missing_ok=True)


def _name_and_state(stat: str) -> tuple[str, str]:
    """Of a line of /proc/PID/stat, whose second field is the name in brackets (proc(5))."""
    name, _, rest = stat.partition("(")[2].rpartition(")")
    return name, rest.split()[0]
