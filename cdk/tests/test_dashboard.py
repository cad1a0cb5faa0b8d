"""Acceptance checks of what one looks at (infra.md part E: 31), of saved queries, detector and budget."""

from __future__ import annotations

import json
import re
from typing import Any

from logging_infra.build import Inputs
from logging_infra.synthesis import Templates


def widgets(templates: Templates) -> list[dict[str, Any]]:
    """The dashboard's widgets; its body is one text without references."""
    body: dict[str, Any] = json.loads(templates.one("AWS::CloudWatch::Dashboard").properties["DashboardBody"])
    found: list[dict[str, Any]] = body["widgets"]
    return found


def test_widgets_lie_in_two_columns(templates: Templates, inputs: Inputs) -> None:
    """As many as the constants list, none over another."""
    places = [(w["x"], w["y"], w["width"], w["height"]) for w in widgets(templates)]
    assert len(places) == len(set(places)) == len(inputs.constants.dashboard)
    assert all(x in (0, 12) and y % 6 == 0 and (w, h) == (12, 6) for x, y, w, h in places)


def test_every_metric_that_it_names_is_known(templates: Templates, inputs: Inputs) -> None:
    """31."""
    ours = {m["name"] for m in inputs.constants.log_metrics}
    namespaces = set()
    for widget in widgets(templates):
        for line in widget["properties"].get("metrics", []):
            if isinstance(line[0], dict):
                found = re.search(
                    r'\{AWS/ApplicationELB,LoadBalancer\} MetricName="(\w+)" ([^\']*)\',', line[0]["expression"]
                )
                assert found
                assert found[1] in {
                    "RequestCount",
                    "HTTPCode_Target_5XX_Count",
                    "HTTPCode_ELB_5XX_Count",
                    "TargetResponseTime",
                }
                assert found[2].split() == templates.prefix.split("-")
            else:
                namespaces.add(line[0])
                if line[0] == inputs.values.metric_namespace:
                    assert line[1] in ours
    assert namespaces == {inputs.values.metric_namespace, "AWS/ECS", "ECS/ContainerInsights"}


def test_a_threshold_is_drawn_where_an_alert_has_one(templates: Templates, inputs: Inputs) -> None:
    """The alert's own."""
    [slow] = [alert for alert in inputs.spec.alerts if alert.name == "SlowRequests"]
    [lines] = [
        w["properties"]["annotations"]["horizontal"] for w in widgets(templates) if "annotations" in w["properties"]
    ]
    assert lines == [{"label": "SlowRequests", "value": slow.threshold}]  # type: ignore[union-attr]


def test_queries_are_saved_and_shown(templates: Templates, inputs: Inputs) -> None:
    """On the service's records."""
    saved = {}
    for each in templates.all("AWS::Logs::QueryDefinition"):
        [group] = templates.targets(each, each.properties["LogGroupNames"])
        assert group.properties["LogGroupName"].endswith(f"/{inputs.values.service.name}")
        saved[each.properties["Name"]] = each.properties["QueryString"]
    assert set(saved) == {f"{templates.prefix}/{name}" for name in inputs.constants.queries}

    group_name = f"{inputs.values.path}/{inputs.values.service.name}"
    shown = [w["properties"]["query"] for w in widgets(templates) if w["type"] == "log"]
    assert shown
    assert all(query.removeprefix(f"SOURCE '{group_name}' | ") in saved.values() for query in shown)


def test_unusual_records_are_noticed(templates: Templates, inputs: Inputs) -> None:
    """In the service's group, whose ARN the detector takes without `:*`."""
    detector = templates.one("AWS::Logs::LogAnomalyDetector")
    [group] = templates.targets(detector, detector.properties["LogGroupArnList"])
    assert group.properties["LogGroupName"].endswith(f"/{inputs.values.service.name}")
    assert ":*" not in str(detector.properties["LogGroupArnList"])


def test_the_budget_is_the_environments(templates: Templates, inputs: Inputs) -> None:
    """Told at 80 % of it, and when the forecast passes it."""
    budget = templates.one("AWS::Budgets::Budget")
    assert budget.properties["Budget"]["BudgetLimit"] == {"Amount": inputs.values.budget.monthly_usd, "Unit": "USD"}
    told = {}
    for each in budget.properties["NotificationsWithSubscribers"]:
        told[each["Notification"]["NotificationType"]] = each["Notification"]["Threshold"]
        mails = {s["Address"] for s in each["Subscribers"] if s["SubscriptionType"] == "EMAIL"}
        [topic] = templates.targets(budget, each["Subscribers"])
        assert mails == set(inputs.values.budget.notify)
        assert topic.properties["TopicName"] == f"{templates.prefix}-warning"
    assert told == {"ACTUAL": 80, "FORECASTED": 100}
