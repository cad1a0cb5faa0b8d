"""Values of a configuration as error messages show them: short, on one line, safe for a terminal.

A value may be a megabyte, a list of a million aliases or an object whose `repr` fails; a message
must be none of that.
"""

from __future__ import annotations

import reprlib
from typing import Final

from logging_system.formatters import escape

#: Characters of a value, and of a key path, that a message shows.
LONGEST_VALUE: Final = 80
LONGEST_KEY: Final = 200
#: Integers of more bits are described: their digits say nothing, and Python refuses to write 4,300 of them.
_LARGEST_INTEGER_BITS: Final = 128


class _Shown(reprlib.Repr):
    """Python's bounded `repr`, with texts, true, false and null as YAML writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxlist, self.maxtuple, self.maxset, self.maxdict = 3, 5, 5, 5, 5
        self.maxother = LONGEST_VALUE

    def repr_str(self, x: str, level: int) -> str:  # noqa: ARG002 - the signature is reprlib's
        return f'"{shown_key(x, LONGEST_VALUE)}"'

    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002
        bits = x.bit_length()
        return f"an integer of {bits} bits" if bits > _LARGEST_INTEGER_BITS else str(x)

    def repr_bool(self, x: bool, level: int) -> str:  # noqa: ARG002
        return "true" if x else "false"

    def repr_NoneType(self, x: None, level: int) -> str:  # noqa: ARG002, N802
        return "null"


def shown(value: object) -> str:
    """The value as a message shows it. Never raises for an object that cannot be shown."""
    text = _SHOWN.repr(value)
    # A list of long texts is short in each part and still long.
    return text if isinstance(value, str) else shown_key(text, 2 * LONGEST_VALUE)


def shown_key(text: str, longest: int = LONGEST_KEY) -> str:
    """A text without quotes: cut in its middle, escapes for what is not printable or not UTF-8."""
    if len(text) > longest:
        half = longest // 2 - 1
        text = f"{text[:half]}…{text[-half:]}"
    return escape(text).encode("utf-8", "backslashreplace").decode()


_SHOWN: Final = _Shown()
