"""Records to Amazon CloudWatch Logs, and their counts by level to CloudWatch metrics.

Limits are those of the PutLogEvents API reference. Group and stream are made when they are missing.
What may pass (throttled, not reachable, credentials not there yet) is tried again by the worker;
what the service refuses for good is counted.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter as Tally
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from logging_system import diagnostics
from logging_system.config.schema import CloudWatchSettings
from logging_system.levels import NAMES, NUMBERS
from logging_system.pipeline.entry import Entry
from logging_system.sinks.base import Rejected, RetryLater
from logging_system.sinks.host import process_name

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef, RejectedLogEventsInfoTypeDef

#: Bytes that CloudWatch adds to each event when it counts a batch, and the most it takes in one event or batch.
EVENT_OVERHEAD_BYTES: Final = 26
MAX_BATCH_BYTES: Final = 1_048_576
MAX_BATCH_SPAN_MS: Final = 24 * 3600 * 1000
#: Seconds between two calls of PutMetricData.
METRICS_INTERVAL: Final = 10.0
#: Errors that another try of the same batch cannot mend.
_PERMANENT: Final = frozenset(["InvalidParameterException", "ValidationException", "SerializationException"])
_NOT_IN_STREAM_NAMES: Final = re.compile(r"[:*]")
_NOT_IN_GROUP_NAMES: Final = re.compile(r"[^A-Za-z0-9._/#-]")


def default_log_group(service_name: str) -> str:
    """`/app/<service_name>`; what a group's name may not hold becomes `_` (CreateLogGroup API reference)."""
    return f"/app/{_NOT_IN_GROUP_NAMES.sub('_', service_name)}"[:512]


