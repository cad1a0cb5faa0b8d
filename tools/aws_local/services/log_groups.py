"""CloudWatch Logs' groups: class, encryption and data protection, which moto drops or lacks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from tools.aws_local.operations import fail, operation
from tools.aws_local.store import table

_create_log_group = LogsResponse.create_log_group
_delete_log_group = LogsResponse.delete_log_group
_to_describe_dict = LogGroup.to_describe_dict


def group_of(self: LogsResponse, identifier: str | None) -> LogGroup:
    """The group of a name or ARN; an error where there is none."""
    name = (identifier or "").partition(":log-group:")[2].removesuffix(":*") or identifier
    group = self.logs_backend.groups.get(name or "")
    if group is None:
        raise fail("ResourceNotFoundException", "The specified log group does not exist.")
    return group


@operation(LogsResponse)
def create_log_group(self: LogsResponse) -> ActionResult:
    """moto's, and the class is kept."""
    _create_log_group(self)
    group = self.logs_backend.groups[self._get_param("logGroupName")]
    group.log_group_class = self._get_param("logGroupClass") or "STANDARD"
    return EmptyResult()


@operation(LogsResponse)
def delete_log_group(self: LogsResponse) -> ActionResult:
    """moto's, and what hangs on the group goes with it."""
    name = self._get_param("logGroupName")
    _delete_log_group(self)
    backend = self.logs_backend
    backend.filters.metric_filters = [one for one in backend.filters.metric_filters if one["logGroupName"] != name]
    table(backend, "data_protection").pop(name, None)
    return EmptyResult()


def to_describe_dict(self: LogGroup) -> dict[str, Any]:
    """moto's, with what it leaves out."""
    from moto.logs.models import logs_backends

    backend = logs_backends[self.account_id][self.region]
    described: dict[str, Any] = _to_describe_dict(self)
    described["logGroupClass"] = getattr(self, "log_group_class", "STANDARD")
    filters = backend.filters.metric_filters
    described["metricFilterCount"] = sum(one["logGroupName"] == self.name for one in filters)
    if self.name in table(backend, "data_protection"):
        described["dataProtectionStatus"] = "ACTIVATED"
    return described


LogGroup.to_describe_dict = to_describe_dict


@operation(LogsResponse)
def associate_kms_key(self: LogsResponse) -> ActionResult:
    """Encrypt an existing group with another key."""
    group = group_of(self, self._get_param("logGroupName") or self._get_param("resourceIdentifier"))
    group.kms_key_id = self._get_param("kmsKeyId")
    return EmptyResult()


@operation(LogsResponse)
def disassociate_kms_key(self: LogsResponse) -> ActionResult:
    """Encrypt with the service's key again."""
    group = group_of(self, self._get_param("logGroupName") or self._get_param("resourceIdentifier"))
    group.kms_key_id = None
    return EmptyResult()


def check_data_protection(document: str) -> None:
    """Refuse what PutDataProtectionPolicy refuses: it takes one audit and one deidentify statement, alike."""
    try:
        statements = json.loads(document)["Statement"]
        audit, mask = (statement["Operation"] for statement in statements)
        same = statements[0]["DataIdentifier"] == statements[1]["DataIdentifier"]
    except (ValueError, KeyError, TypeError) as error:
        raise fail("InvalidParameterException", f"data protection policy: {error!r}") from error
    if not (same and "Audit" in audit and mask == {"Deidentify": {"MaskConfig": {}}}):
        text = "two statements are expected, Audit and then Deidentify, with the same data identifiers"
        raise fail("InvalidParameterException", f"data protection policy: {text}")


@operation(LogsResponse)
def put_data_protection_policy(self: LogsResponse) -> ActionResult:
    """Set the policy of a group."""
    group = group_of(self, self._get_param("logGroupIdentifier"))
    document = self._get_param("policyDocument")
    check_data_protection(document)
    now = int(datetime.now(tz=UTC).timestamp() * 1000)
    record = {"policyDocument": document, "lastUpdatedTime": now}
    table(self.logs_backend, "data_protection")[group.name] = record
    return ActionResult({"logGroupIdentifier": self._get_param("logGroupIdentifier"), **record})


@operation(LogsResponse)
def get_data_protection_policy(self: LogsResponse) -> ActionResult:
    """The policy of a group, if it has one."""
    group = group_of(self, self._get_param("logGroupIdentifier"))
    record = table(self.logs_backend, "data_protection").get(group.name, {})
    return ActionResult({"logGroupIdentifier": self._get_param("logGroupIdentifier"), **record})


@operation(LogsResponse)
def delete_data_protection_policy(self: LogsResponse) -> ActionResult:
    """Remove the policy of a group."""
    group = group_of(self, self._get_param("logGroupIdentifier"))
    table(self.logs_backend, "data_protection").pop(group.name, None)
    return EmptyResult()
