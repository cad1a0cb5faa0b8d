"""Fields that all records of a piece of work share, carried by a context variable.

The state is immutable and holds its fields already encoded, so a record pays for one look-up
however deep the contexts are nested. Tasks and threads started with a copied context inherit it
and cannot change each other's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from logging_system import metrics
from logging_system.blocks import Block
from logging_system.control import flight_recorder
from logging_system.control.flight_recorder import HeldRecords
from logging_system.record import encode_context


class ContextState:
    """An immutable set of context fields and their encoded form (`"a":1,`)."""

    __slots__ = ("encoded", "fields", "held")
    in_sink_thread = False

    def __init__(self, fields: Mapping[str, object], held: HeldRecords | None = None) -> None:
        self.fields = fields
        self.encoded = encode_context(fields)
        #: What the flight recorder holds for this context and those around it.
        self.held = held


class _SinkThreadState(ContextState):
    """The context of a sink's own thread: what is logged there goes to the local sinks only."""

    __slots__ = ()
    in_sink_thread = True


_NOTHING = ContextState({})
current: ContextVar[ContextState] = ContextVar("logging_system_context", default=_NOTHING)


def enter_sink_thread() -> None:
    """Mark the calling thread as one of a sink, or the writer's."""
    current.set(_SinkThreadState({}))


def new_correlation_id() -> str:
    """32 hexadecimal digits; also a valid W3C trace id."""
    return os.urandom(16).hex()


def get_context() -> dict[str, object]:
    """The context fields in force here, as a new dict."""
    return dict(current.get().fields)


def bind_context(**fields: object) -> None:
    """Add fields to the context in force here, until the surrounding `logger.context` (or the task) ends."""
    state = current.get()
    current.set(ContextState({**state.fields, **fields}, state.held))


class LogContext(Block):
    """`logger.context(...)`: use it with `with`, `async with` or as a decorator, as often as you like.

    Entering adds a `correlation_id` if there is none. Leaving restores what was before and never
    raises, also from another task than the one that entered.
    """

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields
        self._tokens: list[Token[ContextState]] = []

    def __enter__(self) -> Self:
        state = current.get()
        fields = {**state.fields, **self._fields}
        if fields.get("correlation_id") in (None, ""):
            fields["correlation_id"] = new_correlation_id()
        recorder = flight_recorder.active
        held = state.held if recorder is None or state.held is not None else recorder.new()
        self._tokens.append(current.set(ContextState(fields, held)))
        metrics.context_entered()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tokens:
            metrics.context_left()
        held = current.get().held
        if held is not None and isinstance(error, Exception):
            held.write()
        try:
            current.reset(self._tokens.pop())
        except (ValueError, IndexError):  # left in another context than entered: that one is not ours to restore
            return

    def __del__(self) -> None:
        for _ in self._tokens:  # entered and never left
            metrics.context_left()

    def _another(self) -> LogContext:
        return LogContext(self._fields)
