"""What the library says about itself: one line on stderr, at most once a minute for the same trouble.

It cannot log through itself without risking a loop, so this is the only place that prints. It may
be called from anywhere, a signal handler and a finaliser included: it takes no lock, and it says
nothing rather than wait for a reader of stderr that hangs. A bounded number of troubles is
remembered; beyond it the rest is said together at most once a minute.
"""

from __future__ import annotations

import os
import select
import sys
from time import monotonic
from typing import Final

_INTERVAL_SECONDS: Final = 60.0
#: Seconds before a trouble that was over is said again: a sink that comes and goes must not flood stderr.
_AGAIN_SECONDS: Final = 5.0
MAX_TROUBLES: Final = 100
MAX_CHARACTERS: Final = 2000
_THE_REST: Final = "\0the rest"
#: When a trouble was said last, and whether it is over.
_said: dict[str, tuple[float, bool]] = {}


def say(trouble: str, text: str) -> None:
    """Print `logging_system: text` unless the same `trouble` was said within the last minute. Never raises."""
    try:
        now = monotonic()
        if trouble not in _said and len(_said) >= MAX_TROUBLES:
            for known, said in list(_said.items()):
                if _may_be_said(said, now):
                    _said.pop(known, None)
            if len(_said) >= MAX_TROUBLES:
                trouble = _THE_REST
        said_before = _said.get(trouble)
        if said_before is None or _may_be_said(said_before, now):
            _said[trouble] = now, False
            _print(text)
    except Exception:  # stderr is closed or gone: there is nobody left to tell
        return


def forget(trouble: str) -> None:
    """The trouble is over: when it comes back it is said within seconds. Cheap when there was none."""
    said = _said.get(trouble)
    if said is not None:
        _said[trouble] = said[0], True


def _may_be_said(said: tuple[float, bool], now: float) -> bool:
    when, is_over = said
    return now - when >= (_AGAIN_SECONDS if is_over else _INTERVAL_SECONDS)


def _print(text: str) -> None:
    shown = "".join([c if c.isprintable() else ascii(c)[1:-1] for c in text[:MAX_CHARACTERS]])
    line = f"logging_system: {shown}\n"
    stream, original = sys.stderr, sys.__stderr__
    if stream is None:
        return
    if original is None or stream is not original:  # replaced by the program or a test runner
        stream.write(line)
        stream.flush()
        return
    # Past the stream: a handler that interrupts its `write` must not call it, and a fork may copy it locked.
    descriptor = original.fileno()
    if _is_writable(descriptor):
        os.write(descriptor, line.encode(original.encoding or "ascii", "backslashreplace"))


def _is_writable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return True
    waiting = select.poll()
    waiting.register(descriptor, select.POLLOUT)
    return bool(waiting.poll(0))
