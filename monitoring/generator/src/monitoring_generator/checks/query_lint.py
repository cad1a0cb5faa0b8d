"""Mistakes in a single query: it gives NaN, counts wrong, or never gives anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import promql_parser as promql

from monitoring_generator.checks.queries import is_age_limit, is_comparison, is_counter, nodes_of, unwrapped
from monitoring_generator.timing import SAMPLES_IN_A_WINDOW, SCRAPE_INTERVAL

#: Functions that mend the resets of a counter.
_OF_COUNTERS = frozenset(["rate", "increase"])
#: Functions that would take a reset for a fall, or look at two samples only.
_NOT_OF_COUNTERS = frozenset(["irate", "deriv", "delta", "idelta", "predict_linear"])


def query_problems(query: promql.Expr) -> list[str]:
    """What is wrong with `query`, one line each."""
    return [*(problem for node in nodes_of(query) for problem in _node_problems(node)), *_bare_counters(query)]


def _node_problems(node: promql.Expr) -> Iterable[str]:
    if isinstance(node, promql.BinaryExpr) and str(node.op) in ("/", "%") and not _is_guarded(node.rhs):
        yield f"the denominator {node.rhs.prettify()} may be 0: compare it with > 0"
    if isinstance(node, promql.MatrixSelector):
        shortest = SAMPLES_IN_A_WINDOW * SCRAPE_INTERVAL
        if node.range.total_seconds() < shortest:
            yield f"the range of {node} is shorter than {SAMPLES_IN_A_WINDOW} scrapes ({shortest:g}s)"
    if isinstance(node, promql.Call):
        yield from _call_problems(node)


def _call_problems(call: promql.Call) -> Iterable[str]:
    name = call.func.name
    if name in _OF_COUNTERS | _NOT_OF_COUNTERS:
        argument = unwrapped(call.args[0])
        if not isinstance(argument, promql.MatrixSelector):
            yield f"{name} of what was computed before: a fall of the sum looks like a restart"
        elif name in _OF_COUNTERS and not is_counter(argument.vector_selector.name):
            yield f"{name} of {argument.vector_selector.name}, which does not count up"
        elif name in _NOT_OF_COUNTERS and is_counter(argument.vector_selector.name):
            yield f"{name} of the counter {argument.vector_selector.name}: use rate or increase"
    if name == "histogram_quantile":
        buckets = unwrapped(call.args[1])
        if isinstance(buckets, promql.AggregateExpr) and (
            buckets.modifier is None or "le" not in buckets.modifier.labels
        ):
            yield "histogram_quantile without the label le"


def _is_guarded(denominator: promql.Expr) -> bool:
    inner = unwrapped(denominator)
    if isinstance(inner, promql.NumberLiteral):
        return inner.val != 0
    return is_comparison(inner) and str(inner.op) in (">", "!=") and _is_zero(inner.rhs)


def _is_zero(node: promql.Expr) -> bool:
    return isinstance(node, promql.NumberLiteral) and node.val == 0


def _bare_counters(node: Any) -> Iterable[str]:
    """Counters outside `rate` and `increase`; known ways to see first events are left out (`rules/events.py`)."""
    if isinstance(node, promql.VectorSelector):
        if is_counter(node.name):
            yield f"the counter {node.name} is compared as it is: its number says how long the process runs"
    elif isinstance(node, promql.BinaryExpr):
        if not _is_first_event(node):
            yield from [*_bare_counters(node.lhs), *_bare_counters(node.rhs)]
    elif isinstance(node, promql.Call):
        if node.func.name not in _OF_COUNTERS | {"absent"}:
            for argument in node.args:
                yield from _bare_counters(argument)
    elif isinstance(node, promql.MatrixSelector):
        yield from _bare_counters(node.vector_selector)
    elif isinstance(node, promql.AggregateExpr | promql.ParenExpr | promql.UnaryExpr | promql.SubqueryExpr):
        yield from _bare_counters(node.expr)


def _is_first_event(node: promql.BinaryExpr) -> bool:
    """`c - c before`, `c > 0 unless c before`, `c > 0 and` the process is young."""
    if str(node.op) == "-":
        return isinstance(node.lhs, promql.VectorSelector) and _is_before(node.rhs, node.lhs, "last_over_time")
    counted = unwrapped(node.lhs)
    if not is_comparison(counted) or str(counted.op) != ">" or not _is_zero(counted.rhs):
        return False
    counter = counted.lhs
    if str(node.op) == "unless":
        return isinstance(counter, promql.VectorSelector) and _is_before(node.rhs, counter, "present_over_time")
    return str(node.op) == "and" and is_age_limit(unwrapped(node.rhs))


def _is_before(node: promql.Expr, counter: promql.VectorSelector, function: str) -> bool:
    """Whether it is `function` of the values of `counter` before a window."""
    if not isinstance(node, promql.Call) or node.func.name != function:
        return False
    [argument] = node.args
    before = argument.vector_selector
    return before.offset is not None and (before.name, str(before.matchers)) == (counter.name, str(counter.matchers))
