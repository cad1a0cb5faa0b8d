"""Whether the promtool tests say enough.

Each alert fires, stays silent and resolves in them (one that always fires only fires), and each
recording rule is asserted or used by an alert that has tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import promql_parser as promql

from monitoring_generator.checks.queries import series_of
from monitoring_generator.checks.rule_files import Rule
from monitoring_generator.durations import parse_duration


@dataclass(frozen=True, slots=True)
class Moment:
    """What one test expects of an alert at one time, in seconds."""

    alert: str
    test: str
    time: float
    fires: bool


def gaps(rules: Sequence[Rule], tests: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What `tests` (test files by name) leave open about `rules`; one line each."""
    moments = [moment for name, document in tests.items() for moment in _moments(name, document)]
    alerts = dict.fromkeys(rule.name for rule in rules if rule.is_alert)
    return [
        *(problem for name in alerts for problem in _alert_gaps(name, rules, moments)),
        *_recording_gaps(rules, tests, {moment.alert for moment in moments}),
        *_file_gaps(tests),
    ]


def _moments(name: str, document: Mapping[str, Any]) -> Iterable[Moment]:
    for number, test in enumerate(document["tests"]):
        for each in test.get("alert_rule_test", ()):
            time = 0.0 if each["eval_time"] in (0, "0s") else parse_duration(each["eval_time"])
            yield Moment(each["alertname"], f"{name}[{number}]", time, bool(each.get("exp_alerts")))


def _alert_gaps(name: str, rules: Sequence[Rule], moments: Sequence[Moment]) -> Iterable[str]:
    own = [moment for moment in moments if moment.alert == name]
    firing = [moment for moment in own if moment.fires]
    silent = [moment for moment in own if not moment.fires]
    if not firing:
        yield f"{name}: no test in which it fires"
    if any(rule.name == name and rule.data["labels"].get("notify") == "heartbeat" for rule in rules):
        return
    if not silent:
        yield f"{name}: no test in which it is silent"
    if not any(before.test == after.test and before.time < after.time for before in firing for after in silent):
        yield f"{name}: no test in which it resolves"


def _recording_gaps(rules: Sequence[Rule], tests: Mapping[str, Mapping[str, Any]], tested: set[str]) -> Iterable[str]:
    """A recording is asserted itself, or an alert that has a test comes from it."""
    queries = [
        promql.parse(each["expr"])
        for document in tests.values()
        for test in document["tests"]
        for each in test.get("promql_expr_test", ())
    ]
    used = {series.name for query in queries for series in series_of(query)}
    for rule in reversed(rules):  # what an alert is computed from stands before it
        if rule.name in (tested if rule.is_alert else used):
            used |= {series.name for series in series_of(rule.query)}
    for rule in rules:
        if not rule.is_alert and rule.name not in used:
            yield f"{rule.name}: no test asserts it, and no tested alert comes from it"


def _file_gaps(tests: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Prometheus 2.42 silently gives wrong samples where `interval` is not set."""
    for name, document in tests.items():
        if "evaluation_interval" not in document:
            yield f"{name}: evaluation_interval is not set"
        for number, test in enumerate(document["tests"]):
            if "interval" not in test:
                yield f"{name}[{number}]: interval is not set"
