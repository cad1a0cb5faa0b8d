"""A YAML value without quotes, by its form: null, true, false, a number or a text, as YAML 1.2's core schema has it."""

from __future__ import annotations

import math
import re
from typing import Final

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INFINITY: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN: Final = frozenset({".nan", ".NaN", ".NAN"})
#: Characters. Longer ones stay texts: no setting takes them, and Python refuses to read 4,300 digits.
_LONGEST_NUMBER: Final = 40


class WrittenInteger(int):
    """An integer whose text is how it was written: 010, +5, 0x1F."""

    written: str

    def __str__(self) -> str:
        return self.written

    __repr__ = __str__


class WrittenFloat(float):
    """A number whose text is how it was written: 1.10, 1e3."""

    written: str

    def __str__(self) -> str:
        return self.written

    __repr__ = __str__


def plain_value(text: str) -> object:
    """The value that `text` stands for."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return _as_written(WrittenInteger(int(text, 0 if text[:2] in ("0o", "0x") else 10)), text)
    if _FLOAT.fullmatch(text):
        return _as_written(WrittenFloat(text), text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NAN else text


def _as_written(number: WrittenInteger | WrittenFloat, text: str) -> int | float:
    """A plain number if that would be written the same way."""
    plain = int(number) if isinstance(number, WrittenInteger) else float(number)
    if str(plain) == text:
        return plain
    number.written = text
    return number
