"""Numbers that JSON or its readers cannot hold: they become text, never null and never another number."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("numbers")


class Metres(float):
    """A float of the caller's own."""

    def __float__(self) -> float:
        raise AssertionError("not for the log to call")


class Count(int):
    """An integer of the caller's own."""

    def __int__(self) -> int:
        raise AssertionError("not for the log to call")

    __index__ = __int__


@pytest.mark.guarantee(33)
@pytest.mark.parametrize(
    ("number", "text"),
    [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity"), (Metres("inf"), "Infinity")],
)
def test_floats_that_are_no_numbers_become_text_at_any_depth(log_lines: Lines, number: float, text: str) -> None:
    """Alone, beside other values and a real None, and inside containers of every size."""
    with logger.context(reading=number):
        logger.info(
            "x", a=number, none=None, word="null", few=[number], many=[0.5] * 50 + [number], d={"k": {"k": number}}
        )

    [record] = log_lines()
    assert record["a"] == record["few"][0] == record["many"][-1] == record["d"]["k"]["k"] == text
    assert record["context"]["reading"] == text
    assert record["none"] is None
    assert record["word"] == "null"
    assert record["many"][0] == 0.5


@pytest.mark.guarantee(34)
@pytest.mark.parametrize(
    ("number", "written"),
    [
        (2**64 - 1, 2**64 - 1),
        (2**64, "18446744073709551616"),
        (-(2**63), -(2**63)),
        (-(2**63) - 1, "-9223372036854775809"),
        (10**4000, "1" + "0" * 4000),
        (10**5000, hex(10**5000)),
        (-(10**5000), hex(-(10**5000))),
        (Count(7), 7),
        (Count(2**70), str(2**70)),
        (True, True),
    ],
    ids=lambda number: str(number)[:22] if isinstance(number, str) or number.bit_length() < 1000 else "huge",
)
def test_integers_beyond_64_bits_become_text(log_lines: Lines, number: int, written: object) -> None:
    """In hexadecimal where the decimal form would be longer than the interpreter allows."""
    logger.info("x", n=number, list=[number, None], keys={number: 1})

    [record] = log_lines()
    assert record["n"] == record["list"][0] == written
    assert type(record["n"]) is type(written)
    assert next(iter(record["keys"]))[:1000] == str(written)[:1000]


@pytest.mark.guarantee(34)
def test_with_53_bits_larger_integers_become_text(log_lines: Lines, log_dir: Path) -> None:
    """For receivers that read numbers as JavaScript does; until another configuration."""
    numbers = [2**53 - 1, 2**53, -(2**53) + 1, -(2**53)]
    configure(log_dir=log_dir, console_output=False, service_name="app", integer_bits=53)
    logger.info("x", n=2**53, list=numbers, d={"n": 2**53})
    configure(log_dir=log_dir, console_output=False, service_name="app")
    logger.info("x", n=2**53, list=numbers)

    short, long = log_lines()
    assert short["list"] == [2**53 - 1, str(2**53), -(2**53) + 1, str(-(2**53))]
    assert short["n"] == short["d"]["n"] == str(2**53)
    assert (long["n"], long["list"]) == (2**53, numbers)


@pytest.mark.guarantee(34)
def test_a_lower_limit_of_digits_set_by_the_program_is_respected(log_lines: Lines) -> None:
    """`str` of such a number raises then."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        logger.info("x", n=10**1000)
    finally:
        sys.set_int_max_str_digits(before)

    assert log_lines()[0]["n"] == hex(10**1000)
