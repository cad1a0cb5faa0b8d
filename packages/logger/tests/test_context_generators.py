"""Context and generators: a decorated one keeps its context to itself, a plain block is left without an error."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextvars import copy_context
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import bind_context, get_context, get_logger, metrics

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("generators")
pytestmark = pytest.mark.guarantee(59)


def _active() -> float:
    metrics.settle()
    return REGISTRY.get_sample_value("active_contexts") or 0.0


@logger.context(job="inside")
def _jobs(count: int) -> Generator[object, object, object]:
    received: object = None
    for number in range(count):
        bind_context(number=number)
        received = yield get_context()["job"], get_context()["number"], received
    return "done"


@logger.context(job="inside")
async def _async_jobs(count: int) -> AsyncGenerator[object, object]:
    received: object = None
    for number in range(count):
        await asyncio.sleep(0)
        received = yield get_context()["job"], number, received


def test_the_caller_of_a_decorated_generator_sees_nothing_of_its_context() -> None:
    """Neither between two items nor afterwards; the generator keeps what it has bound."""
    with logger.context(correlation_id="caller"):
        for number, item in enumerate(_jobs(3)):
            assert item == ("inside", number, None)
            assert get_context() == {"correlation_id": "caller"}
        assert get_context() == {"correlation_id": "caller"}


def test_the_caller_of_a_decorated_async_generator_sees_nothing_of_its_context() -> None:
    """The same with awaits inside."""

    async def run() -> None:
        async for item in _async_jobs(2):
            assert item[0] == "inside"  # type: ignore[index]
            assert get_context() == {}

    asyncio.run(run())


def test_blocks_of_the_caller_and_of_generators_may_overlap() -> None:
    """Two generators that take turns, and a block of the caller around the turns."""
    first, second = _jobs(2), _jobs(2)
    before = _active()
    next(first)
    with logger.context(correlation_id="caller"):
        next(second)
        assert next(first) == ("inside", 1, None)
        assert get_context() == {"correlation_id": "caller"}
        assert list(first) == []
        assert next(second) == ("inside", 1, None)
    assert get_context() == {}
    second.close()
    assert (get_context(), _active()) == ({}, before)


def test_a_plain_block_inside_a_decorated_generator_is_hidden_with_it() -> None:
    """Only the outermost block has to be the decorator's."""

    @logger.context(job="inside")
    def work() -> Generator[object, None, None]:
        with logger.context(step=1):
            yield dict(get_context())
            yield dict(get_context())
        yield dict(get_context())

    with logger.context(correlation_id="caller"):
        items = []
        for item in work():
            items.append(item)
            assert get_context() == {"correlation_id": "caller"}

    expected = {"correlation_id": "caller", "job": "inside"}
    assert items == [{**expected, "step": 1}, {**expected, "step": 1}, expected]


def test_pausing_a_block_that_is_not_open_changes_nothing() -> None:
    """For code that runs in steps of its own making; so does resuming without a pause."""
    block = logger.context(job="never entered")
    block.resume()
    with logger.context(correlation_id="caller"):
        block.pause()
        assert get_context() == {"correlation_id": "caller"}
        block.resume()
        assert get_context() == {"correlation_id": "caller"}


def test_a_decorated_generator_takes_values_and_errors_and_returns_its_value() -> None:
    """`send`, `throw` and `return` reach through the decorator."""

    @logger.context()
    def echo() -> Generator[object, object, str]:
        received: object = "first"
        while received != "end":
            try:
                received = yield received
            except LookupError as error:
                received = f"caught {error}"
        return "value"

    generator = echo()
    assert next(generator) == "first"
    assert generator.send("second") == "second"
    assert generator.throw(LookupError("x")) == "caught x"
    with pytest.raises(StopIteration) as end:
        generator.send("end")
    assert end.value.value == "value"


def test_a_decorated_async_generator_takes_values_and_errors() -> None:
    """`asend`, `athrow` and `aclose`."""

    @logger.context()
    async def echo() -> AsyncGenerator[object, object]:
        received: object = "first"
        while received != "end":
            try:
                received = yield received
            except LookupError as error:
                received = f"caught {error}"

    async def run() -> list[object]:
        generator = echo()
        seen = [await anext(generator), await generator.asend("second"), await generator.athrow(LookupError("x"))]
        with pytest.raises(StopAsyncIteration):
            await generator.asend("end")
        return seen

    assert asyncio.run(run()) == ["first", "second", "caught x"]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt(), StopIteration()])
