"""The flight recorder: records below the level come out when their context fails, and only then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import bind_context, flush, get_logger

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
logger = get_logger("flight")


def hold_and_raise(error: BaseException) -> None:
    """A context that holds one record and ends with `error`."""
    with logger.context():
        logger.debug("held")
        raise error


def messages(lines: Lines) -> list[str]:
    return [written["message"] for written in lines()]


def test_an_error_brings_out_what_its_context_held_before_it(log_lines: Lines, record: Use) -> None:
    """In the order and with the time stamps of the calls; other contexts stay silent."""
    record()
    with logger.context(correlation_id="fine"):
        logger.debug("not needed")
    with logger.context(correlation_id="bad"):
        logger.debug("first", cart=[1, 2])
        logger.info("an ordinary record")
        logger.bind(step=2).debug("second")
        logger.error("failed")
        logger.debug("after")
        logger.info("goes on")

    written = log_lines()
    assert [(line["message"], line.get("flight_recorder", False)) for line in written] == [
        ("an ordinary record", False),
        ("first", True),
        ("second", True),
        ("failed", False),
        ("goes on", False),
    ]
    assert {line["context"]["correlation_id"] for line in written} == {"bad"}
    assert (written[1]["level"], written[1]["cart"], written[2]["context"]["step"]) == ("DEBUG", [1, 2], 2)
    assert written[1]["timestamp"] <= written[0]["timestamp"] <= written[2]["timestamp"] <= written[3]["timestamp"]


@pytest.mark.parametrize("error", [KeyError("k"), RuntimeError(), ExceptionGroup("g", [ValueError()])])
def test_an_exception_that_leaves_a_context_brings_it_out_too(log_lines: Lines, record: Use, error: Exception) -> None:
    """Without any record at the trigger level."""
    record()
    with pytest.raises(type(error)):
        hold_and_raise(error)

    assert messages(log_lines) == ["held"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
def test_the_end_of_the_program_or_of_a_task_is_no_failure(
    log_lines: Lines, record: Use, error: type[BaseException]
) -> None:
    """Somebody wanted it."""
    record()
    with pytest.raises(error):
        hold_and_raise(error())

    assert log_lines() == []


def test_a_cancelled_task_and_a_closed_generator_are_no_failures(log_lines: Lines, record: Use) -> None:
    """As they happen in real programs."""
    record()

    async def wait() -> None:
        with logger.context():
            logger.debug("held")
            await asyncio.sleep(60)

    async def run() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    @logger.context()
    def items() -> Any:
        logger.debug("held")
        yield 1
        yield 2

    asyncio.run(run())
    generator = items()
    next(generator)
    generator.close()

    assert log_lines() == []


def test_a_decorated_coroutine_is_a_context_too(log_lines: Lines, record: Use) -> None:
    """Each call for itself."""
    record()

    @logger.context()
    async def work(number: int) -> None:
        logger.debug(f"held {number}")
        await asyncio.sleep(0)
        if number == 3:
            raise ValueError

    async def run() -> None:
        await asyncio.gather(*(work(number) for number in range(6)), return_exceptions=True)

    asyncio.run(run())

    assert messages(log_lines) == ["held 3"]


def test_nested_contexts_share_what_the_outermost_holds(log_lines: Lines, record: Use) -> None:
    """A failure inside brings out what led to it outside, and nothing twice."""
    record()
    with logger.context(correlation_id="c"):
        logger.debug("outer")
        with logger.context(step=1):
            logger.debug("inner")
            bind_context(more=2)
        with contextlib.suppress(ValueError), logger.context(step=2):
            logger.debug("failing")
            raise ValueError
        logger.debug("later")
        logger.critical("at last")

    assert messages(log_lines) == ["outer", "inner", "failing", "later", "at last"]


def test_held_records_are_as_they_were_when_they_were_logged(log_lines: Lines, record: Use) -> None:
    """A later change of a value or of the context does not reach them."""
    record()
    cart = [1]
    with logger.context(user="a"):
        logger.debug("held", cart=cart)
        cart.append(2)
        bind_context(user="b")
        logger.error("now")

    held, now = log_lines()
    assert (held["cart"], held["context"]["user"], now["context"]["user"]) == ([1], "a", "b")


def test_the_mark_keeps_the_order_of_the_schema_and_fields_of_that_name(log_lines: Lines, record: Use) -> None:
    """It is a field of the record: before the exception, and the caller's moves aside."""
    record()
    with logger.context():
        try:
            raise KeyError("k")
        except KeyError:
            logger.debug("with exception", a=1, exc_info=True)
        logger.debug("taken", flight_recorder="mine", flight_recorder_="too", context={"flight_recorder": 1})
        logger.error("now")

    with_exception, taken, _ = log_lines()
    assert list(with_exception)[-3:] == ["a", "flight_recorder", "exception"]
    assert (taken["flight_recorder"], taken["flight_recorder_"], taken["flight_recorder__"]) == (True, "too", "mine")
    assert taken["context_"] == {"flight_recorder": 1}


