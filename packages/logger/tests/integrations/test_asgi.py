"""The ASGI middleware: ids in and out, one access record a request, the metric."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextvars import copy_context
from threading import Thread
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from logging_system import bind_context, get_context, get_logger
from logging_system.context import bind_request_context, current
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


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (503, "error")])
def test_a_stream_is_measured_until_it_begins(log_lines: Lines, status: int, outcome: str) -> None:
    """How long somebody watches is no figure of speed: it stands in the record only, which says that it is a stream."""
    labels = {"operation": f"GET /live/{status}", "outcome": outcome}
    counted: list[tuple[float | None, ...]] = []

    def count() -> None:
        names = ("operation_duration_seconds_count", "operation_duration_seconds_sum")
        counted.append(tuple(REGISTRY.get_sample_value(name, labels) for name in names))

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scope["route"] = type("Route", (), {"path": f"/live/{status}"})()
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        count()
        await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b"data: x"})

    _call(app)
    count()

    [record] = log_lines()
    assert counted[0] == counted[1]
    assert (counted[0][0], record["streaming"]) == (1, True)
    assert (
        record["duration_ms"] >= 50 > record["first_byte_ms"] == pytest.approx((counted[0][1] or 0) * 1000, abs=0.001)
    )


def test_a_cancelled_request_is_499(log_lines: Lines) -> None:
    """The client went away."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        _call(app)

    assert log_lines()[-1]["status"] == 499


def test_the_lifespan_passes_untouched() -> None:
    """It is no request."""
    seen: list[tuple[str, dict[str, object]]] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append((scope["type"], get_context()))

    asyncio.run(LoggingMiddleware(app)({"type": "lifespan"}, _nothing, _nothing))
    assert seen == [("lifespan", {})]


def test_a_websocket_has_a_context_and_no_access_record(log_lines: Lines) -> None:
    """It is no request with an answer, but what is logged on it belongs together."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        get_logger("app").info("inside")

    scope: Scope = {"type": "websocket", "path": "/ws", "headers": [(b"x-correlation-id", b"abc-1")]}
    asyncio.run(LoggingMiddleware(app)(scope, _nothing, _nothing))

    assert [(r["message"], r["context"]["correlation_id"]) for r in log_lines()] == [("inside", "abc-1")]
    assert get_context() == {}


async def _nothing(*_: Any) -> Any:
    return {}


def test_a_traceparent_gives_the_correlation_id_and_the_ids_of_the_trace(log_lines: Lines) -> None:
    """The span is the caller's; outside the request there is none."""
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    sent = _call(_answering(), (b"traceparent", f"00-{trace}-{span}-01".encode()))
    get_logger("app").info("outside")

    assert _id_of(sent) == trace
    inside, access, outside = (record["context"] for record in log_lines())
    assert list(inside)[-2:] == ["trace_id", "span_id"]
    assert (inside["trace_id"], inside["span_id"]) == (access["trace_id"], access["span_id"]) == (trace, span)
    assert "trace_id" not in outside


def test_an_id_of_its_own_and_a_trace_go_together(log_lines: Lines) -> None:
    """`X-Correlation-ID` wins as correlation id."""
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert _id_of(_call(_answering(), (b"traceparent", trace), (b"X-Correlation-ID", b"abc-1"))) == "abc-1"

    context = log_lines()[0]["context"]
    assert (context["correlation_id"], context["trace_id"]) == ("abc-1", "0af7651916cd43dd8448eb211c80319c")


def test_fields_bound_to_the_request_reach_its_other_threads_and_its_access_record(log_lines: Lines) -> None:
    """FastAPI runs synchronous dependencies and endpoints in a thread each."""

    def find_user(token: str) -> str:
        bind_request_context(user=token)
        return token

    def endpoint() -> None:
        bind_context(only_here=True)
        get_logger("app").bind(component="orders").info("endpoint")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with get_logger("app").context(step="auth"):
            bind_request_context(early=1)
            await asyncio.to_thread(find_user, "u1")
            get_logger("app").info("in a block entered before")
        await asyncio.to_thread(endpoint)
        await _answering()(scope, receive, send)

    _call(app)
    get_logger("app").info("outside")

    block, in_thread, inside, access, outside = (record["context"] for record in log_lines())
    assert (block["early"], block["step"]) == (1, "auth")
    assert (in_thread["user"], in_thread["component"], in_thread["only_here"]) == ("u1", "orders", True)
    assert inside["user"] == access["user"] == "u1"
    assert "only_here" not in access
    assert "user" not in outside


def test_outside_a_request_binding_to_it_binds_here() -> None:
    """The same function serves a worker without a middleware."""

    def work() -> dict[str, object]:
        bind_request_context(user="u1")
        return get_context()

    assert copy_context().run(work) == {"user": "u1"}
    assert get_context() == {}


def test_a_field_bound_while_another_is_encoded_is_not_lost() -> None:
    """What a second thread does in between, here done by the value itself."""

    class Binding:
        def __str__(self) -> str:
            if "second" not in get_context():
                bind_request_context(second=2)
            return "first"

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        bind_request_context(first=Binding())
        encoded.append(current.get().encoded)

    encoded: list[bytes] = []
    _call(app)

    assert b'"first":"first"' in encoded[0]
    assert b'"second":2' in encoded[0]


def test_threads_that_bind_to_a_request_at_once_lose_nothing() -> None:
    """Each adds its own field."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.gather(*(asyncio.to_thread(bind_request_context, **{f"f{n}": n}) for n in range(50)))
        seen.update(get_context())
        encoded.append(current.get().encoded)

    seen: dict[str, object] = {}
    encoded: list[bytes] = []
    _call(app)

    assert {name for name in seen if name.startswith("f")} == {f"f{n}" for n in range(50)}
    assert all(f'"f{n}":{n}'.encode() in encoded[0] for n in range(50))


@pytest.mark.guarantee(60)
def test_fastapi_with_synchronous_dependencies_and_endpoints(log_lines: Lines) -> None:
    """Through the whole framework: eight requests at once, each with its own user in all of its records."""
    app = FastAPI()

    def user(name: str) -> Iterator[str]:
        bind_request_context(user=name)
        yield name

    @app.get("/hello/{name}", dependencies=[Depends(user)])
    def hello(name: str) -> dict[str, str]:
        get_logger("app").info("endpoint", name=name)
        return {"hello": name}

    with TestClient(LoggingMiddleware(app)) as client:
        threads = [Thread(target=client.get, args=(f"/hello/u{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    records = log_lines()
    endpoint = {record["context"]["user"]: record for record in records if record["message"] == "endpoint"}
    access = {record["context"]["user"]: record for record in records if record["message"] == "request handled"}
    assert set(endpoint) == set(access) == {f"u{n}" for n in range(8)}
    for name, record in endpoint.items():
        assert record["name"] == name
        assert record["context"]["correlation_id"] == access[name]["context"]["correlation_id"]
        assert access[name]["route"] == "/hello/{name}"
