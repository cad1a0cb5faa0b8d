"""Records on standard output: coloured on a terminal, JSON lines elsewhere, or as configured.

`sys.stdout` is looked up for each batch, because programs and test runners replace it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Literal, TextIO

from logging_system.formatters import format_line
from logging_system.pipeline.entry import Entry


class ConsoleSink:
    """Writes to standard output. Does nothing when there is none (`pythonw`, a closed stream)."""

    name = "console"

    def __init__(self, console_format: Literal["auto", "json", "colored", "plain"] = "auto") -> None:
        self._format = console_format

    def write(self, entries: Sequence[Entry]) -> None:
        """Write and flush. Raises OSError when the stream is broken."""
        stream = sys.stdout
        if stream is None or stream.closed:
            return
        chosen = self._chosen_format(stream)
        if chosen == "json":
            text = b"".join([entry[2] for entry in entries]).decode()
        else:
            text = "".join([format_line(entry[2], colored=chosen == "colored") for entry in entries])
        try:
            stream.write(text)
        except UnicodeEncodeError:  # a stream with a narrow encoding
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()

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
