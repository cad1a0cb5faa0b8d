"""Arrays and scalars of numpy, which the library knows without importing it."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
logger = get_logger("numpy")


def written(log_lines: Lines, value: object) -> object:
    """The value as it stands in the record, next to one that must not suffer."""
    logger.info("x", value=value, plain=1)
    record = log_lines()[-1]
    assert record["plain"] == 1
    return record["value"]


@pytest.mark.guarantee(40)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(4), 4),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (np.float64("nan"), "NaN"),
        (np.str_("a"), "a"),
        (np.bytes_(b"a"), "a"),
        (np.longdouble("1.5"), "1.5"),
        (np.complex128(1j), "1j"),
        (np.datetime64("NaT"), "NaT"),
        (np.datetime64("2026-01-02T03:04:05.000000001"), "2026-01-02T03:04:05.000000001"),
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (np.array(5), [5]),
        (np.zeros((2, 0)), [[], []]),
        (np.zeros(0), []),
        (np.array([("a", 1)], dtype=[("n", "U1"), ("v", "i4")]), [["a", 1]]),
        (np.array([{1: math_nan} for math_nan in [float("nan")]], dtype=object), [{"1": "NaN"}]),
    ],
)
def test_numpy_values_are_written_as_python_ones(log_lines: Lines, value: object, expected: object) -> None:
    """Scalars as numbers, arrays as lists, what Python cannot hold as text."""
    assert written(log_lines, value) == expected


@pytest.mark.guarantee(40)
def test_large_arrays_are_cut_by_their_elements_before_they_are_converted(log_lines: Lines) -> None:
    """10,000 elements at most, in whole rows."""
    rows = written(log_lines, np.ones((1000, 1000), dtype=np.int8))
    assert isinstance(rows, list)
    assert [len(row) for row in rows[:-1]] == [1000] * 10
    assert rows[-1] == "<990 more>"

    assert written(log_lines, np.ones((2, 20_000))) == ["<row of 20000 elements>", "<1 more>"]
    long = written(log_lines, array.array("b", bytes(1_000_000)))
    assert isinstance(long, list)
    assert (len(long), long[-1]) == (10_001, "<990000 more>")
