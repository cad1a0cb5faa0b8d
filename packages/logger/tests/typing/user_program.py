"""A program of a user who checks it with `mypy --strict`: all of the public interface, with the types it must have.

`test_typing.py` checks it against the installed package, and runs it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from threading import Thread
from typing import Any, assert_type
from wsgiref.simple_server import WSGIServer

from logging_system import (
    AdvancedLogger,
    ConfigError,
    LoggingSystemError,
    bind_context,
    configure,
    flush,
    get_context,
    get_logger,
    metrics,
    shutdown,
)
from logging_system.context import LogContext
from logging_system.integrations import asgi, wsgi
from logging_system.integrations.threads import ContextThread, ContextThreadPoolExecutor, carry_context
from logging_system.sinks.base import Entry, Rejected, RetryLater, Sink
from logging_system.stdlib import StructuredFormatter
from logging_system.testing import CapturedRecords, capture_records
from logging_system.timer import Timer

logger = get_logger("shop", log_level="DEBUG")
assert_type(logger, AdvancedLogger)


def every_level(error: Exception) -> None:
    """Messages are anything, fields are anything."""
    logger.debug("message")
    logger.info("message", order_id=7, tags=["a"], nested={"b": None})
    logger.warning(error, 1, 2, reason=error)
    logger.error("message", exc_info=error)
    try:
        raise error
    except ValueError:
        logger.critical("message", exc_info=True, stacklevel=2)
        logger.exception("message")
    logger.log("INFO", "message", amount=1.5)
    logger.log(logging.WARNING, "message", exc_info=(type(error), error, None))


def children_and_levels() -> None:
    """A child is a logger."""
    child = logger.bind(component="billing")
    assert_type(child, AdvancedLogger)
    assert_type(child.unbind("component"), AdvancedLogger)
    assert_type(child.name, str)
    child.set_level("INFO")
    child.set_level(logging.INFO)
    assert_type(child.is_enabled_for("DEBUG"), bool)


def blocks() -> None:
    """Contexts and timers as blocks; `as` gives the block itself."""
    with logger.context(user_id="user123") as context, logger.timer("query", table="orders") as timer:
        assert_type(context, LogContext)
        assert_type(timer, Timer)
        bind_context(order_id=7)
        assert_type(get_context(), dict[str, object])


async def asynchronous_blocks() -> None:
    """The same with `async with`."""
    async with logger.context() as context, logger.timer("query", log_level="DEBUG") as timer:
        assert_type(context, LogContext)
        assert_type(timer, Timer)


@logger.timer("add")
@logger.context(part="sums")
def add(first: int, second: int = 0, *, negate: bool = False) -> int:
    """Keeps its signature."""
    return -(first + second) if negate else first + second


@logger.timer("fetch")
async def fetch(name: str) -> bytes:
    """Keeps its signature, and is awaited."""
    return name.encode()


@logger.context()
def count(end: int) -> Iterator[int]:
    """A generator stays one."""
    yield from range(end)


@logger.timer("pages")
async def pages(end: int) -> AsyncIterator[str]:
    """And so does an asynchronous one."""
    for number in range(end):
        yield str(number)


class Shop:
    """Methods can be decorated too."""

    @logger.timer("buy")
    def buy(self, item: str) -> float:
        """Is bound to its object."""
        return float(len(item))


async def decorated() -> None:
    """What the decorators leave."""
    assert_type(add(1, second=2, negate=True), int)
    assert_type(await fetch("a"), bytes)
    job: Callable[[str], Coroutine[Any, Any, bytes]] = fetch
    assert_type(await job("a"), bytes)
    assert_type([number for number in count(2)], list[int])  # noqa: C416 - the type of an item is asked for
    assert_type([page async for page in pages(2)], list[str])
    assert_type(Shop().buy("tea"), float)
    add("1")  # type: ignore[arg-type]  # the decorated function still checks its arguments
    fetch(1)  # type: ignore[arg-type, unused-coroutine]


class MemorySink:
    """A sink of the program's own; the protocol needs no base class."""

    name = "memory"

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep the lines of WARNING and above."""
        for level, milliseconds, line, error_type in entries:
            assert_type((level, milliseconds, line, error_type), tuple[int, int, bytes, str | None])
            if level >= logging.WARNING:
                self.lines.append(line)
        if len(self.lines) > 1_000_000:
            raise RetryLater("full", delivered=0)
        if not entries:
            raise Rejected("nothing to take", count=0)

    def idle(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to release."""


def hide_badges(key: str, value: object) -> object:
    """A redaction rule of the program's own."""
    return "***" if key == "badge" else value


def life_cycle() -> MemorySink:
    """Configuring, flushing, ending."""
    memory = MemorySink()
    sink: Sink = memory
    configure(sinks=[sink], console_output=False, redact=["pci", hide_badges], levels={"urllib3": "WARNING"})
    try:
        configure(path="missing.yaml", log_level="INFO")
    except ConfigError as error:
        assert_type((error.source, error.key, error.problem), tuple[str, str, str])
        assert issubclass(ConfigError, LoggingSystemError)
    assert_type(flush(), bool)
    assert_type(flush(timeout=1.5), bool)
    return memory


def measurements() -> None:
    """The metrics' own port."""
    server, thread = metrics.start_server(0)
    assert_type(server, WSGIServer)
    assert_type(thread, Thread)
    server.shutdown()
    server.server_close()


def standard_library() -> logging.Handler:
    """A handler of `logging` with our formatter."""
    handler = logging.StreamHandler()
    handler.setFormatter(StructuredFormatter())
    return handler


def threads() -> None:
    """Work in other threads keeps its types."""
    assert_type(carry_context(add)(1), int)
    thread = ContextThread(target=blocks)
    thread.start()
    thread.join()
    with ContextThreadPoolExecutor(1) as pool:
        assert_type(pool.submit(add, 1, second=2).result(), int)


async def asgi_application(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
    """An ASGI application."""
    assert scope["type"] == "http", receive
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


asgi_app: asgi.App = asgi.LoggingMiddleware(asgi_application)


def wsgi_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI application."""
    start_response("204 No Content" if environ else "500 No Request", [])
    return []


wsgi_app = wsgi.LoggingMiddleware(wsgi_application)


def test_an_order_is_logged(captured_records: CapturedRecords) -> None:
    """How a user's test looks."""
    logger.info("sold", order_id=7)

    [record] = captured_records.find(re.compile("sold"), order_id=7)
    assert_type(record, dict[str, Any])
    assert captured_records.messages == ["sold"]
    assert captured_records.at_level("ERROR") == []
    assert_type(captured_records[0], dict[str, Any])
    captured_records.clear()


async def main() -> None:
    """Run all of it."""
    memory = life_cycle()
    every_level(ValueError("a"))
    children_and_levels()
    blocks()
    await asynchronous_blocks()
    assert add(1, 2) == 3
    assert await fetch("a") == b"a"
    assert list(count(2)) == [0, 1]
    assert [page async for page in pages(2)] == ["0", "1"]
    assert Shop().buy("tea") == 3.0
    measurements()
    assert isinstance(standard_library().formatter, StructuredFormatter)
    threads()
    with capture_records() as captured:
        test_an_order_is_logged(captured)
    assert flush()
    assert len(memory.lines) == 5
    assert shutdown(timeout=5)


if __name__ == "__main__":
    asyncio.run(main())
