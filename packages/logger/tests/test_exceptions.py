"""Exceptions in records: type, message, stack trace, chain, notes, groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("exceptions")


def test_an_exception_is_written_as_structure(log_lines: Lines) -> None:
    """At the end of the record, with its cause and notes."""
    try:
        try:
            int("x")
        except ValueError as cause:
            error = LookupError("no such order")
            error.add_note("order 7")
            raise error from cause
    except LookupError:
        logger.exception("failed", order_id=7)

    [record] = log_lines()
    assert list(record)[-2:] == ["order_id", "exception"]
    exception = record["exception"]
    assert list(exception) == ["type", "module", "message", "stacktrace", "cause", "context", "notes"]
    assert (exception["type"], exception["module"], exception["message"]) == (
        "LookupError",
        "builtins",
        "no such order",
    )
    assert exception["stacktrace"].startswith("Traceback (most recent call last):\n")
    assert exception["cause"]["type"] == "ValueError"
    assert exception["notes"] == ["order 7"]


def test_exc_info_takes_an_exception_or_true(log_lines: Lines) -> None:
    """And outside of `except` True adds nothing."""
    logger.error("given", exc_info=KeyError("k"))
    logger.error("none", exc_info=True)  # noqa: LOG014 - the case under test
    try:
        raise OSError("disk")
    except OSError:
        logger.warning("current", exc_info=True)

    given, none, current = log_lines()
    assert given["exception"]["type"] == "KeyError"
    assert "exception" not in none
    assert current["exception"]["message"] == "disk"


def test_groups_keep_their_members(log_lines: Lines) -> None:
    """Each member is a structure of its own."""
    logger.error("x", exc_info=ExceptionGroup("two", [ValueError("a"), ExceptionGroup("in", [TypeError("b")])]))

    members = log_lines()[0]["exception"]["exceptions"]
    assert members[0]["type"] == "ValueError"
    assert members[1]["exceptions"][0]["message"] == "b"


def test_cycles_and_endless_chains_are_cut(log_lines: Lines) -> None:
    """A chain that comes back to itself must end."""
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    chain: BaseException = RuntimeError("end")
    for number in range(5000):
        link = RuntimeError(str(number))
        link.__cause__ = chain
        chain = link
    logger.error("cycle", exc_info=first)
    logger.error("long", exc_info=chain)

    cycle, _ = log_lines()
    assert cycle["exception"]["cause"]["cause"]["message"] == "<cycle>"


def test_an_exception_that_cannot_be_shown_is_still_recorded(log_lines: Lines) -> None:
    """Its `__str__` raises; its type is known."""

    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    logger.error("x", exc_info=BrokenError())

    assert log_lines()[0]["exception"]["type"].endswith("BrokenError")
