"""Topics, alarms, dashboard in Terraform's plan: acceptance checks 29 to 31."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.infra.environment_files import ENVIRONMENTS, ROOT, load
from tests.infra.planned import Plan, Resource

SPEC: dict[str, Any] = yaml.safe_load((ROOT / "monitoring" / "alerts.yaml").read_text(encoding="utf-8"))
STACK: dict[str, Any] = yaml.safe_load((ENVIRONMENTS / "stack.yaml").read_text(encoding="utf-8"))
#: Metrics that AWS emits for what we have, from its documentation; those of records are our own.
AWS_METRICS = {
    "AWS/ApplicationELB": {
        "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "HealthyHostCount", "RequestCount", "TargetResponseTime",
        "UnHealthyHostCount",
    },
    "AWS/ECS": {"CPUUtilization", "MemoryUtilization"},
    "AWS/SNS": {"NumberOfNotificationsFailed"},
    "ECS/ContainerInsights": {
        "DesiredTaskCount", "EphemeralStorageReserved", "EphemeralStorageUtilized", "RunningTaskCount",
    },
}  # fmt: skip


def alarms_of(planned: Plan) -> dict[str, Resource]:
    """Metric and composite alarms by what follows the common name."""
    prefix = f"{load(planned.environment)['project']}-{planned.environment}-"
    found = [*planned.all("aws_cloudwatch_metric_alarm"), *planned.all("aws_cloudwatch_composite_alarm")]
    return {one.values["alarm_name"].removeprefix(prefix): one for one in found}


def topic(planned: Plan, severity: str) -> str:
    """The ARN that alarms of that severity tell."""
    values = load(planned.environment)
    return f"arn:aws:sns:{values['region']}:{values['account']}:{values['project']}-{planned.environment}-{severity}"


def known_metrics(planned: Plan) -> dict[str, set[str]]:
    """AWS's metrics that we use and those that this plan's filters make, by namespace."""
    own: dict[str, set[str]] = {}
    for one in planned.all("aws_cloudwatch_log_metric_filter"):
        (made,) = one.values["metric_transformation"]
        own.setdefault(made["namespace"], set()).add(made["name"])
    return AWS_METRICS | own


def test_topics_are_for_alarms_only(planned: Plan) -> None:
    """Check 29: encrypted, TLS only, only from this account; each severity is heard by somebody."""
    assert all(one.refers_to("kms_master_key_id", "var.key_arn") for one in planned.all("aws_sns_topic"))
    for policy in planned.all("aws_sns_topic_policy"):
        denied, allowed = policy.statements()
        assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        assert allowed["Principal"] == {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]}
        assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": load(planned.environment)["account"]}}
    heard = {
        (str(one.key).split("/", 1)[0], one.values["protocol"], one.values["endpoint"])
        for one in planned.all("aws_sns_topic_subscription")
    }
    assert heard == {
        (severity, "https" if receiver.startswith("https:") else "email", receiver)
        for severity, receivers in load(planned.environment)["alarms"].items()
        for receiver in receivers
    }


def test_every_alert_has_its_alarm(planned: Plan) -> None:
    """Check 30: all of monitoring/alerts.yaml but the heartbeat, those that only AWS has, the band and the page."""
    wanted = {alert["name"] for alert in SPEC["alerts"]} - {"Watchdog"}
    wanted |= {alarm["name"] for alarm in STACK["alarms"]} | {STACK["anomaly"]["name"], STACK["page"]["name"]}
    burning = {
        f"{alert['name']}-{line[window]}"
        for alert in SPEC["alerts"]
        for line in alert.get("windows", [])
        for window in ("long", "short")
    }
    assert set(alarms_of(planned)) == wanted | burning


def test_every_alarm_tells_its_severity(planned: Plan) -> None:
    """Check 30: ALARM and OK go to the topic of the severity; only the parts of a composite tell nobody."""
    severities = {
        one["name"]: one["severity"] for one in [*SPEC["alerts"], *STACK["alarms"], STACK["anomaly"], STACK["page"]]
    }
    rules = " ".join(one.values["alarm_rule"] for one in planned.all("aws_cloudwatch_composite_alarm"))
    for name, alarm in alarms_of(planned).items():
        values = alarm.values
        if name in severities:
            assert values["alarm_actions"] == values["ok_actions"] == [topic(planned, severities[name])], name
        else:
            assert not values["alarm_actions"]
            assert f'ALARM("{values["alarm_name"]}")' in rules
        assert values["actions_enabled"] is True


def test_every_alarm_has_a_runbook_that_exists(planned: Plan) -> None:
    """Check 30: the description ends with the URL of a page, or of a heading, of this repository."""
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs" / "aws-alarms.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name, alarm in alarms_of(planned).items():
        url = alarm.values["alarm_description"].rsplit("; ", 1)[1]
        path, _, anchor = url.split("/blob/main/")[1].partition("#")
        assert (ROOT / path).is_file(), name
        assert not anchor or anchor in {heading.lower() for heading in headings}, name


def test_missing_data_are_decided(planned: Plan) -> None:
    """Check 30: explicit for each; absence and too few tasks are alarms themselves."""
    found = {
        name: one.values["treat_missing_data"]
        for name, one in alarms_of(planned).items()
        if "treat_missing_data" in one.values
    }
    assert set(found.values()) == {"breaching", "notBreaching"}
    assert {name for name, value in found.items() if value == "breaching"} == {
        "FewTasks",
        "MetricsAbsent",
        "TargetDown",
    }


def test_thresholds_are_those_of_the_alerts(planned: Plan) -> None:
    """Check 30: no other number than in monitoring/alerts.yaml; a burn rate's is its factor."""
    alarms = alarms_of(planned)
    for alert in SPEC["alerts"]:
        if alert["statistic"] == "burn_rate":
            for line in alert["windows"]:
                for window in ("long", "short"):
                    assert alarms[f"{alert['name']}-{line[window]}"].values["threshold"] == pytest.approx(
                        line["factor"]
                    )
        elif "threshold" in alert:
            assert alarms[alert["name"]].values["threshold"] == pytest.approx(alert["threshold"])
    assert alarms["FewTasks"].values["threshold"] == load(planned.environment)["service"]["min_tasks"]


