"""The WSGI middleware: the behaviour of the ASGI one, in the protocol that Flask, Django and Bottle speak."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable, Iterator
from contextvars import copy_context
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import flask
import pytest
from prometheus_client import REGISTRY

from logging_system import get_context, get_logger, metrics
from logging_system.context import bind_request_context
from logging_system.integrations.wsgi import LoggingMiddleware

Lines = Callable[[], list[dict[str, Any]]]
App = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
logger = get_logger("app")


def _environ(path: str = "/things/7", method: str = "GET", **headers: str) -> WSGIEnvironment:
    environ: WSGIEnvironment = {
        "REMOTE_ADDR": "127.0.0.1",
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "QUERY_STRING": "",
    }
    setup_testing_defaults(environ)
    environ["SCRIPT_NAME"] = ""
    return {**environ, **{f"HTTP_{name.upper()}": value for name, value in headers.items()}}


def _answering(status: str = "200 OK", content_type: str = "text/plain") -> App:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["logging_system.route"] = "/things/{id}"
        logger.info("inside")
        start_response(status, [("Content-Type", content_type), ("X-Correlation-Id", "the application's own")])
        return [b"x"]

    return app


def _ignore(*_: object) -> Any:
    """A server's `start_response`, and the `write` it returns, of which nothing is asked."""
    return _ignore


def _call(app: App, environ: WSGIEnvironment | None = None) -> tuple[dict[str, str], bytes]:
    """One request as a server makes it, in a context of its own; returns headers and body."""
    seen: dict[str, str] = {}

    def start_response(_status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
        seen.update(headers)
        return _ignore

    def serve() -> bytes:
        chunks = LoggingMiddleware(app)(_environ() if environ is None else environ, start_response)
        try:
            return b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    body = copy_context().run(serve)
    assert get_context() == {}
    return seen, body


def _active() -> float:
    metrics.settle()
    return REGISTRY.get_sample_value("active_contexts") or 0.0


def test_both_sides_keep_to_the_protocol() -> None:
    """Checked by the standard library's validator, to the server's side and to the application's."""

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"a", b"b"]

    wrapped = validator(LoggingMiddleware(validator(app)))
    chunks = wrapped(_environ(), _ignore)
    assert b"".join(chunks) == b"ab"
    chunks.close()  # type: ignore[attr-defined]


def test_the_id_that_came_goes_back_and_is_in_every_record(log_lines: Lines) -> None:
    """`X-Correlation-ID`, in the place of one that the application set."""
    headers, body = _call(_answering(), _environ(x_correlation_id="abc-1"))

    assert (headers["X-Correlation-ID"], body) == ("abc-1", b"x")
    assert [name for name in headers if name.lower() == "x-correlation-id"] == ["X-Correlation-ID"]
    assert [record["context"]["correlation_id"] for record in log_lines()] == ["abc-1", "abc-1"]


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "\u20ac"])
def test_an_id_that_is_not_plain_is_replaced(given: str) -> None:
    """It goes into a header and into every record."""
    headers, _ = _call(_answering(), _environ(x_correlation_id=given))
    assert len(headers["X-Correlation-ID"]) == 32


def test_a_traceparent_gives_the_ids_of_the_trace(log_lines: Lines) -> None:
    """As with ASGI."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    _call(_answering(), _environ(traceparent=f"00-{trace}-b7ad6b7169203331-01"))

    context = log_lines()[-1]["context"]
    assert (context["correlation_id"], context["trace_id"], context["span_id"]) == (trace, trace, "b7ad6b7169203331")


def test_the_access_record_says_what_was_asked_and_answered(log_lines: Lines) -> None:
    """The same fields in the same order as with ASGI; the path is decoded."""
    _call(_answering("201 Created"), _environ("/f\xc3\xbcr"))

    record = log_lines()[-1]
    assert record["logger"] == "logging_system.access"
    assert list(record)[8:] == ["duration_ms", "method", "path", "route", "status", "client"]
    assert (record["method"], record["path"], record["status"], record["client"]) == ("GET", "/für", 201, "127.0.0.1")


@pytest.mark.parametrize(
    ("status", "level"), [("200 OK", "INFO"), ("302 Found", "INFO"), ("404 Not Found", "WARNING"), ("503 No", "ERROR")]
)
def test_the_level_follows_the_status(log_lines: Lines, status: str, level: str) -> None:
    """Errors of the client warn, errors of the server are errors."""
    _call(_answering(status))

    assert log_lines()[-1]["level"] == level


def test_an_exception_is_recorded_as_500_and_goes_on(log_lines: Lines) -> None:
    """The server answers; the record has the stack trace."""
    before = _active()

    def app(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        _call(app)

    [record] = log_lines()
    assert (record["level"], record["status"], record["exception"]["type"]) == ("ERROR", 500, "LookupError")
    assert _active() == before


def test_an_exception_in_the_middle_of_the_body_is_recorded_once(log_lines: Lines) -> None:
    """The status had gone out, the answer did not arrive whole."""

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Generator[bytes, None, None]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"first"
        raise LookupError("gone")

    with pytest.raises(LookupError):
        _call(app)

    [record] = log_lines()
    assert (record["status"], record["exception"]["message"]) == (500, "gone")


def test_a_body_is_made_inside_the_context_and_the_server_is_outside(log_lines: Lines) -> None:
    """Each chunk may be taken in another context; `close` of the body runs inside as well."""

    class Body:
        def __iter__(self) -> Generator[bytes, None, None]:
            for number in range(2):
                bind_request_context(number=number)
                logger.info("chunk")
                yield b"x"

        def close(self) -> None:
            logger.info("closed")

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Body()

    before = _active()
    chunks = iter(LoggingMiddleware(app)(_environ(x_correlation_id="c"), _ignore))
    assert chunks
    for _ in range(2):
        assert copy_context().run(next, chunks) == b"x"
        assert get_context() == {}
    with get_logger("server").context(correlation_id="server"):
        assert next(chunks, None) is None
        chunks.close()  # type: ignore[attr-defined]
        chunks.close()  # type: ignore[attr-defined]
        assert get_context() == {"correlation_id": "server"}

    assert [(r["message"], r["context"]["correlation_id"], r["context"]["number"]) for r in log_lines()] == [
        ("chunk", "c", 0),
        ("chunk", "c", 1),
        ("closed", "c", 1),
        ("request handled", "c", 1),
    ]
    assert _active() == before


def test_a_client_that_went_away_is_499(log_lines: Lines) -> None:
    """The server closes the body before its end."""

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Generator[bytes, None, None]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"first"
        yield b"second"

    chunks = iter(LoggingMiddleware(app)(_environ(), _ignore))
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]

    assert (log_lines()[-1]["status"], log_lines()[-1]["level"]) == (499, "WARNING")


@pytest.mark.parametrize(("method", "status"), [("HEAD", "200 OK"), ("GET", "304 Not Modified")])
def test_an_answer_without_a_body_need_not_be_taken(log_lines: Lines, method: str, status: str) -> None:
    """Servers close it at once."""
    chunks = LoggingMiddleware(_answering(status))(_environ(method=method), _ignore)
    chunks.close()  # type: ignore[attr-defined]

    assert log_lines()[-1]["status"] == int(status[:3])


def test_an_error_while_closing_is_recorded_and_goes_on(log_lines: Lines) -> None:
    """Of the application's own body."""

    class Body(list[bytes]):
        def close(self) -> None:
            raise OSError("disk")

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Body([b"x"])

    with pytest.raises(OSError, match="disk"):
        _call(app)

    [record] = log_lines()
    assert (record["status"], record["exception"]["message"]) == (200, "disk")


