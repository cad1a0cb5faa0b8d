"""SIGTERM and SIGHUP, for programs that ask for it (`handle_sigterm`, `handle_sighup`).

SIGTERM: everything accepted is written, then what was set before happens: the default ends the
process, a handler of the program is called, "ignore" goes on. SIGHUP: the configuration is read again.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeAlias

from logging_system import diagnostics

Previous: TypeAlias = "Callable[[int, FrameType | None], Any] | int | signal.Handlers | None"


class SignalHandler:
    """Ours for one signal, in front of the one that was there. `act` gets whether the process will end by it."""

    def __init__(self, name: str, act: Callable[[bool], None], put_off: Callable[[Callable[[], None]], bool]) -> None:
        self._name = name
        self._act = act
        #: Takes what cannot be done now, and returns whether that is so.
        self._put_off = put_off
        self._previous: Previous = None
        self._installed = False

    def install(self, *, wanted: bool) -> None:
        """Put ours in place, or take it away if it still is there."""
        number = getattr(signal, self._name, None)
        if number is None or wanted == self._installed:
            return
        if threading.current_thread() is not threading.main_thread():
            diagnostics.say(f"signal {self._name}", f"{self._name} can only be handled by the main thread: not done")
            return
        current = signal.getsignal(number)
        if wanted:
            if current is None:  # set from C, and nothing in Python could call it or put it back
                diagnostics.say(f"signal {self._name}", f"{self._name} has a handler that is not Python's: left alone")
                return
            self._previous = current
            signal.signal(number, self._handle)
        elif current == self._handle:
            signal.signal(number, self._previous)
        self._installed = wanted

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._put_off(lambda: self._handle(number, frame)):
            return
        previous = self._previous
        ends = previous == signal.SIG_DFL
        self._act(ends)
        if callable(previous):
            previous(number, frame)
        elif ends and number == getattr(signal, "SIGTERM", None):
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
