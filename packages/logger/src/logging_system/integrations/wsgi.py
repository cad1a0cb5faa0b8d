"""WSGI middleware: the same as `asgi.py` for Flask, Django, Bottle and any other WSGI application.

`app = LoggingMiddleware(app)`. The access record is written when the server closes the body, so its
duration has the sending in it. The context is in force while code of the application runs, in
its generator bodies too, and nowhere else: the server may take the chunks from any thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from logging_system.capture.access_lines import middlewares
from logging_system.integrations.access import HEADER, Request, RequestContext, begin

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers: TypeAlias = list[tuple[str, str]]
ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None

#: Answers that have no body, so a server need not take it to its end.
_WITHOUT_BODY: Final = frozenset([204, 304])


class LoggingMiddleware:
    """Wraps `app`. Access records are INFO below status 400, WARNING below 500, ERROR from there on.

    `probes` are routes of health checks, see the middleware of `asgi.py`.
    """

    def __init__(self, app: WSGIApplication, *, probes: Iterable[str] = ()) -> None:
        self._app = app
        self._probes = frozenset(probes)
        middlewares.add(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Handle one request."""
        request = begin(
            method=str(environ.get("REQUEST_METHOD", "")),
            path=_text(environ.get("SCRIPT_NAME", "")) + _text(environ.get("PATH_INFO", "")),
            client=environ.get("REMOTE_ADDR") or None,
            given_id=_header(environ, "HTTP_X_CORRELATION_ID"),
            traceparent=_header(environ, "HTTP_TRACEPARENT"),
            probes=self._probes,
        )

        def start(status: str, headers: Headers, exc_info: ExcInfo = None) -> Callable[[bytes], object]:
            kind = next((value for name, value in headers if name.lower() == "content-type"), "")
            request.route = _route_of(environ)  # here already: Flask forgets the request before the body is sent
            request.answered(int(status[:3]) if status[:3].isdecimal() else 500, kind)
            others = [(name, value) for name, value in headers if name.lower() != HEADER.lower()]
            return start_response(status, [*others, (HEADER, request.correlation_id)], exc_info)

        context = request.context()
        context.__enter__()
        try:
            chunks = self._app(environ, start)
        except BaseException as error:
            request.route = request.route or _route_of(environ)
            request.write_record(error)
            context.__exit__(type(error), error, error.__traceback__)
            raise
        context.pause()
        answer = _Answer(request, context, chunks, environ)
        file_wrapper = environ.get("wsgi.file_wrapper")
        if isinstance(file_wrapper, type) and isinstance(chunks, file_wrapper) and answer.ends_with(chunks):
            return chunks  # the server recognises its own file and sends it without Python
        return answer


class _Answer:
    """The body on its way: the application's iterable, each step of it inside the context."""

    def __init__(
        self, request: Request, context: RequestContext, chunks: Iterable[bytes], environ: WSGIEnvironment
    ) -> None:
        self._request = request
        self._context = context
        self._chunks = chunks
        self._environ = environ
        self._iterator: Iterator[bytes] | None = None
        self._close = getattr(chunks, "close", None)
        self._error: BaseException | None = None
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __len__(self) -> int:
        """Servers ask it, to set `Content-Length` for a body of one chunk. Raises TypeError where there is none."""
        return len(self._chunks)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return True

    def __next__(self) -> bytes:
        self._context.resume()
        try:
            if self._iterator is None:
                self._iterator = iter(self._chunks)
            return next(self._iterator)
        except StopIteration:
            self._request.complete = True
            raise
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._context.pause()

    def close(self) -> None:
        """The server is done, or the client has gone."""
        if self._closed:
            return
        self._closed = True
        self._context.resume()
        try:
            if self._close is not None:
                self._close()
        except BaseException as error:
            self._error = self._error or error
            raise
        finally:
            self._end()

    def ends_with(self, chunks: Iterable[bytes]) -> bool:
        """Have `chunks` call `close` in the place of its own; False if it cannot be told."""
        with contextlib.suppress(AttributeError, TypeError):
            chunks.close = self.close  # type: ignore[attr-defined]
            self._request.complete = True  # whether the client took all of it only the server knows
            return True
        return False

    def _end(self) -> None:
        request, error = self._request, self._error
        request.route = request.route or _route_of(self._environ)
        has_body = request.method != "HEAD" and request.status not in _WITHOUT_BODY
        request.write_record(error, abandoned=error is None and has_body and not request.complete)
        self._context.__exit__(type(error) if error is not None else None, error, None)


def _header(environ: WSGIEnvironment, name: str) -> bytes:
    value = environ.get(name, "")
    return value.encode("latin-1", "replace") if isinstance(value, str) else b""


def _text(value: str) -> str:
    """A part of the path, which WSGI hands over as bytes that were read as Latin-1 (PEP 3333)."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace")


def _route_of(environ: WSGIEnvironment) -> str | None:
    """The template of the route that matched, where Flask or Bottle left it; `logging_system.route` for others."""
    found: Any = environ.get("logging_system.route")
    if found is None:
        found = getattr(getattr(environ.get("werkzeug.request"), "url_rule", None), "rule", None)
    if found is None:
        found = getattr(environ.get("bottle.route"), "rule", None)
    return found if isinstance(found, str) else None
