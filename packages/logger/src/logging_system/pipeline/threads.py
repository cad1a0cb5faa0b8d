"""Which threads may wait for the pipeline, and which are its own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from logging_system.context import enter_sink_thread
from logging_system.pipeline import native

_own_idents: set[int] = set()


def is_own() -> bool:
    """Whether the calling thread is one of ours: it must not wait for what only it can do."""
    return native.get_ident() in _own_idents


@contextlib.contextmanager
def own_thread() -> Iterator[None]:
    """Mark the calling thread as one of ours; records that it logs go to the local sinks only."""
    ident = native.get_ident()
    _own_idents.add(ident)
    enter_sink_thread()
    try:
        yield
    finally:
        _own_idents.discard(ident)


def forget_after_fork() -> None:
    """In a fork's child none of them is there."""
    _own_idents.clear()


def may_wait() -> bool:
    """Whether the calling thread may wait for space: not ours, and not one that runs an asyncio loop.

    A loop that waits stops every task on it, perhaps the very one that would make space.
    """
    if is_own():
        return False
    asyncio = sys.modules.get("asyncio")  # not imported for its sake: it takes 30 ms
    if asyncio is None:
        return True
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return False
