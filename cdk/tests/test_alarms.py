"""Acceptance checks of alarms and what they measure (infra.md part E: 2, 14, 30)."""

from __future__ import annotations

import re
from typing import Any

from logging_infra.alarms.plan import plan_alarms
from logging_infra.build import Inputs
from logging_infra.synthesis import Resource, Templates
from tests.infra.environment_files import ROOT

ALARM, COMPOSITE, FILTER = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::Logs::MetricFilter"
#: What alarms look at beside our own metrics. Namespace: metrics that AWS documents for it.
KNOWN = {
    "AWS/ApplicationELB": {
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "HealthyHostCount",
        "RequestCount",
        "TargetResponseTime",
        "UnHealthyHostCount",
    },
    "AWS/ECS": {"CPUUtilization", "MemoryUtilization"},
    "ECS/ContainerInsights": {
        "DesiredTaskCount",
        "EphemeralStorageReserved",
        "EphemeralStorageUtilized",
        "RunningTaskCount",
    },
    "AWS/SNS": {"NumberOfNotificationsFailed"},
}


def alarms(templates: Templates) -> dict[str, Resource]:
    """All alarms by name, without the environment's prefix."""
    found = [*templates.all(ALARM), *templates.all(COMPOSITE)]
    return {each.properties["AlarmName"].removeprefix(f"{templates.prefix}-"): each for each in found}


def metrics(alarm: Resource) -> list[dict[str, Any]]:
    """Every metric that an alarm looks at."""
    properties = alarm.properties
    if "Metrics" in properties:
        return [query["MetricStat"]["Metric"] for query in properties["Metrics"] if "MetricStat" in query]
    return [dict(properties)] if "MetricName" in properties else []


def parts(templates: Templates, alarm: Resource) -> set[str]:
    """The alarms that a composite looks at; their names are references or texts of its rule."""
    by_resource = {resource: name for name, resource in alarms(templates).items()}
    rule = alarm.properties["AlarmRule"]
    named = set(re.findall(rf'"{templates.prefix}-([A-Za-z]+)\\?"', str(rule)))
    return named | {by_resource[found] for found in templates.targets(alarm, rule)}


def test_every_alert_has_its_alarm(templates: Templates, inputs: Inputs) -> None:
    """All but the one that always fires."""
    expected = {alert.name for alert in inputs.spec.alerts} - {"Watchdog"}
    assert expected <= set(alarms(templates))
    assert len(alarms(templates)) == len([*templates.all(ALARM), *templates.all(COMPOSITE)])


def test_thresholds_are_those_of_the_alerts(templates: Templates, inputs: Inputs) -> None:
    """Typed nowhere else."""
    found = alarms(templates)
    checked = 0
    for alert in inputs.spec.alerts:
        if hasattr(alert, "threshold"):
            assert found[alert.name].properties["Threshold"] == alert.threshold
            checked += 1
    assert checked >= 6


def test_every_alarm_tells_its_severity_when_it_starts_and_ends(templates: Templates, inputs: Inputs) -> None:
    """30."""
    severities = {a.name: a.severity for a in inputs.spec.alerts}
    severities |= {a["name"]: a["severity"] for a in inputs.constants.alarms["alarms"]}
    for name, alarm in alarms(templates).items():
        if name in severities:
            [action] = alarm.properties["AlarmActions"]
            topic = templates.target(alarm.part, action)
            assert topic is not None
            assert topic.properties["TopicName"] == f"{templates.prefix}-{severities[name]}"
            assert alarm.properties["OKActions"] == alarm.properties["AlarmActions"]


def test_alarms_without_action_are_parts_of_one_that_has(templates: Templates) -> None:
    """The windows of a burn rate (30)."""
    found = alarms(templates)
    silent = {name for name, alarm in found.items() if "AlarmActions" not in alarm.properties}
    composed = {
        part
        for name, alarm in found.items()
        if alarm.type == COMPOSITE and "AlarmActions" in alarm.properties
        for part in parts(templates, alarm)
    }
    assert silent
    assert silent <= composed
    assert all(re.fullmatch(r"ErrorBudgetBurn(Fast|Slow)-[0-9]+[mhd]", name) for name in silent)


def test_every_alarm_says_what_missing_data_means(templates: Templates) -> None:
    """30."""
    for alarm in templates.all(ALARM):
        assert alarm.properties["TreatMissingData"] in ("breaching", "notBreaching", "ignore")
    assert alarms(templates)["MetricsAbsent"].properties["TreatMissingData"] == "breaching"


