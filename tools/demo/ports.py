"""Ports on loopback: the preferred one, or the next that is free."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.demo.errors import DemoError


def is_free(port: int) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Ports:
    """Hands out ports, none twice, and says when one is not the preferred one."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def take(self, preferred: int, use: str) -> int:
        """A free port from `preferred` on."""
        for port in range(preferred, min(preferred + 200, 65_536)):
            if port not in self._given and is_free(port):
                self._given.add(port)
                if port != preferred:
                    print(f"  port {preferred} is in use: the {use} uses {port}", flush=True)
                return port
        raise DemoError(f"no free port for the {use} from {preferred} on")


@contextlib.contextmanager
def choosing() -> Iterator[None]:
    """Held from choosing ports until they are listened on, so that two demos do not choose the same."""
    path = Path(tempfile.gettempdir()) / f"advanced-logging-demo-{os.getuid()}.lock"
    with path.open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
