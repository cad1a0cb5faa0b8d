"""`logger.timer("database_query")`: one record with `duration_ms`, and one observation for the metrics.

The record is written when the block ends, however it ends; `outcome` tells how (see `outcome_of`).
What was raised goes on to the caller. The call site is where `timer` was called. A timed generator
is measured from its first item to its end, with the time that its caller takes between items.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Final, Protocol, Self

from logging_system import metrics
from logging_system.blocks import Block
from logging_system.metrics_exemplars import Source
from logging_system.nesting import Entered, leave

#: Exceptions by which frameworks end a piece of work that is no longer wanted, by module. Looked up
#: only where the module is loaded: importing asyncio for it would take 30 ms.
_CANCELLING: Final = (("asyncio", "CancelledError"), ("trio", "Cancelled"), ("greenlet", "GreenletExit"))


class WritesTimed(Protocol):
    """What a timer needs of a logger."""

    def write_timed(
        self, level: int, message: str, *, seconds: float, fields: dict[str, object], place: bytes
    ) -> Source | None:
        """Write a record that has a duration; None if it was not written."""


class _Running:
    """A timer that runs: when it started, and the one around it."""

    __slots__ = ("entered", "started")

    def __init__(self, started: float, entered: Entered[_Running] | None) -> None:
        self.started = started
        self.entered = entered


_NONE: Final = _Running(0.0, None)
_running: ContextVar[_Running] = ContextVar("logging_system_timers", default=_NONE)


class Timer(Block):
    """Use it with `with`, `async with` or as a decorator, as often as you like, also in several tasks at once."""

    def __init__(
        self, logger: WritesTimed, operation: str, level: int, place: bytes, fields: Mapping[str, object]
    ) -> None:
        self._logger = logger
        self._operation = operation
        self._level = level
        self._place = place
        self._fields = fields
        self._last_start = 0.0

    def __enter__(self) -> Self:
        self._last_start = started = time.perf_counter()
        _running.set(_Running(started, Entered(self, _running.get())))
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended = time.perf_counter()
        running = leave(_running, self, _NONE)
        # A generator may end in another context than it started in.
        seconds = ended - (self._last_start if running is None else running.started)
        outcome = outcome_of(error)
        fields: dict[str, object] = {"operation": self._operation, "outcome": outcome}
        if error is not None and outcome == "error":
            fields["error_type"] = type(error).__name__
        record = self._logger.write_timed(
            self._level, self._operation, seconds=seconds, fields={**fields, **self._fields}, place=self._place
        )
        metrics.observe_operation(self._operation, outcome, seconds, record)

    def _another(self) -> Timer:
        return Timer(self._logger, self._operation, self._level, self._place, self._fields)


def outcome_of(error: BaseException | None) -> str:
    """How a piece of work ended that raised `error`.

    `ok`; `error`; `cancelled` (a task or greenlet that is no longer wanted); `closed` (a generator whose
    caller wanted no more items); `interrupted` (Ctrl-C); `exited` (`sys.exit`).
    """
    if error is None:
        return "ok"
    if isinstance(error, Exception):
        return "error"
    if isinstance(error, GeneratorExit):
        return "closed"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, SystemExit):
        return "exited"
    for module, name in _CANCELLING:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(error, kind):
            return "cancelled"
    return "error"
