"""What mutes what: only over labels that both sides carry, never an event, and nothing that could still be known."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from monitoring_generator.alertmanager.inhibition import inhibit_rules
from monitoring_generator.alerts import AlwaysAlert, EventsAlert, RatioAlert, ValueAlert
from monitoring_generator.checks.labels import labels_of
from monitoring_generator.checks.rule_files import Rule, read_rules
from monitoring_generator.dashboards.limits import find_alert
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec

MONITORING = Path(__file__).parents[3]
SPEC = load_spec(MONITORING / "alerts.yaml")
CONFIG = yaml.safe_load((MONITORING / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8"))
RULES = read_rules(render_rules(SPEC))
#: What Prometheus gives every series of a target.
TARGET = frozenset(["job", "instance"])

Muting = tuple[frozenset[str], frozenset[str], tuple[str, ...]]


def names(matchers: list[str]) -> frozenset[str]:
    """The alerts of `alertname=~"A|B"`."""
    [matcher] = matchers
    found = re.fullmatch(r'alertname=~"([A-Za-z|]+)"', matcher)
    return frozenset(found[1].split("|")) if found else frozenset()


def mutings(rules: list[dict[str, list[str]]]) -> list[Muting]:
    """Sources, targets and labels of each rule that names alerts."""
    read = [(names(each["source_matchers"]), names(each["target_matchers"]), tuple(each["equal"])) for each in rules]
    return [each for each in read if each[0]]


def test_this_mutes_that() -> None:
    """What a reviewer expects; an alert that is added may add to it."""
    pairs = {
        (source, target, equal)
        for sources, targets, equal in mutings(CONFIG["inhibit_rules"])
        for source in sources
        for target in targets
    }
    assert pairs >= {
        ("TargetDown", "DiskAlmostFull", ("job", "instance")),
        ("TargetDown", "HighMemoryUsage", ("job", "instance")),
        ("TargetDown", "MetricsAbsent", ("job",)),
        ("MetricsAbsent", "HighErrorRate", ("job",)),
        ("MetricsAbsent", "SlowRequests", ("job",)),
        ("ErrorBudgetBurnFast", "ErrorBudgetBurnSlow", ("job",)),
    }
    assert ("TargetDown", "HighErrorRate", ("job",)) not in pairs  # other instances of the job may go on to fail
    assert "ErrorBudgetBurnFast" not in {target for _, target, _ in pairs}  # what is used up stays used up


def test_the_librarys_own_alert_mutes_that_of_the_metrics_in_the_same_job() -> None:
    """Not over `instance`: the library does not know by which name Prometheus scrapes it."""
    [rule] = [rule for rule in CONFIG["inhibit_rules"] if not names(rule["source_matchers"])]
    assert rule == {
        "source_matchers": ['channel="direct"'],
        "target_matchers": ['channel="metrics"'],
        "equal": ["alertname", "job"],
    }


def surviving(rules: list[Rule]) -> dict[str, frozenset[str]]:
    """Of each alert the labels that its expression leaves, for certain."""
    recorded: dict[str, frozenset[str] | None] = {}
    found: dict[str, frozenset[str]] = {}
    for rule in rules:
        labels = labels_of(rule.query, recorded)
        if rule.is_alert:
            found[rule.name] = (TARGET if labels is None else labels) & (found.get(rule.name) or TARGET)
        else:
            recorded[rule.name] = labels
    return found


@pytest.mark.parametrize("muting", mutings(CONFIG["inhibit_rules"]), ids=lambda each: "-".join(sorted(each[1])))
def test_both_sides_carry_the_labels_that_must_be_equal(muting: Muting) -> None:
    """An aggregation by job drops `instance`; a rule that compares it would never mute, without a word."""
    carried = surviving(RULES)
    sources, targets, equal = muting
    for name in sources | targets:
        assert set(equal) <= carried[name], name


def test_no_event_and_no_heartbeat_is_muted_by_a_state() -> None:
    """That something happened stays true whatever else fires."""
    muted = frozenset[str]().union(*(targets for _, targets, _ in mutings(CONFIG["inhibit_rules"])))
    events = {alert.name for alert in SPEC.alerts if isinstance(alert, EventsAlert | AlwaysAlert)}
    assert {"CriticalRecord", "RecordsDropped", "Watchdog"} <= events
    assert not muted & events


def test_a_new_alert_is_muted_by_what_hides_it_without_a_rule_of_its_own() -> None:
    """Which labels it carries decides."""
    memory = find_alert(SPEC, ValueAlert, "HighMemoryUsage")
    errors = find_alert(SPEC, RatioAlert, "HighErrorRate")
    more = (replace(memory, name="ManyContexts", metric="active_contexts"), replace(errors, name="ManyWarnings"))

    first, _, absent, _ = mutings(inhibit_rules(replace(SPEC, alerts=(*SPEC.alerts, *more))))
    assert "ManyContexts" in first[1]
    assert "ManyWarnings" in absent[1]
    assert "ManyContexts" not in absent[1]


def test_rules_with_nothing_to_mute_are_left_out() -> None:
    """Alertmanager would take one with an empty name for any alert."""
    without = [alert for alert in SPEC.alerts if alert.name in ("TargetDown", "CriticalRecord")]
    assert mutings(inhibit_rules(replace(SPEC, alerts=tuple(without)))) == []