class CloudWatchSink:
    """Sends each batch with PutLogEvents; used by one worker thread."""

    name = "cloudwatch"

    def __init__(self, settings: CloudWatchSettings, *, service_name: str, region: str) -> None:
        self._settings = settings
        self._service_name = service_name
        self._region = settings.region or region
        self._lowest = NUMBERS[settings.level]
        self._group = settings.log_group or default_log_group(service_name)
        self._pid = -1
        self._counts: Tally[int] = Tally()
        self._metrics_due = time.monotonic() + METRICS_INTERVAL

    def write(self, entries: Sequence[Entry]) -> None:
        """Send. Raises RetryLater or Rejected, see there, and whatever is neither."""
        delivered = refused = 0
        try:
            self._connect()
            for chunk in self._chunks(entries):
                refused += self._put([entry for entry in chunk if entry[0] >= self._lowest])
                delivered += len(chunk)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _PERMANENT:
                raise
            raise RetryLater(f"{self._group}: {code or error}", delivered=delivered) from error
        except (BotoCoreError, OSError) as error:
            raise RetryLater(f"{self._group}: {error}", delivered=delivered) from error
        self._publish_counts(force=False)
        if refused:
            raise Rejected(f"{self._group}: refused as too old or too new", count=refused)

    def idle(self) -> None:
        """Publish the counts when they are due."""
        self._publish_counts(force=False)

    def close(self) -> None:
        """Publish the last counts."""
        self._publish_counts(force=True)

    def _connect(self) -> None:
        """Make clients, once in each process: a fork must not share connections, and the stream carries the pid."""
        if self._pid == os.getpid():
            return
        config = Config(
            connect_timeout=self._settings.timeout,
            read_timeout=self._settings.timeout,
            retries={"total_max_attempts": 1, "mode": "standard"},
        )
        session = boto3.session.Session(region_name=self._region)
        self._logs: CloudWatchLogsClient = session.client(
            "logs", endpoint_url=self._settings.endpoint_url, config=config
        )
        self._metrics: CloudWatchClient = session.client(
            "cloudwatch", endpoint_url=self._settings.endpoint_url, config=config
        )
        stream = process_name(self._settings.log_stream, self._service_name)
        self._stream = _NOT_IN_STREAM_NAMES.sub("_", stream)[:512]
        self._create()
        self._pid = os.getpid()

    def _create(self) -> None:
        if self._made(self._logs.create_log_group, logGroupName=self._group) and self._settings.retention_days:
            self._logs.put_retention_policy(logGroupName=self._group, retentionInDays=self._settings.retention_days)
        self._made(self._logs.create_log_stream, logGroupName=self._group, logStreamName=self._stream)

    def _made(self, create: object, **names: str) -> bool:
        """Call an operation that creates; False if the thing is there already."""
        try:
            create(**names)  # type: ignore[operator]
        except self._logs.exceptions.ResourceAlreadyExistsException:
            return False
        return True

    def _chunks(self, entries: Sequence[Entry]) -> list[Sequence[Entry]]:
        """Cut into runs that one call may carry, by count, bytes and span of time."""
        limit = min(self._settings.batch_bytes, MAX_BATCH_BYTES)
        chunks: list[Sequence[Entry]] = []
        start = size = 0
        first = last = entries[0][1] if entries else 0
        for index, (_, milliseconds, line, _) in enumerate(entries):
            added = min(len(line), MAX_BATCH_BYTES) + EVENT_OVERHEAD_BYTES
            first, last = min(first, milliseconds), max(last, milliseconds)
            full = (
                index - start >= self._settings.batch_size or size + added > limit or last - first > MAX_BATCH_SPAN_MS
            )
            if full and index > start:
                chunks.append(entries[start:index])
                start, size = index, 0
                first = last = milliseconds
            size += added
        chunks.append(entries[start:])
        return chunks

    def _put(self, entries: Sequence[Entry]) -> int:
        """Send one batch in order of time, as the service wants it. Returns how many events it refused."""
        if not entries:
            return 0
        events: list[InputLogEventTypeDef] = [
            {"timestamp": milliseconds, "message": _event_text(line)} for _, milliseconds, line, _ in entries
        ]
        events.sort(key=lambda event: event["timestamp"])
        try:
            answer = self._logs.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)
        except self._logs.exceptions.ResourceNotFoundException:  # deleted meanwhile
            self._create()
            answer = self._logs.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)
        self._counts.update(entry[0] for entry in entries)
        return _refused(answer.get("rejectedLogEventsInfo"), len(events))

    def _publish_counts(self, *, force: bool) -> None:
        if not self._settings.metrics_namespace or not self._counts:
            return
        if not force and time.monotonic() < self._metrics_due:
            return
        self._metrics_due = time.monotonic() + METRICS_INTERVAL
        counts, self._counts = self._counts, Tally()
        try:
            self._metrics.put_metric_data(
                Namespace=self._settings.metrics_namespace,
                MetricData=[
                    {
                        "MetricName": "log_messages",
                        "Unit": "Count",
                        "Value": float(count),
                        "Dimensions": [
                            {"Name": "service", "Value": self._service_name},
                            {"Name": "level", "Value": NAMES[level]},
                        ],
                    }
                    for level, count in sorted(counts.items())
                ],
            )
        except (BotoCoreError, ClientError, OSError) as error:
            self._counts.update(counts)  # they go with the next call
            diagnostics.say("cloudwatch metrics", f"sink cloudwatch: PutMetricData: {error}")


def _event_text(line: bytes) -> str:
    longest = MAX_BATCH_BYTES - EVENT_OVERHEAD_BYTES
    text = line[:-1]
    if len(text) > longest:
        note = b" (%d bytes cut)" % (len(text) - longest + 32)
        text = text[: longest - 32] + note
    return text.decode("utf-8", "ignore")


def _refused(info: RejectedLogEventsInfoTypeDef | None, count: int) -> int:
    """Events refused although the call succeeded: indexes that end the too old and begin the too new ones."""
    if not info:
        return 0
    too_old = max(info.get("tooOldLogEventEndIndex", -1) + 1, info.get("expiredLogEventEndIndex", -1) + 1)
    too_new = info.get("tooNewLogEventStartIndex", count)
    return min(count, too_old + max(0, count - too_new))
