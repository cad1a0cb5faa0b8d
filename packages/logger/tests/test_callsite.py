"""Call sites: module, function and line of the caller, however often and from wherever it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]


def _here() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_the_record_names_the_line_that_logs(log_lines: Lines) -> None:
    """Also when the site comes out of the cache."""
    for _ in range(3):
        line = _here() + 1
        get_logger("here").info("x")

    for record in log_lines():
        assert (record["module"], record["line"]) == ("test_callsite", line)
        assert record["function"] == "test_the_record_names_the_line_that_logs"


def test_stacklevel_names_the_caller_of_a_wrapper(log_lines: Lines) -> None:
    """As in the standard library."""

    def audit(message: str, stacklevel: int) -> None:
        get_logger("wrapped").info(message, stacklevel=stacklevel)

    line = _here() + 1
    audit("a", 2)
    audit("beyond the stack", 5000)

    first, second = log_lines()
    assert (first["function"], first["line"]) == ("test_stacklevel_names_the_caller_of_a_wrapper", line)
    assert second["message"] == "beyond the stack"


def test_code_made_at_run_time_is_not_mistaken(log_lines: Lines) -> None:
    """Addresses of code objects are used again; a cached site must be checked."""
    for number in range(300):
        exec(compile("\n" * number + "log('x')", f"made{number}.py", "exec"), {"log": get_logger("made").info})

    assert [(r["module"], r["line"]) for r in log_lines()] == [(f"made{n}", n + 1) for n in range(300)]


def test_two_loggers_on_one_line_keep_their_names(log_lines: Lines) -> None:
    """The cache belongs to the logger."""
    for name in ("one", "two", "one"):
        get_logger(name).info("x")

    assert [record["logger"] for record in log_lines()] == ["one", "two", "one"]
