"""Counts that callers make and nobody has added up yet, in a queue that needs no lock.

A log call may come from a signal handler or a finaliser that interrupted anything, this file
included, and a fork may come at any time. A caller therefore only appends, which is one atomic
operation. Adding up is done under a lock by the writer once a batch and by each scrape. Whoever
finds the lock taken goes away, because its holder adds up these very counts; only a scrape waits,
and never for its own thread.
"""

from __future__ import annotations

import sys
from _thread import LockType
from collections import deque
from collections.abc import Callable
from types import FrameType
from typing import Final, Protocol, TypeAlias

from logging_system.metrics_exemplars import Source
from logging_system.pipeline import native

#: Counts from which a caller adds up itself, about 0.5 ms: no record is written and nobody scrapes.
MOST_WAITING: Final = 1024
#: Counts from which nobody can be adding up: an asynchronous exception has ended the lock's holder half-way.
_LOCK_IS_LOST: Final = 20 * MOST_WAITING
#: Seconds after which the same is certain of somebody who adds up; it takes milliseconds.
PATIENCE: Final = 1.0

Labels: TypeAlias = tuple[str, ...]


class AddsUp(Protocol):
    """A metric, as far as this file is concerned."""

    def add(self, labels: Labels, amount: float, source: Source | None) -> None:
        """Take one count over, and what an exemplar of it is made of. Called under the lock; must not fail."""


class Pending:
    """The queue of one process."""

    __slots__ = ("_held", "_lock", "waiting")

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Start empty, with a lock of its own: at first, and in a fork's child."""
        self.waiting: deque[tuple[AddsUp, Labels, float, Source | None]] = deque()
        self._lock = native.new_lock()
        self._held: LockType | None = None

    def add(self, metric: AddsUp, labels: Labels, amount: float, source: Source | None = None) -> None:
        """Count. Never waits; safe in signal handlers and finalisers."""
        self.waiting.append((metric, labels, amount, source))
        if len(self.waiting) >= MOST_WAITING:
            if len(self.waiting) >= _LOCK_IS_LOST:
                self._lock = native.new_lock()
            self.settle()

    def settle(self, then: Callable[[], None] | None = None, *, wait: bool = False) -> None:
        """Add up what waits, and do `then` before anybody else can.

        Does neither if this thread is at it already, which means that a handler interrupted it; or
        if another one is, except with `wait`. After PATIENCE in vain the lock is replaced.
        """
        lock = self._lock
        if not lock.acquire(blocking=False):
            if not wait or _is_interrupted():
                return
            if not lock.acquire(timeout=PATIENCE):
                lock = self._lock = native.new_lock()
                lock.acquire()
        try:
            self._add_up()
            if then is not None:
                then()
        finally:
            lock.release()

    def _add_up(self) -> None:
        waiting = self.waiting
        for _ in range(len(waiting)):  # not what comes meanwhile: others may come faster than we add
            try:
                metric, labels, amount, source = waiting.popleft()
            except IndexError:  # the lock was taken for lost and its holder is alive after all
                return
            metric.add(labels, amount, source)

    def hold_for_fork(self) -> None:
        """Have nobody add up while the process is copied."""
        lock = self._lock
        self._held = lock if not _is_interrupted() and lock.acquire(timeout=PATIENCE) else None

    def release_after_fork(self) -> None:
        """In the parent: go on."""
        if self._held is not None:
            self._held.release()
            self._held = None


def _is_interrupted() -> bool:
    """Whether the calling thread was adding up when the handler came that asks. Not remembered, so never wrong."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_code is Pending.settle.__code__:
            return True
        frame = frame.f_back
    return False
