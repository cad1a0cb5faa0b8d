"""Whose turn it is to deliver: one thread at a time, without a lock.

Handlers, finalisers and asynchronous exceptions may come at any call, so a lock could be taken
before anything knows by whom, and whoever interrupts its holder would wait for itself. Taking the
turn is one line without a call instead, see `buffer.py`; those who wait for it look again and again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from logging_system.pipeline import native
from logging_system.pipeline.threads import is_own

_PAUSE_SECONDS = 0.0005


class Turn:
    """`owner` is the thread that has it, 0 for none."""

    def __init__(self) -> None:
        self.owner = 0
        self._exclusive = native.new_exclusive()

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread has it, interrupted by whoever asks."""
        return self.owner == native.get_ident()

    @contextlib.contextmanager
    def held(self, timeout: float | None = None) -> Iterator[bool]:
        """Have it for a block. False if another thread kept it for `timeout` seconds (None: wait for ever)."""
        me = before = native.get_ident()
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = native.sleep if is_own() else time.sleep
        try:
            while True:
                with self._exclusive:
                    self.owner, before = self.owner or me, self.owner
                if not before or before == me or (deadline is not None and time.monotonic() >= deadline):
                    break
                pause(_PAUSE_SECONDS)
            yield not before
        finally:
            if not before and self.owner == me:
                self.owner = 0

    def keep(self, timeout: float) -> bool:
        """Have it until `give_back`; False if another thread kept it for `timeout` seconds."""
        me = native.get_ident()
        with self.held(timeout) as mine:
            if mine:
                self.owner = -me  # so that the end of the block does not give it back
        return mine

    def give_back(self) -> None:
        """End what `keep` of the same thread began."""
        if self.owner == -native.get_ident():
            self.owner = 0

    def revoke(self) -> None:
        """Take it from a thread that hangs; what that thread does with it later has no effect."""
        self.owner = 0
