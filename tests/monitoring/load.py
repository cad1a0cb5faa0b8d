"""Requests against the running service, at steady rates that a test turns on and off.

Bounded: every stream ends with the test, and by itself after `LONGEST` seconds.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import httpx

#: Seconds after which a forgotten stream ends.
LONGEST = 600.0


class Load:
    """Streams of requests by name."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30.0, limits=httpx.Limits(max_connections=100))
        self._stops: dict[str, threading.Event] = {}
        self._pool = ThreadPoolExecutor(64)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._stops):
            self.stop(name)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def get(self, path: str) -> int:
        """One request; its status, 0 if there was no answer."""
        try:
            return self._client.get(path).status_code
        except httpx.HTTPError:
            return 0

    def start(self, name: str, path: str, per_second: float, at_once: int = 1) -> None:
        """GET `path` so often, by `at_once` workers, until `stop(name)`."""
        stopped = self._stops[name] = threading.Event()
        for _ in range(at_once):
            self._pool.submit(self._send, path, at_once / per_second, stopped)

    def stop(self, name: str) -> None:
        """End a stream; requests under way are answered."""
        self._stops.pop(name).set()

    def background(self, path: str) -> None:
        """One request that nobody waits for."""
        self._pool.submit(self.get, path)

    def _send(self, path: str, pause: float, stopped: threading.Event) -> None:
        end = time.monotonic() + LONGEST
        while not stopped.is_set() and time.monotonic() < end:
            began = time.monotonic()
            self.get(path)
            stopped.wait(max(0.0, pause - (time.monotonic() - began)))
