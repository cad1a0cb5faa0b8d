"""Context: shared fields and correlation ids, across blocks, tasks and threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from prometheus_client import REGISTRY

from logging_system import bind_context, get_context, get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("context")


def _active() -> float:
    return REGISTRY.get_sample_value("active_contexts") or 0.0


def test_a_context_adds_a_correlation_id_and_nests(log_lines: Lines) -> None:
    """The inner one inherits the id, and leaving restores."""
    with logger.context(user_id="u1"):
        logger.info("outer")
        with logger.context(step=2, user_id="u2"):
            logger.info("inner")
        logger.info("outer again")
    logger.info("outside")

    outer, inner, again, outside = (record["context"] for record in log_lines())
    assert len(outer["correlation_id"]) == 32
    assert inner == {**outer, "user_id": "u2", "step": 2}
    assert again == outer
    assert "correlation_id" not in outside


def test_a_given_correlation_id_is_kept() -> None:
    """The caller's id wins."""
    with logger.context(correlation_id="mine"):
        assert get_context() == {"correlation_id": "mine"}
    assert get_context() == {}


def test_bind_context_lasts_until_the_block_ends() -> None:
    """Fields that become known on the way."""
    with logger.context(a=1):
        bind_context(b=2)
        assert {"a", "b", "correlation_id"} == get_context().keys()
    assert get_context() == {}


def test_a_context_decorates_functions_and_coroutines() -> None:
    """Each call has a correlation id of its own."""

    @logger.context(job="nightly")
    def work() -> dict[str, object]:
        return get_context()

    @logger.context(job="nightly")
    async def work_async() -> dict[str, object]:
        await asyncio.sleep(0)
        return get_context()

    async def both() -> list[dict[str, object]]:
        return list(await asyncio.gather(work_async(), work_async()))

    seen = [work(), work(), *asyncio.run(both())]
    assert {str(context["job"]) for context in seen} == {"nightly"}
    assert len({context["correlation_id"] for context in seen}) == 4


def test_tasks_do_not_see_each_other() -> None:
    """Ten thousand tasks, each with its own field; nothing is left afterwards."""
    before = _active()

    async def task(number: int) -> bool:
        async with logger.context(number=number):
            await asyncio.sleep(0)
            return get_context()["number"] == number

    async def run() -> list[bool]:
        return await asyncio.gather(*(task(number) for number in range(10_000)))

    assert all(asyncio.run(run()))
    assert _active() == before


def test_a_thread_started_with_a_copied_context_inherits_it() -> None:
    """And cannot change the parent's."""
    seen: list[dict[str, object]] = []

    def work() -> None:
        bind_context(b=2)
        seen.append(get_context())

    with logger.context(correlation_id="c"):
        thread = threading.Thread(target=copy_context().run, args=(work,))
        thread.start()
        thread.join()
        assert get_context() == {"correlation_id": "c"}
    assert seen == [{"correlation_id": "c", "b": 2}]


def test_leaving_in_another_context_does_not_raise() -> None:
    """As happens with generators that are closed by somebody else."""
    context = logger.context(a=1)
    copy_context().run(context.__enter__)
    context.__exit__(None, None, None)

    assert get_context() == {}


def test_context_fields_cannot_replace_those_of_the_service(log_lines: Lines) -> None:
    """`service_name` is the configuration's; the caller's is kept beside it."""
    with logger.context(service_name="other", correlation_id="c"):
        logger.info("x")

    context = log_lines()[0]["context"]
    assert (context["service_name"], context["service_name_"]) == ("app", "other")
