"""Where a log call stands: module, function and line, looked up once and kept as encoded bytes.

A site is found again by the address of its code object plus the offset of the instruction. Code
objects hold their bytecode, so that sum lies inside the object and is unique while it lives; the
site keeps it alive and is checked by identity. (Code objects themselves are no good as keys: those
of two files can compare equal, and hashing one costs 80 ns more.)

Frames of this package are never named, nor are those of helper modules: one that sets
`__logging_system_skip__ = True`, or that is given to `skip_module`. The call is then where the
helper was called. What every site would name wrongly costs only the helper's callers: their
frames are walked at each call.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Final

from logging_system.record import encode_message, encode_text

#: Sites kept for one logger; programs that compile code as they run must not grow without end.
MAX_SITES: Final = 10_000
#: A module with this name set to True is a helper: its callers are named instead of it.
SKIP_MARK: Final = "__logging_system_skip__"
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

    __slots__ = ("_older", "_opening", "by_key")

    def __init__(self, logger_name: str) -> None:
        name = encode_text(logger_name)
        self._opening = {
            number: b'"level":"%b","logger":%b,"message":' % (level.encode(), name)
            for number, level in ((10, "DEBUG"), (20, "INFO"), (30, "WARNING"), (40, "ERROR"), (50, "CRITICAL"))
        }
        self.forget()
        _tables.append(self)

    def forget(self) -> None:
        """Look every site up anew."""
        self.by_key: dict[int, CallSite] = {}
        #: The sites known when `by_key` was full; those that are used again move back there.
        self._older: dict[int, CallSite] = {}

    def head(self, level: int, message: object, place: bytes) -> bytes:
        """Encode the part of a record from `level` to `line`."""
        return self._opening[level] + encode_message(message) + place

    def add(self, key: int, frame: FrameType, level: int, message: object) -> CallSite:
        """The site that `frame` stands at, remembered; for a helper's frame that of the nearest other one."""
        sites = self.by_key  # another one after `forget`: what was encoded under old rules must not get there
        if is_helper(frame):
            real = nearest_frame(frame)
            if real is None:
                return CallSite(None, encode_place(None), level, _NO_MESSAGE, b"")
            frame, key = real, id(real.f_code) + real.f_lasti
            site = self.by_key.get(key)
            if site is not None and site.code is frame.f_code:
                return site
        site = self._older.pop(key, None)
        if site is None or site.code is not frame.f_code:
            place = encode_place(frame)
            site = CallSite(frame.f_code, place, level, _NO_MESSAGE, b"")
            if type(message) is str and len(message) <= _MAX_KEPT_MESSAGE:
                site.message = message
                site.head = self.head(level, message, place)
        if len(sites) >= MAX_SITES // 2 and self.by_key is sites:
            self._older = sites
            self.by_key = sites = {}
        sites[key] = site
        return site


#: Those of all loggers, which live as long as the program.
_tables: list[CallSites] = []


def forget_sites() -> None:
    """Look all sites up anew, because what they hold, such as a redacted message, may be so no more."""
    for table in _tables:
        table.forget()


def encode_place(frame: FrameType | None) -> bytes:
    """`,"module":…,"function":…,"line":…,`; module is the file's name without `.py`, as in the standard library."""
    if frame is None:  # called by the interpreter itself, for example as an atexit function
        return b',"module":null,"function":null,"line":null,'
    code = frame.f_code
    module = os.path.splitext(os.path.basename(code.co_filename))[0]
    line = b"%d" % frame.f_lineno if frame.f_lineno else b"null"  # None, and 0 while something traces, are unknown
    return b',"module":%b,"function":%b,"line":%b,' % (encode_text(module), encode_text(code.co_name), line)


def caller_frame(depth: int) -> FrameType | None:
    """The frame `depth` callers above the caller of this function, or the nearest that may be named.

    None if there is none: the interpreter itself calls.
    """
    frame = sys._getframe(1)
    while depth > 0 and frame.f_back is not None:
        frame = frame.f_back
        depth -= 1
    return nearest_frame(frame)


# -- helper modules ------------------------------------------------------------------------------

_own: Final = __name__.rpartition(".")[0]
_helpers: tuple[str, ...] = ()


def skip_module(name: str) -> None:
    """Name the callers of module `name`, and of the modules below it, instead of it.

    For wrappers around a logger, such as a module of audit functions. The module itself can do the
    same with `__logging_system_skip__ = True`. `stacklevel` goes on counting all frames.
    """
    global _helpers
    if name not in _helpers:
        _helpers = (*_helpers, name)
        forget_sites()


def is_helper(frame: FrameType) -> bool:
    """Whether the frame is not to be named: ours, or of a helper module."""
    # `dict.get`, because the globals of `exec` may be of a class with a `get` of its own.
    if dict.get(frame.f_globals, SKIP_MARK) is True or _is_ours(frame):
        return True
    name = dict.get(frame.f_globals, "__name__")
    return isinstance(name, str) and any(_is_in(name, helper) for helper in _helpers)


def _is_ours(frame: FrameType) -> bool:
    name = dict.get(frame.f_globals, "__name__")
    return isinstance(name, str) and _is_in(name, _own)


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def nearest_frame(frame: FrameType) -> FrameType | None:
    """This frame or the nearest one that may be named: first among its callers, then among those it called.

    Where all are helpers the nearest helper is better than nothing; ours are never named.
    """
    for hides in (is_helper, _is_ours):
        found = _outwards(frame, hides) or _inwards(frame, hides)
        if found is not None:
            return found
    return None


def _outwards(frame: FrameType | None, hides: Callable[[FrameType], bool]) -> FrameType | None:
    while frame is not None and hides(frame):
        frame = frame.f_back
    return frame


def _inwards(end: FrameType, hides: Callable[[FrameType], bool]) -> FrameType | None:
    found = None
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame is not end:
        if not hides(frame):
            found = frame
        frame = frame.f_back
    return found
