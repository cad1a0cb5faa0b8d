"""From alerts to rules: what stands in them, in which order, in whose words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.alerts import AbsentAlert, Alert, EventsAlert, PercentileAlert, RatioAlert, ValueAlert
from monitoring_generator.errors import SpecError
from monitoring_generator.rules.promql import selector
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import Spec, load_spec

SPEC = load_spec(Path(__file__).parents[3] / "alerts.yaml")


def _only(*alerts: Alert) -> Spec:
    return replace(SPEC, alerts=alerts)


def _rules(spec: Spec, name: str = "alerts.yml") -> list[dict[str, Any]]:
    [group] = yaml.safe_load(render_rules(spec)[name])["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def _alert(kind: type[Any], name: str) -> Any:
    [alert] = [alert for alert in SPEC.alerts if alert.name == name]
    assert isinstance(alert, kind)
    return alert


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        ({}, "m"),
        ({"a": ("x",)}, 'm{a="x"}'),
        ({"a": ("x", "y"), "b": ("z",)}, 'm{a=~"x|y", b="z"}'),
        ({"a": ("GET *",)}, 'm{a=~"GET .*"}'),
        ({"a": ("GET /o/{id}.json", "x")}, 'm{a=~"GET /o/[{]id[}][.]json|x"}'),
        ({"a": ("GET /o/{id}.json",)}, 'm{a="GET /o/{id}.json"}'),
    ],
)
def test_a_selection_matches_its_values_and_no_others(selection: dict[str, tuple[str, ...]], text: str) -> None:
    """Only `*` stands for other text."""
    assert selector("m", selection) == text


def test_recordings_stand_before_the_alerts_that_use_them_in_one_group() -> None:
    """In another group an alert would see the values of the evaluation before."""
    for name in render_rules(SPEC):
        kinds = ["record" if "record" in rule else "alert" for rule in _rules(SPEC, name)]
        assert kinds == sorted(kinds, reverse=True)


def test_two_alerts_may_share_what_is_recorded() -> None:
    """It is recorded once."""
    alert = _alert(RatioAlert, "HighErrorRate")
    rules = _rules(_only(alert, replace(alert, name="Other", threshold=0.5)))

    assert len([rule for rule in rules if "record" in rule]) == 4
    assert [rule["alert"] for rule in rules if "alert" in rule] == ["HighErrorRate", "Other"]


def test_one_name_for_two_recordings_is_refused() -> None:
    """The second would silently change what the first alert looks at."""
    alert = _alert(RatioAlert, "HighErrorRate")
    other = replace(alert, name="Other", part={"level": ("CRITICAL",)})
    with pytest.raises(SpecError, match="Other: job:log_errors:rate5m: another alert records something else as that"):
        render_rules(_only(alert, other))


def test_a_large_threshold_keeps_its_digits() -> None:
    """Bytes: `%g` would write 1.23457e+06."""
    alert = replace(_alert(ValueAlert, "TargetDown"), metric="log_buffer_bytes", threshold=1_234_567)
    [rule] = _rules(_only(alert))

    assert rule["expr"] == "log_buffer_bytes < 1234567"
    assert rule["annotations"]["threshold"] == "< 1234567B"
    assert rule["annotations"]["value"] == "{{ $value | humanize1024 }}B"


def test_each_expected_value_has_a_rule_of_its_own() -> None:
    """One rule for two jobs would be silent while one of them is there."""
    alert = replace(_alert(AbsentAlert, "MetricsAbsent"), expected={"job": ("a", "b"), "instance": ("i",)})

    assert [rule["expr"] for rule in _rules(_only(alert))] == [
        'absent(log_messages_total{job="a", instance="i"})',
        'absent(log_messages_total{job="b", instance="i"})',
    ]


def test_what_is_told_at_once_carries_the_labels_that_it_is_routed_by() -> None:
    """`channel` tells it from the same record that the library itself posts."""
    [rule] = _rules(_only(_alert(EventsAlert, "CriticalRecord")))
    assert rule["labels"] == {"severity": "critical", "notify": "immediate", "channel": "metrics"}
    assert "for" not in rule


def test_an_alert_tells_subject_value_threshold_and_where_to_look() -> None:
    """In the unit of what it looks at."""
    *_, rule = _rules(_only(_alert(PercentileAlert, "SlowRequests")))
    assert rule["annotations"] == {
        "summary": "{{ $labels.job }} {{ $labels.operation }}: the slowest 5 % of the requests take more than 2 s"
        " (now {{ $value | humanizeDuration }})",
        "description": "95th percentile of the time to answer one route's requests, over 5 minutes.",
        "value": "{{ $value | humanizeDuration }}",
        "threshold": "> 2s",
        "runbook_url": SPEC.runbook_url.replace("{name}", "SlowRequests"),
        "dashboard_url": "http://127.0.0.1:3000/d/performance?var-job={{ $labels.job | urlquery }}",
    }


def test_without_objectives_there_is_no_file_of_them() -> None:
    """An empty group would be loaded for nothing."""
    assert list(render_rules(replace(_only(_alert(ValueAlert, "TargetDown")), objectives=()))) == ["alerts.yml"]


@pytest.mark.parametrize("speed_up", [0.5, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(speed_up: float) -> None:
    """Before any rule is made from it."""
    with pytest.raises(ValueError, match="speed_up: got"):
        render_rules(SPEC, speed_up)


def test_nothing_gets_shorter_than_a_scrape_of_one_second_can_carry() -> None:
    """`rate()` needs samples in its window, and Prometheus a second between evaluations."""
    text = render_rules(SPEC, 10_000)["alerts.yml"]

    assert "interval: 1s" in text
    assert "for: 1s" in text
    assert "[5s]" in text
    assert "ms" not in text
