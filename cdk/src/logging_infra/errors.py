"""What can be wrong with what a user wrote: one error, one line a mistake.

ConfigError: an environment's file; `lines` has `file: key: got VALUE, expected WHAT` for each mistake.
"""

from __future__ import annotations

from collections.abc import Iterable


class ConfigError(Exception):
    """An environment's file is not there or has mistakes; the text is one line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))
