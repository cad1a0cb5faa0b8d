"""CRITICAL records straight to Alertmanager (`POST /api/v2/alerts`), one alert each, without Prometheus between.

Metrics cannot tell of an event before they are scraped, of one whose process dies first, or of a
second one while the first still fires; this can. The worker hands over one record at a time and
tries again what did not arrive; the alert then has the `event_id` of the first try, so that one
whose answer was lost does not become two. No proxy is used, and no package beyond the standard library.
"""

from __future__ import annotations

import base64
import http.client
import os
import ssl
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

import orjson

from logging_system.pipeline.entry import Entry
from logging_system.sinks.alert import AlertTexts, alert_of
from logging_system.sinks.base import Rejected, RetryLater
from logging_system.sinks.host import process_name

#: Answers that say that this alert will never be taken; any other refusal may end (a proxy, a start-up).
_PERMANENT: Final = frozenset([400, 413, 422])
#: Bytes of an answer that are looked at.
_ANSWER_BYTES: Final = 300


class AlertmanagerSink:
    """Posts to the Alertmanager at `url`; one attempt may take `timeout` seconds; see `SinkWorker` for the rest."""

    name = "alertmanager"

    def __init__(self, url: str, texts: AlertTexts, *, timeout: float, instance: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port
        self._secure = parts.scheme.lower() == "https"
        self._path = f"{parts.path.rstrip('/')}/api/v2/alerts"
        self._headers = {"Content-Type": "application/json", **_credentials(parts.username, parts.password)}
        self._texts = texts
        self._timeout = timeout
        self._instance = instance
        #: The record that is being tried, and its event's id.
        self._tried: tuple[Entry | None, str] = (None, "")

    def write(self, entries: Sequence[Entry]) -> None:
        """Post them. Raises RetryLater or Rejected, see there."""
        for delivered, entry in enumerate(entries):
            alert = alert_of(
                entry,
                self._texts,
                event_id=self._event_id(entry),
                instance=process_name(self._instance, self._texts.service_name),
            )
            try:
                status, answer = self._post(orjson.dumps([alert]))
            except (OSError, http.client.HTTPException) as error:
                raise RetryLater(f"{self._host}: {error or type(error).__name__}", delivered=delivered) from error
            if status in _PERMANENT:
                raise Rejected(f"{self._host}: {status} {answer}", count=len(entries) - delivered)
            if not 200 <= status < 300:
                raise RetryLater(f"{self._host}: {status} {answer}", delivered=delivered)

    def idle(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is held open."""

    def _event_id(self, entry: Entry) -> str:
        """The same for each try of the same record."""
        if self._tried[0] is not entry:
            self._tried = entry, os.urandom(8).hex()
        return self._tried[1]

    def _post(self, body: bytes) -> tuple[int, str]:
        connection = self._connection()
        try:
            connection.request("POST", self._path, body, self._headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_ANSWER_BYTES).decode("utf-8", "replace").strip()
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
