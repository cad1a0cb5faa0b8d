"""The folder of a run, `.run/demo/`: emptied at the start, kept afterwards; a second demo beside it takes another."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TextIO

from tools.demo.errors import DemoError

ROOT = Path(".run")
MOST_AT_ONCE = 20


class RunDir:
    """An empty folder that is ours until the process ends."""

    def __init__(self) -> None:
        for number in range(1, MOST_AT_ONCE + 1):
            path = ROOT / ("demo" if number == 1 else f"demo-{number}")
            lock = self._lock(path)
            if lock is not None:
                break
        else:
            raise DemoError(f"{MOST_AT_ONCE} demos run here already")
        self.path = path.absolute()
        self._held = lock
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    @staticmethod
    def _lock(path: Path) -> TextIO | None:
        try:
            ROOT.mkdir(exist_ok=True)
            lock = Path(f"{path}.lock").open("w", encoding="utf-8")  # noqa: SIM115 - held until the process ends
        except OSError as error:
            raise DemoError(f"{path}: cannot be written: {error.strerror}", status=2) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock
