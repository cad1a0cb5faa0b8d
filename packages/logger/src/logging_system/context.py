"""Fields that all records of a piece of work share, carried by a context variable.

The state holds its fields already encoded, so a record pays for one look-up however deep the
contexts are nested. Tasks, and threads started with a copied context (`integrations/threads.py`),
inherit it and cannot change each other's: `bind_context` makes a new state for who calls it. Only
`bind_request_context` writes into a state, that of a request, which all of its threads share.

In a generator decorate the function with `logger.context(...)`. A plain `with` there stays in force
for the caller until the generator is asked for the next item.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Self

from logging_system import metrics
from logging_system.blocks import Block
from logging_system.control import flight_recorder
from logging_system.control.flight_recorder import HeldRecords
from logging_system.nesting import Entered, Paused, leave
from logging_system.record import encode_context
from logging_system.redact import active


class ContextState:
    """Context fields and their encoded form (`"a":1,`). Whoever sees another `encoded` sees other fields."""

    __slots__ = ("encoded", "entered", "fields", "held", "redactor", "request")
    in_sink_thread = False

    def __init__(
        self,
        fields: dict[str, object],
        held: HeldRecords | None = None,
        entered: Entered[ContextState] | None = None,
        request: Request | None = None,
    ) -> None:
        self.fields = fields
        #: Whose rules `encoded` follows.
        self.redactor = active.redactor
        self.encoded = encode_context(fields)
        #: What the flight recorder holds for this context and those around it.
        self.held = held
        #: The block that made it, and what was in force around that.
        self.entered = entered
        self.request = request

    def add(self, fields: Mapping[str, object]) -> None:
        """Add fields for all who hold this very state. Without a lock: encoding runs code of the caller's values."""
        self.fields.update(fields)
        self.encode_again()

    def encode_again(self) -> None:
        """Encode the fields under the rules of redaction in force now."""
        redactor = active.redactor
        while True:
            written = dict(self.fields)
            self.encoded = encode_context(written)
            if written.keys() == self.fields.keys() and all(self.fields[key] is written[key] for key in written):
                break  # else another thread added some meanwhile
        self.redactor = redactor


class Request:
    """What a middleware leaves in the states of a request: the outermost one, and the trace it belongs to."""

    __slots__ = ("state", "trace")

    def __init__(self, state: ContextState, trace: bytes) -> None:
        self.state = state
        #: `"trace_id":"…","span_id":"…"`, or nothing.
        self.trace = trace


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
    current.set(type(state)({**state.fields, **fields}, state.held, state.entered, state.request))


def bind_request_context(**fields: object) -> None:
    """Add fields for the whole request, from any thread or task of it, until the request ends.

    For what is learnt on the way, such as the user that a dependency of FastAPI found: frameworks
    run synchronous code in threads of their own, where `bind_context` would reach that thread only.
    The middleware's access record has the fields too. Contexts that other tasks of the request have
    entered before keep what they had. Outside a request it does what `bind_context` does.
    """
    state = current.get()
    if state.request is None:
        bind_context(**fields)
        return
    shared = state.request.state
    shared.add(fields)
    while state is not shared and state.entered is not None:  # blocks entered since, here
        state.add(fields)
        state = state.entered.outer


class LogContext(Block):
    """`logger.context(...)`: use it with `with`, `async with` or as a decorator, as often as you like.

    Entering adds a `correlation_id` if there is none. Leaving restores what was before, in whatever
    order blocks are left, and never raises: left by another task or thread than the one that
    entered, it changes nothing there.
    """

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields
        #: One item for each time it is entered and not left; the operations of a list are atomic.
        self._open: list[None] = []
        self._paused: Paused[ContextState] | None = None

    def __enter__(self) -> Self:
        outer = current.get()
        fields = {**outer.fields, **self._fields}
        given = fields.get("correlation_id")
        if given is None or (isinstance(given, str) and not given):
            fields["correlation_id"] = new_correlation_id()
        recorder = flight_recorder.active
        held = outer.held if recorder is None or outer.held is not None else recorder.new()
        current.set(type(outer)(fields, held, Entered(self, outer), outer.request))
        self._open.append(None)
        metrics.context_entered()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state = leave(current, self, _NOTHING)
        if state is not None and state.held is not None:
            if isinstance(error, Exception):
                state.held.write()
            if current.get().held is not state.held:  # the outermost block: nothing in it can fail any more
                state.held.discard()
        if self._open:
            self._open.pop()
            metrics.context_left()

    def __del__(self) -> None:
        for _ in self._open:  # entered and never left
            metrics.context_left()

    def _another(self) -> LogContext:
        return LogContext(self._fields)

    def pause(self) -> None:
        self._paused = Paused(current, self)

    def resume(self) -> None:
        if self._paused is not None:
            self._paused.resume()
