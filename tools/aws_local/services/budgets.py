"""AWS Budgets: tags, changes and notifications, which moto lacks in parts."""

from __future__ import annotations

from typing import Any

from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.responses import ActionResult, EmptyResult

from tools.aws_local.operations import fail, operation
from tools.aws_local.store import table


@operation(BudgetsResponse)
def list_tags_for_resource(self: BudgetsResponse) -> ActionResult:
    """Tags of a budget."""
    tags = table(self.backend, "tags").get(self._get_param("ResourceARN"), {})
    return ActionResult({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


@operation(BudgetsResponse)
def tag_resource(self: BudgetsResponse) -> ActionResult:
    """Add tags to a budget."""
    tags = table(self.backend, "tags").setdefault(self._get_param("ResourceARN"), {})
    tags.update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")})
    return EmptyResult()


@operation(BudgetsResponse)
def untag_resource(self: BudgetsResponse) -> ActionResult:
    """Remove tags from a budget."""
    tags = table(self.backend, "tags").get(self._get_param("ResourceARN"), {})
    for key in self._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return EmptyResult()


_create_budget = BudgetsResponse.create_budget


@operation(BudgetsResponse)
def create_budget(self: BudgetsResponse) -> ActionResult:
    """moto's, and the tags are kept."""
    _create_budget(self)
    if self._get_param("ResourceTags"):
        name = self._get_param("Budget")["BudgetName"]
        arn = f"arn:{self.partition}:budgets::{self._get_param('AccountId')}:budget/{name}"
        table(self.backend, "tags")[arn] = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")}
    return EmptyResult()


def _budget(self: BudgetsResponse, name: str) -> Budget:
    budget = self.backend.budgets[self._get_param("AccountId")].get(name)
    if budget is None:
        raise fail("NotFoundException", f"Unable to find budget: {name} - the budget doesn't exist.")
    return budget


@operation(BudgetsResponse)
def update_budget(self: BudgetsResponse) -> ActionResult:
    """Replace a budget; its notifications stay."""
    new = self._get_param("NewBudget")
    budget = _budget(self, new["BudgetName"])
    budget.budget = {**{key: budget.budget[key] for key in ("TimePeriod", "LastUpdatedTime")}, **new}
    return EmptyResult()


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both are the same notification: its identity is all its members, thresholds as numbers."""
    names = ("NotificationType", "ComparisonOperator", "ThresholdType")
    default = {"ThresholdType": "PERCENTAGE"}
    alike = all(one.get(name, default.get(name)) == other.get(name, default.get(name)) for name in names)
    return alike and float(one["Threshold"]) == float(other["Threshold"])


def _notification(self: BudgetsResponse) -> Notification:
    wanted = self._get_param("Notification")
    for found in _budget(self, self._get_param("BudgetName")).notifications:
        if _same(found.details, wanted):
            return found
    raise fail("NotFoundException", "Unable to find the notification.")


@operation(BudgetsResponse)
def describe_subscribers_for_notification(self: BudgetsResponse) -> ActionResult:
    """Who is told."""
    return ActionResult({"Subscribers": _notification(self).subscribers})


@operation(BudgetsResponse)
def delete_notification(self: BudgetsResponse) -> ActionResult:
    """Remove a notification with its subscribers."""
    found = _notification(self)
    _budget(self, self._get_param("BudgetName")).notifications.remove(found)
    return EmptyResult()
