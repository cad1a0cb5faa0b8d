"""The names by which a remote sink's receiver knows this process."""

from __future__ import annotations

import os
import socket


def host_name() -> str:
    """The machine's name; `localhost` for one without."""
    try:
        return socket.gethostname() or "localhost"
    except OSError:
        return "localhost"


def process_name(pattern: str, service_name: str) -> str:
    """`pattern` with {host}, {pid} and {service_name} replaced. Ask again in a fork's child."""
    return pattern.format(host=host_name(), pid=os.getpid(), service_name=service_name)
