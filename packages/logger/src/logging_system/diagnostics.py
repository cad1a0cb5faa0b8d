"""What the library says about itself: one line on stderr, at most once a minute for the same trouble.

It cannot log through itself without risking a loop, so this is the only place that prints.
"""

from __future__ import annotations

import sys
import time

_INTERVAL_SECONDS = 60.0
_last_said: dict[str, float] = {}


def say(trouble: str, text: str) -> None:
    """Print `logging_system: text` unless the same `trouble` was said within the last minute. Never raises."""
    try:
        now = time.monotonic()
        if now - _last_said.get(trouble, -_INTERVAL_SECONDS) < _INTERVAL_SECONDS:
            return
        _last_said[trouble] = now
        sys.stderr.write(f"logging_system: {text}\n")
        sys.stderr.flush()
    except Exception:  # stderr is closed or gone: there is nobody left to tell
        return


def forget(trouble: str) -> None:
    """The trouble is over: when it comes back it is said at once."""
    _last_said.pop(trouble, None)
