"""Alarms and whom they reach."""

from __future__ import annotations

from typing import Any

import yaml

from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import ROOT, Settings


def alarms(aws: EmbeddedAws, settings: Settings) -> dict[str, dict[str, Any]]:
    """All alarms of ours, metric and composite, by name."""
    found = aws.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{settings.name}-", MaxRecords=100)
    return {alarm["AlarmName"]: alarm for alarm in [*found["MetricAlarms"], *found["CompositeAlarms"]]}


def every_alarm_has_its_action(aws: EmbeddedAws, settings: Settings) -> None:
    """A topic that exists, for alarm and recovery; parts of a composite alarm act through it."""
    found = alarms(aws, settings)
    topics = {topic["TopicArn"] for topic in aws.client("sns").list_topics()["Topics"]}
    rules = " ".join(alarm["AlarmRule"] for alarm in found.values() if "AlarmRule" in alarm)
    for name, alarm in found.items():
        if alarm["AlarmActions"]:
            assert set(alarm["AlarmActions"]) | set(alarm["OKActions"]) <= topics, name
            assert alarm["OKActions"], name
        else:
            assert f'ALARM("{name}")' in rules, name
        assert alarm["ActionsEnabled"], name
        if "AlarmRule" not in alarm:
            assert alarm["TreatMissingData"] in ("breaching", "notBreaching", "ignore", "missing"), name


def every_alert_has_its_alarm(aws: EmbeddedAws, settings: Settings) -> None:
    """Each alert of monitoring/alerts.yaml but those without a severity, under its name, with its runbook."""
    specification = yaml.safe_load((ROOT / "monitoring" / "alerts.yaml").read_text(encoding="utf-8"))
    found = alarms(aws, settings)
    for alert in specification["alerts"]:
        if alert["severity"] == "none":
            continue
        name = f"{settings.name}-{alert['name']}"
        assert name in found, name
        assert specification["runbook_url"].format(name=alert["name"]) in found[name]["AlarmDescription"], name
        assert found[name]["AlarmActions"][0].endswith(f"{settings.name}-{alert['severity']}"), name


def every_receiver_is_subscribed(aws: EmbeddedAws, settings: Settings) -> None:
    """To the topic of the severity; both topics are encrypted."""
    subscriptions = aws.client("sns").list_subscriptions()["Subscriptions"]
    for severity, receivers in settings.values["alarms"].items():
        topic = f"arn:aws:sns:{settings.region}:{settings.account}:{settings.name}-{severity}"
        endpoints = {one["Endpoint"] for one in subscriptions if one["TopicArn"] == topic}
        assert endpoints == set(receivers), severity
        attributes = aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
        assert attributes["KmsMasterKeyId"], topic


def dashboard_queries_detector_and_budget_are_there(aws: EmbeddedAws, settings: Settings) -> None:
    """Under their names."""
    aws.client("cloudwatch").get_dashboard(DashboardName=settings.name)
    queries = aws.client("logs").describe_query_definitions(queryDefinitionNamePrefix=settings.name)
    assert len(queries["queryDefinitions"]) >= 4, queries
    detectors = aws.client("logs").list_log_anomaly_detectors()["anomalyDetectors"]
    assert [one["logGroupArnList"][0].split(":log-group:")[1] for one in detectors] == [settings.service_logs]
    budgets = aws.client("budgets").describe_budgets(AccountId=settings.account)["Budgets"]
    limits = [float(one["BudgetLimit"]["Amount"]) for one in budgets if one["BudgetName"].startswith(settings.name)]
    assert limits == [float(settings.values["budget"]["monthly_usd"])], budgets
