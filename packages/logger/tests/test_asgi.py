"""The ASGI middleware: ids in and out, one access record a request, the metric."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from logging_system import get_context, get_logger
from logging_system.integrations.asgi import App, LoggingMiddleware, Message, Receive, Scope, Send

Lines = Callable[[], list[dict[str, Any]]]


def _answering(status: int = 200, content_type: bytes = b"text/plain") -> App:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scope["route"] = type("Route", (), {"path": "/things/{id}"})()
        get_logger("app").info("inside", context_id=get_context()["correlation_id"])
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": b"x"})

    return app


def _call(app: App, *headers: tuple[bytes, bytes]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "path": "/things/7", "headers": list(headers)}
    scope["client"] = ("127.0.0.1", 5)
    asyncio.run(LoggingMiddleware(app)(scope, receive, send))
    return sent


def _id_of(sent: list[Message]) -> str:
    [value] = [value for name, value in sent[0]["headers"] if name == b"x-correlation-id"]
    return str(value.decode())


def test_the_id_that_came_goes_back_and_is_in_every_record(log_lines: Lines) -> None:
    """`X-Correlation-ID`."""
    sent = _call(_answering(), (b"X-Correlation-ID", b"abc-1"))

    assert _id_of(sent) == "abc-1"
    assert [record["context"]["correlation_id"] for record in log_lines()] == ["abc-1", "abc-1"]


def test_an_id_that_the_application_sets_is_replaced_by_ours() -> None:
    """One header, and the id of the records."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"X-Correlation-ID", b"the application's own")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert _id_of(_call(app, (b"x-correlation-id", b"abc-1"))) == "abc-1"


def test_the_trace_id_is_taken_when_there_is_no_id() -> None:
    """W3C trace context."""
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert _id_of(_call(_answering(), (b"traceparent", trace))) == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("bad", [b"", b"a b", b"x" * 129, b"<script>", b"\xff", b"a\nb"])
def test_an_id_that_is_not_plain_is_replaced(bad: bytes) -> None:
    """It goes into a header and into every record."""
    made = _id_of(_call(_answering(), (b"x-correlation-id", bad)))
    assert len(made) == 32


def test_the_access_record_says_what_was_asked_and_answered(log_lines: Lines) -> None:
    """One a request, with the route's template."""
    _call(_answering(status=201))

    record = log_lines()[-1]
    assert record["logger"] == "logging_system.access"
    assert list(record)[8:] == ["duration_ms", "method", "path", "route", "status", "client"]
    assert (record["method"], record["path"], record["route"], record["status"], record["client"]) == (
        "GET",
        "/things/7",
        "/things/{id}",
        201,
        "127.0.0.1",
    )


@pytest.mark.parametrize(("status", "level"), [(200, "INFO"), (302, "INFO"), (404, "WARNING"), (503, "ERROR")])
def test_the_level_follows_the_status(log_lines: Lines, status: int, level: str) -> None:
    """Errors of the client warn, errors of the server are errors."""
    _call(_answering(status=status))

    assert log_lines()[-1]["level"] == level


def test_an_exception_is_recorded_as_500_and_goes_on(log_lines: Lines) -> None:
    """The server answers; the record has the stack trace."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        _call(app)

    [record] = log_lines()
    assert (record["level"], record["status"], record["exception"]["type"]) == ("ERROR", 500, "LookupError")


def test_an_exception_that_was_answered_is_recorded_and_ends_here(log_lines: Lines) -> None:
    """An error handler has sent the answer: the server need not print the trace again."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await _answering(500)(scope, receive, send)
        raise LookupError("gone")

    assert _call(app)[0]["status"] == 500
    record = log_lines()[-1]
    assert (record["status"], record["exception"]["message"]) == (500, "gone")


def test_a_stream_is_marked(log_lines: Lines) -> None:
    """Its duration says how long somebody watched."""
    _call(_answering(content_type=b"text/event-stream; charset=utf-8"))

    assert log_lines()[-1]["streaming"] is True


def test_a_cancelled_request_is_499(log_lines: Lines) -> None:
    """The client went away."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        _call(app)

    assert log_lines()[-1]["status"] == 499


def test_other_protocols_pass_untouched() -> None:
    """Lifespan and websockets."""
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return {}

    asyncio.run(LoggingMiddleware(app)({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
