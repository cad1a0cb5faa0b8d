"""`python -m demo_service.healthcheck`: is the service of this container ready? One line, and exit status 0 or 1.

For Docker, which starts it every few seconds in an image without a shell or curl: it imports neither
the application nor an HTTP library, and asks `http://127.0.0.1:$PORT/health/ready`.
"""

from __future__ import annotations

import os
import socket
import sys
import time

#: Seconds for all of it.
PATIENCE = 2.0
_REQUEST = b"GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n"
#: Bytes of the answer that are looked at.
_ANSWER_BYTES = 4096


def check(port: int) -> tuple[bool, str]:
    """Whether the service on `port` says that it is ready, and the reason in one line. Never raises."""
    deadline = time.monotonic() + PATIENCE
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(_REQUEST)
            answer = _read(connection, deadline)
    except TimeoutError:
        return False, f"no answer on port {port} within {PATIENCE:g} s"
    except OSError as error:
        return False, f"no answer on port {port}: {error.strerror or error}"
    status_line, _, rest = answer.partition("\r\n")
    body = rest.rpartition("\r\n\r\n")[2].strip()
    status = " ".join(status_line.split()[1:])
    return status.startswith("200"), f"{status or 'not HTTP'} {body}".strip()


def _read(connection: socket.socket, deadline: float) -> str:
    """The answer until the server closes; a server that says a byte a second has until `deadline`."""
    answer = b""
    while len(answer) < _ANSWER_BYTES:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        received = connection.recv(_ANSWER_BYTES)
        if not received:
            break
        answer += received
    return answer.decode("utf-8", "replace")


def main() -> int:
    """Print the reason; returns the exit status."""
    given = os.environ.get("PORT", "").strip() or "8000"
    if not given.isascii() or not given.isdecimal() or not 0 < int(given) < 65536:
        is_ready, reason = False, f'PORT: got "{given}", expected a port from 1 to 65535'
    else:
        is_ready, reason = check(int(given))
    sys.stdout.write("ready\n" if is_ready else f"not ready: {reason}\n")
    return 0 if is_ready else 1


if __name__ == "__main__":
    sys.exit(main())
