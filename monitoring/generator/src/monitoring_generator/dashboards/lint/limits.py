"""Rules about the lines in the panels: those of alerts.yaml, and each where its alert leads."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import promql_parser as promql

from monitoring_generator.alerts import Alert, BurnRateAlert, EventsAlert, PercentileAlert, RatioAlert, ValueAlert
from monitoring_generator.checks.queries import series_of
from monitoring_generator.checks.rule_files import Rule
from monitoring_generator.dashboards.lint.findings import WHOLE, LintRule, Surroundings
from monitoring_generator.dashboards.queries import CatalogueQuery, Document, Values, catalogue, panels_of

Places = Iterable[tuple[str, str]]

#: None and all of a thing: not a choice that somebody makes.
_NATURAL: Final = frozenset([0.0, 1.0])


def lines_of(alert: Alert) -> set[float]:
    """Where the panels of an alert change their colour."""
    match alert:
        case RatioAlert() | PercentileAlert() | ValueAlert():
            return {alert.threshold}
        case EventsAlert():
            return {math.floor(alert.threshold) + 1.0}
        case BurnRateAlert():
            return {window.factor for window in alert.windows}
    return set()


def _alerts_of(panel: Document, around: Surroundings) -> list[Alert]:
    urls = {link["url"] for link in panel.get("links") or []}
    return [alert for alert in around.spec.alerts if around.spec.runbook_of(alert) in urls]


def _drawn(panel: Document) -> set[float]:
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return {step["value"] for step in steps if step["value"] is not None}


def _values(document: Document, around: Surroundings) -> Places:
    budgets = {objective.budget for objective in around.spec.objectives}
    for panel in panels_of(document):
        alerts = _alerts_of(panel, around)
        drawn = _drawn(panel)
        expected = set().union(*map(lines_of, alerts))
        if alerts and drawn != expected:
            yield panel["title"], f"lines at {sorted(drawn)}: alerts.yaml says {sorted(expected)}"
        for value in sorted(drawn - _NATURAL - budgets) if not alerts else ():
            yield panel["title"], f"a line at {value:g} that no alert has"


def _shown(document: Document, around: Surroundings) -> Places:
    for alert in around.spec.alerts:
        if alert.dashboard == document["uid"] and lines_of(alert):
            panels = [panel for panel in panels_of(document) if alert in _alerts_of(panel, around)]
            if not any(panel["type"] in ("timeseries", "state-timeline") for panel in panels):
                yield WHOLE, f"{alert.name} leads here, and no panel shows its line over time"


def _about(document: Document, around: Surroundings) -> Places:
    """A panel with an alert's line shows what the alert looks at."""
    queries = catalogue(document)
    for panel in panels_of(document):
        shown = set().union(*(_names_in(query) for query in queries if query.name == panel["title"]))
        for alert in _alerts_of(panel, around):
            if not shown & _closure(alert.name, around.rules):
                yield panel["title"], f"shows the line of {alert.name} and nothing that it looks at"


def _windows(document: Document, around: Surroundings) -> Places:
    for panel in panels_of(document):
        for alert in _alerts_of(panel, around):
            if isinstance(alert, BurnRateAlert):
                drawn = len(panel["targets"])
                wanted = len({length for each in alert.windows for length in (each.long, each.short)})
                if drawn != wanted:
                    yield panel["title"], f"shows {drawn} windows of {alert.name}, which has {wanted}"


def _names_in(query: CatalogueQuery) -> set[str]:
    if query.kind != "panel" or query.needs == "loki":
        return set()
    return {
        each.name for each in series_of(promql.parse(Values(start=0, end=3600, step=15).fill(query.expr))) if each.name
    }


def _closure(name: str, rules: tuple[Rule, ...]) -> set[str]:
    """Every metric that the rules of that name read, through other rules too."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        wanted = waiting.pop()
        for rule in rules:
            if rule.name == wanted:
                names = {series.name for series in series_of(rule.query) if series.name} - found
                found |= names
                waiting += names
    return found


LIMIT_RULES: Final = (
    LintRule("limits", "a line that differs from its alert's threshold is a lie in an incident", _values),
    LintRule("limits-shown", "whoever follows an alert must see what made it fire", _shown),
    LintRule("limits-about", "a line means nothing beside another measure", _about),
    LintRule("burn-windows", "an alert looks at long and short windows together", _windows),
)
