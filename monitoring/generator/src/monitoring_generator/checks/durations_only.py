"""The proof that rules at another pace are the committed ones but for their durations.

What a live test shows with windows of seconds then holds for the windows of production.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import promql_parser as promql

from monitoring_generator.checks.queries import is_age_limit
from monitoring_generator.checks.rule_files import Rule, read_rules
from monitoring_generator.durations import format_duration, parse_duration
from monitoring_generator.rules.pace import Pace

_WAITS = ("for", "keep_firing_for")


def differences(real: Mapping[str, str], fast: Mapping[str, str], speed_up: float) -> list[str]:
    """What differs between two sets of rule files (texts by name) that `speed_up` does not explain; one line each."""
    if list(real) != list(fast):
        return [f"files: {', '.join(fast)} instead of {', '.join(real)}"]
    rules, fast_rules = read_rules(real), read_rules(fast)
    names = [[(rule.file, rule.group, rule.name) for rule in each] for each in (rules, fast_rules)]
    if names[0] != names[1]:
        return ["rules: other names, or in another order"]
    pace = Pace(speed_up)
    return [problem for pair in zip(rules, fast_rules, strict=True) for problem in _rule_differences(*pair, pace)]


def _rule_differences(real: Rule, fast: Rule, pace: Pace) -> Iterable[str]:
    for key in sorted({*real.data, *fast.data} - {"expr", *_WAITS}):
        if real.data.get(key) != fast.data.get(key):
            yield f"{real.name}: {key}: {fast.data.get(key)!r} instead of {real.data.get(key)!r}"
    waits = [({"interval": rule.interval} | {key: rule.data.get(key) for key in _WAITS}) for rule in (real, fast)]
    for key, wait in waits[0].items():
        expected = None if wait is None else pace.wait(parse_duration(wait))
        if waits[1][key] != expected:
            yield f"{real.name}: {key}: {waits[1][key]} instead of {expected}"
    (shape, durations), (fast_shape, fast_durations) = _taken_apart(real.query), _taken_apart(fast.query)
    if shape != fast_shape:
        yield f"{real.name}: expr: {fast.data['expr']} differs from {real.data['expr']} in more than durations"
    elif [pace.window_seconds(seconds) for seconds in durations] != fast_durations:
        texts = ", ".join(map(format_duration, fast_durations))
        yield f"{real.name}: expr: durations {texts} instead of {', '.join(map(pace.window, durations))}"


def _taken_apart(query: promql.Expr) -> tuple[object, list[float]]:
    """The query without its durations, as nested tuples, and its durations in seconds."""
    durations: list[float] = []

    def keep(seconds: float | timedelta | None) -> str | None:
        if seconds is None:
            return None
        durations.append(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
        return "duration"

    return _shape(query, keep), durations


def _shape(node: Any, keep: Callable[[float | timedelta | None], str | None]) -> object:
    match node:
        case promql.NumberLiteral() | promql.StringLiteral():
            return node.val
        case promql.VectorSelector():
            return (node.name, str(node.matchers), keep(node.offset), str(node.at))
        case promql.MatrixSelector():
            return ("range", keep(node.range), _shape(node.vector_selector, keep))
        case promql.SubqueryExpr():
            times = (keep(node.range), keep(node.step), keep(node.offset))
            return ("subquery", times, str(node.at), _shape(node.expr, keep))
        case promql.Call():
            return (node.func.name, *(_shape(argument, keep) for argument in node.args))
        case promql.AggregateExpr():
            return (str(node.op), str(node.modifier), str(node.param), _shape(node.expr, keep))
        case promql.BinaryExpr():
            limit = node.rhs.val if is_age_limit(node) and isinstance(node.rhs, promql.NumberLiteral) else None
            right = _shape(node.rhs, keep) if limit is None else keep(limit)
            return (str(node.op), str(node.modifier), _shape(node.lhs, keep), right)
        case promql.ParenExpr() | promql.UnaryExpr():
            return (type(node).__name__, _shape(node.expr, keep))
        case _:
            raise TypeError(f"got {type(node).__name__}, expected a node of PromQL that the rules use")
