"""Records on standard output: coloured on a terminal, JSON lines elsewhere, or as configured.

`sys.stdout` is looked up for each batch, because programs and test runners replace it. Where it has
a descriptor, records go there past Python's own buffer: what a broken pipe refuses would stay in
that buffer and become an error at exit, and a descriptor that an event loop made non-blocking would
lose the rest of a line.
"""

from __future__ import annotations

import bisect
import itertools
import json
import os
import sys
from collections.abc import Sequence
from typing import Literal, TextIO

from logging_system.formatters import escape_json, format_line
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import Rejected
from logging_system.sinks.descriptor import IncompleteWrite, write_whole

#: Seconds that a batch waits for a terminal or pipe that refuses instead of blocking.
_TIMEOUT_SECONDS = 5.0


class ConsoleSink:
    """Writes to standard output. Does nothing when there is none (`pythonw`, a closed stream)."""

    name = "console"

    def __init__(self, console_format: Literal["auto", "json", "colored", "plain"] = "auto") -> None:
        self._format = console_format
        self._in_line = False

    def write(self, entries: Sequence[Entry]) -> None:
        """Write and flush. Raises OSError when the stream is broken, Rejected when it took a part."""
        stream = sys.stdout
        if stream is None or stream.closed:
            return
        chosen = self._chosen_format(stream)
        if chosen == "json":
            lines = [entry[2].decode() for entry in entries]
            if stream.isatty():  # JSON itself has no need to escape DEL, C1 and bidi controls
                lines = list(map(escape_json, lines))
            if not (stream.encoding or "utf").lower().startswith("utf"):  # with escapes that JSON knows
                lines = [json.dumps(json.loads(line), separators=(",", ":")) + "\n" for line in lines]
        else:
            lines = [format_line(entry[2], colored=chosen == "colored") for entry in entries]
        descriptor = _descriptor_of(stream)
        if descriptor is None:
            stream.write(_encodable("".join(lines), stream.encoding))
            stream.flush()
            return
        stream.flush()  # what the program printed before comes first
        encoding = stream.encoding or "utf-8"
        self._write_lines(descriptor, [line.encode(encoding, "backslashreplace") for line in lines])

    def _write_lines(self, descriptor: int, lines: list[bytes]) -> None:
        data = b"".join(lines)
        try:
            # After a line that was cut off a new one begins.
            write_whole(descriptor, b"\n" + data if self._in_line else data, timeout=_TIMEOUT_SECONDS)
            self._in_line = False
        except IncompleteWrite as error:
            taken = max(0, error.written - self._in_line)
            self._in_line = data[taken - 1 : taken] != b"\n" if taken else self._in_line
            ends = list(itertools.accumulate(map(len, lines)))
            if whole := bisect.bisect_right(ends, taken):
                raise Rejected(error.strerror or str(error), count=len(lines) - whole) from error
            raise

    def idle(self) -> None:
        """Nothing to catch up with."""

    def close(self) -> None:
        """The stream belongs to the program."""

    def _chosen_format(self, stream: TextIO) -> str:
        if self._format != "auto":
            return self._format
        if not stream.isatty():
            return "json"
        # https://no-color.org: any value that is not empty turns colour off.
        return "plain" if os.environ.get("NO_COLOR") else "colored"


def _descriptor_of(stream: TextIO) -> int | None:
    """The stream's descriptor; None for one of Python's making, such as a test runner's."""
    try:
        return stream.fileno()
    except (OSError, AttributeError, ValueError):
        return None


def _encodable(text: str, encoding: str | None) -> str:
    """The text with escapes for what a narrow encoding does not have."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
