"""Fields that all records of a piece of work share, carried by a context variable.

The state is immutable and holds its fields already encoded, so a record pays for one look-up
however deep the contexts are nested. Tasks and threads started with a copied context inherit it
and cannot change each other's.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from logging_system import metrics
from logging_system.record import encode_context

P = ParamSpec("P")
R = TypeVar("R")


class ContextState:
    """An immutable set of context fields and their encoded form (`"a":1,`)."""

    __slots__ = ("encoded", "fields")

    def __init__(self, fields: Mapping[str, object]) -> None:
        self.fields = fields
        self.encoded = encode_context(fields)


_NOTHING = ContextState({})
current: ContextVar[ContextState] = ContextVar("logging_system_context", default=_NOTHING)


def new_correlation_id() -> str:
    """32 hexadecimal digits; also a valid W3C trace id."""
    return os.urandom(16).hex()


def get_context() -> dict[str, object]:
    """The context fields in force here, as a new dict."""
    return dict(current.get().fields)


def bind_context(**fields: object) -> None:
    """Add fields to the context in force here, until the surrounding `logger.context` (or the task) ends."""
    current.set(ContextState({**current.get().fields, **fields}))


class LogContext:
    """`logger.context(...)`: use it with `with`, `async with` or as a decorator, as often as you like.

    Entering adds a `correlation_id` if there is none. Leaving restores what was before and never
    raises, also from another task than the one that entered.
    """

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields
        self._tokens: list[Token[ContextState]] = []

    def __enter__(self) -> Self:
        fields = {**current.get().fields, **self._fields}
        if fields.get("correlation_id") in (None, ""):
            fields["correlation_id"] = new_correlation_id()
        self._tokens.append(current.set(ContextState(fields)))
        metrics.active_contexts.inc()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        metrics.active_contexts.dec()
        try:
            current.reset(self._tokens.pop())
        except (ValueError, IndexError):  # left in another context than entered: that one is not ours to restore
            return

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(error_type, error, trace)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function or coroutine function: each call runs in a context of its own."""
        return decorate(function, lambda: LogContext(self._fields))


def decorate(function: Callable[P, R], enter: Callable[[], Any]) -> Callable[P, R]:
    """Wrap `function` so that each call runs inside a new context manager made by `enter`."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            with enter():
                return await function(*args, **kwargs)

        return cast("Callable[P, R]", call_async)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with enter():
            return function(*args, **kwargs)

    return call
