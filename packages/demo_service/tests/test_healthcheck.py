"""`python -m demo_service.healthcheck`: exit status, one line of reason, and soon."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from demo_service import healthcheck

#: Starts a server that answers with these bytes and then does what the function does.
Serve = Callable[..., int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Ports of servers that end with the test."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def start(*parts: bytes, pause: float = 0.0, hang: bool = False) -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def answer() -> None:
            with listener, listener.accept()[0] as connection:
                connection.recv(1000)
                for part in parts:
                    connection.sendall(part)
                    if over.wait(pause):
                        return
                if hang:
                    over.wait(20)

        threads.append(threading.Thread(target=answer))
        threads[-1].start()
        port: int = listener.getsockname()[1]
        return port

    yield start
    over.set()
    for thread in threads:
        thread.join(10)


def _run(port: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "demo_service.healthcheck"],
        env={**os.environ, "PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_service_that_is_ready_is_healthy(serve: Serve) -> None:
    """0."""
    port = serve(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", b'{"status":"ok"}')
    assert _run(port) == (0, "ready\n")


def test_a_service_that_is_not_ready_says_why(serve: Serve) -> None:
    """1, and what the service answered."""
    port = serve(b'HTTP/1.1 503 Service Unavailable\r\n\r\n{"status":"database unavailable"}')
    assert _run(port) == (1, 'not ready: 503 Service Unavailable {"status":"database unavailable"}\n')


def test_a_port_where_nobody_listens_is_not_healthy() -> None:
    """1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert _run(port) == (1, f"not ready: no answer on port {port}: Connection refused\n")


@pytest.mark.parametrize("port", ["x", "0", "70000", "²"])
def test_a_port_that_is_none_is_said(port: str) -> None:
    """As the service says it."""
    assert _run(port) == (1, f'not ready: PORT: got "{port}", expected a port from 1 to 65535\n')


def test_a_service_that_hangs_is_not_waited_for(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that answers a byte at a time."""
    monkeypatch.setattr(healthcheck, "PATIENCE", 0.3)
    for port in (serve(hang=True), serve(*[b"x"] * 100, pause=0.05)):
        started = time.monotonic()
        assert healthcheck.check(port) == (False, f"no answer on port {port} within 0.3 s")
        assert time.monotonic() - started < 3


def test_another_protocol_is_not_healthy(serve: Serve) -> None:
    """Nor an answer without end."""
    assert healthcheck.check(serve(b"hello\r\n")) == (False, "not HTTP")
    assert healthcheck.check(serve(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000, hang=True))[0]


def test_without_a_port_it_asks_where_the_service_listens_by_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """8000."""
    asked: list[int] = []

    def check(port: int) -> tuple[bool, str]:
        asked.append(port)
        return True, ""

    monkeypatch.setattr(healthcheck, "check", check)
    for given in ("", " "):
        monkeypatch.setenv("PORT", given)
        assert healthcheck.main() == 0

    assert asked == [8000, 8000]
    assert capsys.readouterr().out == "ready\nready\n"


def test_it_does_not_import_the_application() -> None:
    """It starts every few seconds."""
    source = (
        "import sys, demo_service.healthcheck\n"
        "heavy = {'fastapi', 'uvicorn', 'logging_system', 'http.client', 'asyncio'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
