"""CloudWatch: composite alarms and anomaly detectors, which moto does not route or lacks."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from tools.aws_local.operations import fail, operation
from tools.aws_local.store import table

_put_metric_alarm = CloudWatchResponse.put_metric_alarm
#: `ALARM("name")`, `OK(name)` and the like in the rule of a composite alarm.
_CHILD = re.compile(r'(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+?)"?\s*\)')


@operation(CloudWatchResponse)
def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    """An alarm on other alarms, which must exist; one without children can never be right."""
    children = [name.rpartition(":alarm:")[2] for name in _CHILD.findall(self._get_param("AlarmRule"))]
    missing = sorted(set(children) - set(self.cloudwatch_backend.alarms))
    name = self._get_param("AlarmName")
    if missing or not children:
        text = f"Could not save the composite alarm as alarms {missing} in the alarm rule do not exist"
        raise fail("ValidationError", text)
    _put_metric_alarm(self)
    alarm = self.cloudwatch_backend.alarms[name]
    alarm.alarm_rule = self._get_param("AlarmRule")
    for member in ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
        if self._get_param(member) is not None:
            setattr(alarm, re.sub(r"(?<!^)([A-Z])", r"_\1", member).lower(), self._get_param(member))
    return EmptyResult()


def _key(detector: dict[str, Any]) -> str:
    """What identifies a detector: its metric and statistic."""
    single = detector.get("SingleMetricAnomalyDetector") or detector
    names = ("Namespace", "MetricName", "Dimensions", "Stat", "AccountId")
    math = detector.get("MetricMathAnomalyDetector")
    return json.dumps(math or {name: single[name] for name in names if single.get(name)}, sort_keys=True)


def _given(self: CloudWatchResponse) -> dict[str, Any]:
    names = ["Namespace", "MetricName", "Dimensions", "Stat", "Configuration", "MetricCharacteristics"]
    names += ["SingleMetricAnomalyDetector", "MetricMathAnomalyDetector"]
    values = {name: self._get_param(name) for name in names}
    return {name: value for name, value in values.items() if value}


@operation(CloudWatchResponse)
def put_anomaly_detector(self: CloudWatchResponse) -> ActionResult:
    """Add or replace the model of a metric."""
    given = _given(self)
    table(self.cloudwatch_backend, "anomaly_detectors")[_key(given)] = {**given, "StateValue": "PENDING_TRAINING"}
    return EmptyResult()


@operation(CloudWatchResponse)
def describe_anomaly_detectors(self: CloudWatchResponse) -> ActionResult:
    """Detectors, or those of one namespace and metric."""
    found = []
    for one in table(self.cloudwatch_backend, "anomaly_detectors").values():
        about = one.get("SingleMetricAnomalyDetector") or one
        wanted = [(name, self._get_param(name)) for name in ("Namespace", "MetricName")]
        if all(value is None or about.get(name) == value for name, value in wanted):
            found.append(one)
    return ActionResult({"AnomalyDetectors": found})


@operation(CloudWatchResponse)
def delete_anomaly_detector(self: CloudWatchResponse) -> ActionResult:
    """Remove the model of a metric."""
    if not table(self.cloudwatch_backend, "anomaly_detectors").pop(_key(_given(self)), None):
        raise fail("ResourceNotFoundException", "no such anomaly detector")
    return EmptyResult()


@operation(CloudWatchResponse)
def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    """State changes of an alarm."""
    alarm = self.cloudwatch_backend.alarms.get(self._get_param("AlarmName") or "")
    items = [
        {"AlarmName": alarm.name, "HistoryItemType": kind, "HistorySummary": reason, "Timestamp": when}
        for kind, reason, _, _, when in (alarm.history if alarm else [])
    ]
    return ActionResult({"AlarmHistoryItems": items})
