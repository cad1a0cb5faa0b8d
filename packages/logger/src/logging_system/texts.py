"""Any object to a text that UTF-8 can hold, and cutting it with a note of how long it was.

The caller's `__str__` and `__repr__` run here. Whatever they raise becomes part of the text, except
for KeyboardInterrupt and SystemExit, which are meant for the program.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import Any, Final

from logging_system.limits import MAX_DECIMAL_BITS, MAX_NAME
from logging_system.reentry import LEFT_OUT, showing

#: What goes on to the caller wherever it comes from.
PASSED_ON: Final = (KeyboardInterrupt, SystemExit)
#: Stands for what would need more of the stack than the caller has left.
NO_ROOM: Final = "<left out: no room on the stack>"
_CUT: Final = re.compile(r"…\[cut, (\d+) (characters|bytes)\]$")


def safe_text(value: object) -> str:
    """`str(value)` as valid Unicode; if that raises, the type and what was raised."""
    return valid_text(value) if type(value) is str else _shown(value, str)


def described(value: object) -> str:
    """The text of an object of any kind: its `__str__` if it has one, else its `repr`."""
    has_text = type.__getattribute__(type(value), "__str__") is not object.__str__
    return _shown(value, str if has_text else repr)


def _shown(value: object, show: type[str] | Callable[[object], str]) -> str:
    if showing.is_too_deep():
        return LEFT_OUT
    try:
        with showing.running():
            return valid_text(show(value))
    except PASSED_ON:
        raise
    except BaseException as error:
        return f"<{type_name(value)}: {type_name(error)} in {'__str__' if show is str else '__repr__'}>"


def unreadable(value: object, error: BaseException) -> str:
    """What stands for a value that raised `error` while it was read."""
    return f"<{type_name(value)}: {type_name(error)} while reading it>"


def valid_text(text: str) -> str:
    """The text as a plain `str` without lone surrogates, which are shown as `\\udc80`."""
    # Joins and orjson refuse some subclasses, and their methods may be the caller's.
    plain = text if type(text) is str else str.__str__(text)
    if not plain.isascii():
        try:
            plain.encode()
        except UnicodeEncodeError:
            return plain.encode("utf-8", "backslashreplace").decode()
    return plain


def type_name(value: object) -> str:
    """The name of its type, also where a metaclass has other ideas."""
    return valid_text(type.__dict__["__name__"].__get__(type(value)))


def integer_text(number: int) -> str:
    """In decimal, or in hexadecimal when that would have too many digits."""
    if number.bit_length() <= MAX_DECIMAL_BITS:
        try:
            return str(number)
        except ValueError:  # the program has set a limit of its own
            pass
    return hex(number)


def key_text(key: Any) -> str:
    """A key as text, whole: text as it is, bytes decoded, everything else as Python writes it."""
    if type(key) is str:
        return valid_text(key)
    try:
        if issubclass(type(key), enum.Enum):
            key = key.value
        if isinstance(key, bytes):
            return bytes.decode(key, "utf-8", "backslashreplace")
        return integer_text(key) if type(key) is int else safe_text(key)
    except PASSED_ON:
        raise
    except BaseException as error:
        return unreadable(key, error)


def bounded_name(name: str) -> str:
    """A key or name of at most MAX_NAME characters."""
    return name if len(name) <= MAX_NAME else cut_text(name, MAX_NAME)


def cut_text(text: str, kept: int, length: int | None = None, unit: str = "characters") -> str:
    """The first `kept` characters and the length it had: `…[cut, 70000 characters]`.

    `length` is given when `text` is not all of it.
    """
    return text[:kept] + cut_marker(text, length, unit)


def cut_marker(text: str, length: int | None = None, unit: str = "characters") -> str:
    """The marker for a text that is being cut; one that was cut before keeps the length it had at first."""
    before = _CUT.search(text, max(len(text) - 60, 0)) if length is None else None
    return before[0] if before else f"…[cut, {len(text) if length is None else length} {unit}]"