def test_lowest_level_and_trigger_can_be_set(log_lines: Lines, record: Use) -> None:
    """A trigger below the level of the logger works too, and its record comes out with the others."""
    record(log_level="ERROR", flight_recorder_level="INFO", flight_recorder_trigger="WARNING")
    with logger.context():
        logger.debug("never")
        logger.info("held")
        logger.warning("the trigger")
        logger.info("held again and forgotten")
    with logger.context():
        logger.info("held")
        logger.critical("a trigger too")

    assert [(line["message"], line.get("flight_recorder")) for line in log_lines()] == [
        ("held", True),
        ("the trigger", True),
        ("held", True),
        ("a trigger too", None),
    ]
    assert not logger.is_enabled_for("DEBUG")
    assert logger.is_enabled_for("INFO")


def test_every_level_from_the_trigger_on_brings_it_out(log_lines: Lines, record: Use) -> None:
    """Also CRITICAL, also by way of a timer or `log`."""
    record()

    def time_it() -> None:
        with logger.timer("x", log_level="ERROR"):
            pass

    ways: list[Callable[[], None]] = [
        lambda: logger.critical("x"),
        lambda: logger.log("FATAL", "x"),
        lambda: logger.error("x", exc_info=ValueError()),
        time_it,
    ]
    for fail in ways:
        with logger.context():
            logger.debug("held")
            fail()

    assert messages(log_lines) == ["held", "x"] * 4


def test_outside_of_contexts_records_below_the_level_are_left_out(log_lines: Lines, record: Use) -> None:
    """There is nothing that could fail."""
    record()
    logger.debug("no")
    with logger.timer("no", log_level="DEBUG"):
        pass
    logger.error("yes")

    assert messages(log_lines) == ["yes"]


def test_a_record_is_counted_when_it_is_written(record: Use) -> None:
    """What is held and never needed appears in no metric."""

    def count() -> float:
        flush()
        return REGISTRY.get_sample_value("log_messages_total", {"level": "DEBUG"}) or 0.0

    record()
    before = count()
    with logger.context():
        logger.debug("held")
        assert count() == before
        logger.error("now")
        assert count() == before + 1
        logger.debug("held and forgotten")

    assert count() == before + 1


def test_filtered_records_are_not_held_and_sampled_out_ones_neither(log_lines: Lines, record: Use) -> None:
    """The rate of the sampling stays true; what is held is not sampled."""
    record(filters=[{"field": {"noise": True}}], sample_rate=0)
    with logger.context():
        logger.debug("noise", noise=True)
        logger.info("sampled out")
        logger.debug("held")
        logger.error("now")

    assert messages(log_lines) == ["held", "now"]
    assert not any("sample_rate" in line for line in log_lines())


def test_a_record_that_is_left_out_triggers_nothing(log_lines: Lines, record: Use) -> None:
    """A storm of errors that the rate limit keeps out must not come back as held records."""
    record(rate_limit=1, rate_limit_interval=3600)
    for number in range(3):
        with logger.context():
            logger.debug(f"held {number}")
            logger.error("storm")

    assert messages(log_lines) == ["held 0", "storm"]
