"""`logger.timer("database_query")`: one record with `duration_ms`, and one observation for the metrics.

The record is written when the block ends, however it ends; `outcome` tells: `ok`, `error` or
`cancelled`. What was raised goes on to the caller. The call site is where `timer` was called.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from logging_system import metrics
from logging_system.blocks import Block


class WritesTimed(Protocol):
    """What a timer needs of a logger."""

    def write_timed(self, level: int, message: str, *, seconds: float, fields: dict[str, object], place: bytes) -> None:
        """Write a record that has a duration."""


class Timer(Block):
    """Use it with `with`, `async with` or as a decorator, as often as you like."""

    def __init__(
        self, logger: WritesTimed, operation: str, level: int, place: bytes, fields: Mapping[str, object]
    ) -> None:
        self._logger = logger
        self._operation = operation
        self._level = level
        self._place = place
        self._fields = fields
        self._starts: list[float] = []

    def __enter__(self) -> Self:
        self._starts.append(time.perf_counter())
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds = time.perf_counter() - (self._starts.pop() if self._starts else time.perf_counter())
        outcome = outcome_of(error)
        metrics.observe_operation(self._operation, outcome, seconds)
        fields: dict[str, object] = {"operation": self._operation, "outcome": outcome}
        if error is not None and outcome == "error":
            fields["error_type"] = type(error).__name__
        self._logger.write_timed(
            self._level, self._operation, seconds=seconds, fields={**fields, **self._fields}, place=self._place
        )

    def _another(self) -> Timer:
        return Timer(self._logger, self._operation, self._level, self._place, self._fields)


def outcome_of(error: BaseException | None) -> str:
    """`ok`, `error` or `cancelled` (a cancelled asyncio task)."""
    if error is None:
        return "ok"
    asyncio = sys.modules.get("asyncio")  # not imported for its sake: it takes 30 ms
    return "cancelled" if asyncio is not None and isinstance(error, asyncio.CancelledError) else "error"
