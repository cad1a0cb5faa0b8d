"""Locks, threads and the sleep of the operating system, also where gevent or eventlet has replaced them.

A writer made of a greenlet would only run when the program waits, and a lock made of greenlets
cannot be taken from a thread of the system. Both libraries keep the originals; the names imported
here at the top are the originals when we are imported first.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

_own: dict[tuple[str, str], Any] = {
    ("_thread", "allocate_lock"): _thread.allocate_lock,
    ("_thread", "start_new_thread"): _thread.start_new_thread,
    ("_thread", "get_ident"): _thread.get_ident,
    ("time", "sleep"): time.sleep,
}


def _original(module: str, name: str) -> Any:
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and gevent.is_object_patched(module, name):
        return gevent.get_original(module, name)
    if (patcher := sys.modules.get("eventlet.patcher")) is not None and patcher.is_monkey_patched("thread"):
        return getattr(patcher.original(module), name)
    return _own[module, name]


def new_lock() -> _thread.LockType:
    """A lock of the operating system, not taken."""
    return _original("_thread", "allocate_lock")()  # type: ignore[no-any-return]


def new_exclusive() -> contextlib.AbstractContextManager[object]:
    """What makes a single line atomic where the interpreter does not: a re-entrant lock, else nothing at all."""
    free_threaded = not getattr(sys, "_is_gil_enabled", lambda: True)()
    return threading.RLock() if free_threaded else contextlib.nullcontext()


def get_ident() -> int:
    """The thread of the operating system that calls; greenlets of one thread have the same."""
    return _original("_thread", "get_ident")()  # type: ignore[no-any-return]


def sleep(seconds: float) -> None:
    """Have the whole thread wait."""
    _original("time", "sleep")(seconds)


class NativeThread:
    """A daemon thread of the operating system. Starting raises RuntimeError where none can be started.

    Not a `threading.Thread`: its `start` waits in Python code, where an asynchronous exception leaves it
    half registered and the thread never runs.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        self._run = run
        self._ended = new_lock()
        self._ended.acquire()
        self.ident = 0
        self._native_id = 0
        _original("_thread", "start_new_thread")(self._main, ())

    def _main(self) -> None:  # pragma: no cover - runs before the line that lets coverage see this thread
        self.ident = get_ident()
        self._native_id = threading.get_native_id()
        try:
            # What `threading` does for its own: debuggers and coverage see this thread too.
            if (trace := threading.gettrace()) is not None:
                sys.settrace(trace)
            if (profile := threading.getprofile()) is not None:
                sys.setprofile(profile)
            self._run()
        finally:
            self._ended.release()

    def is_alive(self) -> bool:
        """False once it has ended."""
        return self._ended.locked()

    def join(self, timeout: float) -> bool:
        """Wait `timeout` seconds for its end; True if it has ended. At once False for the thread itself."""
        if self.ident == get_ident():
            return False
        if self._ended.acquire(timeout=max(0.0, timeout)):
            self._ended.release()
            return True
        return False

    def ends(self, deadline: float) -> bool:
        """Wait until `deadline` (monotonic) for its end, for the system too: a fork counts the system's threads."""
        if not self.join(deadline - time.monotonic()):
            return False
        # Linux; for the microseconds between the end of our code and that of the thread.
        while os.path.exists(f"/proc/self/task/{self._native_id}") and time.monotonic() < deadline:
            sleep(0.0001)
        return True
