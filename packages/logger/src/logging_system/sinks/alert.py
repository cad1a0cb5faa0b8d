"""A CRITICAL record as an alert of Alertmanager: labels, annotations and times.

The labels are those of the alert CriticalRecord that Prometheus makes from metrics, with
`channel: direct` and an `event_id` of its own: two records are two alerts, and the same one posted
twice is still one. Texts come from the record's line, so they are redacted and bounded as it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import orjson

from logging_system.delivery import storm
from logging_system.metrics_series import label_text
from logging_system.pipeline.entry import Entry
from logging_system.timestamp import encode_timestamp

Alert: TypeAlias = dict[str, Any]

#: Labels of every such alert; routes and inhibitions of monitoring/alertmanager know them.
FIXED_LABELS: Final = {
    "alertname": "CriticalRecord",
    "severity": "critical",
    "notify": "immediate",
    "channel": "direct",
}
#: Characters of a message or of an exception's text.
_SHOWN_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class AlertTexts:
    """What alerts say beyond their record. `resolve_after` in seconds; links may hold {correlation_id}."""

    service_name: str
    resolve_after: float
    runbook_url: str | None = None
    dashboard_url: str | None = None


def alert_of(entry: Entry, texts: AlertTexts, *, event_id: str, instance: str) -> Alert:
    """The alert to post now. It ends by itself `resolve_after` seconds from now, or from the record's time."""
    _, milliseconds, line, _ = entry
    record = orjson.loads(line)
    ends = max(milliseconds, time.time_ns() // 1_000_000) + int(texts.resolve_after * 1000)
    return {
        "labels": {
            **FIXED_LABELS,
            "event_id": event_id,
            "job": label_text(texts.service_name),
            "instance": label_text(instance),
            "logger": label_text(str(record["logger"])),
        },
        "annotations": _annotations(record, texts),
        "startsAt": encode_timestamp(milliseconds).decode(),
        "endsAt": encode_timestamp(ends).decode(),
    }


def _annotations(record: Alert, texts: AlertTexts) -> dict[str, str]:
    correlation_id = str(record["context"].get("correlation_id", ""))
    followed = record.get(storm.COUNT_FIELD) if record["logger"] == storm.LOGGER else None
    links = {"runbook_url": texts.runbook_url, "dashboard_url": texts.dashboard_url}
    return {
        "summary": _cut(str(record["message"])),
        "description": _description(record),
        "value": str(followed or 1),
        "threshold": "> 0",
        **({"correlation_id": correlation_id} if correlation_id else {}),
        **{
            name: link.replace("{correlation_id}", quote(correlation_id, safe=""))
            for name, link in links.items()
            if link is not None
        },
    }


def _description(record: Alert) -> str:
    """Who said it, where and when, and the exception."""
    place = ".".join(str(record[key]) for key in ("module", "function") if record.get(key))
    where = f" at {place}:{record['line']}" if place else ""
    said = f"{record['level']} record of {record['logger']}{where}, {record['timestamp']}"
    error = record.get("exception")
    return said if not isinstance(error, dict) else f"{said}; {error.get('type')}: {_cut(str(error.get('message')))}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
