"""Stand-ins on loopback for those whom Alertmanager tells: Slack, PagerDuty, a webhook and an SMTP server.

They keep what arrives and answer as told. Each says where it is through `receivers.yaml` of the
test, and its secret through a file, as in production.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.monitoring.programs import free_port

PASSWORD = "swordfish"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"

RECEIVERS = """
receivers:
  - {{name: webhook, enabled: true, kind: webhook, gets: [immediate, critical, warning, info], url: {http}/webhook}}
  - {{name: heart, enabled: true, kind: webhook, gets: [heartbeat], url: {http}/heartbeat}}
  - {{name: slack, enabled: {people}, kind: slack, gets: [immediate, critical], secret: slack, channel: "#alerts"}}
  - name: email
    enabled: {people}
    kind: email
    gets: [immediate, critical]
    to: [oncall@example.com]
    from: alertmanager@example.com
    smarthost: 127.0.0.1:{smtp}
    username: alertmanager@example.com
    secret: smtp_password
    tls: false
  - {{name: duty, enabled: {people}, kind: pagerduty, gets: [immediate, critical], secret: key, url: {http}/pagerduty}}
times:
  immediate: {{repeat: 1h}}
  critical: {{wait: 10s, interval: 1m, repeat: 1h}}
  warning: {{wait: 30s, interval: 2m, repeat: 12h}}
  info: {{wait: 30s, interval: 2m, repeat: 1d}}
  heartbeat: {{repeat: 1m}}
"""


@dataclass(frozen=True, slots=True)
class Post:
    """One request: when, to which path, with what, and how it was answered."""

    at: float
    path: str
    body: Any
    status: int


@dataclass
class Inbox:
    """What arrived so far; `status` is answered to a path (200 if nothing is said)."""

    posts: list[Post] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)

    def taken(self, path: str) -> list[Any]:
        """Bodies that were answered with 200, oldest first."""
        return [post.body for post in list(self.posts) if post.path == path and post.status == 200]

    def told(self, name: str, status: str = "firing") -> list[dict[str, Any]]:
        """The alerts of this name in what the webhook took, one for each time that it was told."""
        alerts = [alert for body in self.taken("/webhook") for alert in body["alerts"]]
        return [alert for alert in alerts if alert["labels"]["alertname"] == name and alert["status"] == status]

    def heartbeats(self) -> int:
        """How often the heartbeat came: a clock that shows that Alertmanager has looked at its groups."""
        return len(self.taken("/heartbeat"))


class AlertReceivers:
    """The servers; use as a context."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.inbox))
        self._smtp_port = free_port()
        self._smtp = Controller(
            _Mailbox(self.inbox),
            hostname="127.0.0.1",
            port=self._smtp_port,
            authenticator=self._authenticate,
            auth_require_tls=False,
            auth_exclude_mechanism=["LOGIN"],  # its prompts are not those that Alertmanager waits for
        )

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self._smtp.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._smtp.stop()

    @property
    def url(self) -> str:
        """Of the HTTP server."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def write_files(self, folder: Path, *, people: bool) -> tuple[Path, Path]:
        """`receivers.yaml` and the folder of secrets; with or without Slack, e-mail and PagerDuty."""
        secrets = folder / "secrets"
        secrets.mkdir(exist_ok=True)
        for name, value in (("slack", f"{self.url}/slack/T0/B0"), ("smtp_password", PASSWORD), ("key", ROUTING_KEY)):
            (secrets / name).write_text(value, encoding="utf-8")
        path = folder / "receivers.yaml"
        text = RECEIVERS.format(http=self.url, smtp=self._smtp_port, people=str(people).lower())
        path.write_text(text, encoding="utf-8")
        return path, secrets

    def _authenticate(
        self, _server: object, _session: Session, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        password = data.password if isinstance(data, LoginPassword) else b""
        self.inbox.passwords.append(password)
        return AuthResult(success=password == PASSWORD.encode())


def _handler(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = inbox.status.get(self.path, 200)
            inbox.posts.append(Post(time.time(), self.path, body, status))
            answer = b'{"status": "success"}' if self.path == "/pagerduty" else b"ok"
            self.send_response(202 if self.path == "/pagerduty" and status == 200 else status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Silence."""

    return Handler


class _Mailbox:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._inbox.mails.append(message)
        return "250 OK"