def test_every_description_ends_with_a_runbook(templates: Templates) -> None:
    """Of alerts the page of that name, which exists (30)."""
    for name, alarm in alarms(templates).items():
        summary, _, address = alarm.properties["AlarmDescription"].rpartition("; ")
        path = re.fullmatch(r"https://[^/]+/[^/]+/[^/]+/blob/main/([^#]+)(#.*)?", address)
        assert summary
        assert path, address
        if path[1].startswith("monitoring/"):
            assert (ROOT / path[1]).is_file(), address
            assert path[1] == f"monitoring/runbooks/{name.partition('-')[0]}.md"
        else:
            assert (path[1], path[2]) == ("docs/aws-alarms.md", f"#{name.lower()}")
            text = (ROOT / path[1]).read_text(encoding="utf-8")
            assert re.search(rf"^#+ {name}$", text, re.MULTILINE), address


def test_what_matters_is_watched(templates: Templates) -> None:
    """Errors of the load balancer and of tasks, latency, health, count, CPU, memory, records, silence (30)."""
    watched = {(metric["MetricName"]) for alarm in alarms(templates).values() for metric in metrics(alarm)}
    assert watched >= {
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "TargetResponseTime",
        "UnHealthyHostCount",
        "RunningTaskCount",
        "CPUUtilization",
        "MemoryUtilization",
        "LogErrors",
        "LogRecords",
        "RecordsDropped",
        "NumberOfNotificationsFailed",
    }
    assert alarms(templates)["SlowestRequests"].properties["ExtendedStatistic"] == "p99"


def test_every_metric_is_one_that_somebody_emits(templates: Templates, inputs: Inputs) -> None:
    """AWS, or a filter on the service's records (14)."""
    ours = {
        transformation["MetricName"]
        for each in templates.all(FILTER)
        for transformation in each.properties["MetricTransformations"]
        if transformation["MetricNamespace"] == inputs.values.metric_namespace
    }
    known = {**KNOWN, inputs.values.metric_namespace: ours}
    for alarm in templates.all(ALARM):
        for metric in metrics(alarm):
            assert metric["MetricName"] in known[metric["Namespace"]]


def test_filters_are_those_that_are_tested_against_real_records(templates: Templates, inputs: Inputs) -> None:
    """`environments/stack.yaml` has them, once (14)."""
    expected = {(m["name"], m["pattern"], m["value"]) for m in inputs.constants.log_metrics}
    found = set()
    for each in templates.all(FILTER):
        group = templates.target(each.part, each.properties["LogGroupName"])
        assert group is not None
        assert group.properties["LogGroupName"].endswith(f"/{inputs.values.service.name}")
        [made] = each.properties["MetricTransformations"]
        found.add((made["MetricName"], each.properties["FilterPattern"], made["MetricValue"]))
    assert found == expected


def test_metrics_of_the_load_balancer_are_of_this_one(templates: Templates) -> None:
    """By reference, as its name has a part that AWS makes up."""
    for alarm in templates.all(ALARM):
        for metric in metrics(alarm):
            dimensions = {d["Name"]: d["Value"] for d in metric.get("Dimensions") or []}
            if metric["Namespace"] == "AWS/ApplicationELB":
                balancer = templates.target(alarm.part, dimensions["LoadBalancer"])
                assert balancer == templates.one("AWS::ElasticLoadBalancingV2::LoadBalancer")
            if metric["Namespace"] in ("AWS/ECS", "ECS/ContainerInsights"):
                assert dimensions == {"ClusterName": templates.prefix, "ServiceName": templates.prefix}


def test_one_page_for_all_that_is_critical(templates: Templates, inputs: Inputs) -> None:
    """Composites for the burn rates in it, not their windows (30)."""
    critical = {a.name for a in inputs.spec.alerts if a.severity == "critical"}
    critical |= {a["name"] for a in inputs.constants.alarms["alarms"] if a["severity"] == "critical"}
    assert parts(templates, alarms(templates)["Page"]) == critical


def test_a_burn_rate_needs_both_windows_of_a_line(templates: Templates) -> None:
    """`(1h AND 5m) OR (6h AND 30m)`, each window with the factor of its line."""
    fast = alarms(templates)["ErrorBudgetBurnFast"]
    assert parts(templates, fast) == {f"ErrorBudgetBurnFast-{window}" for window in ("1h", "5m", "6h", "30m")}
    texts = [piece for piece in fast.properties["AlarmRule"]["Fn::Join"][1] if isinstance(piece, str)]
    assert "|".join(texts) == '(ALARM("|") AND ALARM("|")) OR (ALARM("|") AND ALARM("|"))'
    found = {name: alarm.properties for name, alarm in alarms(templates).items()}
    assert found["ErrorBudgetBurnFast-1h"]["Threshold"] == found["ErrorBudgetBurnFast-5m"]["Threshold"] == 14.4
    assert found["ErrorBudgetBurnFast-30m"]["Threshold"] == 6