def test_cloudwatch_accepts_the_times(planned: Plan) -> None:
    """PutMetricAlarm: periods are multiples of 60 s up to a day; all of them together a day, or a week from 1 h on."""
    for name, alarm in alarms_of(planned).items():
        values = alarm.values
        if "evaluation_periods" not in values:
            continue
        periods = {values["period"]} | {m["period"] for q in values["metric_query"] for m in q["metric"]}
        (period,) = periods - {None}
        assert period % 60 == 0, name
        assert period <= 86_400, name
        assert period * values["evaluation_periods"] <= (604_800 if period >= 3600 else 86_400), name
        assert 1 <= values["datapoints_to_alarm"] <= values["evaluation_periods"], name


def test_alarms_use_metrics_that_exist(planned: Plan) -> None:
    """Check 30: a misspelt metric would be silent for ever."""
    known = known_metrics(planned)
    for name, alarm in alarms_of(planned).items():
        values = alarm.values
        metrics = [metric for query in values.get("metric_query", []) for metric in query["metric"]]
        named = [(metric["namespace"], metric["metric_name"]) for metric in metrics]
        named += [(values["namespace"], values["metric_name"])] if values.get("metric_name") else []
        assert named or name in {"Page", "ErrorBudgetBurnFast", "ErrorBudgetBurnSlow"}
        assert all(metric in known[namespace] for namespace, metric in named), name


def test_expressions_use_their_metrics(planned: Plan) -> None:
    """Each id in an expression is a query, each query is used, and one of them is the result."""
    for name, alarm in alarms_of(planned).items():
        queries = {query["id"]: query for query in alarm.values.get("metric_query", [])}
        expressions = [query["expression"] for query in queries.values() if query["expression"]]
        used = {word for text in expressions for word in re.findall(r"\b[a-z][a-z0-9_]*\b", text)}
        assert used <= set(queries), name
        if expressions and not alarm.values.get("threshold_metric_id"):
            assert used == set(queries) - {"value"}, name
            assert [query["id"] for query in queries.values() if query["return_data"]] == ["value"], name
            assert not any("{" in text for text in expressions)


def test_the_page_is_any_critical_alarm(planned: Plan) -> None:
    """Check 30: one composite for whoever is on call."""
    alarms = alarms_of(planned)
    inside = re.findall(r'ALARM\("([^"]+)"\)', alarms["Page"].values["alarm_rule"])
    critical = topic(planned, "critical")
    assert inside == sorted(
        one.values["alarm_name"]
        for name, one in alarms.items()
        if one.values["alarm_actions"] == [critical] and name != "Page"
    )


def test_the_dashboard_shows_what_exists(planned: Plan) -> None:
    """Check 31: valid JSON without overlaps, metrics that are emitted, saved queries, a threshold of the alerts."""
    body = planned.one("aws_cloudwatch_dashboard").json("dashboard_body")
    known = known_metrics(planned)
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == len(places) == len(STACK["dashboard"])
    named = set()
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", []):
            if isinstance(line[0], dict):
                found = re.fullmatch(
                    r"SEARCH\('\{(\S+?),LoadBalancer\} MetricName=\"(\w+)\" [a-z0-9 ]+', '\w+', 60\)",
                    line[0]["expression"],
                )
                assert found
                named.add((found[1], found[2]))
            else:
                named.add((line[0], line[1]))
    assert named
    assert all(metric in known[namespace] for namespace, metric in named)
    queries = [one.values["query_string"] for one in planned.all("aws_cloudwatch_query_definition")]
    for widget in body["widgets"]:
        if widget["type"] == "log":
            assert widget["properties"]["query"].split(" | ", 1)[1] in queries
    lines = [
        line for widget in body["widgets"] for line in widget["properties"].get("annotations", {}).get("horizontal", [])
    ]
    assert lines == [{"label": "SlowRequests", "value": 2}]
