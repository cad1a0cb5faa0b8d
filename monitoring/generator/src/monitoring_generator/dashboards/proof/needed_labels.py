"""Which labels each series of a query must have for the query to mean what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import promql_parser as promql

Needed = Iterator[tuple[promql.VectorSelector, frozenset[str]]]


def needed_labels(query: Any, wanted: frozenset[str] = frozenset()) -> Needed:
    """Every selector with the labels that matchers, groupings and matchings above it name, and `wanted` ones.

    Grouping by a label that is not there is no mistake to Prometheus: all series become one.
    """
    match query:
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            yield from needed_labels(query.expr, wanted)
        case promql.MatrixSelector():
            yield from needed_labels(query.vector_selector, wanted)
        case promql.VectorSelector():
            yield query, wanted | {matcher.name for matcher in query.matchers.matchers}
        case promql.AggregateExpr():
            by = query.modifier if query.modifier and query.modifier.type == promql.AggModifierType.By else None
            yield from needed_labels(query.expr, wanted | frozenset(by.labels) if by else wanted)
        case promql.Call():
            yield from _of_call(query, wanted)
        case promql.BinaryExpr():
            yield from _of_binary(query, wanted)


def _of_call(query: promql.Call, wanted: frozenset[str]) -> Needed:
    if query.func.name == "label_replace":
        yield from needed_labels(query.args[0], wanted - {query.args[1].val})
    else:
        for argument in query.args:
            yield from needed_labels(argument, wanted)


def _of_binary(query: promql.BinaryExpr, wanted: frozenset[str]) -> Needed:
    matching = query.modifier.matching if query.modifier else None
    matched = frozenset(matching.labels) if matching is not None else frozenset()
    yield from needed_labels(query.lhs, wanted | matched)
    # What only filters, or is matched by some labels, does not give the others.
    only_matched = str(query.op) in ("and", "unless") or matching is not None
    yield from needed_labels(query.rhs, matched if only_matched else wanted)
