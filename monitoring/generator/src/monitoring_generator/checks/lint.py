"""Mistakes in rules that `promtool check rules` accepts: an alert that cannot fire, or cannot be told.

Every problem is one line: the rule, what was found, why it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import promql_parser as promql

from monitoring_generator.checks.labels import Labels, labels_of
from monitoring_generator.checks.queries import is_comparison, nodes_of, series_of, unwrapped
from monitoring_generator.checks.query_lint import query_problems
from monitoring_generator.checks.rule_files import Rule, read_rules
from monitoring_generator.durations import parse_duration
from monitoring_generator.timing import SCRAPE_INTERVAL

SEVERITIES = frozenset(["critical", "warning", "info", "none"])
ANNOTATIONS = ("summary", "description", "value", "threshold", "runbook_url", "dashboard_url")
_LABEL_IN_TEMPLATE = re.compile(r"\$labels\.([A-Za-z0-9_]+)")


def lint(files: Mapping[str, str]) -> list[str]:
    """The problems of all rules in `files` (texts by name)."""
    rules = read_rules(files)
    problems = [*_repeated(rules), *_unknown_recordings(rules)]
    recorded: dict[str, Labels] = {}
    for rule in rules:
        query = rule.query
        labels = labels_of(query, recorded)
        problems += [f"{rule.name}: {problem}" for problem in query_problems(query)]
        if rule.is_alert:
            problems += [f"{rule.name}: {problem}" for problem in _alert_problems(rule, query, labels)]
        else:
            recorded[rule.name] = labels
    return problems


def _repeated(rules: list[Rule]) -> Iterable[str]:
    """Rules of one alert may differ in their expression: one for each expected value."""
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        key = (rule.name, rule.data["expr"] if rule.is_alert else "")
        if key in seen:
            yield f"{rule.name}: is there twice"
        seen.add(key)


def _unknown_recordings(rules: list[Rule]) -> Iterable[str]:
    """What a rule uses is recorded before it in its own group, or it sees the evaluation before."""
    ready: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        known = ready.setdefault((rule.file, rule.group), set())
        for series in series_of(rule.query):
            if series.name and ":" in series.name and series.name not in known:
                yield f"{rule.name}: {series.name} is not recorded before it in its group"
        if not rule.is_alert:
            known.add(rule.name)


def _alert_problems(rule: Rule, query: promql.Expr, labels: Labels) -> Iterable[str]:
    own_labels, annotations = rule.data.get("labels", {}), rule.data.get("annotations", {})
    if not _can_be_silent(query) and own_labels.get("notify") != "heartbeat":
        yield "no comparison: it would always fire"
    asks_for_absence = any(isinstance(node, promql.Call) and node.func.name == "absent" for node in nodes_of(query))
    if asks_for_absence and parse_duration(rule.data.get("for", "1ms")) < 2 * SCRAPE_INTERVAL:
        yield "absent needs a `for` of two scrapes: at a start there is nothing yet"
    if own_labels.get("severity") not in SEVERITIES:
        yield f"label severity: got {own_labels.get('severity')!r}, expected one of {', '.join(sorted(SEVERITIES))}"
    for label, value in own_labels.items():
        if "{{" in value:
            yield f"label {label}: a template makes another alert of each value, and no hold is ever over"
    for name in ANNOTATIONS:
        if not annotations.get(name):
            yield f"annotation {name}: is missing"
    for name, text in annotations.items():
        for label in _LABEL_IN_TEMPLATE.findall(text):
            if labels is not None and label not in {*labels, *own_labels}:
                yield f"annotation {name}: $labels.{label} does not survive the aggregation"


def _can_be_silent(query: promql.Expr) -> bool:
    query = unwrapped(query)
    if isinstance(query, promql.BinaryExpr):
        sides = [_can_be_silent(query.lhs), _can_be_silent(query.rhs)]
        return is_comparison(query) or (all(sides) if str(query.op) == "or" else any(sides))
    if isinstance(query, promql.AggregateExpr):
        return _can_be_silent(query.expr)
    return isinstance(query, promql.Call) and query.func.name == "absent"
