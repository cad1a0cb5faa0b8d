"""Loggers: levels, fields, children, and that nothing raises into the caller."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from logging_system import AdvancedLogger, ConfigError, configure, get_logger

Lines = Callable[[], list[dict[str, Any]]]

KEYS = ["timestamp", "level", "logger", "message", "module", "function", "line", "context"]


def test_a_record_has_the_keys_of_the_schema_in_order(log_lines: Lines) -> None:
    """Readers of the file rely on names and order."""
    with get_logger("shop").context(user_id="u1"):
        get_logger("shop").info("paid", amount_cents=5)

    [record] = log_lines()
    assert list(record) == [*KEYS, "amount_cents"]
    assert list(record["context"]) == ["correlation_id", "user_id", "service_name", "version", "environment"]
    assert record["timestamp"][10] == "T"
    assert record["timestamp"].endswith("Z")
    assert len(record["timestamp"]) == len("2026-06-19T10:30:45.123Z")


def test_each_level_method_writes_its_level(log_lines: Lines) -> None:
    """The five levels of the contract."""
    logger = get_logger("levels", log_level="DEBUG")
    for name in ("debug", "info", "warning", "error", "critical"):
        getattr(logger, name)("x")

    assert [record["level"] for record in log_lines()] == ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def test_records_below_the_level_are_left_out(log_lines: Lines) -> None:
    """`log_level`, then `set_level`, decide for the logger and its children."""
    logger = get_logger("threshold", log_level="WARNING")
    logger.info("no")
    logger.bind(a=1).warning("yes")
    logger.set_level("debug")
    logger.bind(a=1).debug("now")

    assert [record["message"] for record in log_lines()] == ["yes", "now"]
    assert logger.is_enabled_for("DEBUG")
    assert not get_logger("other").is_enabled_for("DEBUG")


def test_configure_changes_the_level_of_loggers_that_have_none_of_their_own(log_lines: Lines, log_dir: object) -> None:
    """A logger made before `configure` follows it."""
    follows, own = get_logger("follows"), get_logger("own", log_level="ERROR")
    configure(log_level="DEBUG", log_dir=log_dir, console_output=False, service_name="app")
    follows.debug("yes")
    own.debug("no")

    assert [record["logger"] for record in log_lines()] == ["follows"]


def test_get_logger_returns_the_same_object_for_a_name() -> None:
    """Loggers are cached."""
    assert get_logger("same") is get_logger("same")
    assert isinstance(get_logger("same"), AdvancedLogger)


@pytest.mark.parametrize("level", ["LOUD", "", -1, 3.5])
def test_an_unknown_level_is_a_clear_error(level: Any) -> None:
    """The message names the argument, the value and what was expected."""
    with pytest.raises(ConfigError, match=r"argument: level: got .*expected DEBUG, INFO, WARNING, ERROR or CRITICAL"):
        get_logger("bad").set_level(level)


def test_get_logger_refuses_an_unknown_level() -> None:
    """At once, not at the first record."""
    with pytest.raises(ConfigError, match='log_level: got "LOUD"'):
        get_logger("refused", log_level="LOUD")


def test_a_field_with_a_reserved_name_is_kept_with_an_underscore(log_lines: Lines) -> None:
    """`level=` given by the caller must not replace the record's level."""
    get_logger("shop").info("moved", level="top shelf", message="m", self="s", duration_ms=3, exception="e")

    [record] = log_lines()
    assert (record["level"], record["level_"]) == ("INFO", "top shelf")
    assert (record["message"], record["message_"], record["self"]) == ("moved", "m", "s")
    assert (record["duration_ms_"], record["exception_"]) == (3, "e")


def test_a_message_is_data_and_never_formatted(log_lines: Lines) -> None:
    """Percent signs and braces of users must not break anything; stray arguments are kept."""
    get_logger("fmt").info("100% {done} %s", 1, "two")

    [record] = log_lines()
    assert (record["message"], record["args"]) == ("100% {done} %s", [1, "two"])


def test_the_message_of_a_call_site_may_change(log_lines: Lines) -> None:
    """Call sites are cached with their message; another message or level there must still come out."""
    logger = get_logger("site")
    for index, level in enumerate(["INFO", "ERROR", "INFO", "ERROR"]):
        logger.log(level, f"number {index % 3}")

    written = [(record["level"], record["message"]) for record in log_lines()]
    assert written == [("INFO", "number 0"), ("ERROR", "number 1"), ("INFO", "number 2"), ("ERROR", "number 0")]


@pytest.mark.parametrize("message", [None, 7, b"bytes", ["list"], "\ud800", "two\nlines", "\x00"])
def test_any_message_gives_one_line(log_lines: Lines, message: object) -> None:
    """Whatever it is, it becomes text on one line."""
    get_logger("odd").info(message)

    [record] = log_lines()
    assert isinstance(record["message"], str)


def test_log_takes_names_and_numbers_and_keeps_what_it_does_not_know(log_lines: Lines) -> None:
    """An unknown level must not lose the record."""
    logger = get_logger("log")
    logger.log("warn", "a")
    logger.log(25, "b")
    logger.log("loud", "c")  # not a level

    assert [(record["level"], record.get("level_")) for record in log_lines()] == [
        ("WARNING", None),
        ("INFO", None),
        ("INFO", "loud"),
    ]


def test_bound_fields_are_in_the_context_of_the_child_only(log_lines: Lines) -> None:
    """`bind` makes a child; the parent stays as it was; `unbind` takes away."""
    parent = get_logger("parent")
    child = parent.bind(component="billing", region="eu")
    with parent.context(region="us", correlation_id="c1"):
        child.info("child")
        child.unbind("component", "never there").info("less")
        parent.info("parent")

    contexts = [record["context"] for record in log_lines()]
    assert [(c.get("component"), c.get("region")) for c in contexts] == [("billing", "eu"), (None, "eu"), (None, "us")]


def test_a_bound_logger_follows_the_context_it_logs_in(log_lines: Lines) -> None:
    """Its encoded context is cached; a new context must not show the old one's fields."""
    child = get_logger("cached").bind(a=1)
    for number in ("one", "two"):
        with child.context(correlation_id=number):
            child.info("x")
            child.info("y")

    assert [record["context"]["correlation_id"] for record in log_lines()] == ["one", "one", "two", "two"]


def test_loggers_can_be_pickled(log_lines: Lines) -> None:
    """They travel to processes that are spawned, by name."""
    copy = pickle.loads(pickle.dumps(get_logger("pickled").bind(a=1)))
    copy.info("x")

    [record] = log_lines()
    assert (record["logger"], record["context"]["a"]) == ("pickled", 1)


def test_nothing_raises_into_the_caller(log_lines: Lines) -> None:
    """The caller's work goes on whatever a value does."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

        __repr__ = __str__

    cycle: list[object] = []
    cycle.append(cycle)
    get_logger("broken").info(Broken(), value=Broken(), cycle=cycle, stack=object, number=10**5000)
    bad: Any = 3
    get_logger("broken").info("x", exc_info=bad)
    get_logger("broken").info("far", stacklevel=10_000)

    first, _, second = log_lines()
    assert "RuntimeError" in first["message"]
    assert "RuntimeError" in first["value"]
    assert second["message"] == "far"
