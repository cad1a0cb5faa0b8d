"""Mutants of the made rules: each query, hold, label and annotation broken in every way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from monitoring_generator.checks.rule_files import Rule
from monitoring_generator.durations import format_duration, parse_duration
from monitoring_generator.mutation.harness import Mutant
from monitoring_generator.mutation.queries import broken_queries

_WAITS = ("for", "keep_firing_for")


def rule_mutants(rules: Sequence[Rule]) -> list[Mutant[Sequence[Rule]]]:
    """All mutants of `rules`; the subject is the alert or the recorded series, what is judged are all rules."""
    return [
        Mutant(rule.name, kind, change, [*rules[:place], replace(rule, data=data), *rules[place + 1 :]])
        for place, rule in enumerate(rules)
        for kind, change, data in _broken(rule)
    ]


def _broken(rule: Rule) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Kind, change and what the rule looks like then."""
    for broken in broken_queries(rule.data["expr"]):
        yield broken.kind, broken.change, {**rule.data, "expr": broken.query}
    if not rule.is_alert:
        return
    for key in _WAITS:
        for wait in _other_waits(rule.data.get(key)):
            rest = {name: value for name, value in rule.data.items() if name != key}
            yield "hold", f"{key} {rule.data.get(key)} -> {wait}", rest | ({key: wait} if wait else {})
    for part in ("labels", "annotations"):
        for name in rule.data[part]:
            rest = {each: value for each, value in rule.data[part].items() if each != name}
            yield part, f"without {name}", {**rule.data, part: rest}


def _other_waits(wait: str | None) -> list[str | None]:
    if wait is None:
        return ["1m"]
    return [None, *(format_duration(parse_duration(wait) * factor) for factor in (2, 0.5))]