def test_a_stream_is_measured_until_it_begins(log_lines: Lines) -> None:
    """Once, also if the application begins anew after an error; its duration says how long somebody watched."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["logging_system.route"] = "/live"
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        start_response("500 Oh", [("Content-Type", "text/plain")], (ValueError, ValueError("x"), None))  # type: ignore[arg-type]
        return [b"x"]

    _call(app)

    record = log_lines()[-1]
    assert (record["status"], record["streaming"]) == (500, True)
    assert record["first_byte_ms"] <= record["duration_ms"]
    counts = [
        REGISTRY.get_sample_value("operation_duration_seconds_count", {"operation": "GET /live", "outcome": outcome})
        for outcome in ("ok", "error")
    ]
    assert counts == [1, None]


def _served(app: App, environ: WSGIEnvironment) -> bytes:
    """What the standard library's server code sends."""
    out = io.BytesIO()
    environ.pop("wsgi.file_wrapper", None)
    SimpleHandler(io.BytesIO(), out, io.StringIO(), environ).run(LoggingMiddleware(app))
    return out.getvalue()


def test_a_server_still_sees_that_the_body_is_one_chunk(log_lines: Lines) -> None:
    """It sets the length from that."""
    assert b"Content-Length: 1\r\n" in _served(_answering(), _environ())
    assert log_lines()[-1]["status"] == 200


def test_a_server_still_recognises_its_own_file(log_lines: Lines) -> None:
    """So that it can send it without Python; the record is written when it closes the file."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
        returned.append(wrapped)
        return wrapped

    returned: list[Iterable[bytes]] = []
    file = io.BytesIO(b"contents")
    environ = {**_environ(), "wsgi.file_wrapper": FileWrapper}
    answer = LoggingMiddleware(app)(environ, _ignore)

    assert answer is returned[0]
    assert b"".join(answer) == b"contents"
    answer.close()  # type: ignore[attr-defined]
    assert file.closed
    assert log_lines()[-1]["status"] == 200


def test_a_file_of_a_server_that_cannot_be_told_is_wrapped_like_any_body(log_lines: Lines) -> None:
    """Servers written in C."""

    class Sealed:
        __slots__ = ()

        def __iter__(self) -> Iterator[bytes]:
            yield b"contents"

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Sealed()

    assert _call(app, {**_environ(), "wsgi.file_wrapper": Sealed})[1] == b"contents"
    assert log_lines()[-1]["status"] == 200


def test_flask_tells_its_route_and_answers_errors(log_lines: Lines) -> None:
    """Through the whole framework."""
    app = flask.Flask("test")

    @app.get("/hello/<name>")
    def hello(name: str) -> str:
        bind_request_context(user=name)
        return f"hello {name}"

    @app.get("/broken")
    def broken() -> str:
        raise LookupError("gone")

    app.wsgi_app = LoggingMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    client = app.test_client()
    assert client.get("/hello/u1", buffered=True).text == "hello u1"
    assert client.get("/broken", buffered=True).status_code == 500
    assert client.get("/nowhere", buffered=True).status_code == 404

    hello_record, broken_record, nowhere_record = log_lines()
    assert (hello_record["route"], hello_record["context"]["user"]) == ("/hello/<name>", "u1")
    assert (broken_record["status"], broken_record["level"]) == (500, "ERROR")
    assert (nowhere_record["route"], nowhere_record["status"]) == (None, 404)


def test_bottle_tells_its_route(log_lines: Lines) -> None:
    """It leaves an object in the environment."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["bottle.route"] = type("Route", (), {"rule": "/x/<y>"})()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return []

    _call(app)
    assert log_lines()[-1]["route"] == "/x/<y>"
