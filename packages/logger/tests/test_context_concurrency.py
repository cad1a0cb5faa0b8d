"""Context across tasks, task groups and pools: inherited, never shared with siblings, gone at the end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio.to_thread
import pytest
from prometheus_client import REGISTRY

from logging_system import bind_context, get_context, get_logger, metrics

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("concurrency")
pytestmark = pytest.mark.guarantee(60)


def _active() -> float:
    metrics.settle()
    return REGISTRY.get_sample_value("active_contexts") or 0.0


def test_ten_thousand_tasks_each_have_their_own_context() -> None:
    """What one binds the others do not see, and nothing is entered any more afterwards."""
    before = _active()

    async def task(number: int) -> bool:
        async with logger.context(number=number):
            bind_context(own=number)
            await asyncio.sleep(0)
            context = get_context()
            return (context["number"], context["own"]) == (number, number)

    async def run() -> list[bool]:
        return await asyncio.gather(*(task(number) for number in range(10_000)))

    assert all(asyncio.run(run()))
    assert _active() == before


def test_the_tasks_of_a_group_inherit_and_do_not_share() -> None:
    """Each starts with the fields of the group's context; what it binds is its own."""
    seen: dict[int, dict[str, object]] = {}

    async def child(number: int) -> None:
        bind_context(child=number)
        await asyncio.sleep(0)
        seen[number] = get_context()

    async def run() -> dict[str, object]:
        with logger.context(correlation_id="group"):
            async with asyncio.TaskGroup() as group:
                for number in range(3):
                    group.create_task(child(number))
            return get_context()

    assert asyncio.run(run()) == {"correlation_id": "group"}
    assert seen == {number: {"correlation_id": "group", "child": number} for number in range(3)}


def test_a_cancelled_task_leaves_its_context() -> None:
    """Ten that wait, cancelled together."""
    before = _active()

    async def wait() -> None:
        async with logger.context():
            await asyncio.Event().wait()

    async def run() -> float:
        tasks = [asyncio.create_task(wait()) for _ in range(10)]
        await asyncio.sleep(0)
        entered = _active()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return entered

    assert asyncio.run(run()) == before + 10
    assert _active() == before


def test_a_coroutine_that_is_dropped_leaves_its_context() -> None:
    """The interpreter closes it when nobody holds it any more."""
    before = _active()

    async def wait() -> None:
        async with logger.context():
            await asyncio.sleep(0)

    coroutine = wait()
    coroutine.send(None)
    assert _active() == before + 1
    del coroutine
    gc.collect()
    assert (_active(), get_context()) == (before, {})


def test_a_context_that_is_entered_and_dropped_is_not_counted_for_ever() -> None:
    """Without `with`, and without leaving it."""
    before = _active()

    def enter() -> None:
        context = logger.context()
        context.__enter__()

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    gc.collect()
    assert _active() == before


def test_one_context_object_may_be_entered_by_many_tasks_and_threads_at_once() -> None:
    """Made once for the module, as the documentation allows."""
    shared = logger.context(job="shared")

    async def task() -> tuple[object, dict[str, object]]:
        async with shared:
            await asyncio.sleep(0)
            inside = get_context()["job"]
        return inside, get_context()

    async def run() -> list[tuple[object, dict[str, object]]]:
        return await asyncio.gather(*(task() for _ in range(100)))

    def work(_number: int) -> dict[str, object]:
        with shared, shared:
            assert get_context()["job"] == "shared"
        return get_context()

    assert asyncio.run(run()) == [("shared", {})] * 100
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(100))) == [{}] * 100


def test_blocks_left_out_of_order_restore_what_was_before_all_of_them() -> None:
    """As `ExitStack.pop_all` or a hand-written `__exit__` can do."""
    first, second, third = (logger.context(**{name: name}) for name in ("a", "b", "c"))
    with logger.context(correlation_id="outer"):
        for context in (first, second, third):
            context.__enter__()
        second.__exit__(None, None, None)
        first.__exit__(None, None, None)
        assert get_context()["c"] == "c"
        third.__exit__(None, None, None)
        assert get_context() == {"correlation_id": "outer"}


def test_to_thread_and_anyio_carry_the_context_into_a_thread() -> None:
    """The way of Starlette's and FastAPI's synchronous endpoints; what the thread binds stays there."""

    def work() -> dict[str, object]:
        bind_context(thread=True)
        return get_context()

    async def run() -> list[dict[str, object]]:
        with logger.context(correlation_id="c"):
            return [await asyncio.to_thread(work), await anyio.to_thread.run_sync(work), get_context()]

    expected = {"correlation_id": "c"}
    assert asyncio.run(run()) == [{**expected, "thread": True}, {**expected, "thread": True}, expected]


def test_a_context_survives_an_exit_that_raises_around_it() -> None:
    """An error on the way out of an inner block leaves the outer ones in order."""
    with contextlib.suppress(ValueError), logger.context(correlation_id="c"), logger.context(inner=1):
        raise ValueError
    assert get_context() == {}


def test_a_value_of_any_kind_may_be_the_correlation_id(log_lines: Lines) -> None:
    """Comparing it must not fail; only None and an empty text ask for a new one."""

    class Odd:
        def __eq__(self, other: object) -> bool:
            raise TypeError("not comparable")

        __hash__ = None  # type: ignore[assignment]

        def __str__(self) -> str:
            return "odd"

    for given in (Odd(), None, ""):
        with logger.context(correlation_id=given):
            logger.info("x")

    odd, none, empty = (record["context"]["correlation_id"] for record in log_lines())
    assert odd == "odd"
    assert len(none) == len(empty) == 32
