"""A wake-up call for one waiting thread, safe to send from anywhere.

`threading.Event.set` takes a lock written in Python: a signal handler that interrupts it in the
same thread and sets the same event would wait for itself. A plain lock used as a binary
semaphore is one C call either way.
"""

from __future__ import annotations

from logging_system.pipeline.native import new_lock


class Signal:
    """Set many times, seen once."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._lock.acquire()

    def set(self) -> None:
        """Wake the waiting thread, or the next one that waits."""
        try:
            self._lock.release()
        except RuntimeError:  # already set
            return

    def wait(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds. True if it was set."""
        return self._lock.acquire(timeout=timeout)
