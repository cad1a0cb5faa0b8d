"""Running a program with a line of progress now and then, and its whole output when it fails."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.deploy_local.errors import DeployError
from tools.deploy_local.settings import RUN

#: Seconds between two lines about the same step.
EVERY = 10.0
_print_lock = threading.Lock()
_started = time.monotonic()


def say(who: str, text: str) -> None:
    """One line: seconds since the start, who, what."""
    with _print_lock:
        print(f"{time.monotonic() - _started:5.0f} s  {who:<9}  {text}", flush=True)


def run(
    who: str,
    step: str,
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    counted: str,
    accepted: Sequence[int] = (0,),
) -> tuple[int, str]:
    """Run `command`; lines that match `counted` are what has been done so far.

    Its output is kept below `.run/deploy`, in `<who>/logs`. Returns its exit status, one of `accepted`, and its
    output. Raises DeployError for any other status.
    """
    say(who, f"{step} …")
    began = said = time.monotonic()
    pattern, count, lines = re.compile(counted), 0, []
    process = subprocess.Popen(
        command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        count += bool(pattern.search(line))
        if time.monotonic() - said > EVERY:
            said = time.monotonic()
            say(who, f"{step}: {count} done after {said - began:.0f} s")
    status = process.wait()
    output = "".join(lines)
    logs = RUN / who / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    name = f"{len(list(logs.iterdir())) + 1:02}-{step.split()[0]}.log"
    (logs / name).write_text(output, encoding="utf-8")
    if status not in accepted:
        raise DeployError(f"{who}: {step} failed with status {status}", output)
    say(who, f"{step}: {count} done in {time.monotonic() - began:.0f} s")
    return status, output
