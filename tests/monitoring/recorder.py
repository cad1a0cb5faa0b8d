"""Runs in a container of the proof: keeps what Alertmanager posts, one JSON line a notification.

The path of the request is the receiver's name. While a file `failing/<receiver>` exists, that
receiver answers 500; the attempt is kept all the same, as `"taken": false`. Standard library only,
because it runs on the Python of the service's image.
"""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

FOLDER = Path("/recorder")
PORT = 9555
_lock = Lock()


class Receiver(BaseHTTPRequestHandler):
    """One POST is one notification."""

    def do_POST(self) -> None:
        """Keep it and answer."""
        receiver = self.path.strip("/")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        taken = not (FOLDER / "failing" / receiver).exists()
        line = json.dumps({"at": time.time(), "receiver": receiver, "taken": taken, "body": body})
        with _lock, (FOLDER / "received.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self._answer(200 if taken else 500)

    def do_GET(self) -> None:
        """For the health check."""
        self._answer(200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silence."""


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", PORT), Receiver).serve_forever()
