"""CloudWatch Logs' metric filters, which really count: an event that matches puts metric data.

moto stores the filters only, once more at each change, and its `filterPattern` returns every event for a
pattern that it does not understand.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import ActionResult, EmptyResult
from moto.logs.models import LogEvent, LogGroup, LogsBackend, LogStream, logs_backends
from moto.logs.responses import LogsResponse

from tools.aws_local.filter_pattern import Matcher, PatternError, compile_pattern, parse_event, select
from tools.aws_local.operations import fail, operation


def _compiled(pattern: str) -> Matcher:
    try:
        return compile_pattern(pattern)
    except PatternError as error:
        raise fail("InvalidParameterException", f"Invalid metric filter pattern: {error}") from error


@operation(LogsResponse)
def put_metric_filter(self: LogsResponse) -> ActionResult:
    """Add or replace; the class STANDARD is needed, as in AWS."""
    body = json.loads(self.body)
    group = self.logs_backend.groups.get(body["logGroupName"])
    if group is None:
        raise fail("ResourceNotFoundException", "The specified log group does not exist.")
    if getattr(group, "log_group_class", "STANDARD") != "STANDARD":
        raise fail("ValidationException", "metric filters need a log group of class STANDARD")
    _compiled(body["filterPattern"])
    [transformation] = body["metricTransformations"]
    if "defaultValue" in transformation and transformation.get("dimensions"):
        raise fail("InvalidParameterException", "Default value must not be set with dimensions")
    _remove(self.logs_backend, body["logGroupName"], body["filterName"])
    body["creationTime"] = int(datetime.now(tz=UTC).timestamp() * 1000)
    self.logs_backend.filters.metric_filters.append(body)
    return EmptyResult()


def _remove(backend: LogsBackend, group: str, name: str) -> bool:
    filters = backend.filters.metric_filters
    kept = [one for one in filters if (one["logGroupName"], one["filterName"]) != (group, name)]
    backend.filters.metric_filters = kept
    return len(kept) < len(filters)


@operation(LogsResponse)
def delete_metric_filter(self: LogsResponse) -> ActionResult:
    """An error where there is none, as in AWS."""
    if not _remove(self.logs_backend, self._get_param("logGroupName"), self._get_param("filterName")):
        raise fail("ResourceNotFoundException", "The specified metric filter does not exist.")
    return EmptyResult()


@operation(LogsResponse)
def test_metric_filter(self: LogsResponse) -> ActionResult:
    """Which of some messages a pattern matches."""
    match = _compiled(self._get_param("filterPattern"))
    messages = enumerate(self._get_param("logEventMessages"), start=1)
    matches = [{"eventNumber": number, "eventMessage": message} for number, message in messages if match(message)]
    return ActionResult({"matches": matches})


def _count(group: LogGroup, events: list[dict[str, Any]]) -> None:
    """Put the metric data that the group's filters make of `events`."""
    for one in logs_backends[group.account_id][group.region].filters.metric_filters:
        if one["logGroupName"] != group.name:
            continue
        match = compile_pattern(one["filterPattern"])
        transformation = one["metricTransformations"][0]
        counted = [event for event in events if match(event["message"])]
        for event in counted:
            _put(group, transformation, event["timestamp"], transformation["metricValue"], event["message"])
        if "defaultValue" in transformation:  # for each minute with events of which none matches
            minutes = {event["timestamp"] // 60_000 for event in events}
            for minute in minutes - {event["timestamp"] // 60_000 for event in counted}:
                _put(group, transformation, minute * 60_000, str(transformation["defaultValue"]), "")


def _put(group: LogGroup, transformation: dict[str, Any], milliseconds: int, text: str, message: str) -> None:
    document = parse_event(message)
    value = _value(text, document)
    dimensions = []
    for name, selector in (transformation.get("dimensions") or {}).items():
        found = select(selector, document)
        if not found:
            return  # no data point without all dimensions, as in AWS
        dimensions.append({"Name": name, "Value": str(found[0])})
    if value is None:
        return
    datum = {
        "MetricName": transformation["metricName"],
        "Value": value,
        "Unit": transformation.get("unit", "None"),
        "Timestamp": datetime.fromtimestamp(milliseconds / 1000, tz=UTC).replace(tzinfo=None),
        "Dimensions": dimensions,
    }
    backend = cloudwatch_backends[group.account_id][group.region]
    backend.put_metric_data(transformation["metricNamespace"], [datum])


def _value(text: str, document: Any) -> float | None:
    if not text.startswith("$"):
        return float(text)
    for found in select(text, document):
        try:
            return float(found)
        except (TypeError, ValueError):
            return None
    return None


_put_log_events = LogStream.put_log_events


def put_log_events(self: LogStream, log_events: list[dict[str, Any]]) -> str:
    """moto's, and the metric filters of the group count."""
    token: str = _put_log_events(self, log_events)
    _count(self.log_group, log_events)
    return token


LogStream.put_log_events = put_log_events


def filter_log_events(self: LogStream, start_time: int, end_time: int, filter_pattern: str) -> list[dict[str, Any]]:
    """Events of the stream within the times that match, by the whole grammar."""
    match = _compiled(filter_pattern or "")

    def wanted(event: LogEvent) -> bool:
        within = not (start_time and event.timestamp < start_time) and not (end_time and event.timestamp > end_time)
        return within and match(event.message)

    events = sorted(filter(wanted, self.events), key=lambda event: event.timestamp)
    return [{**event.to_filter_dict(), "logStreamName": self.log_stream_name} for event in events]


LogStream.filter_log_events = filter_log_events
