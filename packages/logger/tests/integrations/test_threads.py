"""Context for threads and pools: a copy each, taken where the work is handed over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from logging_system import bind_context, get_context, get_logger
from logging_system.integrations.threads import (
    ContextExecutor,
    ContextThread,
    ContextThreadPoolExecutor,
    carry_context,
)

logger = get_logger("threads")
pytestmark = pytest.mark.guarantee(60)


def _work(number: int = 0) -> dict[str, object]:
    seen = get_context()
    bind_context(number=number)
    return seen


@pytest.mark.parametrize(
    "make_pool", [lambda: ContextThreadPoolExecutor(2), lambda: ContextExecutor(ThreadPoolExecutor(2))]
)
def test_each_job_of_a_pool_has_the_context_it_was_submitted_in(make_pool: Callable[[], Executor]) -> None:
    """Not that of the job before it in the same thread, and what it binds is seen by no other."""
    with make_pool() as pool:
        with logger.context(correlation_id="first"):
            first = [pool.submit(_work, number) for number in range(20)]
        with logger.context(correlation_id="second"):
            second = list(pool.map(_work, range(20)))
        outside = pool.submit(_work, 5).result()
        assert {tuple(job.result().items()) for job in first} == {(("correlation_id", "first"),)}
    assert second == [{"correlation_id": "second"}] * 20
    assert outside == get_context() == {}


def test_a_plain_pool_shows_why_the_wrapper_is_there() -> None:
    """Its thread keeps an empty context."""
    with ThreadPoolExecutor(1) as pool, logger.context(correlation_id="c"):
        assert pool.submit(get_context).result() == {}


def test_run_in_executor_carries_the_context_with_our_pool_as_the_default() -> None:
    """asyncio copies the context for `to_thread` only."""

    async def run() -> dict[str, object]:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ContextThreadPoolExecutor(1))
        with logger.context(correlation_id="c"):
            return await loop.run_in_executor(None, _work)

    assert asyncio.run(run()) == {"correlation_id": "c"}


def test_a_thread_starts_with_a_copy_of_the_context_it_is_started_in() -> None:
    """At `start`, not where it is made; what it binds stays its own."""
    seen: list[dict[str, object]] = []
    thread = ContextThread(target=lambda: seen.append(_work()), name="worker")

    with logger.context(correlation_id="c"):
        thread.start()
        thread.join()
        assert get_context() == {"correlation_id": "c"}
    assert (seen, thread.name) == ([{"correlation_id": "c"}], "worker")


def test_a_thread_that_is_run_without_being_started_does_its_work() -> None:
    """As tests do; it is a plain call then."""
    seen: list[dict[str, object]] = []
    with logger.context(correlation_id="c"):
        ContextThread(target=lambda: seen.append(get_context())).run()
    assert seen == [{"correlation_id": "c"}]


def test_a_function_carries_the_context_in_which_it_was_wrapped() -> None:
    """Called by several threads at once and more than once, each time with a fresh copy."""
    barrier = threading.Barrier(3)
    seen: list[dict[str, object]] = []

    def work(number: int) -> None:
        barrier.wait(10)
        seen.append(_work(number))

    with logger.context(correlation_id="c"):
        carried = carry_context(work)
    threads = [threading.Timer(0, carried, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (carried.__name__, seen) == ("work", [{"correlation_id": "c"}] * 3)
    assert get_context() == {}


def test_an_error_of_a_job_comes_out_as_ever() -> None:
    """The wrapper changes nothing in how a future fails."""
    with ContextThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(int, "x").exception(), ValueError)
