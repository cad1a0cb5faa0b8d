"""CloudWatch Logs: saved queries and anomaly detectors, which moto lacks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.logs.responses import LogsResponse

from tools.aws_local.operations import fail, operation
from tools.aws_local.services.log_groups import group_of
from tools.aws_local.store import table


def _now() -> int:
    return int(datetime.now(tz=UTC).timestamp() * 1000)


def _given(self: LogsResponse, *names: str) -> dict[str, Any]:
    values = {name: self._get_param(name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


@operation(LogsResponse)
def put_query_definition(self: LogsResponse) -> ActionResult:
    """Add a saved query, or replace the one of the given id."""
    queries = table(self.logs_backend, "queries")
    identifier = self._get_param("queryDefinitionId")
    if identifier and identifier not in queries:
        raise fail("ResourceNotFoundException", f"no query definition {identifier}")
    identifier = identifier or str(uuid.uuid4())
    given = _given(self, "name", "queryString", "logGroupNames", "queryLanguage", "parameters")
    queries[identifier] = {"queryDefinitionId": identifier, "lastModified": _now(), **given}
    return ActionResult({"queryDefinitionId": identifier})


@operation(LogsResponse)
def describe_query_definitions(self: LogsResponse) -> ActionResult:
    """Saved queries whose name starts with the given prefix."""
    prefix = self._get_param("queryDefinitionNamePrefix") or ""
    found = [one for one in table(self.logs_backend, "queries").values() if one["name"].startswith(prefix)]
    return ActionResult({"queryDefinitions": found})


@operation(LogsResponse)
def delete_query_definition(self: LogsResponse) -> ActionResult:
    """Remove a saved query."""
    if not table(self.logs_backend, "queries").pop(self._get_param("queryDefinitionId"), None):
        raise fail("ResourceNotFoundException", "no such query definition")
    return ActionResult({"success": True})


@operation(LogsResponse)
def create_log_anomaly_detector(self: LogsResponse) -> ActionResult:
    """Watch groups of class STANDARD."""
    for arn in self._get_param("logGroupArnList"):
        group_of(self, arn)
    arn = f"arn:aws:logs:{self.region}:{self.current_account}:anomaly-detector:{uuid.uuid4()}"
    names = ("detectorName", "logGroupArnList", "evaluationFrequency", "filterPattern", "kmsKeyId")
    record = {
        "anomalyDetectorArn": arn,
        "anomalyDetectorStatus": "ANALYZING",
        "anomalyVisibilityTime": self._get_param("anomalyVisibilityTime") or 21,
        "creationTimeStamp": _now(),
        "lastModifiedTimeStamp": _now(),
        **_given(self, *names),
    }
    table(self.logs_backend, "anomaly_detectors")[arn] = record
    if self._get_param("tags"):
        self.logs_backend.tag_resource(arn, self._get_param("tags"))
    return ActionResult({"anomalyDetectorArn": arn})


def _detector(self: LogsResponse) -> dict[str, Any]:
    found = table(self.logs_backend, "anomaly_detectors").get(self._get_param("anomalyDetectorArn"))
    if found is None:
        raise fail("ResourceNotFoundException", "The anomaly detector was not found.")
    record: dict[str, Any] = found
    return record


@operation(LogsResponse)
def get_log_anomaly_detector(self: LogsResponse) -> ActionResult:
    """One detector."""
    return ActionResult({key: value for key, value in _detector(self).items() if key != "anomalyDetectorArn"})


@operation(LogsResponse)
def list_log_anomaly_detectors(self: LogsResponse) -> ActionResult:
    """All detectors, or those of one group."""
    wanted = self._get_param("filterLogGroupArn")
    found = table(self.logs_backend, "anomaly_detectors").values()
    return ActionResult({"anomalyDetectors": [one for one in found if not wanted or wanted in one["logGroupArnList"]]})


@operation(LogsResponse)
def update_log_anomaly_detector(self: LogsResponse) -> ActionResult:
    """Pause it, go on, or change what it watches for."""
    record = _detector(self)
    record.update(_given(self, "evaluationFrequency", "filterPattern", "anomalyVisibilityTime"))
    record["anomalyDetectorStatus"] = "ANALYZING" if self._get_param("enabled") else "PAUSED"
    return EmptyResult()


@operation(LogsResponse)
def delete_log_anomaly_detector(self: LogsResponse) -> ActionResult:
    """Remove a detector."""
    _detector(self)
    del table(self.logs_backend, "anomaly_detectors")[self._get_param("anomalyDetectorArn")]
    return EmptyResult()
