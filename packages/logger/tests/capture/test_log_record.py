"""From a LogRecord to our record: levels, messages, extras, times and places of every kind."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure
from logging_system.capture import log_record

Lines = Callable[[], list[dict[str, Any]]]
pytestmark = [pytest.mark.guarantee(23), pytest.mark.usefixtures("capturing")]
#: Without a parent, because pytest's handlers on the root logger fail where we do not.
logger = logging.Logger("theirs")  # noqa: LOG001


def _record(**attributes: object) -> logging.LogRecord:
    made = {"name": "theirs", "levelno": 30, "msg": "hello", "created": 1_700_000_000.5, "msecs": 500.0, **attributes}
    return logging.makeLogRecord(made)


@pytest.mark.parametrize(
    ("number", "level", "kept"),
    [(10, "DEBUG", None), (25, "INFO", "Level 25"), (45, "ERROR", "Level 45"), (70, "CRITICAL", "Level 70")],
)
def test_a_level_number_counts_as_the_next_lower_of_the_five(
    log_lines: Lines, log_dir: Path, number: int, level: str, kept: str | None
) -> None:
    """A level of the program's own keeps its name beside it."""
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True, log_level="DEBUG")
    logger.log(number, "hello")

    [record] = log_lines()
    assert (record["level"], record.get("level_")) == (level, kept)


def test_a_level_of_its_own_name_keeps_it(log_lines: Lines) -> None:
    """`addLevelName`."""
    logging.addLevelName(35, "NOTICE")
    logger.log(35, "hello")

    [record] = log_lines()
    assert (record["level"], record["level_"]) == ("WARNING", "NOTICE")


@pytest.mark.parametrize("number", [-5, 2.5])
def test_a_level_that_is_no_level_counts_as_info(log_lines: Lines, number: object) -> None:
    """A record made by hand."""
    logger.callHandlers(_record(levelno=number))

    assert log_lines()[0]["level"] == "INFO"


def test_a_message_that_cannot_be_formatted_keeps_its_parts(log_lines: Lines) -> None:
    """Nothing is printed, nothing is raised, nothing is lost."""
    logger.warning("%d things", "many")
    logger.warning("no place for it", "more")

    first, second = log_lines()
    assert (first["message"], first["args"]) == ("%d things", ["many"])
    assert first["format_error"].startswith("TypeError: %d format")
    assert (second["message"], second["args"]) == ("no place for it", ["more"])


def test_an_argument_that_cannot_be_shown_costs_the_formatting_only(log_lines: Lines) -> None:
    """Its `__str__` raises."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError("unreadable")

    logger.warning("hello %s", Broken())
    logger.warning(Broken())

    first, second = log_lines()
    assert (first["message"], first["format_error"]) == ("hello %s", "ValueError: unreadable")
    assert "ValueError" in second["message"]


def test_a_dict_in_the_place_of_the_message_is_fields(log_lines: Lines) -> None:
    """As python-json-logger has it; the caller's dict is left alone."""
    given: dict[object, object] = {"message": "paid", "order": 7, 5: "five"}
    logger.warning(given)
    logger.warning({"order": 8})

    paid, other = log_lines()
    assert (paid["message"], paid["order"], paid["5"]) == ("paid", 7, "five")
    assert (other["message"], other["order"]) == ("", 8)
    assert "message" in given


def test_extras_are_fields_and_noise_is_left_out(log_lines: Lines) -> None:
    """Reserved names keep their value under another; what servers add for themselves goes."""
    scope = {"type": "http", "asgi": {"version": "3.0"}, "headers": [(b"cookie", b"secret")]}
    connection = type("Connection", (), {"__module__": "websockets.legacy"})()
    noise = {"color_message": "\x1b[1mhello", "scope": scope, "websocket": connection, "otelSpanID": "0"}
    logger.warning("hello", extra={"order": 7, "level": "mine", "context": "theirs", **noise})
    logger.warning("hello", extra={"scope": "billing", "websocket": "open"})

    first, second = log_lines()
    assert (first["order"], first["level_"], first["context_"]) == (7, "mine", "theirs")
    assert noise.keys().isdisjoint(first)
    assert (second["scope"], second["websocket"]) == ("billing", "open")


