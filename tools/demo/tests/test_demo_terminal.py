"""The terminal: who has it while the demo runs, and a status line that fits."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.demo.terminal import StatusLine

ROOT = Path(__file__).parents[3]
#: What a demo under make sees: the terminal is its own, Ctrl-Z does nothing, and both are as before afterwards.
SCRIPT = """
import os, signal
from tools.demo.terminal import own_foreground

def look():
    return os.tcgetpgrp(0) == os.getpid(), signal.getsignal(signal.SIGTSTP).name

before = look()
with own_foreground():
    during = look()
print(before, during, (os.tcgetpgrp(0) == os.getppid(), signal.getsignal(signal.SIGTSTP).name))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a terminal is not taken by opening it")
def test_under_make_the_terminal_is_ours_and_ctrl_z_cannot_stop_us() -> None:
    """Stopped alone, with make waiting, nobody could use the terminal any more."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            # The shell stands for make: it leads the group that has the terminal. `:` keeps it from exec.
            ["sh", "-c", 'exec <"$0"; "$1" -c "$2"; :', os.ttyname(theirs), sys.executable, SCRIPT],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            start_new_session=True,
            timeout=30,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == "(False, 'SIG_DFL') (True, 'SIG_IGN') (True, 'SIG_DFL')\n", done.stderr


def test_the_status_line_is_cut_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that wraps could not be rewritten."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((20, 24)))
    status = StatusLine()
    status.show(0.0, "x" * 50)
    status.show(0.5, "too early")
    status.show(1.0, "short")

    first, second = capsys.readouterr().out.removeprefix("\r").split("\r")
    assert first == "x" * 19
    assert second == "short".ljust(19)
