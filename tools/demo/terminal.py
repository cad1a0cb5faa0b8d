"""The terminal: Ctrl-C for us alone, and a status line.

`make` runs us in its own process group. Ctrl-C would reach both, and make would exit with an error
while we stop in good order. So at a terminal we move to a group of our own and take the
terminal's foreground, and give it back at the end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator

STATUS_EVERY_SECONDS = 5.0


@contextlib.contextmanager
def own_foreground() -> Iterator[None]:
    """Be the terminal's foreground group, if ours is that now and is somebody else's too."""
    try:
        terminal = sys.stdin.fileno()
        theirs = os.tcgetpgrp(terminal)
    except (OSError, ValueError):  # no terminal
        yield
        return
    if theirs != os.getpgrp() or os.getpgrp() == os.getpid():
        yield
        return
    try:
        os.setpgid(0, 0)
        _take(terminal, os.getpgrp())
    except OSError:
        yield
        return
    # Ctrl-Z would stop us but not make, for which the shell waits: nobody could use the terminal any more.
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            _take(terminal, theirs)
        signal.signal(signal.SIGTSTP, before)


def _take(terminal: int, group: int) -> None:
    # A background group that changes the foreground is stopped by SIGTTOU unless it ignores that.
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(terminal, group)
    finally:
        signal.signal(signal.SIGTTOU, before)


class StatusLine:
    """Rewritten in place each second on a terminal; a line of its own now and then elsewhere."""

    def __init__(self) -> None:
        self._in_place = sys.stdout.isatty()
        self._due = 0.0
        self._width = 0

    def show(self, now: float, text: str) -> None:
        """Show `text` if it is time; `now` in seconds."""
        if now < self._due:
            return
        self._due = now + (1.0 if self._in_place else STATUS_EVERY_SECONDS)
        if self._in_place:
            # A line that wraps could not be rewritten.
            text = text[: shutil.get_terminal_size().columns - 1]
            print(f"\r{text:<{self._width}}", end="", flush=True)
            self._width = len(text)
        else:
            print(text, flush=True)

    def end(self) -> None:
        """Go on to the next line."""
        if self._in_place and self._width:
            print(flush=True)
            self._width = 0