def test_an_error_of_a_decorated_generator_goes_on(error: BaseException) -> None:
    """Also one that the caller throws in and the generator does not catch."""
    generator = _jobs(2)
    next(generator)
    with pytest.raises(RuntimeError if isinstance(error, StopIteration) else type(error)):
        generator.throw(error)
    assert get_context() == {}


@pytest.mark.parametrize("closed", [True, False])
def test_a_decorated_generator_that_is_closed_or_dropped_leaves_its_context(closed: bool) -> None:
    """Its `finally` runs inside its context, wherever it is closed."""
    seen: list[object] = []
    before = _active()

    @logger.context(job="inside")
    def work() -> Generator[int, None, None]:
        try:
            yield 1
        finally:
            seen.append(get_context().get("job"))

    generator = work()
    next(generator)
    if closed:
        copy_context().run(generator.close)
    del generator
    gc.collect()

    assert seen == ["inside"]
    assert (get_context(), _active()) == ({}, before)


def test_a_decorated_async_generator_that_is_closed_early_leaves_its_context() -> None:
    """By `aclose`, by leaving the loop, and by another task."""
    seen: list[object] = []
    before = _active()

    @logger.context(job="inside")
    async def work() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            seen.append(get_context().get("job"))

    async def run() -> None:
        async for _ in work():
            break
        gc.collect()
        await asyncio.sleep(0)
        generator = work()
        await anext(generator)
        await asyncio.create_task(generator.aclose())  # type: ignore[attr-defined]
        assert get_context() == {}

    asyncio.run(run())
    assert (seen, _active()) == (["inside", "inside"], before)


def test_a_decorated_generator_may_be_stepped_in_other_contexts() -> None:
    """As Starlette does with a streamed answer: each item in a thread's copy of the context."""
    generator = _jobs(3)
    items = [copy_context().run(next, generator) for _ in range(3)]

    assert items == [("inside", 0, None), ("inside", 1, None), ("inside", 2, None)]
    assert copy_context().run(next, generator, "end") == "end"
    assert get_context() == {}


def test_a_plain_block_in_a_generator_is_left_without_an_error(log_lines: Lines) -> None:
    """Closed while the caller is inside a block of its own: the caller's context stays, and no more is left behind."""

    def plain() -> Generator[int, None, None]:
        with logger.context(job="plain"):
            yield 1

    generator = plain()
    next(generator)
    assert get_context()["job"] == "plain"  # what decorating avoids
    with logger.context(correlation_id="caller"):
        generator.close()
        assert get_context()["correlation_id"] == "caller"
        logger.info("inside")
    assert get_context() == {}
    assert log_lines()[0]["context"]["correlation_id"] == "caller"


def test_a_plain_block_left_in_another_context_changes_nothing_there() -> None:
    """Entered in one thread's copy, left in another's: the second one's fields are not touched."""
    before = _active()

    def plain() -> Generator[int, None, None]:
        with logger.context(job="plain"):
            yield 1

    generator = plain()
    copy_context().run(next, generator)
    with logger.context(correlation_id="other"):
        generator.close()
        assert get_context() == {"correlation_id": "other"}
    assert (get_context(), _active()) == ({}, before)


def test_one_block_object_may_be_open_in_many_generators_at_once() -> None:
    """Each leaves its own entering."""
    shared = logger.context(job="shared")

    def plain() -> Generator[int, None, None]:
        with shared:
            yield 1

    before = _active()
    generators = [plain() for _ in range(3)]
    for generator in generators:
        next(generator)
    for generator in generators:
        generator.close()
    assert (get_context(), _active()) == ({}, before)


def test_a_chain_of_tasks_that_each_start_the_next_does_not_keep_the_earlier_ones() -> None:
    """A task keeps the fields it was started with, not the objects of all contexts before it."""

    async def step(left: int) -> asyncio.Task[Any] | int:
        with logger.context(step=left):
            if left:
                return asyncio.create_task(step(left - 1))
            gc.collect()
            return sum(type(found).__name__ == "ContextState" for found in gc.get_objects())

    async def kept_after(steps: int) -> int:
        found = await step(steps)
        while isinstance(found, asyncio.Task):
            found = await found
        return found

    assert asyncio.run(kept_after(50)) < asyncio.run(kept_after(5)) + 10
