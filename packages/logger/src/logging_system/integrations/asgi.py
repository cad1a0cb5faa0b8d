"""ASGI middleware: correlation id in and out, one access record a request, and the request's duration as a metric.

Wrap it around everything else (`app = LoggingMiddleware(app)`), so that it sees the final status,
that of an error handler included. The id comes from `X-Correlation-ID`, else from the trace id of
`traceparent` (https://www.w3.org/TR/trace-context/), else it is made; an id that is not plain text
of up to 128 safe characters is replaced. Works with any ASGI 3 application; nothing is imported from one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from logging_system import metrics
from logging_system.callsite import caller_frame, encode_place
from logging_system.context import LogContext, new_correlation_id
from logging_system.levels import ERROR, INFO, WARNING
from logging_system.logger import get_logger
from logging_system.timer import outcome_of

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER: Final = b"x-correlation-id"
#: nginx's status for a client that went away before the answer.
CLIENT_CLOSED_REQUEST: Final = 499
_SAFE_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")

_logger = get_logger("logging_system.access")


class LoggingMiddleware:
    """Wraps `app`. Access records are INFO below status 400, WARNING below 500, ERROR from there on."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = correlation_id_of(scope.get("headers") or [])
        with LogContext({"correlation_id": correlation_id}):
            await _Request(scope, send, correlation_id).run(self._app, receive)


class _Request:
    """One request on its way: remembers the status and writes the access record."""

    def __init__(self, scope: Scope, send: Send, correlation_id: str) -> None:
        self._scope = scope
        self._send_on = send
        self._correlation_id = correlation_id
        self._status: int | None = None
        self._streaming = False
        self._complete = False

    async def run(self, app: App, receive: Receive) -> None:
        started = time.perf_counter()
        try:
            await app(self._scope, receive, self._send)
        except BaseException as error:
            self._write_record(time.perf_counter() - started, error)
            if self._complete and isinstance(error, Exception):
                return  # answered by an error handler and recorded: a server would only print it again
            raise
        self._write_record(time.perf_counter() - started, None)

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = [pair for pair in message.get("headers") or [] if pair[0].lower() != HEADER]
            self._streaming = any(
                name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers
            )
            message = {**message, "headers": [*headers, (HEADER, self._correlation_id.encode("latin-1"))]}
        await self._send_on(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._complete = True

    def _write_record(self, seconds: float, error: BaseException | None) -> None:
        status = self._final_status(error)
        level = INFO if status < 400 else WARNING if status < 500 else ERROR
        route = _route_of(self._scope)
        method = str(self._scope.get("method", ""))
        client = self._scope.get("client")
        fields: dict[str, object] = {
            "method": method,
            "path": self._scope.get("path", ""),
            "route": route,
            "status": status,
            "client": client[0] if client else None,
        }
        outcome = "error" if status >= 500 else outcome_of(error)
        if self._streaming:
            fields["streaming"] = True  # it lasts as long as somebody watches: no figure of speed
        else:
            metrics.observe_operation(f"{method} {route}" if route else "unmatched", outcome, seconds)
        _logger.write_timed(
            level,
            "request handled",
            seconds=seconds,
            fields=fields,
            place=encode_place(caller_frame(0)),
            error=error if outcome == "error" else None,
        )

    def _final_status(self, error: BaseException | None) -> int:
        if error is not None and not self._complete:
            return CLIENT_CLOSED_REQUEST if outcome_of(error) == "cancelled" else 500
        return self._status if self._status is not None else 500


def correlation_id_of(headers: list[tuple[bytes, bytes]]) -> str:
    """The id a request came with, or a new one."""
    found = {name.lower(): value for name, value in headers}
    given = found.get(HEADER, b"")
    if _SAFE_ID.fullmatch(given):
        return given.decode()
    trace = _TRACEPARENT.fullmatch(found.get(b"traceparent", b""))
    if trace and trace[1] != b"0" * 32:
        return trace[1].decode()
    return new_correlation_id()


def _route_of(scope: Scope) -> str | None:
    """The template of the route that matched, such as `/api/orders/{id}`: what a framework left in the scope."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else None
