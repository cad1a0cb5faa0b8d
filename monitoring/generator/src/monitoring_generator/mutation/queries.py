"""Every way in which a query of PromQL is broken: one change at one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import promql_parser as promql

from monitoring_generator.checks.queries import is_age_limit, nodes_of
from monitoring_generator.durations import format_duration
from monitoring_generator.rules.promql import number

#: Each comparison the other way round, and with or without its limit.
_COMPARISONS = {
    ">": ("<", ">="),
    ">=": ("<", ">"),
    "<": (">", "<="),
    "<=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}
_ARITHMETIC = {"/": "*", "-": "+", "*": "/", "+": "-"}
_AGGREGATIONS = {"sum": "max", "max": "sum", "count": "sum", "avg": "max", "min": "max"}
_FUNCTIONS = {
    "rate": "increase",
    "increase": "rate",
    "sum_over_time": "avg_over_time",
    "avg_over_time": "sum_over_time",
    "last_over_time": "min_over_time",
    "max_over_time": "min_over_time",
}


@dataclass(frozen=True, slots=True)
class BrokenQuery:
    """A query and what was done to it: `kind` in one word, `change` with what was there and what is there now."""

    kind: str
    change: str
    query: str


def broken_queries(text: str) -> list[BrokenQuery]:
    """All of them, each different from `text` and from the others."""
    query = promql.parse(text)
    found: dict[str, BrokenQuery] = {}
    for place, node in enumerate(nodes_of(query)):
        for kind, replacement in _changes(node):
            broken = _replaced(query, place, replacement)
            if broken is not None and broken != query.prettify() and broken not in found:
                change = f"{_line(node.prettify())} -> {_line(replacement)} (at {place})"
                found[broken] = BrokenQuery(kind, change, broken)
    return list(found.values())


def _line(text: str) -> str:
    """On one line, and not endless."""
    text = " ".join(text.split())
    return text if len(text) <= 100 else f"{text[:60]} … {text[-36:]}"


def _replaced(query: promql.Expr, place: int, replacement: str) -> str | None:
    """`query` with its node number `place` replaced; None where that is no query."""
    count = -1

    def replace(_: promql.Expr) -> promql.Expr | None:
        nonlocal count
        count += 1
        return promql.parse(replacement) if count == place else None

    try:
        text: str = promql.transform(query, replace).prettify()
        promql.parse(text)
    except ValueError:
        return None
    return text


def _changes(node: Any) -> Iterator[tuple[str, str]]:
    """Kind and text of what may stand in the place of `node`."""
    match node:
        case promql.NumberLiteral():
            yield from (("number", number(value)) for value in ((node.val * 2, node.val / 2) if node.val else (1.0,)))
        case promql.BinaryExpr():
            yield from _changes_of_binary(node)
        case promql.AggregateExpr():
            yield from _changes_of_aggregation(node)
        case promql.Call():
            if node.func.name in _FUNCTIONS:
                yield "function", f"{_FUNCTIONS[node.func.name]}({', '.join(map(_text, node.args))})"
        case promql.VectorSelector():
            yield from _changes_of_selector(node)
        case promql.MatrixSelector():
            for other in _other_times(node.range):
                yield "window", _with_range(node, other)
        case promql.SubqueryExpr():
            inner = f"({_text(node.expr)})" if isinstance(node.expr, promql.BinaryExpr) else _text(node.expr)
            for other in _other_times(node.range):
                yield "window", f"{inner}[{other}:{_duration(node.step)}]"
            for other in _other_times(node.step) if node.step else ():
                yield "window", f"{inner}[{_duration(node.range)}:{other}]"


def _changes_of_binary(node: promql.BinaryExpr) -> Iterator[tuple[str, str]]:
    operator, modifier = str(node.op), f" {node.modifier}" if node.modifier else ""
    left, right = _text(node.lhs), _text(node.rhs)
    for other in _COMPARISONS.get(operator, ()):
        yield "comparison", f"{left} {other}{modifier} {right}"
    if operator in _COMPARISONS and not is_age_limit(node):
        yield "guard", left
    if operator in _ARITHMETIC:
        yield "arithmetic", f"{left} {_ARITHMETIC[operator]}{modifier} {right}"
    if operator in ("and", "unless"):
        yield "guard", left
        yield "guard", f"{left} {'unless' if operator == 'and' else 'and'}{modifier} {right}"
    if operator == "or":
        yield "branch", left
        yield "branch", right
    matching = node.modifier.matching if node.modifier else None
    if matching:
        for label in matching.labels:
            labels = ", ".join(each for each in matching.labels if each != label)
            word = "on" if matching.type == promql.LabelModifierType.Include else "ignoring"
            yield "labels", f"{left} {operator} {word} ({labels}) {right}"
        yield "labels", f"{left} {operator} {right}"


def _changes_of_aggregation(node: promql.AggregateExpr) -> Iterator[tuple[str, str]]:
    operator, inner = str(node.op), _text(node.expr)
    if operator in _AGGREGATIONS:
        yield "function", f"{_AGGREGATIONS[operator]}{f' {node.modifier}' if node.modifier else ''} ({inner})"
    if node.modifier:
        word = "by" if node.modifier.type == promql.AggModifierType.By else "without"
        for label in node.modifier.labels:
            labels = ", ".join(each for each in node.modifier.labels if each != label)
            yield "labels", f"{operator} {word} ({labels}) ({inner})"


def _changes_of_selector(node: promql.VectorSelector) -> Iterator[tuple[str, str]]:
    matchers = node.matchers.matchers
    yield "metric", _selector(f"{node.name}_renamed", matchers, node.offset)
    for place, matcher in enumerate(matchers):
        others = [*matchers[:place], *matchers[place + 1 :]]
        yield "labels", _selector(node.name or "", others, node.offset)
        for changed in _changed_matchers(matcher):
            yield "labels", _selector(node.name or "", [*others, changed], node.offset)
    if node.offset:
        yield "window", _selector(node.name or "", matchers, None)
        for factor in (2, 0.5):
            yield "window", _selector(node.name or "", matchers, node.offset * factor)


def _changed_matchers(matcher: promql.Matcher) -> Iterator[promql.Matcher]:
    opposite = {"Equal": "NotEqual", "NotEqual": "Equal", "Re": "NotRe", "NotRe": "Re"}
    name = str(matcher.op).rpartition(".")[2]
    yield promql.Matcher(getattr(promql.MatchOp, opposite[name]), matcher.name, matcher.value)
    alternatives = matcher.value.split("|")
    if name in ("Re", "NotRe") and len(alternatives) > 1:
        for left_out in alternatives:
            rest = "|".join(each for each in alternatives if each != left_out)
            yield promql.Matcher(matcher.op, matcher.name, rest)


def _selector(name: str, matchers: Iterable[promql.Matcher], offset: timedelta | None) -> str:
    labels = ",".join(map(str, matchers))
    return f"{name}{{{labels}}}{f' offset {_duration(offset)}' if offset else ''}"


def _with_range(node: promql.MatrixSelector, time: str) -> str:
    series = node.vector_selector
    offset = f" offset {_duration(series.offset)}" if series.offset else ""
    return f"{_selector(series.name or '', series.matchers.matchers, None)}[{time}]{offset}"


def _other_times(time: timedelta | None) -> list[str]:
    return [format_duration(time.total_seconds() * factor) for factor in (2, 0.5)] if time else []


def _duration(time: timedelta | None) -> str:
    return format_duration(time.total_seconds()) if time else ""


def _text(node: Any) -> str:
    text: str = node.prettify()
    return text
