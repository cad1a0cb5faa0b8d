"""Rules at another pace differ in durations only, and whatever else differs is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitoring_generator.checks.durations_only import differences
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec

SPEC = load_spec(Path(__file__).parents[3] / "alerts.yaml")
REAL = render_rules(SPEC)


@pytest.mark.parametrize("speed_up", [1, 7, 30, 60, 1000])
def test_the_pace_changes_durations_and_nothing_else(speed_up: float) -> None:
    """Names, labels, thresholds, texts and order are the same; every duration is as much shorter as was asked for."""
    fast = render_rules(SPEC, speed_up)

    assert differences(REAL, fast, speed_up) == []
    assert (fast == REAL) == (speed_up == 1)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("> 0.05 ", "> 0.06 ", "HighErrorRate: expr: "),
        ("increase5m >= 20", "increase5m >= 2", "HighErrorRate: expr: "),
        ("level=~", "level!~", "job:log_messages:rate5m: expr: "),
        ("rate(", "increase(", "job:log_messages:rate5m: expr: "),
        ("by (job)", "by (job, x)", "job:log_messages:rate5m: expr: "),
        ("on (job, instance)", "on (instance)", "CriticalRecord: expr: "),
        ("[10s]", "[11s]", "durations 11s instead of 10s"),
        (
            "process_start_time_seconds < 5",
            "process_start_time_seconds < 120",
            "CriticalRecord: expr: durations 5s, 2m, 5s, 2m, 5s, 2m instead of 5s, 2m, 5s, 2m, 5s, 5s",
        ),
        ("for: 4s", "for: 2m", "SlowRequests: for: 2m instead of 4s"),
        ("  for: 1s\n    keep", "  keep", "HighErrorRate: for: None instead of 1s"),
        ("interval: 1s", "interval: 15s", "HighErrorRate: interval: 15s instead of 1s"),
        ("alert: TargetDown", "alert: TargetUp", "rules: other names, or in another order"),
        ("severity: warning", "severity: info", "SlowRequests: labels: {'severity': 'info'} instead of"),
        ("now {{", "{{", "HighErrorRate: annotations: "),
    ],
)
def test_any_other_difference_is_named(old: str, new: str, problem: str) -> None:
    """Rule and key."""
    fast = render_rules(SPEC, 30)
    assert old in fast["alerts.yml"]

    found = differences(
        REAL, fast | {"alerts.yml": fast["alerts.yml"].replace(old, new, 1 if old != "interval: 1s" else -1)}, 30
    )

    assert any(problem in line for line in found), found


def test_a_file_that_is_missing_is_named() -> None:
    """Before rules are compared."""
    assert differences(REAL, {"alerts.yml": ""}, 30) == ["files: alerts.yml instead of alerts.yml, objectives.yml"]
