"""Encoding: any value becomes JSON on one line, secrets are masked at any depth."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from logging_system import get_logger
from logging_system.callsite import encode_place
from logging_system.levels import INFO

Lines = Callable[[], list[dict[str, Any]]]


class Colour(enum.Enum):
    """An enum for the table below."""

    RED = "red"


@dataclasses.dataclass
class Card:
    """A dataclass with a secret."""

    owner: str
    password: str


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (2**70, str(2**70)),
        ({1, 2}, [1, 2]),
        ((1, "a"), [1, "a"]),
        (b"\xffab", "\\xffab"),
        (Colour.RED, "red"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (uuid.UUID(int=1), str(uuid.UUID(int=1))),
        (decimal.Decimal("1.10"), "1.10"),
        ({1: "a", (2, 3): "b"}, {"1": "a", "(2, 3)": "b"}),
        (Card("eve", "x"), {"owner": "eve", "password": "***"}),
        ({"outer": [{"api_key": "k", "n": math.nan}]}, {"outer": [{"api_key": "***", "n": "NaN"}]}),
        ("\ud800", "\\ud800"),
        (None, None),
    ],
)
def test_values_that_json_does_not_hold_are_kept_as_text(log_lines: Lines, value: object, written: object) -> None:
    """Nothing is dropped, nothing becomes null without being None."""
    get_logger("values").info("x", value=value, plain=1)

    [record] = log_lines()
    assert record["value"] == written
    assert record["plain"] == 1


@pytest.mark.parametrize(
    "key",
    ["password", "db_password", "clientSecret", "X-Api-Key", "Authorization", "access_token", "set-cookie", "APIKEY"],
)
def test_values_under_secret_names_are_masked(log_lines: Lines, key: str) -> None:
    """At top level, nested, and in the context."""
    secret: dict[str, Any] = {key: "hunter2"}
    with get_logger("secret").context(**secret):
        get_logger("secret").bind(**secret).info("x", **secret, nested={"a": [secret]})

    [record] = log_lines()
    assert "hunter2" not in json.dumps(record)
    assert record[key] == record["nested"]["a"][0][key] == record["context"][key] == "***"


@pytest.mark.parametrize("key", ["secretary", "token_count", "tokenizer", "passenger", "author", "key", "monkey"])
def test_names_that_only_look_secret_stay_readable(log_lines: Lines, key: str) -> None:
    """Whole words only."""
    fields: dict[str, Any] = {key: "visible"}
    get_logger("plain").info("x", **fields)

    assert log_lines()[0][key] == "visible"


@pytest.mark.guarantee(30)
def test_later_changes_of_a_value_do_not_reach_the_record(log_lines: Lines) -> None:
    """A record is a snapshot of the moment of the call."""
    cart = ["tea"]
    get_logger("snapshot").info("x", cart=cart)
    cart.append("pot")

    assert log_lines()[0]["cart"] == ["tea"]


@pytest.mark.guarantee(58)
@pytest.mark.parametrize(
    ("milliseconds", "stamp"),
    [
        (10**17, "9999-12-31T23:59:59.999Z"),
        (-(10**17), "1000-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_750_328_999_999, "2025-06-19T10:29:59.999Z"),
    ],
)
def test_a_time_that_no_calendar_has_is_written_as_the_nearest_one(
    log_lines: Callable[[], list[dict[str, Any]]], milliseconds: int, stamp: str
) -> None:
    """Milliseconds are cut, never rounded up to a thousand."""
    get_logger("times").write_foreign(INFO, "x", milliseconds=milliseconds, fields={}, place=encode_place(None))

    assert log_lines()[-1]["timestamp"] == stamp
