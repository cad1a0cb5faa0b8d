"""Where a log call stands: module, function and line, looked up once and kept as encoded bytes.

A site is found again by the address of its code object plus the offset of the instruction. Code
objects hold their bytecode, so that sum lies inside the object and is unique while it lives; the
site keeps it alive and is checked by identity. (Code objects themselves are no good as keys: those
of two files can compare equal, and hashing one costs 80 ns more.)
"""

from __future__ import annotations

import os
import sys
from types import CodeType, FrameType
from typing import Final

from logging_system.record import encode_message, encode_text

#: Sites kept for one logger; programs that compile code as they run must not grow without end.
MAX_SITES: Final = 10_000
#: Longer messages are not kept with their site.
_MAX_KEPT_MESSAGE: Final = 512
_NO_MESSAGE: Final = object()


class CallSite:
    """One place that logs. `head` is valid for `level` and the very text object `message`."""

    __slots__ = ("code", "head", "level", "message", "place")

    def __init__(self, code: CodeType | None, place: bytes, level: int, message: object, head: bytes) -> None:
        self.code = code
        #: `,"module":…,"function":…,"line":…,`
        self.place = place
        self.level = level
        self.message = message
        #: `"level":…,"logger":…,"message":…` followed by `place`
        self.head = head


class CallSites:
    """The known call sites of one logger."""

    __slots__ = ("_opening", "by_key")

    def __init__(self, logger_name: str) -> None:
        name = encode_text(logger_name)
        self._opening = {
            number: b'"level":"%b","logger":%b,"message":' % (level.encode(), name)
            for number, level in ((10, "DEBUG"), (20, "INFO"), (30, "WARNING"), (40, "ERROR"), (50, "CRITICAL"))
        }
        self.by_key: dict[int, CallSite] = {}

    def head(self, level: int, message: object, place: bytes) -> bytes:
        """Encode the part of a record from `level` to `line`."""
        return self._opening[level] + encode_message(message) + place

    def add(self, key: int, frame: FrameType, level: int, message: object) -> CallSite:
        """Remember the site that `frame` stands at."""
        place = encode_place(frame)
        site = CallSite(frame.f_code, place, level, _NO_MESSAGE, b"")
        if type(message) is str and len(message) <= _MAX_KEPT_MESSAGE:
            site.message = message
            site.head = self.head(level, message, place)
        if len(self.by_key) >= MAX_SITES:
            self.by_key.clear()
        self.by_key[key] = site
        return site


def encode_place(frame: FrameType | None) -> bytes:
    """`,"module":…,"function":…,"line":…,`; module is the file's name without `.py`, as in the standard library."""
    if frame is None:  # called by the interpreter itself, for example as an atexit function
        return b',"module":null,"function":null,"line":null,'
    code = frame.f_code
    module = os.path.splitext(os.path.basename(code.co_filename))[0]
    line = b"null" if frame.f_lineno is None else b"%d" % frame.f_lineno
    return b',"module":%b,"function":%b,"line":%b,' % (encode_text(module), encode_text(code.co_name), line)


def caller_frame(depth: int) -> FrameType | None:
    """The frame `depth` callers above the caller of this function, or the outermost one there is."""
    while depth >= 0:
        try:
            return sys._getframe(depth + 1)
        except ValueError:  # the stack is not that deep
            depth -= 1
    return None