def test_secrets_in_extras_and_arguments_are_masked(log_lines: Lines) -> None:
    """The same rules as for our own records."""
    logger.warning("hello", extra={"password": "hunter2"})

    assert log_lines()[0]["password"] == "***"


def test_an_exception_and_a_stack_are_kept(log_lines: Lines) -> None:
    """As structure, and as text where it comes as text from another process."""
    try:
        raise LookupError("gone")
    except LookupError:
        logger.exception("failed")
        logger.warning("no fault", exc_info=False, stack_info=True)
    logger.warning("none", exc_info=True)  # noqa: LOG014
    logger.callHandlers(_record(exc_text="Traceback of elsewhere"))

    failed, stack, none, text = log_lines()
    assert failed["exception"]["type"] == "LookupError"
    assert "test_an_exception_and_a_stack_are_kept" in stack["stack_info"]
    assert "exception" not in none
    assert text["exc_text"] == "Traceback of elsewhere"


@pytest.mark.parametrize(
    ("created", "msecs", "shown"),
    [
        (1_700_000_000.5, 500.0, "2023-11-14T22:13:20.500Z"),
        (1_700_000_000_002_000_000 / 1e9, 2.0, "2023-11-14T22:13:20.002Z"),  # as Python 3.13 does: 1999.9 µs
        (float("nan"), 0.0, None),
        (None, None, None),
        (-5.0, 0.0, None),
        (1e15, 0.0, None),
    ],
)
def test_the_time_is_that_of_the_record_or_now(
    log_lines: Lines, created: float | None, msecs: float | None, shown: str | None
) -> None:
    """To the millisecond; a time that is none gives way to the clock."""
    logger.callHandlers(_record(created=created, msecs=msecs))

    [record] = log_lines()
    assert record["timestamp"] == shown if shown else record["timestamp"] > "2024"


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ({"pathname": "/srv/app/shop.py", "funcName": "pay", "lineno": 7}, ("shop", "pay", 7)),
        ({"pathname": "shop.py", "funcName": None, "lineno": 7}, ("shop", None, 7)),
        ({"pathname": "(unknown file)", "funcName": "(unknown function)", "lineno": 0}, (None, None, None)),
        ({"pathname": None, "funcName": "pay", "lineno": "x"}, (None, None, None)),
        ({"pathname": [], "funcName": "pay", "lineno": 1}, (None, None, None)),
    ],
)
def test_the_place_is_that_of_the_record(log_lines: Lines, attributes: dict[str, object], place: object) -> None:
    """Nothing where the record does not know."""
    logger.callHandlers(_record(**attributes))

    [record] = log_lines()
    assert (record["module"], record["function"], record["line"]) == place


def test_places_of_generated_code_do_not_grow_without_end(log_lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoded places are kept, but only so many."""
    monkeypatch.setattr(log_record, "_MAX_PLACES", 5)
    for number in range(12):
        logger.callHandlers(_record(pathname=f"generated{number}.py", lineno=number, funcName="f"))

    assert [record["module"] for record in log_lines()] == [f"generated{number}" for number in range(12)]
    assert len(log_record._places) <= 5


def test_a_record_that_was_pickled_on_the_way_is_the_same(log_lines: Lines) -> None:
    """As it comes out of a queue between processes."""
    record = _record(msg="hello %s", args=("you",), pathname="shop.py", lineno=3, funcName="f", order=7)
    logger.callHandlers(record)
    logger.callHandlers(pickle.loads(pickle.dumps(record)))

    first, second = log_lines()
    assert first == second
    assert (first["message"], first["order"]) == ("hello you", 7)
