"""What stands in for Alertmanager: an HTTP server on loopback that keeps what is posted and answers as told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Instead of a status: take the alerts and close without an answer; wait for `release` first.
NO_ANSWER, HANG = -1, -2


class Receiver(ThreadingHTTPServer):
    """`answers` are the next statuses, 200 when there is none; `posts` what was taken, in order."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answers: deque[int] = deque()
        self.posts: list[dict[str, Any]] = []
        self.paths: list[tuple[str, str | None]] = []
        self.release = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    @property
    def alerts(self) -> dict[str, dict[str, Any]]:
        """As Alertmanager sees them: one for each set of labels, here by event."""
        return {alert["labels"]["event_id"]: alert for alert in self.posts}

    @property
    def summaries(self) -> list[str]:
        """Of the alerts, in the order of their events' first posts."""
        return [alert["annotations"]["summary"] for alert in self.alerts.values()]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Take alerts."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append((self.path, self.headers["Authorization"]))
        try:
            status = self.server.answers.popleft()
        except IndexError:
            status = 200
        if status == HANG:
            self.server.release.wait(20)
            return
        if status in (200, NO_ANSWER):
            posted = json.loads(body)
            # Alertmanager's own notifications are objects.
            self.server.posts += posted if isinstance(posted, list) else [posted]
        if status != NO_ANSWER:
            self.send_response(status)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(b"" if status == 200 else b"told to refuse")

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@contextlib.contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver that runs; on `port` if it is not 0."""
    server = Receiver(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
