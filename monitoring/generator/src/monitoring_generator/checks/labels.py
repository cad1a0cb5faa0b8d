"""Which labels the result of a query carries for certain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import promql_parser as promql

from monitoring_generator.checks.queries import SET_OPERATORS

#: None: any label that a target may give.
Labels = frozenset[str] | None


def labels_of(node: Any, recorded: Mapping[str, Labels]) -> Labels:
    """Labels of the result; `recorded` tells those of recorded series."""
    match node:
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            return labels_of(node.expr, recorded)
        case promql.VectorSelector():
            return recorded.get(node.name or "")
        case promql.MatrixSelector():
            return labels_of(node.vector_selector, recorded)
        case promql.AggregateExpr():
            return _of_aggregation(node, recorded)
        case promql.Call():
            return _of_call(node, recorded)
        case promql.BinaryExpr():
            return _of_binary(node, recorded)
        case _:
            return frozenset()


def _of_aggregation(node: promql.AggregateExpr, recorded: Mapping[str, Labels]) -> Labels:
    inner = labels_of(node.expr, recorded)
    if node.modifier is None:
        return frozenset()
    named = frozenset(node.modifier.labels)
    if node.modifier.type == promql.AggModifierType.By:
        return named if inner is None else named & inner
    return None if inner is None else inner - named


def _of_call(node: promql.Call, recorded: Mapping[str, Labels]) -> Labels:
    match node.func.name:
        case "absent" | "absent_over_time":
            [argument] = node.args
            selector = argument.vector_selector if isinstance(argument, promql.MatrixSelector) else argument
            equal = [each for each in selector.matchers.matchers if each.op == promql.MatchOp.Equal]
            return frozenset(each.name for each in equal)
        case "histogram_quantile":
            inner = labels_of(node.args[1], recorded)
            return None if inner is None else inner - {"le"}
        case "vector" | "time" | "scalar":
            return frozenset()
        case _:
            return labels_of(node.args[0], recorded) if node.args else frozenset()


def _of_binary(node: promql.BinaryExpr, recorded: Mapping[str, Labels]) -> Labels:
    sides = [side for side in (node.lhs, node.rhs) if not _is_scalar(side)]
    if len(sides) < 2:
        return labels_of(sides[0], recorded) if sides else frozenset()
    left, right = (labels_of(side, recorded) for side in sides)
    if str(node.op) in SET_OPERATORS:
        return left if str(node.op) != "or" else right if left is None else left if right is None else left & right
    matching = node.modifier.matching if node.modifier else None
    if matching is not None and matching.type == promql.LabelModifierType.Include:
        return frozenset(matching.labels)
    return left


def _is_scalar(node: Any) -> bool:
    if isinstance(node, promql.ParenExpr):
        return _is_scalar(node.expr)
    if isinstance(node, promql.Call):
        return bool(node.func.return_type == promql.ValueType.Scalar)
    if isinstance(node, promql.BinaryExpr):
        return _is_scalar(node.lhs) and _is_scalar(node.rhs)
    return isinstance(node, promql.NumberLiteral)
