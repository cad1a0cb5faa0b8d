"""Noticing that `make` was interrupted by a signal that only `make` got.

After `kill -INT` GNU make tells its recipe nothing and waits for it, for ever if it has no end of
its own. What can be seen (Linux) is that it no longer catches SIGINT.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path


class ParentMake:
    """The parent process, if it is a make that catches SIGINT."""

    def __init__(self) -> None:
        self._folder = Path(f"/proc/{os.getppid()}")
        self._watched = self._name() in ("make", "gmake") and self._catches_sigint()

    def was_interrupted(self) -> bool:
        """It caught SIGINT at first and does not any more."""
        return self._watched and not self._catches_sigint()

    def _name(self) -> str:
        try:
            return (self._folder / "comm").read_text(encoding="utf-8").strip()
        except OSError:  # no Linux, or it is gone
            return ""

    def _catches_sigint(self) -> bool:
        try:
            status = (self._folder / "status").read_text(encoding="utf-8")
        except OSError:
            return False
        mask = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
        return bool(int(mask, 16) & 1 << (signal.SIGINT - 1))
