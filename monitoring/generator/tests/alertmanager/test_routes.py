"""Every alert reaches the receiver that its severity or `notify` names, and none can be over before it is told."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.alertmanager.receivers import load_receivers
from monitoring_generator.alertmanager.render import render_alertmanager
from monitoring_generator.alerts import Alert, EventsAlert, ValueAlert
from monitoring_generator.dashboards.limits import find_alert
from monitoring_generator.durations import parse_duration
from monitoring_generator.errors import SpecError
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import Spec, load_spec
from monitoring_generator.timing import IMMEDIATE_GROUP_INTERVAL

MONITORING = Path(__file__).parents[3]
CONFIG = MONITORING / "alertmanager" / "alertmanager.yml"
SPEC = load_spec(MONITORING / "alerts.yaml")
RECEIVERS = load_receivers(MONITORING / "receivers.yaml")
ROUTE = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["route"]
RULES = {
    rule["alert"]: rule
    for text in render_rules(SPEC).values()
    for group in yaml.safe_load(text)["groups"]
    for rule in group["rules"]
    if "alert" in rule
}
needs_amtool = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="amtool not found: apt-get install prometheus-alertmanager"
)

#: By the labels of its rule: `notify` if there, else the severity.
RECEIVER_OF = {name: rule["labels"].get("notify", rule["labels"]["severity"]) for name, rule in RULES.items()}


def routed(labels: dict[str, str], receiver: str) -> subprocess.CompletedProcess[str]:
    """Whether Alertmanager sends an alert with these labels to `receiver` and to no other."""
    texts = [f"{name}={value}" for name, value in labels.items()]
    command = ["amtool", "config", "routes", "test", f"--config.file={CONFIG}", f"--verify.receivers={receiver}"]
    return subprocess.run([*command, *texts], capture_output=True, text=True, check=False)


def test_the_alerts_go_to_all_receivers_but_info_and_default() -> None:
    """So that the table below is about more than one of them."""
    assert set(RECEIVER_OF.values()) >= {"critical", "warning", "immediate", "heartbeat"}
    assert set(RECEIVER_OF) == {alert.name for alert in SPEC.alerts}


@needs_amtool
@pytest.mark.parametrize("name", RECEIVER_OF)
def test_an_alert_with_the_labels_of_its_rule_reaches_its_receiver(name: str) -> None:
    """And no other, which amtool would say."""
    labels = {"alertname": name, "job": "demo-service", **RULES[name]["labels"]}
    done = routed(labels, RECEIVER_OF[name])
    assert done.returncode == 0, done.stdout + done.stderr
    assert routed(labels, "default").returncode == 1


@needs_amtool
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (
            {"alertname": "CriticalRecord", "severity": "critical", "notify": "immediate", "channel": "direct"},
            "immediate",
        ),
        ({"alertname": "Unknown"}, "default"),
        ({"alertname": "Unknown", "severity": "page"}, "default"),
        ({"alertname": "Unknown", "severity": "info"}, "info"),
        ({"alertname": "Unknown", "severity": "criticalish"}, "default"),
    ],
)
def test_alerts_that_no_rule_makes_reach_somebody(labels: dict[str, str], receiver: str) -> None:
    """Those of the library, and those of other programs."""
    done = routed(labels, receiver)
    assert done.returncode == 0, done.stdout + done.stderr


def route_of(name: str) -> dict[str, Any]:
    """The committed route that the alert takes."""
    [route] = [each for each in ROUTE["routes"] if each["receiver"] == RECEIVER_OF[name]]
    return {str(key): value for key, value in route.items()}


@pytest.mark.parametrize(
    "alert", [each for each in SPEC.alerts if each.notify != "heartbeat"], ids=lambda each: each.name
)
def test_no_alert_can_be_over_before_its_group_is_looked_at(alert: Alert) -> None:
    """Alertmanager forgets what began and ended between two looks (finding 2 of the reference)."""
    route, rule = route_of(alert.name), RULES[alert.name]
    wait, interval = seconds(route["group_wait"]), seconds(route["group_interval"])
    shortest = min((each.short for each in getattr(alert, "windows", ())), default=getattr(alert, "window", 0.0))
    kept = seconds(rule.get("keep_firing_for", "0s"))
    if shortest + kept:  # the hold is over before it fires; without a window it is no part of what it lasts
        assert shortest + kept - (alert.hold if shortest else 0) > max(wait, interval)
    else:  # it lasts one evaluation at least; its group must be new each time
        assert SPEC.evaluation_interval > wait
        assert seconds(rule["for"]) >= interval


def seconds(text: str) -> float:
    """Of a duration that may be 0s."""
    return 0.0 if text == "0s" else parse_duration(text)


def test_what_is_told_at_once_is_grouped_with_nothing_and_waits_for_nothing() -> None:
    """The three traps of an immediate route."""
    [route] = [each for each in ROUTE["routes"] if each["receiver"] == "immediate"]
    assert route["group_by"] == ["..."]
    assert route["group_wait"] == "0s"
    assert parse_duration(route["group_interval"]) == IMMEDIATE_GROUP_INTERVAL


def test_the_heartbeat_comes_once_a_minute() -> None:
    """It is due after a minute, and looked at often enough not to be late."""
    [route] = [each for each in ROUTE["routes"] if each["receiver"] == "heartbeat"]
    assert route["repeat_interval"] == "1m"
    assert parse_duration(route["group_interval"]) <= 10


def refused(alert: Alert) -> str:
    """What is said about it."""
    with pytest.raises(SpecError) as error:
        render_alertmanager(replace(SPEC, alerts=(alert,)), RECEIVERS)
    return str(error.value)


def test_an_alert_that_could_end_untold_is_refused() -> None:
    """The message says by how much, and where the other figure stands."""
    dropped = find_alert(SPEC, EventsAlert, "RecordsDropped")
    down = find_alert(SPEC, ValueAlert, "TargetDown")

    assert refused(replace(dropped, window=120.0)).startswith("RecordsDropped: keep_firing_for: window, less hold,")
    figures = "are 2m together, expected more than 2m, the interval of warning in receivers.yaml"
    assert figures in refused(replace(dropped, window=120.0))
    assert "TargetDown" in refused(replace(down, hold=30.0))
    assert "TargetDown" in refused(replace(down, severity="warning"))
    assert render_alertmanager(replace(SPEC, alerts=(replace(down, hold=30.0, keep_firing_for=61.0),)), RECEIVERS)


@pytest.mark.parametrize("speed_up", [1.0, 7.0, 30.0])
def test_another_pace_changes_durations_only(speed_up: float) -> None:
    """What a live test shows with seconds holds for the committed minutes."""

    def without_durations(spec: Spec, speed: float) -> dict[str, Any]:
        document: dict[str, Any] = yaml.safe_load(render_alertmanager(spec, RECEIVERS, speed_up=speed))
        for route in (document["route"], *document["route"]["routes"]):
            for key in ("group_wait", "group_interval", "repeat_interval"):
                route[key] = "0s" if route[key] == "0s" else "some time"
        return document

    assert without_durations(SPEC, speed_up) == without_durations(SPEC, 1.0)
