"""Processes that the demo starts, waits for and stops. None of them survives it, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.demo.errors import DemoError

_PR_SET_PDEATHSIG = 1
TAIL_LINES = 15


def _die_with_parent() -> None:
    """Linux kills the child when its parent goes, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """One process; its output goes into a file of the run's folder."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str], run_dir: Path) -> None:
        self.name = name
        self.output = run_dir / f"{name.replace(' ', '-').lower()}.out"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the supervisor alone
                preexec_fn=_die_with_parent,
            )

    @property
    def is_running(self) -> bool:
        """It has not ended."""
        return self.process.poll() is None

    def tail(self) -> str:
        """The end of its output, indented."""
        lines = self.output.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])

    def check(self) -> None:
        """Raise DemoError if it has ended."""
        if not self.is_running:
            raise DemoError(f"{self.name} ended with status {self.process.returncode}:\n{self.tail()}")

    def stop(self, seconds: float) -> int:
        """SIGTERM, then SIGKILL to its whole session after `seconds`. Returns the exit status."""
        if self.is_running:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait()

    def kill(self) -> None:
        """SIGKILL to its whole session."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def answers(url: str) -> bool:
    """Tell whether a GET of `url` is answered with a good status."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status < 400)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_ready(child: Child, url: str, *, seconds: float, interrupted: Callable[[], bool]) -> None:
    """Wait for an answer at `url`. Raises DemoError when the child ends or the time is over."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        child.check()
        if interrupted():
            return
        if time.monotonic() > deadline:
            raise DemoError(f"{child.name} does not answer at {url} after {seconds:.0f} s:\n{child.tail()}")
        time.sleep(0.05)
