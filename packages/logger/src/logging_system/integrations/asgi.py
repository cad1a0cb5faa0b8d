"""ASGI middleware: correlation id in and out, one access record a request, and the request's duration as a metric.

Wrap it around everything else (`app = LoggingMiddleware(app)`), so that it sees the final status,
that of an error handler included. Works with any ASGI 3 application; nothing is imported from one.
A websocket has the context too, and no access record: it is no request with an answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

from logging_system.capture.access_lines import middlewares
from logging_system.integrations.access import HEADER, Request, begin

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEADER: Final = HEADER.lower().encode()


class LoggingMiddleware:
    """Wraps `app`. Access records are INFO below status 400, WARNING below 500, ERROR from there on.

    `probes` are routes of health checks, as the framework has them (`/health/ready`): those that go well are
    DEBUG records and do not count among the requests, which would hide errors of a service with little traffic.
    """

    def __init__(self, app: App, *, probes: Iterable[str] = ()) -> None:
        self._app = app
        self._probes = frozenset(probes)
        middlewares.add(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; the lifespan passes untouched."""
        if scope["type"] == "http":
            request = _request_of(scope, self._probes)
            with request.context():
                await self._handle(request, scope, receive, send)
        elif scope["type"] == "websocket":
            with _request_of(scope, self._probes).context():
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _handle(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.route = _route_of(scope)  # a stream is counted under it when it begins
                message = _started(request, message)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                request.complete = True

        try:
            await self._app(scope, receive, send_on)
        except BaseException as error:
            request.route = _route_of(scope)
            request.write_record(error)
            if request.complete and isinstance(error, Exception):
                return  # answered by an error handler and recorded: a server would only print it again
            raise
        request.route = _route_of(scope)
        request.write_record(None)


def _request_of(scope: Scope, probes: frozenset[str]) -> Request:
    headers = {name.lower(): value for name, value in scope.get("headers") or []}
    client = scope.get("client")
    return begin(
        method=str(scope.get("method", "")),
        path=str(scope.get("path", "")),
        client=client[0] if client else None,
        given_id=headers.get(_HEADER, b""),
        traceparent=headers.get(b"traceparent", b""),
        probes=probes,
    )


def _started(request: Request, message: Message) -> Message:
    """Note status and kind of the answer, and put the id on it in the place of any other."""
    headers = [(name, value) for name, value in message.get("headers") or [] if name.lower() != _HEADER]
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    request.answered(message["status"], kind.decode("latin-1"))
    return {**message, "headers": [*headers, (_HEADER, request.correlation_id.encode("latin-1"))]}


def _route_of(scope: Scope) -> str | None:
    """The template of the route that matched: what a framework left in the scope."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else None
