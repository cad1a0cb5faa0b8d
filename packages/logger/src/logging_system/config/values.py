"""Readers of single values: text or YAML scalars to checked Python values.

Each reader takes what a file, a variable or an argument gave and returns the checked value, or
raises ValueError with "got …, expected …" as its text; `load.py` adds where it stood. A reader that
has parameters is a small class, so that `json_schema.py` can tell editors the same.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from logging_system.config.shown import shown
from logging_system.levels import NAMES, level_number

Reader: TypeAlias = Callable[[object], Any]

#: The forms of texts, also those of the JSON schema; any case where there are letters.
INTEGER: Final = re.compile(r"[-+]?[0-9]{1,20}")
NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?", re.IGNORECASE)
SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(B|[KMGT]I?B?)?", re.IGNORECASE | re.ASCII)
DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhdw])?", re.IGNORECASE | re.ASCII)
STREAM_FIELD: Final = re.compile(r"\{(?:host|pid|service_name)\}")
#: Of a server: scheme, perhaps user and password, host, perhaps port and path.
URL: Final = re.compile(
    r"https?://(?:[^/?#@\s]*@)?(?:[^/?#@\s:\[\]]+|\[[^/?#@\s\]]+\])(?::[0-9]{1,5})?(?:/[^?#\s]*)?", re.IGNORECASE
)
TRUE: Final = ("true", "yes", "on", "1")
FALSE: Final = ("false", "no", "off", "0")

#: Bytes: more than any file or memory has.
LARGEST_SIZE: Final = 1 << 50
LONGEST_SECONDS: Final = 86_400
#: Ten years.
LONGEST_DURATION: Final = 3653 * 86_400
SMALLEST_RECORD: Final = 1024

_FACTORS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class WrongPart(ValueError):
    """A reader's error about a part of its value; `place` is that part's path, such as `.shop` or `[2].level`."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def wrong(value: object, expected: str) -> ValueError:
    """The error of a reader: the value shortened, and what would be right."""
    return ValueError(f"got {shown(value)}, expected {expected}")


def read_level(value: object) -> str:
    """A level's name in capitals; also from a number, as the standard library has them."""
    number = _as_integer(value)
    try:
        return NAMES[level_number(value if number is None else number)]  # type: ignore[arg-type]  # raises ValueError
    except ValueError:
        raise wrong(value, "DEBUG, INFO, WARNING, ERROR or CRITICAL") from None


def read_bool(value: object) -> bool:
    """A switch: a YAML boolean, or one of 1/0, true/false, yes/no, on/off."""
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else _digits(_as_integer(value))
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise wrong(value, "true or false")


def read_text(value: object) -> str:
    """A text that is not empty and is UTF-8; YAML numbers such as a version 1.10 are taken as written."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong(value, "a text")
    text = value.strip() if isinstance(value, str) else _digits(value)
    if not text or not _is_utf8(text):
        raise wrong(value, "a text that is not empty" if not text else "a text in UTF-8")
    return text


def read_optional_text(value: object) -> str | None:
    """A text, or nothing (null, or an empty text)."""
    return None if value is None or value == "" else read_text(value)


def read_secret(value: object) -> str | None:
    """A text or nothing, as `read_optional_text`; no message shows what was given."""
    try:
        return read_optional_text(value)
    except ValueError:
        raise ValueError("got a value that is not shown because it is secret, expected a text") from None


def read_path(value: object) -> str:
    """A path of the file system; `~` is expanded."""
    path = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise wrong(value, "a path")
    return os.path.expanduser(path)


def read_url(value: object) -> str:
    """The address of a server, such as http://localhost:9093; no message shows user and password."""
    text = value.strip() if isinstance(value, str) else ""
    if URL.fullmatch(text):
        return text
    given = "an address that is not shown because it may hold a password" if "@" in text else shown(value)
    raise ValueError(f"got {given}, expected an address such as http://localhost:9093")


def read_stream_name(value: object) -> str:
    """A name in which {host}, {pid} and {service_name} stand for what they say, and nothing else is in braces."""
    name = read_text(value)
    if {"{", "}"} & set(STREAM_FIELD.sub("", name)):
        raise wrong(value, "a name with {host}, {pid} or {service_name} in it")
    return name