def test_unusual_traffic_is_outside_a_band(templates: Templates, inputs: Inputs) -> None:
    """As wide as the constants say."""
    alarm = alarms(templates)["UnusualTraffic"].properties
    [band] = [query for query in alarm["Metrics"] if "Expression" in query]
    deviations = inputs.constants.alarms["anomaly"]["deviations"]
    assert alarm["ComparisonOperator"] == "LessThanLowerOrGreaterThanUpperThreshold"
    assert alarm["ThresholdMetricId"] == band["Id"]
    assert band["Expression"] == f"ANOMALY_DETECTION_BAND(value, {deviations})"


def test_periods_fit_what_cloudwatch_accepts(templates: Templates) -> None:
    """A multiple of a minute, a day at most; all periods of an alarm a day together, or a week of hours."""
    for alarm in templates.all(ALARM):
        queries = [query["MetricStat"] for query in alarm.properties.get("Metrics", []) if "MetricStat" in query]
        [period] = {int(each["Period"]) for each in queries or [alarm.properties]}
        assert period % 60 == 0
        assert period <= 86_400
        total = period * alarm.properties["EvaluationPeriods"]
        assert total <= (86_400 if period < 3_600 else 604_800)
        assert alarm.properties["DatapointsToAlarm"] <= alarm.properties["EvaluationPeriods"]


def test_expressions_use_the_metrics_that_they_have(templates: Templates) -> None:
    """Every name in an expression is a query of the alarm, and no text in braces is left."""
    for alarm in templates.all(ALARM):
        queries = alarm.properties.get("Metrics", [])
        known = {query["Id"] for query in queries}
        for query in queries:
            if "Expression" in query:
                assert "{" not in query["Expression"]
                assert set(re.findall(r"\b[a-z]+\b", query["Expression"])) <= known
        assert len([query for query in queries if query.get("ReturnData")]) in (0, 1, 2)


def test_the_plan_of_alarms_needs_no_cdk(inputs: Inputs) -> None:
    """The numbers of `environments/README.md`'s table."""
    plan = {alarm.name: alarm for alarm in plan_alarms(inputs.spec, inputs.constants, inputs.values).alarms}

    def times(name: str) -> tuple[int, int, int]:
        return plan[name].period, plan[name].evaluation_periods, plan[name].datapoints

    assert times("HighErrorRate") == (300, 1, 1)
    assert times("CriticalRecord") == (60, 2, 1)
    assert times("DiskAlmostFull") == (60, 5, 5)
    assert times("MetricsAbsent") == (60, 2, 2)
    assert times("NotificationsFailing") == (60, 15, 1)
    assert times("ErrorBudgetBurnSlow-3d") == (86_400, 3, 3)
    assert times("ErrorBudgetBurnSlow-6h") == (21_600, 1, 1)
    assert times("LoadBalancerErrors") == (60, 5, 3)
    assert plan["HighErrorRate"].expression == "IF(records >= 20, FILL(errors, 0) / records, 0)"
    burn = "IF(requests >= {}, FILL(failed, 0) / requests / (1 - 0.999), 0)"
    assert plan["ErrorBudgetBurnFast-1h"].expression == burn.format(20)
    assert plan["ErrorBudgetBurnFast-5m"].expression == burn.format(1)
    assert plan["FewTasks"].threshold == inputs.values.service.min_tasks


def test_alarms_are_as_planned(templates: Templates, inputs: Inputs) -> None:
    """Comparison, threshold, times and statistics, of every alarm but the band."""
    names = {"<": "LessThanThreshold", ">": "GreaterThanThreshold"}
    for planned in plan_alarms(inputs.spec, inputs.constants, inputs.values).alarms:
        found = alarms(templates)[planned.name].properties
        times = (found["EvaluationPeriods"], found["DatapointsToAlarm"])
        assert (found["ComparisonOperator"], found["Threshold"]) == (names[planned.comparison], planned.threshold)
        assert times == (planned.evaluation_periods, planned.datapoints)
        if planned.expression:
            made = {q["Id"]: q["MetricStat"] for q in found["Metrics"] if not q["ReturnData"]}
            [value] = [q for q in found["Metrics"] if q["ReturnData"]]
            assert {key: each["Stat"] for key, each in made.items()} == {
                k: m.statistic for k, m in planned.metrics.items()
            }
            assert (value["Expression"], value["Label"]) == (planned.expression, planned.name)
        else:
            [metric] = planned.metrics.values()
            statistics = {found.get("Statistic"), found.get("ExtendedStatistic")} - {None}
            assert (found["MetricName"], found["Period"], statistics) == (
                metric.metric,
                planned.period,
                {metric.statistic},
            )


def test_the_page_is_any_of_its_parts(templates: Templates) -> None:
    """No AND, no NOT."""
    rule = alarms(templates)["Page"].properties["AlarmRule"]
    text = "".join(piece if isinstance(piece, str) else "X" for piece in rule["Fn::Join"][1])
    assert re.fullmatch(r'ALARM\("[^"]+"\)( OR ALARM\("[^"]+"\))+', text)
