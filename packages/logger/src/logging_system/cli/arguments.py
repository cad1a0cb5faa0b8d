"""Readers of arguments that several subcommands take; each raises what argparse reports as a wrong argument."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from logging_system.cli.records import read_time
from logging_system.levels import NAMES, level_number

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_AGO: Final = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def level(text: str) -> int:
    """A level's number from its name."""
    try:
        return level_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def logger_and_level(text: str) -> tuple[str, str | None]:
    """`LOGGER` or `LOGGER:LEVEL`."""
    name, colon, level_name = text.rpartition(":")
    if not colon:
        return text, None
    return name, NAMES[level(level_name)]


def count(text: str) -> int:
    """A whole number, 0 or more."""
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 0 to 999999999")
    return int(text)


def point_in_time(text: str) -> datetime:
    """A time as RFC 3339 with its offset, or as an age: `15m` is fifteen minutes before now (s, m, h, d, w)."""
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return read_time(text.strip())
    except (ValueError, OverflowError):
        expected = "RFC 3339 such as 2026-06-19T10:30:00Z, or an age such as 15m"
        raise argparse.ArgumentTypeError(f"got {text!r}, expected {expected}") from None
