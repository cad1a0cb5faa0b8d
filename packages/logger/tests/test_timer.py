"""Timers: one record with a duration and an outcome, one observation for the metrics."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("timer")


def _observed(operation: str, outcome: str) -> float:
    labels = {"operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("operation_duration_seconds_count", labels) or 0.0


def test_a_timer_writes_one_record_with_its_duration(log_lines: Lines) -> None:
    """The duration stands behind the context and before the fields; the line is that of the call."""
    with logger.timer("database_query", table="orders", level="mine"):
        logger.info("inside")

    inside, record = log_lines()
    assert inside["message"] == "inside"
    assert list(record)[8:] == ["duration_ms", "operation", "outcome", "table", "level_"]
    assert record["message"] == record["operation"] == "database_query"
    assert record["function"] == "test_a_timer_writes_one_record_with_its_duration"
    assert 0 <= record["duration_ms"] < 10_000


def test_an_error_is_recorded_and_goes_on_to_the_caller(log_lines: Lines) -> None:
    """The timer measures; it does not swallow."""
    with pytest.raises(ValueError, match="mine"), logger.timer("failing"):
        raise ValueError("mine")

    [record] = log_lines()
    assert (record["outcome"], record["error_type"]) == ("error", "ValueError")
    assert _observed("failing", "error") == 1


def test_a_cancelled_task_is_told_apart(log_lines: Lines) -> None:
    """Cancelling is no error of the operation."""

    async def wait() -> None:
        async with logger.timer("waiting"):
            await asyncio.Event().wait()

    async def run() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert log_lines()[0]["outcome"] == "cancelled"


def test_a_timer_decorates_functions_and_coroutines(log_lines: Lines) -> None:
    """Concurrent calls each have their own start."""

    @logger.timer("plain")
    def plain(value: int) -> int:
        return value

    @logger.timer("async")
    async def asynchronous(value: int) -> int:
        await asyncio.sleep(0.01 * value)
        return value

    async def run() -> list[int]:
        return list(await asyncio.gather(asynchronous(1), asynchronous(5)))

    assert plain(3) == 3
    assert asyncio.run(run()) == [1, 5]
    durations = [record["duration_ms"] for record in log_lines()]
    assert durations[1] >= 10
    assert durations[2] >= 50


def test_the_metric_is_observed_below_the_level_too(log_lines: Lines) -> None:
    """A record costs space, an observation does not."""
    with logger.timer("quiet", log_level="DEBUG"):
        pass

    assert _observed("quiet", "ok") == 1
    logger.info("only this")
    assert [record["message"] for record in log_lines()] == ["only this"]
