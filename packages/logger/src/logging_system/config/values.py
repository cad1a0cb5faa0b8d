"""Readers of single values: text or YAML scalars to checked Python values.

Each reader takes what a file, a variable or an argument gave and returns the checked value, or
raises ValueError with "got …, expected …" as its text; `load.py` adds where it stood.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from logging_system.levels import NAMES, level_number

Reader: TypeAlias = Callable[[object], Any]

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|[KMGT]I?B?)?", re.IGNORECASE)
_FACTORS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)?", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def wrong(value: object, expected: str) -> ValueError:
    """The error of a reader, with the value quoted."""
    shown = f'"{value}"' if isinstance(value, str) else repr(value)
    return ValueError(f"got {shown}, expected {expected}")


def read_level(value: object) -> str:
    """A level's name in capitals."""
    try:
        return NAMES[level_number(value)]  # type: ignore[arg-type]  # anything else raises ValueError
    except ValueError:
        raise wrong(value, "DEBUG, INFO, WARNING, ERROR or CRITICAL") from None


def read_bool(value: object) -> bool:
    """A switch: a YAML boolean, or one of 1/0, true/false, yes/no, on/off."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise wrong(value, "true or false")


def read_text(value: object) -> str:
    """A text; YAML numbers such as a version 1.0 are taken as written."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong(value, "a text")
    text = str(value).strip()
    if not text:
        raise wrong(value, "a text that is not empty")
    return text


def read_optional_text(value: object) -> str | None:
    """A text, or nothing (null, or an empty text)."""
    return None if value is None or value == "" else read_text(value)


def read_path(value: object) -> str:
    """A path of the file system; `~` is expanded."""
    if not isinstance(value, str | os.PathLike) or not str(value).strip():
        raise wrong(value, "a path")
    return os.path.expanduser(os.fspath(value))


def read_size(value: object) -> int:
    """A size in bytes: a whole number, or a text such as 10MB (10,485,760 bytes)."""
    expected = "bytes or a size such as 10MB"
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise wrong(value, expected)
    unit = (match[2] or "").upper().removesuffix("B").removesuffix("I")
    size = int(float(match[1]) * _FACTORS[unit])
    if size <= 0:
        raise wrong(value, expected)
    return size


def read_seconds(value: object) -> float:
    """A time in seconds, more than 0 and at most one day."""
    try:
        seconds = float(value)  # type: ignore[arg-type]  # what cannot be a float raises
    except (TypeError, ValueError):
        seconds = math.nan
    if isinstance(value, bool) or not 0 < seconds <= 86_400:
        raise wrong(value, "seconds, more than 0 and at most 86400")
    return seconds


def read_duration(value: object) -> float:
    """A time in seconds: a number, or a text such as 90s, 15m, 12h, 7d, 4w; more than 0, at most ten years."""
    text = str(value).strip() if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    match = _DURATION.fullmatch(text)
    seconds = float(match[1]) * _SECONDS[(match[2] or "").lower()] if match else 0.0
    if not 0 < seconds <= 3653 * 86_400:
        raise wrong(value, "a time such as 90s, 15m, 12h or 7d")
    return seconds


def read_integer_bits(value: object) -> int:
    """64 or 53."""
    if str(value) not in ("53", "64"):
        raise wrong(value, "64 or 53")
    return int(str(value))


def read_levels(value: object) -> dict[str, str]:
    """Levels by logger name."""
    if not isinstance(value, Mapping):
        raise wrong(value, "logger names with levels, such as {shop: DEBUG}")
    return {str(name): read_level(level) for name, level in value.items()}


def read_share(value: object) -> float:
    """A share from 0 to 1."""
    try:
        share = float(value)  # type: ignore[arg-type]  # what cannot be a float raises
    except (TypeError, ValueError):
        share = math.nan
    if isinstance(value, bool) or not 0 <= share <= 1:
        raise wrong(value, "a share from 0 to 1")
    return share


def read_record_size(value: object) -> int:
    """A size of at least 1 kB, so that what tells one record from another always fits."""
    size = read_size(value)
    if size < 1024:
        raise wrong(value, "a size of at least 1KB")
    return size


def whole_number(lowest: int, highest: int) -> Reader:
    """A reader of whole numbers from `lowest` to `highest`, both included."""

    def read(value: object) -> int:
        try:
            number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            raise wrong(value, f"a whole number from {lowest} to {highest}")
        return number

    return read


def one_of(*words: str) -> Reader:
    """A reader of one word out of `words`, any case."""

    def read(value: object) -> str:
        word = value.strip().lower() if isinstance(value, str) else None
        if word not in words:
            raise wrong(value, f"{', '.join(words[:-1])} or {words[-1]}")
        return word

    return read


def optional(read: Reader) -> Reader:
    """The same reader, with null (or an empty text) for "not set"."""

    def read_or_none(value: object) -> Any:
        return None if value is None or value == "" else read(value)

    return read_or_none


def read_mapping(value: object) -> Mapping[str, object]:
    """A YAML mapping; an empty section counts as one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(value, "a section with keys")
    return value
