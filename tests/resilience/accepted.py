"""Memory shared with a program under test: when which of its records was accepted, to the last one before it died."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

#: Records that a program may log; 8 bytes each.
MOST: Final = 1_000_000

#: What a program runs to note acceptances: `accepted[number] = time.monotonic()` after the log call.
NOTE: Final = """
import mmap, sys, time
def shared(path):
    with open(path, "r+b") as stream:
        return memoryview(mmap.mmap(stream.fileno(), 0)).cast("d")
"""


def make(path: Path) -> None:
    """Make the file that both sides map."""
    with path.open("wb") as stream:
        stream.truncate(MOST * 8)


def read(path: Path) -> Sequence[float]:
    """Times of acceptance (monotonic, seconds) by number; what is missing was not accepted."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        view = memoryview(memory).cast("d")
        times = view.tolist()
        view.release()
    return times[: next((number for number, time in enumerate(times) if not time), len(times))]
