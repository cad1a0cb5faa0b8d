"""uvicorn and gunicorn as they are started in production: every line of output is one of our records, once."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Wait = Callable[[Callable[[], object]], None]
Start = Callable[..., "Server"]
pytestmark = pytest.mark.guarantee(24)

ASGI_APP = """
import logging
from logging_system import configure
from logging_system.integrations.asgi import LoggingMiddleware
configure(capture_stdlib=True, console_format="json", file_output=False, handle_sigterm=True)
async def plain(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    logging.getLogger("shop").info("inside")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
WSGI_APP = """
import logging
from logging_system import configure
from logging_system.integrations.wsgi import LoggingMiddleware
configure(capture_stdlib=True, console_format="json", file_output=False, handle_sigterm=True)
def plain(environ, start_response):
    logging.getLogger("shop").info("inside")
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
WRAPPED = "app = LoggingMiddleware(plain)\n"


class Server:
    """A server's process, and what it has printed until now."""

    def __init__(self, arguments: list[str], directory: Path) -> None:
        self._output = directory / "output"
        with open(self._output, "wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=directory,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def lines(self) -> list[str]:
        """Standard output and error together."""
        return self._output.read_text(encoding="utf-8").splitlines()

    def url(self) -> str | None:
        """The address that it says it listens at."""
        found = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(self.lines))
        return found[0] if found else None

    def stop(self) -> list[dict[str, Any]]:
        """End it in order; returns its lines, parsed. Raises for one that is not JSON."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
        return [json.loads(line) for line in self.lines]

    def kill(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)


@pytest.fixture
def start(tmp_path: Path, wait_until: Wait) -> Iterator[Start]:
    """Start `python -m …` beside `app.py` with this source, and ask it one thing once it listens."""
    started: list[Server] = []

    def start_server(source: str, *arguments: str) -> Server:
        (tmp_path / "app.py").write_text(source, encoding="utf-8")
        server = Server(list(arguments), tmp_path)
        started.append(server)
        wait_until(server.url)
        wait_until(lambda: any("startup complete" in line or "Booting worker" in line for line in server.lines))
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{server.url()}/x") as answer:
            assert answer.read() == b"ok"
        return server

    yield start_server
    for server in started:
        server.kill()


def _count(records: list[dict[str, Any]]) -> Counter[str]:
    return Counter(f"{record['logger']}: {re.sub(r'[0-9]+', 'N', record['message'])}" for record in records)


UVICORN = ("uvicorn", "app:app", "--port", "0")


def test_uvicorn_with_its_own_log_config(start: Start) -> None:
    """It configures `logging` before it imports the application, with handlers that do not propagate."""
    records = start(ASGI_APP + "app = plain\n", *UVICORN).stop()

    counted = _count(records)
    assert set(counted.values()) == {1}
    assert counted["shop: inside"] == 1
    assert counted['uvicorn.access: N.N.N.N:N - "GET /x HTTP/N.N" N'] == 1
    assert counted["uvicorn.error: Application startup complete."] == 1
    assert all("color_message" not in record for record in records)


def test_uvicorn_that_configures_logging_after_us(start: Start) -> None:
    """A program that calls `uvicorn.run`: our `configure` comes first, its `dictConfig` later."""
    program = ASGI_APP + "app = plain\nif __name__ == '__main__':\n    import uvicorn\n    uvicorn.run(app, port=0)\n"
    records = start(program, "app").stop()

    counted = _count(records)
    assert set(counted.values()) == {1}
    assert counted['uvicorn.access: N.N.N.N:N - "GET /x HTTP/N.N" N'] == 1
    assert "uvicorn.error: Started server process [N]" in counted


def test_with_our_middleware_the_access_line_of_uvicorn_is_left_out(start: Start) -> None:
    """The middleware's record says the same, with fields."""
    counted = _count(start(ASGI_APP + WRAPPED, *UVICORN).stop())

    assert counted["logging_system.access: request handled"] == 1
    assert not [name for name in counted if name.startswith("uvicorn.access")]
    assert set(counted.values()) == {1}


GUNICORN = ("gunicorn", "app:app", "--bind", "127.0.0.1:0", "--access-logfile", "-", "--workers", "1")


def test_gunicorn_with_its_own_loggers(start: Start, tmp_path: Path) -> None:
    """Configured in its configuration file, so that the lines of the master are ours as well."""
    (tmp_path / "gunicorn.conf.py").write_text(
        "from logging_system import configure\n"
        "configure(capture_stdlib=True, console_format='json', file_output=False, handle_sigterm=True)\n",
        encoding="utf-8",
    )
    counted = _count(start(WSGI_APP + "app = plain\n", *GUNICORN).stop())

    assert counted["shop: inside"] == 1
    assert counted["gunicorn.error: Booting worker with pid: N"] == 1
    assert len([name for name in counted if name.startswith("gunicorn.access: ") and "GET /x" in name]) == 1
    assert set(counted.values()) == {1}


def test_gunicorn_with_the_application_loaded_before_the_fork(start: Start) -> None:
    """`--preload`: it is there before the first line is written."""
    server = start(WSGI_APP + WRAPPED, *GUNICORN, "--preload")
    counted = _count(server.stop())

    assert counted["logging_system.access: request handled"] == counted["shop: inside"] == 1
    assert "gunicorn.error: Booting worker with pid: N" in counted
    assert not [name for name in counted if name.startswith("gunicorn.access")]