def read_size(value: object) -> int:
    """A size in bytes: a whole number, or a text such as 10MB (10,485,760 bytes)."""
    text = value.strip() if isinstance(value, str) else _digits(_as_integer(value))
    match = SIZE.fullmatch(text)
    number = float(match[1]) if match else math.nan
    unit = (match[2] or "").upper().removesuffix("B").removesuffix("I") if match else ""
    if not 1 <= number * _FACTORS[unit] <= LARGEST_SIZE:
        raise wrong(value, "bytes or a size such as 10MB")
    return int(number * _FACTORS[unit])


def read_seconds(value: object) -> float:
    """A time in seconds, more than 0 and at most one day."""
    seconds = _as_float(value)
    if not 0 < seconds <= LONGEST_SECONDS:
        raise wrong(value, "seconds, more than 0 and at most 86400")
    return seconds


def read_duration(value: object) -> float:
    """A time in seconds: a number, or a text such as 90s, 15m, 12h, 7d, 4w; more than 0, at most ten years."""
    match = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    seconds = float(match[1]) * _SECONDS[(match[2] or "").lower()] if match else _as_float(value)
    if not 0 < seconds <= LONGEST_DURATION:
        raise wrong(value, "a time such as 90s, 15m, 12h or 7d")
    return seconds


def read_levels(value: object) -> dict[str, str]:
    """Levels by logger name."""
    if not isinstance(value, Mapping):
        raise wrong(value, "logger names with levels, such as {shop: DEBUG}")
    levels: dict[str, str] = {}
    for name, level in value.items():
        if not isinstance(name, str) or not name.strip():
            raise wrong(name, "the name of a logger")
        try:
            levels[name] = read_level(level)
        except ValueError as error:
            raise WrongPart(f".{name}", str(error)) from None
    return levels


def read_share(value: object) -> float:
    """A share from 0 to 1."""
    share = _as_float(value)
    if not 0 <= share <= 1:
        raise wrong(value, "a share from 0 to 1")
    return share


def read_record_size(value: object) -> int:
    """A size of at least 1 kB, so that what tells one record from another always fits."""
    size = read_size(value)
    if size < SMALLEST_RECORD:
        raise wrong(value, "a size of at least 1KB")
    return size


def read_mapping(value: object) -> Mapping[str, object]:
    """A YAML mapping; an empty section counts as one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(value, "a section with keys")
    return value


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A reader of whole numbers from `lowest` to `highest`, both included."""

    lowest: int
    highest: int

    def __call__(self, value: object) -> int:
        number = _as_integer(value)
        if number is None or not self.lowest <= number <= self.highest:
            raise wrong(value, f"a whole number from {self.lowest} to {self.highest}")
        return number


@dataclass(frozen=True, slots=True)
class OneNumberOf:
    """A reader of one whole number out of `numbers`."""

    numbers: tuple[int, ...]

    def __call__(self, value: object) -> int:
        number = _as_integer(value)
        if number not in self.numbers:
            raise wrong(value, f"one of {', '.join(map(str, self.numbers))}")
        return number


@dataclass(frozen=True, slots=True)
class OneOf:
    """A reader of one word out of `words`, any case."""

    words: tuple[str, ...]

    def __call__(self, value: object) -> str:
        word = value.strip().lower() if isinstance(value, str) else None
        if word not in self.words:
            raise wrong(value, f"{', '.join(self.words[:-1])} or {self.words[-1]}")
        return word


@dataclass(frozen=True, slots=True)
class OrNothing:
    """The reader `read`, with null (or an empty text) for "not set"."""

    read: Reader

    def __call__(self, value: object) -> Any:
        return None if value is None or value == "" else self.read(value)


read_integer_bits: Final = OneNumberOf((53, 64))

whole_number = WholeNumber
optional = OrNothing


def one_of(*words: str) -> OneOf:
    """A reader of one word out of `words`, any case."""
    return OneOf(words)


def _as_integer(value: object) -> int | None:
    """A whole number, also written as text; None for anything else, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if isinstance(value, int) or INTEGER.fullmatch(value.strip()) else None


def _as_float(value: object) -> float:
    """A number, also written as text; NaN for anything else, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value.strip()) else math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _digits(value: float | None) -> str:
    """A number as text; empty for one that Python refuses to write, or that is not there."""
    try:
        return "" if value is None else str(value)
    except ValueError:
        return ""


def _is_utf8(text: str) -> bool:
    """Whether it has no half characters, such as a variable in another encoding gives."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
