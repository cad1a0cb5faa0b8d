"""The rules' past: what they would have recorded, and which alerts would have fired.

Prometheus evaluates rules from its start on only. `promtool tsdb create-blocks-from rules` knows
neither rules that need another's result nor alerts, and writes a block for every two hours of every
rule; so the rules are asked for in passes, and their answers are written as samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitoring_generator.checks.queries import series_of
from monitoring_generator.checks.rule_files import Rule, read_rules
from monitoring_generator.dashboards.proof.backfill import Series
from monitoring_generator.dashboards.proof.run_queries import PrometheusApi


def passes_of(files: Mapping[str, str]) -> list[list[Rule]]:
    """The rules of `files` (texts by name), sorted so that each needs only what earlier passes recorded."""
    rules = read_rules(files)
    recorded = {rule.name for rule in rules if not rule.is_alert}
    depth: dict[str, int] = {}
    passes: list[list[Rule]] = []
    for rule in rules:
        own = max((depth[name] for name in names_in(rule) & recorded), default=-1) + 1
        if not rule.is_alert:
            depth[rule.name] = own
        while len(passes) <= own:
            passes.append([])
        passes[own].append(rule)
    return passes


def names_in(rule: Rule) -> set[str]:
    """Every metric that the rule reads."""
    return {series.name for series in series_of(rule.query) if series.name}


def past_of(rule: Rule, api: PrometheusApi, start: float, end: float, step: float) -> Iterator[str]:
    """The lines of OpenMetrics that hold what `rule` would have given every `step` seconds."""
    for series in api.range(rule.data["expr"], start, end, step):
        labels = {**series["metric"], **rule.data.get("labels", {})}
        labels.pop("__name__", None)
        name = rule.name
        if rule.is_alert:
            name, labels = "ALERTS", {**labels, "alertname": rule.name, "alertstate": "firing"}
        text = Series(name, tuple(sorted(labels.items())), 0).text
        # ALERTS is 1 whatever the alert's value.
        yield from (f"{text} {'1' if rule.is_alert else value} {time}" for time, value in series["values"])
