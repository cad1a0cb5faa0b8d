"""What the pipeline carries: an encoded record and the few columns that sinks need.

A plain tuple, because making one costs 20 ns and a named one ten times that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

#: level number · time in milliseconds since 1970 · the record as one line, with its newline ·
#: exception type of an ERROR or CRITICAL record ("none" without exception), None below.
Entry: TypeAlias = tuple[int, int, bytes, str | None]


#: Bytes that a waiting record takes beside its line: tuple 88, bytes object 33, time 32, a place in a list 8.
OBJECT_BYTES: Final = 160


def size_of(entries: Sequence[Entry]) -> int:
    """Bytes of memory that they take, so that a bound in bytes is one of memory."""
    return sum([len(entry[2]) for entry in entries]) + OBJECT_BYTES * len(entries)
