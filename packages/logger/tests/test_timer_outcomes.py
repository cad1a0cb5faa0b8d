"""Timers around everything that can end: each kind of function, and each kind of exception, named and passed on."""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import threading
import time
import types
from collections.abc import AsyncIterator, Callable, Generator
from contextvars import copy_context
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import get_logger, metrics
from logging_system.timer import outcome_of

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("outcomes")
pytestmark = pytest.mark.guarantee(49)

ENDINGS = [
    (ValueError("mine"), "error"),
    (asyncio.CancelledError(), "cancelled"),
    (GeneratorExit(), "closed"),
    (KeyboardInterrupt(), "interrupted"),
    (SystemExit(2), "exited"),
    (BaseExceptionGroup("several", [KeyboardInterrupt()]), "error"),
]


def _observed(operation: str, outcome: str) -> float:
    metrics.settle()
    labels = {"operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("operation_duration_seconds_count", labels) or 0.0


@pytest.mark.parametrize(("error", "outcome"), ENDINGS)
def test_every_end_is_measured_named_and_passed_on(log_lines: Lines, error: BaseException, outcome: str) -> None:
    """The very exception comes out again, and the metric has the outcome."""
    before = _observed("ending", outcome)
    with pytest.raises(type(error)) as raised, logger.timer("ending"):
        raise error

    [record] = log_lines()
    assert raised.value is error
    assert record["outcome"] == outcome
    assert record.get("error_type") == (type(error).__name__ if outcome == "error" else None)
    assert _observed("ending", outcome) == before + 1


def _plain(value: int, error: BaseException | None = None) -> int:
    if error is not None:
        raise error
    return value


async def _coroutine(value: int, error: BaseException | None = None) -> int:
    await asyncio.sleep(0)
    return _plain(value, error)


def _generator(value: int, error: BaseException | None = None) -> Generator[int, None, int]:
    yield value
    return _plain(value, error)


async def _async_generator(value: int, error: BaseException | None = None) -> AsyncIterator[int]:
    yield value
    _plain(value, error)


def _run(function: Callable[..., Any], *args: object) -> object:
    """Call a function of any of the four kinds to its end."""

    async def to_the_end(items: AsyncIterator[object]) -> list[object]:
        return [item async for item in items]

    made = function(*args)
    if inspect.iscoroutine(made):
        return asyncio.run(made)
    if inspect.isgenerator(made):
        return list(made)
    return asyncio.run(to_the_end(made)) if inspect.isasyncgen(made) else made


KINDS = [(_plain, 3), (_coroutine, 3), (_generator, [3]), (_async_generator, [3])]


@pytest.mark.parametrize(("function", "result"), KINDS)
def test_every_kind_of_function_can_be_decorated(
    log_lines: Lines, function: Callable[..., Any], result: object
) -> None:
    """It stays of its kind, keeps its name and its result, and gives one record a call."""
    timed = logger.timer("timed", kind="any")(function)

    for ask in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
        assert ask(timed) == ask(function)
    assert timed.__name__ == function.__name__
    assert _run(timed, 3) == _run(timed, 3) == result
    assert [(record["message"], record["outcome"]) for record in log_lines()] == [("timed", "ok")] * 2


@pytest.mark.parametrize("function", [function for function, _ in KINDS])
def test_an_error_in_any_kind_of_function_is_recorded_and_passed_on(
    log_lines: Lines, function: Callable[..., Any]
) -> None:
    """Once."""
    with pytest.raises(LookupError):
        _run(logger.timer("timed")(function), 3, LookupError("gone"))

    assert [(record["outcome"], record["error_type"]) for record in log_lines()] == [("error", "LookupError")]


def test_objects_and_partials_of_coroutine_functions_are_measured_to_their_end(log_lines: Lines) -> None:
    """They are no functions, but calling them makes a coroutine."""

    class Job:
        async def __call__(self) -> str:
            await asyncio.sleep(0)
            logger.info("inside")
            return "done"

    assert asyncio.run(logger.timer("object")(Job())()) == "done"
    assert asyncio.run(logger.timer("partial")(functools.partial(_coroutine, 5))()) == 5
    assert [record["message"] for record in log_lines()] == ["inside", "object", "partial"]


def test_a_generator_that_is_not_taken_to_its_end_is_closed_not_failed(log_lines: Lines) -> None:
    """Its caller wanted no more."""
    generator = logger.timer("items")(_generator)(1)
    next(generator)
    generator.close()

    [record] = log_lines()
    assert record["outcome"] == "closed"
    assert "error_type" not in record


def test_a_generator_that_was_never_started_gives_no_record(log_lines: Lines) -> None:
    """There is nothing to measure."""
    logger.timer("items")(_generator)(1).close()
    logger.info("only this")

    assert [record["message"] for record in log_lines()] == ["only this"]


def test_a_timer_object_may_run_in_many_threads_and_tasks_at_once(log_lines: Lines) -> None:
    """Each end is measured from its own start, also where the first to start is the first to end."""
    shared = logger.timer("shared")
    elapsed: list[float] = []

    async def first(other_started: asyncio.Event) -> None:
        async with shared:
            started = time.perf_counter()
            await other_started.wait()
            elapsed.append(time.perf_counter() - started)

    async def second(other_started: asyncio.Event) -> None:
        async with shared:
            other_started.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def run() -> None:
        event = asyncio.Event()
        await asyncio.gather(first(event), second(event))

    asyncio.run(run())
    other_inside, main_done = threading.Event(), threading.Event()

    def work() -> None:
        with shared:
            started = time.perf_counter()
            other_inside.set()
            main_done.wait(10)
            elapsed.append(time.perf_counter() - started)

    thread = threading.Thread(target=work)
    thread.start()
    other_inside.wait(10)
    with shared:
        main_done.set()
        thread.join()

    in_task, _, in_thread, _ = (record["duration_ms"] / 1000 for record in log_lines())
    assert in_task >= round(elapsed[0], 6)
    assert in_thread >= round(elapsed[1], 6)


def test_a_timer_left_in_another_context_still_measures(log_lines: Lines) -> None:
    """A generator with a plain timer inside, stepped in copies of the context."""

    def plain() -> Generator[int, None, None]:
        with logger.timer("stepped"):
            yield 1

    generator = plain()
    copy_context().run(next, generator)
    copy_context().run(generator.close)

    [record] = log_lines()
    assert 0 <= record["duration_ms"] < 60_000


def test_leaving_a_timer_that_was_never_entered_does_not_raise(log_lines: Lines) -> None:
    """A hand-written `__exit__`."""
    logger.timer("never").__exit__(None, None, None)

    assert log_lines()[0]["message"] == "never"


@pytest.mark.parametrize(("module", "name"), [("trio", "Cancelled"), ("greenlet", "GreenletExit")])
def test_what_other_frameworks_cancel_with_is_known_by_name(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    """Without importing them."""
    kind = type(name, (BaseException,), {})
    stand_in = types.ModuleType(module)
    setattr(stand_in, name, kind)
    monkeypatch.setitem(sys.modules, module, stand_in)

    assert outcome_of(kind()) == "cancelled"
